//! The plan's laws made ready to draw from, and who draws what.

use crate::event::{GateId, LineId, PackageId, UnitId};
use crate::model::{
    Arrivals, Brings, Choice, Disruption, Node, Plan, PledgePlan, Route, RowBrings, Stock, Stream, Supply, Whom,
};
use crate::state::unit::{Name, What};
use crate::state::{Net, State};
use crate::units::arena::Id;
use crate::units::draw::{Block, Draws, Law, Purpose, Sampler, Samplers, Secret, name_hash};

/// Everything that `decide` draws with. It holds no state: its caches are of pure functions.
#[derive(Debug)]
pub struct Rules {
    draws: Draws,
    pub streams: Vec<StreamRules>,
    pub steps: Vec<StepRules>,
    pub legs: Vec<LegRules>,
    /// By node: where `next` has weights, their draw.
    pub routes: Vec<RouteRules>,
    pub gates: Vec<(Purpose, Sampler)>,
    /// By disruption, where it is random.
    pub outages: Vec<Option<OutageRules>>,
    /// By stock: whom its orders concern, and the time of an order or of a lot.
    stocks: Vec<(Secret, Purpose, Sampler)>,
    /// By mechanism: the stream text of its packages.
    packages: Vec<u64>,
    pub purposes: Purposes,
    /// The secret of each unit, with its name: a unit's row is used again.
    secrets: Vec<Option<(Name, Secret)>>,
    /// Whom this turn created: the state does not know it yet.
    fresh: Option<(UnitId, Secret)>,
    /// Why the run cannot go on.
    pub(super) refused: Option<String>,
    /// Nodes whose weights were drawn in this turn for one unit, and how often.
    pub chosen: Vec<(Id<Node>, u64)>,
    /// The next thing of each stream: its ordinal and its block.
    ahead: Vec<Option<(u64, Block)>>,
}

#[derive(Debug)]
pub struct StreamRules {
    hash: u64,
    pub gap: Option<Sampler>,
    pub batch: Option<Sampler>,
    pub priority: Sampler,
    pub brings: BringsRules,
}

#[derive(Debug)]
pub enum BringsRules {
    Consignments { quantity: Sampler, mass: Option<Sampler>, value: Option<Sampler>, needed_within: Option<Sampler> },
    Requirements(NeedRules),
    Pledges(PledgeRules),
    Packages { price: Option<Sampler>, need: Option<NeedRules> },
    Rows(Vec<RowRules>),
}

#[derive(Debug)]
pub enum RowRules {
    Nothing,
    Requirement(NeedRules),
    Pledge(PledgeRules),
}

#[derive(Debug)]
pub struct NeedRules {
    pub needed_within: Option<Sampler>,
    /// By line: the purpose of its quantity (the first line's is the block's own word) and the law.
    pub lines: Vec<(Purpose, Sampler)>,
}

#[derive(Debug)]
pub struct PledgeRules {
    pub amount: Sampler,
    pub committed_after: Sampler,
    pub paid_after: Option<Sampler>,
    pub expires: Option<Sampler>,
}

#[derive(Debug)]
pub struct StepRules {
    pub handling: Purpose,
    pub repeat: Purpose,
    pub time: Sampler,
    /// In place of `time`, by what is handled.
    pub times: Option<Choice<Sampler>>,
    pub patience: Option<(Purpose, Sampler)>,
    /// Of a server that leaves an empty line, and whom that concerns: the server of the place of this name.
    away: Option<(u64, Sampler)>,
}

#[derive(Debug)]
pub struct LegRules {
    /// A consignment's own transit.
    pub own: Purpose,
    /// Whom a departure's transit concerns: the leg.
    secret: Secret,
    pub transit: Sampler,
    /// In place of `transit`, by what travels.
    pub transits: Option<Choice<Sampler>>,
    /// Of a fleet.
    pub returns: Option<Sampler>,
}

/// The draw of a route by weights, under the choices that the route makes.
#[derive(Debug)]
pub enum RouteRules {
    Nothing,
    Weights(Purpose, Sampler),
    By(Box<Choice<RouteRules>>),
}

impl RouteRules {
    fn new(node: &Node, route: &Route, ready: &mut impl FnMut(&Law) -> Sampler) -> RouteRules {
        match route {
            Route::Weights(hops) => {
                let values = hops.iter().enumerate().map(|(i, hop)| (i as i64, hop.1)).collect();
                let purpose = Purpose::named(&format!("route {}", node.name));
                RouteRules::Weights(purpose, ready(&Law::weights(values)))
            }
            Route::By(choice) => RouteRules::By(Box::new(choice.map(|route| RouteRules::new(node, route, ready)))),
            _ => RouteRules::Nothing,
        }
    }

