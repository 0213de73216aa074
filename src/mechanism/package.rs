//! Packages (PURL): requirements are drafted into packages, donors fund them, the supplier releases them.

use super::rules::{BringsRules, slowed};
use super::turn::Turn;
use super::{Mechanism, goods};
use crate::event::{Event, GateId, LineId, NeedId, PackageId, PledgeId, Subject};
use crate::model::{Excess, MechanismPlan, Stream};
use crate::state::{PackageRow, PackageStage, Resting, State};
use crate::units::amount::Money;
use crate::units::arena::Id;
use crate::units::time::SimDuration;

/// Positions of the stages in the mechanism's table row.
const DRAFTING: usize = 0;
const REVIEW: usize = 1;
const FUNDING: usize = 2;
const RELEASE: usize = 3;
const SUPPLY: usize = 4;

pub struct Package;

impl Mechanism for Package {
    /// Does the first thing that can be done now; whatever follows from it is the next turn's.
    fn settles(&self, turn: &mut Turn, m: Id<MechanismPlan>) -> bool {
        forms(turn, m, false)
            || opens(turn, m)
            || funds_costless(turn, m)
            || goes_by_lines(turn, m)
            || allocates(turn, m)
            || moves_on(turn, m)
    }

    fn drafts(&self, turn: &mut Turn, m: Id<MechanismPlan>) -> bool {
        forms(turn, m, true)
    }

    fn stage_ended(&self, turn: &mut Turn, m: Id<MechanismPlan>, subject: Subject, stage: usize) {
        let gate = turn.state.gate_of(m, stage);
        match (subject, stage) {
            (Subject::Unit(unit), _) => goods::stage_ended(turn, unit, m, stage),
            (Subject::Package(package), REVIEW) => {
                let cause = turn.emit(turn.state.package(package).last, Event::StageLeft { subject, gate });
                turn.emit(cause, Event::PackageValidated { package });
            }
            (Subject::Package(package), RELEASE) => released(turn, m, package, gate),
            (Subject::Line(line), RELEASE) => line_released(turn, m, line, gate),
            _ => unreachable!("only reviews, releases and goods have times"),
        }
    }
}

/// Forms packages from whole lines in the order of choice: one when the list is worth the size, or all of it at a draft.
fn forms(turn: &mut Turn, m: Id<MechanismPlan>, all: bool) -> bool {
    let state = turn.state;
    let account = &state[m];
    let plan = &state.plan().mechanisms[m].package;
    let size = plan.size.unwrap_or(Money(i64::MAX));
    let held = state.gate(state.gate_of(m, DRAFTING)).down > 0;
    if held || account.list.is_empty() || (!all && account.list_value < size) {
        return false;
    }
    let mut lines: Vec<LineId> = Vec::new();
    let mut price = Money::ZERO;
    let mut formed = 0;
    for key in &account.list {
        let line = key.5;
        lines.push(line);
        price += state.line(line).value;
        if price >= size {
            form(turn, m, &lines, price, &mut formed);
            (lines, price) = (Vec::new(), Money::ZERO);
            if !all {
                return true;
            }
        }
    }
    if !lines.is_empty() {
        form(turn, m, &lines, price, &mut formed);
    }
    true
}

fn form(turn: &mut Turn, m: Id<MechanismPlan>, lines: &[LineId], price: Money, formed: &mut u32) {
    let state = turn.state;
    let package = PackageId::new(state.packages.len() as u32 + *formed);
    let number = state[m].formed + 1 + *formed;
    *formed += 1;
    let cause = lines.iter().map(|l| state.line(*l).last).max().expect("a package has lines");
    let cause = turn.emit(cause, Event::PackageDrafted { package, mechanism: m, price });
    let drafting = state.gate_of(m, DRAFTING);
    for &line in lines {
        turn.emit(cause, Event::LinePackaged { line, package });
        turn.emit(cause, Event::StageLeft { subject: Subject::Line(line), gate: drafting });
    }
    let gate = state.gate_of(m, REVIEW);
    let word = turn.rules.package_named(m.index(), number, gate);
    let time = stage_time(turn, gate, word);
    turn.emit(cause, Event::StageEntered { subject: Subject::Package(package), gate, lasts: time });
}

