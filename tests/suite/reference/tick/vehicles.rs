//! Departures: who boards, when a vehicle leaves, when it is back.

use super::*;

impl<'w> Tick<'w> {
    /// What is due of legs that do not take each at once.
    pub(super) fn due_of_vehicles(&self, due: &mut Vec<(Turn<'w>, Act)>) {
        for (leg, next) in self.timetable.iter().enumerate() {
            if *next == Some(self.now) {
                due.push(((DEPARTURES, self.leg_place(leg), OF_LEG, NOBODY), Act::Timetable(leg)));
            }
            if self.why_it_leaves(leg).is_some() {
                due.push(((DEPARTURES, self.leg_place(leg), OF_LEG, NOBODY), Act::DepartLoaded(leg)));
            }
            for (vehicle, back) in self.vehicles_away[leg].iter().enumerate() {
                if *back == Some(self.now) {
                    let after_the_goods = (i64::MAX, i64::MAX, ("", vehicle as u64));
                    let turn = (COMPLETIONS, self.leg_place(leg), OF_LEG, after_the_goods);
                    due.push((turn, Act::VehicleBack(leg, vehicle)));
                }
            }
        }
    }

    /// The instants at which somebody waits too long, and at which vehicles are back.
    pub(super) fn instants_of_vehicles(&self) -> Vec<i64> {
        let mut instants: Vec<i64> = self.vehicles_away.iter().flatten().copied().flatten().collect();
        for c in &self.goods {
            if let Place::Ready { leg } = c.place {
                let rules = self.world.legs[leg].departures.as_ref();
                instants.extend(rules.and_then(|rules| rules.or_after).map(|after| c.joined + after));
            }
        }
        instants
    }

    /// Why a vehicle that goes by what is ready leaves now, if it does.
    fn why_it_leaves(&self, leg: usize) -> Option<String> {
        let rules = self.world.legs[leg].departures.as_ref().filter(|rules| rules.every.is_none())?;
        let load = self.load(leg);
        if load.is_empty() || !self.leg_may_leave(leg) || !self.has_vehicle(leg) {
            return None;
        }
        let masses: Vec<i64> = load.iter().map(|&i| self.goods[i].mass).collect();
        let capacity = self.capacity_now(leg);
        let reached = capacity.number.is_some_and(|most| masses.len() as i64 >= most)
            || capacity.mass.is_some_and(|most| masses.iter().sum::<i64>() >= most);
        let waiting = self.waiting_for(leg);
        let left_behind = load.len() < waiting.len();
        let overdue = |after: i64| waiting.iter().any(|&i| self.goods[i].joined + after <= self.now);
        let reasons = [
            (rules.when_loaded && left_behind, "left behind"),
            (rules.when_loaded && (reached || left_behind), "full"),
            (rules.or_after.is_some_and(overdue), "overdue"),
            (!rules.when_loaded && reaches(rules.min_load, &masses), "enough"),
        ];
        let reasons: Vec<&str> = reasons.iter().filter(|reason| reason.0).map(|reason| reason.1).collect();
        (!reasons.is_empty()).then(|| reasons.join(", "))
    }

    fn has_vehicle(&self, leg: usize) -> bool {
        self.world.legs[leg].departures.as_ref().is_none_or(|rules| rules.fleet.is_none())
            || self.vehicles_away[leg].iter().any(Option::is_none)
    }

    pub(super) fn vehicle_back(&mut self, leg: usize, vehicle: usize) {
        self.vehicles_away[leg][vehicle] = None;
        let number = Value::Int(vehicle as i64 + 1);
        self.emit("VehicleReturned", &self.leg_names[leg], &[("vehicle", number)]);
    }

    pub(super) fn depart_by_timetable(&mut self, leg: usize) {
        let rules = self.world.legs[leg].departures.as_ref().expect("it has a timetable");
        self.timetable[leg] = rules.every.map(|every| self.now + every);
        let name = &self.leg_names[leg];
        if !self.leg_may_leave(leg) || !self.has_vehicle(leg) {
            let mut fields = vec![("leg", self.leg_value(leg))];
            if self.leg_may_leave(leg) {
                fields.push(("why", Value::Text("no vehicle".into())));
            }
            self.emit("DepartureSkipped", name, &fields);
            return;
        }
        let load = self.load(leg);
        let masses: Vec<i64> = load.iter().map(|&i| self.goods[i].mass).collect();
        if load.is_empty() || !reaches(rules.min_load, &masses) {
            self.emit("DepartureEmpty", name, &[("leg", self.leg_value(leg))]);
            return;
        }
        self.dispatch(leg);
    }

    /// A vehicle leaves with whoever boards.
    pub(super) fn dispatch(&mut self, leg: usize) {
        let rules = self.world.legs[leg].departures.as_ref().expect("it has vehicles");
        let name = &self.leg_names[leg];
        let load = self.load(leg);
        let number = self.departed[leg];
        self.departed[leg] += 1;
        let count = i64::try_from(load.len()).expect("few consignments");
        let convoy = format!("{name}#{}", number + 1);
        let mut fields = vec![("leg", self.leg_value(leg)), ("load", Value::Int(count))];
        fields.extend(self.why_it_leaves(leg).map(|why| ("why", Value::Text(why))));
        self.emit("ConvoyDispatched", &convoy, &fields);
        let word = self.word_of_vehicle(leg, "transit", number);
        let together = self.slowed(leg, self.world.legs[leg].transit.draw(word));
        let transits: Vec<i64> =
            load.iter().map(|&i| if rules.each { self.transit_of(i, leg) } else { together }).collect();
        if rules.fleet.is_some() {
            let longest = transits.iter().max().expect("somebody boards");
            let away = longest + rules.back.draw(self.word_of_vehicle(leg, "return", number));
            let vehicle = self.vehicles_away[leg].iter().position(Option::is_none).expect("one is in");
            self.vehicles_away[leg][vehicle] = Some(self.now + away);
            let fields = [("vehicle", Value::Int(vehicle as i64 + 1)), ("away", Value::Int(away))];
            self.emit("VehicleLeft", name, &fields);
        }
        for (i, transit) in load.into_iter().zip(transits) {
            self.board(i, leg, transit);
        }
    }

    /// Who boards the vehicle that leaves now, in the order of boarding.
    pub(super) fn load(&self, leg: usize) -> Vec<usize> {
        let rules = self.world.legs[leg].departures.as_ref().expect("it has vehicles");
        let capacity = self.capacity_now(leg);
        let mut waiting = self.waiting_for(leg);
        waiting.sort_by_key(|&i| self.choice(i, rules.discipline));
        let mut load: Vec<usize> = vec![];
        for i in waiting {
            let masses: Vec<i64> = load.iter().map(|&i| self.goods[i].mass).collect();
            if has_room(capacity, &masses, self.goods[i].mass) {
                load.push(i);
            } else if rules.strict {
                break;
            }
        }
        load
    }

    fn waiting_for(&self, leg: usize) -> Vec<usize> {
        (0..self.goods.len()).filter(|&i| self.goods[i].place == Place::Ready { leg }).collect()
    }

    /// What disruptions leave of the capacity.
    fn capacity_now(&self, leg: usize) -> Limit {
        let rules = self.world.legs[leg].departures.as_ref().expect("it has vehicles");
        let effects = self.effects_on(&self.leg_names[leg]);
        let share = |effect: &Effect| if let Effect::Capacity(share) = effect { Some(*share) } else { None };
        let shares: Vec<u64> = effects.iter().filter_map(share).collect();
        Limit {
            number: rules.capacity.number.map(|number| scaled(number, &shares)),
            mass: rules.capacity.mass.map(|mass| scaled(mass, &shares)),
        }
    }

    /// A transit of its own for this consignment.
    pub(super) fn transit_of(&mut self, i: usize, leg: usize) -> i64 {
        let word = self.word(i, &format!("transit {}", self.leg_names[leg]));
        self.slowed(leg, self.world.legs[leg].transit.draw(word))
    }

    fn slowed(&self, leg: usize, seconds: i64) -> i64 {
        let effects = self.effects_on(&self.leg_names[leg]);
        let factor = |effect: &Effect| if let Effect::Time(factor) = effect { Some(*factor) } else { None };
        scaled(seconds, &effects.iter().filter_map(factor).collect::<Vec<_>>())
    }
}

/// Where the vehicles of each leg's fleet are: in, or away until then.
pub(super) fn all_in(leg: &Leg) -> Vec<Option<i64>> {
    let fleet = leg.departures.as_ref().and_then(|rules| rules.fleet).unwrap_or(0);
    vec![None; usize::try_from(fleet).expect("small fleets")]
}