    /// The draw that decides for goods like these.
    pub fn of(&self, plan: &Plan, whom: &Whom) -> Option<(&Purpose, &Sampler)> {
        match self {
            RouteRules::Nothing => None,
            RouteRules::Weights(purpose, law) => Some((purpose, law)),
            RouteRules::By(choice) => choice.of(plan, whom)?.of(plan, whom),
        }
    }
}

/// The draws of a random disruption.
#[derive(Debug)]
pub struct OutageRules {
    hash: u64,
    every: Sampler,
    lasts: Sampler,
}

/// Purposes that no place has a part in.
#[derive(Debug)]
pub struct Purposes {
    pub batch: Purpose,
    pub value: Purpose,
    pub conversion: Purpose,
    pub committed: Purpose,
    pub paid: Purpose,
    pub expires: Purpose,
    pub transit: Purpose,
    pub returns: Purpose,
    pub every: Purpose,
    pub lasts: Purpose,
    pub away: Purpose,
}

impl Rules {
    /// Makes a plan's laws ready; the scenario reader has checked each of them.
    pub fn new(net: &Net, seed: u64) -> Rules {
        let plan = &net.plan;
        let draws = Draws::new(seed);
        let mut samplers = Samplers::default();
        let mut ready = |law: &Law| samplers.sampler(law).expect("the reader checks every law");
        let streams = plan.streams.iter().map(|s| stream_rules(s, &mut ready)).collect();
        let steps = plan.steps.iter().map(|s| {
            let place = format!("{}.{}", plan.nodes[s.node].name, s.name);
            StepRules {
                handling: Purpose::named(&format!("handling {place}")),
                repeat: Purpose::named(&format!("repeat {place}")),
                time: ready(&s.time),
                times: s.times.as_ref().map(|times| times.map(&mut ready)),
                away: s.away.as_ref().map(|law| (name_hash(&format!("away {place}")), ready(law))),
                patience: (s.patience.as_ref()).map(|law| (Purpose::named(&format!("patience {place}")), ready(law))),
            }
        });
        let steps = steps.collect();
        let legs = plan.legs.iter().map(|l| LegRules {
            own: Purpose::named(&format!("transit {}", l.name)),
            secret: draws.block(name_hash(&format!("leg {}", l.name)), 0).secret(),
            transit: ready(&l.transit),
            transits: l.transits.as_ref().map(|transits| transits.map(&mut ready)),
            returns: l.departures.as_ref().and_then(|d| d.fleet.as_ref()).map(|fleet| ready(&fleet.returns)),
        });
        let legs = legs.collect();
        let routes = plan.nodes.iter().map(|n| RouteRules::new(n, &n.next, &mut ready));
        let routes = routes.collect();
        let gates = plan.mechanisms.iter().flat_map(|m| m.stages.iter().map(move |s| (m, s)));
        let gates = gates.map(|(m, s)| (Purpose::named(&format!("stage {}.{}", m.name, s.name)), ready(&s.time)));
        let gates = gates.collect();
        let outages = plan.disruptions.iter().map(|d| {
            let random = d.random.as_ref()?;
            let hash = name_hash(&format!("disruption {}", d.name));
            Some(OutageRules { hash, every: ready(&random.every), lasts: ready(&random.lasts) })
        });
        let outages = outages.collect();
        let stocks = plan.stocks.iter().map(|s| {
            let secret = draws.block(name_hash(&format!("stock {}", s.name)), 0).secret();
            match &s.supply {
                Supply::Lead(law) => (secret, Purpose::named("lead time"), ready(law)),
                Supply::Production { time, .. } => (secret, Purpose::named("production"), ready(time)),
            }
        });
        let stocks = stocks.collect();
        Rules {
            stocks,
            streams,
            steps,
            legs,
            routes,
            gates,
            outages,
            packages: plan.mechanisms.iter().map(|m| name_hash(&format!("package {}", m.name))).collect(),
            purposes: Purposes {
                batch: Purpose::named("batch"),
                value: Purpose::named("value"),
                conversion: Purpose::named("conversion"),
                committed: Purpose::named("committed"),
                paid: Purpose::named("paid"),
                expires: Purpose::named("expires"),
                transit: Purpose::named("transit"),
                returns: Purpose::named("return"),
                every: Purpose::named("every"),
                lasts: Purpose::named("lasts"),
                away: Purpose::named("away"),
            },
            secrets: Vec::new(),
            fresh: None,
            refused: None,
            chosen: Vec::new(),
            ahead: vec![None; plan.streams.len()],
            draws,
        }
    }