/// A package that the scenario states begins to seek money; the lines that it asks for itself are validated as it comes.
pub fn stated(turn: &mut Turn, stream: Id<Stream>) {
    let state = turn.state;
    let number = state.next_number(stream);
    let block = turn.rules.block(stream, u64::from(number));
    let rules = &turn.rules.streams[stream.index()];
    let priority = rules.priority.at(block.priority()) as i32;
    let BringsRules::Packages { price, need } = &rules.brings else { unreachable!("the rules follow the plan") };
    let price = price.as_ref().map(|law| Money(law.at(block.quantity())));
    let due = need.as_ref().and_then(|need| need.needed_within.as_ref());
    let due = due.map(|law| turn.now.after(SimDuration(law.at(block.need_by()))));
    let quantities: Vec<i64> = need
        .as_ref()
        .map_or(Vec::new(), |need| (0..need.lines.len()).map(|i| super::demand::quantity(need, i, block)).collect());
    let cause = super::cause_of(turn, stream);
    let next = super::next_of(turn, stream);
    let package = PackageId::new(state.packages.len() as u32);
    let Some(plan) = &state.package_plan(stream).need else {
        let price = price.expect("a package without lines has a price");
        let last = turn.emit(cause, Event::PackageStated { package, stream, priority, price, next });
        if turn.now.0 >= 0 {
            seeks(turn, package, state.package_plan(stream).via, last);
        }
        return;
    };
    super::demand::check_size(turn, stream, number, &quantities);
    let value = |(line, units): (&crate::model::Line, &i64)| {
        line.unit_value.unwrap_or(state.plan().items[line.item].value).0.saturating_mul(*units)
    };
    let price = Money(plan.lines.iter().zip(&quantities).map(value).fold(0, i64::saturating_add));
    let need = NeedId::new(state.needs.len() as u32);
    let mut last = turn.emit(cause, Event::RequirementSubmitted { need, stream, priority, next });
    if let Some(due) = due {
        last = turn.emit(last, Event::RequirementDueSet { need, due });
    }
    let first = state.lines.len() as u32;
    for (i, &quantity) in quantities.iter().enumerate() {
        last = turn.emit(last, Event::LineAsked { line: LineId::new(first + i as u32), need, quantity });
    }
    last = turn.emit(last, Event::PackageStated { package, stream, priority, price, next });
    for i in 0..quantities.len() as u32 {
        turn.emit(last, Event::LinePackaged { line: LineId::new(first + i), package });
    }
    if turn.now.0 >= 0 {
        last = turn.emit(last, Event::RequirementValidated { need });
        last = matched(turn, need, quantities.iter().all(|&quantity| quantity == 0), last);
        seeks(turn, package, state.package_plan(stream).via, last);
    }
}

/// A package dated before the start begins to seek money.
pub fn backlog(turn: &mut Turn, package: PackageId) {
    let state = turn.state;
    let row = state.package(package);
    let mut last = row.last;
    if let Some(line) = row.lines.first() {
        let need = state.line(*line).need;
        last = turn.emit(last, Event::RequirementValidated { need });
        last = matched(turn, need, state.need(need).asked == 0, last);
    }
    seeks(turn, package, row.mechanism, last);
}

/// The requirement of a stated package; one that asks for nothing is fulfilled with that.
fn matched(turn: &mut Turn, need: NeedId, nothing: bool, cause: u64) -> u64 {
    let cause = turn.emit(cause, Event::RequirementMatched { need });
    if nothing {
        turn.emit(cause, Event::RequirementFulfilled { need });
    }
    cause
}

/// Its review, if it is one, is behind it: it passes the stage at once, or waits in it while it is held.
fn seeks(turn: &mut Turn, package: PackageId, m: Id<MechanismPlan>, cause: u64) {
    let gate = turn.state.gate_of(m, REVIEW);
    let subject = Subject::Package(package);
    if turn.state.gate(gate).down > 0 {
        turn.emit(cause, Event::StageEntered { subject, gate, lasts: SimDuration(0) });
        return;
    }
    let cause = turn.emit(cause, Event::StageEntered { subject, gate, lasts: SimDuration(-1) });
    let cause = turn.emit(cause, Event::StageLeft { subject, gate });
    turn.emit(cause, Event::PackageValidated { package });
}

