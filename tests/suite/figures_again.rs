//! Figures of stations, legs and streams reckoned again, slowly, from the events as `log` prints them, over random worlds of
//! everything: what is published can be computed by anybody from the log alone (I19).

use crate::laws_wide::each_world;
use crate::support::run;
use serde_json::Value;
use std::collections::BTreeMap;

/// A visit of a place.
#[derive(Clone, Debug, Default)]
struct Visit {
    arrived: i64,
    left: Option<i64>,
    /// Times in line, and at work: closed ones added up, and since when the open one.
    waited: i64,
    waits: Option<i64>,
    worked: i64,
    works: Option<i64>,
    started: bool,
    entered: bool,
    gave_up: bool,
    /// When its work was done; it is gone then unless it stands blocked.
    done: Option<i64>,
}

impl Visit {
    fn stop(&mut self, now: i64) {
        self.waited += self.waits.take().map_or(0, |since| now - since);
        self.worked += self.works.take().map_or(0, |since| now - since);
    }
}

#[derive(Default)]
struct Book {
    /// Visits by place, and where each object is: its place and the number of its visit there.
    visits: BTreeMap<String, Vec<Visit>>,
    at: BTreeMap<String, (String, usize)>,
    turned_away: BTreeMap<String, [u64; 2]>,
    /// When something was last heard of each object.
    heard: BTreeMap<String, i64>,
    born: BTreeMap<String, i64>,
    gone: BTreeMap<String, (i64, bool)>,
}

impl Book {
    fn of(&mut self, object: &str) -> Option<&mut Visit> {
        let (place, number) = self.at.get(object)?;
        self.visits.get_mut(place).map(|all| &mut all[*number])
    }

    fn comes(&mut self, object: &str, place: &str, now: i64) -> &mut Visit {
        let all = self.visits.entry(place.to_owned()).or_default();
        all.push(Visit { arrived: now, ..Visit::default() });
        self.at.insert(object.to_owned(), (place.to_owned(), all.len() - 1));
        all.last_mut().expect("one was added")
    }

    fn leaves(&mut self, object: &str, now: i64) {
        if let Some(visit) = self.of(object) {
            visit.stop(now);
            visit.left = Some(now);
        }
        self.at.remove(object);
    }

    fn reads(&mut self, event: &Value) {
        let text = |key: &str| event[key].as_str().unwrap_or_default().to_owned();
        let (kind, object, now) = (text("kind"), text("object"), event["t"].as_i64().expect("a time"));
        let step = format!("stations.{}.{}", text("node"), text("step"));
        let heard = self.heard.get(&object).copied().unwrap_or(now).max(0);
        match &*kind {
            "ConsignmentCreated" | "GoodsCreated" => {
                if kind == "ConsignmentCreated" {
                    self.born.insert(object.clone(), now);
                }
            }
            "HeldAtGate" => {
                self.comes(&object, &step, now);
            }
            "YardEntered" => {
                // From the gate of this step, or from the step before, where it may have stood blocked.
                let at_the_gate = self.at.get(&object).is_some_and(|(place, _)| *place == step)
                    && self.of(&object).is_some_and(|visit| !visit.entered);
                if !at_the_gate {
                    self.leaves(&object, now);
                    self.comes(&object, &step, now);
                }
                let visit = self.of(&object).expect("it is here");
                visit.entered = true;
                visit.waits = Some(now);
            }
            "HandlingStarted" | "HandlingResumed" => {
                let visit = self.of(&object).expect("it is here");
                visit.stop(now);
                visit.works = Some(now);
                visit.started = true;
            }
            "HandlingPaused" => self.of(&object).expect("it is here").stop(now),
            "HandlingPreempted" | "HandlingRequeued" => {
                let visit = self.of(&object).expect("it is here");
                visit.stop(now);
                visit.waits = Some(now);
                visit.started = false;
            }
            "HandlingFinished" => {
                let visit = self.of(&object).expect("it is here");
                visit.stop(now);
                visit.done = Some(now);
                if event["again"] == true {
                    self.leaves(&object, now);
                }
            }
            "Blocked" => self.of(&object).expect("it is here").done = None,
            "PatienceEnded" => {
                self.of(&object).expect("it is here").gave_up = true;
                self.leaves(&object, now);
                self.gone.insert(object.clone(), (now, false));
            }
            "Refused" | "Diverted" => {
                if event.get("leg").is_none() {
                    self.turned_away.entry(step).or_default()[usize::from(kind == "Diverted")] += 1;
                }
                self.leaves(&object, now);
                if kind == "Refused" {
                    self.gone.insert(object.clone(), (now, false));
                }
            }
            "LegDeparted" => {
                self.leaves(&object, heard);
                let visit = self.comes(&object, &format!("legs.{}", text("leg")), heard);
                (visit.entered, visit.started) = (true, true);
                (visit.waited, visit.works) = (now - heard, Some(now));
            }
            "LegArrived" => self.leaves(&object, now),
            "HandedOver" | "LeftModel" => {
                self.leaves(&object, now);
                self.gone.insert(object.clone(), (now, true));
            }
            "RouteChosen" | "NodeReached" | "RequirementMatched" => self.leaves(&object, now),
            _ => return,
        }
        self.heard.insert(object, now);
    }
}