    /// The block of a stream's thing.
    pub fn block(&mut self, stream: Id<Stream>, ordinal: u64) -> Block {
        let hash = self.streams[stream.index()].hash;
        match self.ahead[stream.index()] {
            Some((kept, block)) if kept == ordinal => block,
            _ => {
                let block = self.draws.block(hash, ordinal);
                self.ahead[stream.index()] = Some((ordinal, block));
                block
            }
        }
    }

    /// What a unit's later draws come from.
    pub fn secret(&mut self, state: &State, id: UnitId) -> Secret {
        let unit = &state.units[id];
        if self.secrets.len() <= id.index() {
            self.secrets.resize(id.index() + 1, None);
        }
        match self.secrets[id.index()] {
            Some((name, secret)) if name == unit.name => secret,
            _ => {
                let secret = match unit.what {
                    What::Goods => {
                        self.draws.block(self.streams[unit.name.stream.index()].hash, unit.name.number.into())
                    }
                    What::LineGoods(line) => self.draws.block(name_hash(&state.line_name(line)), unit.name.lot.into()),
                    // A paper draws as its requirement does.
                    What::Paper(_) => {
                        self.draws.block(self.streams[unit.name.stream.index()].hash, unit.name.number.into())
                    }
                }
                .secret();
                self.secrets[id.index()] = Some((unit.name, secret));
                secret
            }
        }
    }

    /// The same for a unit that may only be created in this turn: then its secret was kept just before.
    pub fn secret_kept(&mut self, state: &State, id: UnitId) -> Secret {
        match self.fresh {
            Some((fresh, secret)) if fresh == id => secret,
            _ => self.secret(state, id),
        }
    }

    /// Whether a unit was created in this turn: the state does not know it yet.
    pub fn is_fresh(&self, id: UnitId) -> bool {
        self.fresh.is_some_and(|(fresh, _)| fresh == id)
    }

    /// How often a node's weights were drawn before for the unit of this turn.
    pub fn chosen_again(&mut self, node: Id<Node>) -> u64 {
        match self.chosen.iter_mut().find(|(other, _)| *other == node) {
            Some((_, times)) => {
                *times += 1;
                *times - 1
            }
            None => {
                self.chosen.push((node, 1));
                0
            }
        }
    }

    /// Why the last decision refused to go on, if it did.
    #[inline]
    pub fn refused(&mut self) -> Option<String> {
        self.refused.take()
    }

    /// Forgets whom the last turn created.
    pub fn new_turn(&mut self) {
        self.fresh = None;
    }

    /// Keeps the secret of a unit that is created in this turn.
    pub fn keep_secret(&mut self, id: UnitId, name: Name, secret: Secret) {
        if self.secrets.len() <= id.index() {
            self.secrets.resize(id.index() + 1, None);
        }
        self.secrets[id.index()] = Some((name, secret));
        self.fresh = Some((id, secret));
    }

    /// The word for a departure's transit.
    pub fn departure(&self, leg: Id<crate::model::Leg>, number: u64) -> u64 {
        self.legs[leg.index()].secret.draw(self.purposes.transit, number)
    }

    /// Seconds from the arrival of a departure until its vehicle is in again; `None` without a fleet.
    pub fn returns(&self, leg: Id<crate::model::Leg>, number: u64) -> Option<i64> {
        let rules = &self.legs[leg.index()];
        rules.returns.as_ref().map(|law| law.at(rules.secret.draw(self.purposes.returns, number)))
    }

    /// Seconds to the next outage, and of the outage itself: of a whole place (server 0) or of one server, which had so many.
    pub fn outage(&self, disruption: Id<Disruption>, server: u32, outages: u64) -> (i64, i64) {
        let rules = self.outages[disruption.index()].as_ref().expect("a random disruption has its draws");
        let secret = self.draws.block(rules.hash, server.into()).secret();
        let word = |purpose| secret.draw(purpose, outages);
        (rules.every.at(word(self.purposes.every)), rules.lasts.at(word(self.purposes.lasts)))
    }

    /// Seconds for which a server, by its number, is away, after so many times.
    pub fn away(&self, step: Id<crate::model::Step>, server: u32, trips: u64) -> i64 {
        let (hash, law) = self.steps[step.index()].away.as_ref().expect("a server that leaves has its time");
        law.at(self.draws.block(*hash, server.into()).secret().draw(self.purposes.away, trips))
    }

    /// Seconds that an order takes, or a lot, after so many before.
    pub fn stock_time(&self, stock: Id<Stock>, before: u64) -> i64 {
        let (secret, purpose, law) = &self.stocks[stock.index()];
        law.at(secret.draw(*purpose, before))
    }