fn stage_time(turn: &Turn, gate: GateId, word: u64) -> SimDuration {
    let factor = turn.state.time_factor(&[&turn.state.gate(gate).struck]);
    SimDuration(slowed(turn.rules.gates[gate.index()].1.at(word), factor))
}

/// The first reviewed package seeks money, as far as so many may at once.
fn opens(turn: &mut Turn, m: Id<MechanismPlan>) -> bool {
    let state = turn.state;
    let most = state.plan().mechanisms[m].package.open_at_once.map_or(usize::MAX, |n| n as usize);
    let Some(package) = state[m].validated.first().map(|key| key.id).filter(|_| state[m].open.len() < most) else {
        return false;
    };
    let cause = turn.emit(state.package(package).last, Event::PackageOpened { package });
    let gate = state.gate_of(m, FUNDING);
    turn.emit(cause, Event::StageEntered { subject: Subject::Package(package), gate, lasts: SimDuration(-1) });
    true
}

/// A stage that is held lets nothing out.
fn funding_is_held(state: &State, m: Id<MechanismPlan>) -> bool {
    state.gate(state.gate_of(m, FUNDING)).down > 0
}

/// A package that costs nothing lacks nothing.
fn funds_costless(turn: &mut Turn, m: Id<MechanismPlan>) -> bool {
    let state = turn.state;
    let first = state[m].costless.first().map(|key| key.id);
    let Some(package) = first.filter(|_| !funding_is_held(state, m)) else { return false };
    funded(turn, m, package, state.package(package).last);
    true
}

/// Money that counted goes to the first need it may serve.
fn allocates(turn: &mut Turn, m: Id<MechanismPlan>) -> bool {
    let state = turn.state;
    let plan = &state.plan().mechanisms[m].package;
    if funding_is_held(state, m) {
        return false;
    }
    for &(_, _, _, pledge) in &state[m].fresh {
        let row = state.pledge(pledge);
        let target = match row.resting {
            Resting::Nowhere => None,
            Resting::Pool => state[m].open.first().map(|key| key.id),
            Resting::Package(package) => Some(package).filter(|&p| state.package(p).stage == PackageStage::Open),
            Resting::Earmark => {
                let open = state.earmarked_need(pledge);
                if open.is_none() && plan.excess == Excess::Spill && need_is_past(turn, m, pledge) {
                    turn.emit(row.last, Event::SurplusRolledOver { pledge, amount: row.left });
                    return true;
                }
                open
            }
        };
        if let Some(package) = target {
            allocate(turn, m, pledge, package);
            return true;
        }
    }
    false
}

fn allocate(turn: &mut Turn, m: Id<MechanismPlan>, pledge: PledgeId, package: PackageId) {
    let state = turn.state;
    let plan = &state.plan().mechanisms[m].package;
    let (row, need) = (state.pledge(pledge), state.package(package));
    let gap = need.price - need.allocated;
    let amount = row.left.min(gap);
    let cause = turn.emit(row.last.max(need.last), Event::MoneyAllocated { package, pledge, amount });
    if row.left > amount {
        if matches!(row.resting, Resting::Pool | Resting::Earmark) && !plan.split_pledges {
            turn.emit(cause, Event::SurplusHeld { pledge, package });
        } else if row.resting == Resting::Earmark
            && plan.excess == Excess::Spill
            && !serves_another(turn, m, pledge, package)
        {
            turn.emit(cause, Event::SurplusRolledOver { pledge, amount: row.left - amount });
        }
    }
    if amount == gap {
        funded(turn, m, package, cause);
    }
}

/// Whether an earmarked pledge may serve another package too, now or once that is open: what one of them leaves is no
/// excess yet.
fn serves_another(turn: &Turn, m: Id<MechanismPlan>, pledge: PledgeId, package: PackageId) -> bool {
    let state = turn.state;
    let Some(earmark) = &state.plan_of_pledge(pledge).earmark else { return false };
    let mut others = state[m].packages.iter().copied().filter(|&other| other != package);
    others.any(|other| state.package(other).stage <= PackageStage::Open && state.serves(earmark, other))
}