/// Mean, deviation, nearest ranks and the largest.
fn tally(mut values: Vec<i64>) -> BTreeMap<&'static str, Option<f64>> {
    values.sort_unstable();
    let n = values.len() as f64;
    let mean = (!values.is_empty()).then(|| values.iter().map(|&v| v as f64).sum::<f64>() / n);
    let sd = mean.map(|mean| (values.iter().map(|&v| (v as f64 - mean).powi(2)).sum::<f64>() / n).sqrt());
    let rank = |share: f64| values.get(((share * n - 1e-9).ceil() as usize).max(1) - 1).map(|&v| v as f64);
    let last = values.last().map(|&v| v as f64);
    [
        ("mean", mean),
        ("sd", sd),
        ("p50", rank(0.5)),
        ("p90", rank(0.9)),
        ("p95", rank(0.95)),
        ("p99", rank(0.99)),
        ("max", last),
    ]
    .into()
}

#[test]
fn figures_can_be_reckoned_again_from_the_log_alone() {
    let compared = std::cell::Cell::new(0u64);
    each_world(|number, world| {
        let text = world.text();
        // Counting from the start leaves nobody out.
        let head = text.lines().find(|line| line.starts_with("warm_up")).expect("a world has its warm-up").to_owned();
        let text = text.replace(&head, "warm_up = \"0h\"");
        let done = run(&text, number);
        let mut book = Book::default();
        done.events().iter().for_each(|event| book.reads(event));
        for visit in book.visits.values_mut().flatten() {
            visit.left = visit.left.or(visit.done);
        }
        let end = world.days * 86_400;
        let tree = done.world.figures(&done.opened.notes);
        let same = |path: &str, expected: Option<f64>| -> Result<(), String> {
            compared.set(compared.get() + 1);
            let found = tree.number(path);
            let close = match (found, expected) {
                (Some(found), Some(expected)) => (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
                (None, None) => true,
                _ => false,
            };
            if close { Ok(()) } else { Err(format!("{path} is {found:?}, and by the log {expected:?}")) }
        };
        for (place, visits) in &book.visits {
            let count = |which: &dyn Fn(&Visit) -> bool| Some(visits.iter().filter(|v| which(v)).count() as f64);
            let of = |which: &dyn Fn(&Visit) -> bool, value: &dyn Fn(&Visit) -> i64| -> Vec<i64> {
                visits.iter().filter(|v| which(v)).map(value).collect()
            };
            let through = |v: &Visit| v.left.is_some() && !v.gave_up;
            let [refused, diverted] = book.turned_away.get(place).copied().unwrap_or_default();
            for (key, stats) in [
                ("wait", tally(of(&|v| v.started, &|v| v.waited))),
                ("stay", tally(of(&through, &|v| v.left.expect("it left") - v.arrived))),
            ] {
                // Who stands ready for a leg has no departure yet, and is in no wait.
                for (part, expected) in stats {
                    same(&format!("{place}.{key}_{part}"), expected)?;
                }
            }
            same(&format!("{place}.departures"), count(&through))?;
            if place.starts_with("stations") {
                same(&format!("{place}.entered"), count(&|v| v.entered))?;
                same(&format!("{place}.arrivals"), count(&|v| v.entered).map(|n| n + (refused + diverted) as f64))?;
                let entered = count(&|v| v.entered).filter(|&n| n > 0.0);
                let waited = count(&|v| v.waited > 0 && (v.started || v.gave_up));
                same(&format!("{place}.waited_share"), entered.and_then(|n| waited.map(|w| w / n)))?;
                same(&format!("{place}.expired"), count(&|v| v.gave_up))?;
                let until = |since: Option<i64>| since.map_or(0, |since| end - since);
                let present: i64 = visits.iter().map(|v| v.left.unwrap_or(end) - v.arrived).sum();
                let line: i64 = visits.iter().map(|v| v.waited + until(v.waits)).sum();
                same(&format!("{place}.in_system_mean"), Some(present as f64 / end as f64))?;
                same(&format!("{place}.queue_mean"), Some(line as f64 / end as f64))?;
                let worked = of(&through, &|v| v.worked);
                same(&format!("{place}.service_mean"), tally(worked)["mean"])?;
            }
        }
        let mut asked: BTreeMap<String, (i64, i64)> = BTreeMap::new();
        let mut closed: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        let mut of_kind: BTreeMap<String, u64> = BTreeMap::new();
        for event in done.events() {
            let (kind, object) =
                (event["kind"].as_str().unwrap_or_default(), event["object"].as_str().unwrap_or_default());
            let t = event["t"].as_i64().expect("a time");
            *of_kind.entry(kind.to_owned()).or_default() += 1;
            match kind {
                "RequirementSubmitted" => {
                    asked.insert(object.to_owned(), (t, event["priority"].as_i64().expect("a priority")));
                }
                "RequirementFulfilled" => {
                    let (since, priority) = asked[object];
                    closed.entry(priority).or_default().push(t - since);
                }
                _ => {}
            }
        }
        let n = |kind: &str| Some(of_kind.get(kind).copied().unwrap_or(0) as f64);
        if !asked.is_empty() {
            same("requirements.total.submitted", n("RequirementSubmitted"))?;
            same("requirements.total.fulfilled", n("RequirementFulfilled"))?;
            same("requirements.total.expired", n("RequirementExpired"))?;
            for (part, expected) in tally(closed.values().flatten().copied().collect()) {
                same(&format!("requirements.total.lead_time_{part}"), expected)?;
            }
            for (priority, times) in closed {
                for (part, expected) in tally(times) {
                    same(&format!("requirements.priority.{priority}.lead_time_{part}"), expected)?;
                }
            }
        }
        for stream in done.world.state.plan().streams.iter() {
            let own = |name: &&String| name.rsplit_once('#').is_some_and(|(of, _)| of == stream.name);
            if !book.born.keys().any(|name| own(&name)) {
                continue;
            }
            let stays = book.gone.iter().filter(|(name, (_, through))| own(name) && *through);
            let stays = stays.map(|(name, (at, _))| at - book.born[name]).collect();
            same(&format!("streams.{}.created", stream.name), Some(book.born.keys().filter(own).count() as f64))?;
            for (part, expected) in tally(stays) {
                same(&format!("streams.{}.stay_{part}", stream.name), expected)?;
            }
        }
        Ok(())
    });
    assert!(compared.get() > 10_000, "{} figures were compared", compared.get());
}