    /// The word for a package's time in a stage.
    pub fn package(&self, state: &State, package: PackageId, gate: GateId) -> u64 {
        let row = state.package(package);
        if let Some(stream) = row.stream {
            let hash = name_hash(&format!("package of {}", state.plan().streams[stream].name));
            return self.draws.block(hash, row.number.into()).secret().draw(self.gates[gate.index()].0, 0);
        }
        self.package_named(row.mechanism.index(), row.number, gate)
    }

    /// The same by mechanism and number, for a package that is only being formed.
    pub fn package_named(&self, mechanism: usize, number: u32, gate: GateId) -> u64 {
        let secret = self.draws.block(self.packages[mechanism], number.into()).secret();
        secret.draw(self.gates[gate.index()].0, 0)
    }

    /// The word for a line's time in a stage.
    pub fn line(&self, state: &State, line: LineId, gate: GateId) -> u64 {
        let secret = self.draws.block(name_hash(&state.line_name(line)), 0).secret();
        secret.draw(self.gates[gate.index()].0, 0)
    }

    /// The word for the time in a stage of a consignment that a line is about to have.
    pub fn lot(&self, line_name_hash: u64, lot: u32) -> Secret {
        self.draws.block(line_name_hash, lot.into()).secret()
    }
}

fn stream_rules(stream: &Stream, ready: &mut impl FnMut(&Law) -> Sampler) -> StreamRules {
    let need = |plan: &crate::model::NeedPlan, ready: &mut dyn FnMut(&Law) -> Sampler| NeedRules {
        needed_within: plan.needed_within.as_ref().map(&mut *ready),
        lines: (plan.lines.iter().enumerate())
            .map(|(i, l)| (Purpose::named(&format!("quantity {}", i + 1)), ready(&l.quantity)))
            .collect(),
    };
    let pledge = |plan: &PledgePlan, ready: &mut dyn FnMut(&Law) -> Sampler| PledgeRules {
        amount: ready(&plan.amount),
        committed_after: ready(&plan.committed_after),
        paid_after: plan.paid_after.as_ref().map(&mut *ready),
        expires: plan.expires.as_ref().map(&mut *ready),
    };
    let brings = match &stream.brings {
        Brings::Consignments { quantity, mass, value, needed_within, .. } => BringsRules::Consignments {
            quantity: ready(quantity),
            mass: mass.as_ref().map(&mut *ready),
            value: value.as_ref().map(&mut *ready),
            needed_within: needed_within.as_ref().map(&mut *ready),
        },
        Brings::Requirements(plan) => BringsRules::Requirements(need(plan, ready)),
        Brings::Pledges(plan) => BringsRules::Pledges(pledge(plan, ready)),
        Brings::Packages(plan) => BringsRules::Packages {
            price: plan.price.as_ref().map(&mut *ready),
            need: plan.need.as_ref().map(|plan| need(plan, ready)),
        },
        Brings::Rows(rows) => BringsRules::Rows(
            rows.iter()
                .map(|row| match &row.brings {
                    RowBrings::Statement(_) | RowBrings::Rejection(_) => RowRules::Nothing,
                    RowBrings::Requirement { need: plan, .. } => RowRules::Requirement(need(plan, ready)),
                    RowBrings::Pledge { pledge: plan, .. } => RowRules::Pledge(pledge(plan, ready)),
                })
                .collect(),
        ),
    };
    StreamRules {
        hash: name_hash(&stream.name),
        gap: match stream.arrivals.times() {
            Arrivals::Every { gap, .. } => Some(ready(gap)),
            _ => None,
        },
        batch: stream.arrivals.batch().map(&mut *ready),
        priority: ready(&stream.priority),
        brings,
    }
}

/// Whether an event of this chance (millionths) happens.
pub fn chance(word: u64, millionths: u32) -> bool {
    ((u128::from(word) * 1_000_000) >> 64) < u128::from(millionths)
}

/// Seconds times a factor, rounded once, halves up.
#[inline]
pub fn slowed(seconds: i64, factor: f64) -> i64 {
    if factor == 1.0 { seconds } else { stretched(seconds, factor) }
}

/// The factor counts in its first twelve decimals: 100 s times 1.005 are 100.5 s, though no binary fraction is 1.005.
fn stretched(seconds: i64, factor: f64) -> i64 {
    const FINE: i128 = 1_000_000_000_000;
    let product = i128::from(seconds).checked_mul((factor * FINE as f64).round() as i128);
    // What is beyond any run is as good as never.
    product.and_then(|p| i64::try_from((p + FINE / 2).div_euclid(FINE)).ok()).unwrap_or(i64::MAX)
}