/// Whether the one package or requirement that an earmark names was funded already.
fn need_is_past(turn: &Turn, m: Id<MechanismPlan>, pledge: PledgeId) -> bool {
    let state = turn.state;
    let Some(earmark) = &state.plan_of_pledge(pledge).earmark else { return true };
    let past = |p: &&PackageId| state.package(**p).stage > PackageStage::Open;
    let ahead = state[m].packages.iter().filter(|p| !past(p)).any(|p| state.serves(earmark, *p));
    let behind = state[m].packages.iter().filter(past).any(|p| state.serves(earmark, *p));
    behind && !ahead
}

fn funded(turn: &mut Turn, m: Id<MechanismPlan>, package: PackageId, cause: u64) {
    let state = turn.state;
    let cause = turn.emit(cause, Event::PackageFunded { package });
    let gate = state.gate_of(m, FUNDING);
    let subject = Subject::Package(package);
    let cause = turn.emit(cause, Event::StageLeft { subject, gate });
    let plan = &state.plan().mechanisms[m].package;
    // One without lines has none to release by themselves.
    let by_lines = plan.release_part_funded && !state.package(package).lines.is_empty();
    if plan.pays_before.is_none() && !by_lines {
        enter_release(turn, m, package, cause);
    }
}

fn enter_release(turn: &mut Turn, m: Id<MechanismPlan>, package: PackageId, cause: u64) {
    let gate = turn.state.gate_of(m, RELEASE);
    let word = turn.rules.package(turn.state, package, gate);
    let time = stage_time(turn, gate, word);
    turn.emit(cause, Event::StageEntered { subject: Subject::Package(package), gate, lasts: time });
}

/// `release_part_funded`: lines whose money is there, the first ones of their package, go to the supplier by themselves.
fn goes_by_lines(turn: &mut Turn, m: Id<MechanismPlan>) -> bool {
    let state = turn.state;
    let plan = &state.plan().mechanisms[m].package;
    if !plan.release_part_funded {
        return false;
    }
    let gate = state.gate_of(m, RELEASE);
    let funded = state[m].pending.iter().copied().filter(|p| state.package(*p).stage == PackageStage::Funded);
    // What costs nothing is funded first, and goes by its lines then.
    let open = state[m].open.iter().filter(|key| !state[m].costless.contains(key)).map(|key| key.id);
    let mut seeking: Vec<PackageId> = open.chain(funded).collect();
    seeking.sort_unstable();
    let mut any = false;
    for package in seeking {
        let row = state.package(package);
        let there = if plan.pays_before.as_deref() == Some("release") { row.paid } else { row.allocated };
        for line in covered(state, row, there) {
            let line_row = state.line(line);
            if !line_row.apart {
                let word = turn.rules.line(state, line, gate);
                let lasts = stage_time(turn, gate, word);
                let cause = line_row.last.max(row.last);
                turn.emit(cause, Event::StageEntered { subject: Subject::Line(line), gate, lasts });
                any = true;
            }
        }
    }
    any
}

/// The first lines of a package whose value, with that of all before them, so much money covers.
fn covered<'a>(state: &'a State, row: &'a PackageRow, mut money: Money) -> impl Iterator<Item = LineId> + 'a {
    row.lines.iter().copied().take_while(move |&line| {
        let value = state.line(line).value;
        let enough = value <= money;
        money -= value;
        enough
    })
}

/// `release_part_funded` with `pays_before = "supply"`: released lines whose payment is there go on to their supply.
fn supplies_by_lines(turn: &mut Turn, m: Id<MechanismPlan>) -> bool {
    let state = turn.state;
    let release = state.gate_of(m, RELEASE);
    let mut waiting: Vec<PackageId> =
        state[m].open.iter().map(|key| key.id).chain(state[m].pending.iter().copied()).collect();
    waiting.sort_unstable();
    let (mut any, mut taken) = (false, 0);
    for package in waiting {
        let row = state.package(package);
        for line in covered(state, row, row.paid) {
            let line_row = state.line(line);
            let released = line_row.apart && !state.gate(release).inside.contains_key(&Subject::Line(line));
            if released && line_row.made < line_row.asked {
                goods::exist(turn, line, line_row.asked, Some((m, SUPPLY)), &mut taken, line_row.last.max(row.last));
                any = true;
            }
        }
    }
    any
}

