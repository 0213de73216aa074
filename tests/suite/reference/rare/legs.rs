//! Rare branches of departures.

use super::super::tick::{Event, Value};
use super::text;

pub const RARE: [&str; 9] = [
    "a departure as its leg opens",
    "a departure skipped for want of a vehicle",
    "a full vehicle that leaves somebody behind",
    "a second vehicle while the first is away",
    "a vehicle at once full and overdue",
    "a vehicle back as goods of its leg arrive",
    "a vehicle back at the instant of a departure",
    "an overdue vehicle below its least load",
    "two vehicles of one leg at one instant",
];

pub(super) fn rare(events: &[Event], happened: &mut impl FnMut(&'static str, usize)) {
    for instant in events.chunk_by(|a, b| a.time == b.time) {
        let of = |kind: &'static str| instant.iter().filter(move |event| event.kind == kind);
        for convoy in of("ConvoyDispatched") {
            let leg = text(convoy, "leg");
            let opens = of("LegOpened").filter(|event| Some(event.object.as_str()) == leg).count();
            happened("a departure as its leg opens", opens);
            let why = text(convoy, "why").unwrap_or_default();
            happened("a full vehicle that leaves somebody behind", usize::from(why.contains("left behind")));
            happened("a vehicle at once full and overdue", usize::from(why.contains("full, overdue")));
            happened("an overdue vehicle below its least load", usize::from(why == "overdue"));
        }
        for back in of("VehicleReturned") {
            let of_its_leg = |event: &&Event| text(event, "leg") == Some(back.object.as_str());
            let leaves = of("ConvoyDispatched").filter(of_its_leg).count();
            happened("a vehicle back at the instant of a departure", leaves);
            happened("a vehicle back as goods of its leg arrive", of("LegArrived").filter(of_its_leg).count());
        }
        let second = |event: &&Event| event.fields.get("vehicle") == Some(&Value::Int(2));
        happened("a second vehicle while the first is away", of("VehicleLeft").filter(second).count());
        let without = |event: &&Event| text(event, "why").is_some();
        happened("a departure skipped for want of a vehicle", of("DepartureSkipped").filter(without).count());
        let convoys: Vec<_> = of("ConvoyDispatched").map(|event| text(event, "leg")).collect();
        let twins = (1..convoys.len()).filter(|&i| convoys[..i].contains(&convoys[i])).count();
        happened("two vehicles of one leg at one instant", twins);
    }
}
