//! Rare branches of departures.

use super::super::tick::Event;
use super::text;

pub const RARE: [&str; 5] = [
    "a departure as its leg opens",
    "a full vehicle that leaves somebody behind",
    "a vehicle at once full and overdue",
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
        let convoys: Vec<_> = of("ConvoyDispatched").map(|event| text(event, "leg")).collect();
        let twins = (1..convoys.len()).filter(|&i| convoys[..i].contains(&convoys[i])).count();
        happened("two vehicles of one leg at one instant", twins);
    }
}