/// A line of a package is released by itself; with the last one the package is.
fn line_released(turn: &mut Turn, m: Id<MechanismPlan>, line: LineId, gate: GateId) {
    let state = turn.state;
    let row = state.line(line);
    let mut cause = turn.emit(row.last, Event::StageLeft { subject: Subject::Line(line), gate });
    let package = row.package.expect("a line that is released by itself has its package");
    let others = state.package(package).lines.iter().filter(|other| **other != line);
    let inside = &state.gate(gate).inside;
    let last = others.clone().all(|&l| state.line(l).apart && !inside.contains_key(&Subject::Line(l)));
    if last && state.package(package).stage == PackageStage::Funded {
        cause = turn.emit(cause, Event::PackageReleased { package });
    }
    let whole = state.package(package);
    let waits = state.plan().mechanisms[m].package.pays_before.as_deref() == Some("supply");
    if !waits || covered(state, whole, whole.paid).any(|paid| paid == line) {
        goods::exist(turn, line, row.asked, Some((m, SUPPLY)), &mut 0, cause);
    }
}

/// What payments move, all of it in one turn: none of it depends on the rest, and nothing would call for another turn.
fn moves_on(turn: &mut Turn, m: Id<MechanismPlan>) -> bool {
    let paid = pays_supplier(turn, m);
    goes_to_release(turn, m) || paid
}

/// `pays_before`: packages whose price is paid go on to the stage that waited for it.
fn goes_to_release(turn: &mut Turn, m: Id<MechanismPlan>) -> bool {
    let state = turn.state;
    let plan = &state.plan().mechanisms[m].package;
    let Some(before) = &plan.pays_before else { return false };
    let by_lines = plan.release_part_funded && before == "supply" && supplies_by_lines(turn, m);
    let release = state.gate_of(m, RELEASE);
    let waits = |p: &PackageId| {
        let row = state.package(*p);
        if plan.release_part_funded && !row.lines.is_empty() {
            return false;
        }
        let inside = state.gate(release).inside.contains_key(&Subject::Package(*p));
        match &**before {
            "release" => row.stage == PackageStage::Funded && !inside && row.paid == row.price,
            _ => {
                (row.stage == PackageStage::Funded && !inside)
                    || (row.stage == PackageStage::Released && !goods_exist(turn, *p) && row.paid == row.price)
            }
        }
    };
    let waiting: Vec<PackageId> = state[m].pending.iter().copied().filter(waits).collect();
    // Goods that waited come first, as where lines go one by one.
    let (goods, whole): (Vec<_>, Vec<_>) =
        waiting.iter().partition(|p| state.package(**p).stage == PackageStage::Released);
    let mut taken = 0;
    for package in goods {
        make_goods(turn, m, package, &mut taken, state.package(package).last);
    }
    for package in whole {
        enter_release(turn, m, package, state.package(package).last);
    }
    by_lines || !waiting.is_empty()
}

fn goods_exist(turn: &Turn, package: PackageId) -> bool {
    turn.state.package(package).lines.iter().all(|&l| turn.state.line(l).made == turn.state.line(l).asked)
}

fn released(turn: &mut Turn, m: Id<MechanismPlan>, package: PackageId, gate: GateId) {
    let subject = Subject::Package(package);
    let cause = turn.emit(turn.state.package(package).last, Event::StageLeft { subject, gate });
    let cause = turn.emit(cause, Event::PackageReleased { package });
    let before = &turn.state.plan().mechanisms[m].package.pays_before;
    let row = turn.state.package(package);
    if before.as_deref() != Some("supply") || row.paid == row.price {
        make_goods(turn, m, package, &mut 0, cause);
    }
}

/// A released package's goods exist.
fn make_goods(turn: &mut Turn, m: Id<MechanismPlan>, package: PackageId, taken: &mut usize, cause: u64) {
    for &line in &turn.state.package(package).lines {
        let asked = turn.state.line(line).asked;
        goods::exist(turn, line, asked, Some((m, SUPPLY)), taken, cause);
    }
}

/// What was paid on released packages is paid on to the supplier.
fn pays_supplier(turn: &mut Turn, m: Id<MechanismPlan>) -> bool {
    let state = turn.state;
    let due: Vec<PackageId> = state[m].payable.iter().copied().collect();
    for &package in &due {
        let row = state.package(package);
        turn.emit(row.last, Event::MoneySpent { package, amount: row.paid - row.spent });
    }
    !due.is_empty()
}
