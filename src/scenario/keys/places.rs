//! The tables of places: nodes, steps, pools, legs, and what strikes them.

use super::{BASIS, COPIES, DEPARTURES, Form, Key, REMOVE, Spec, Unit, may, must};

/// The largest number of things in one place: servers, consignments of a load, packages.
pub(crate) const MANY: i64 = 1_000_000_000;
pub(crate) const POINTS: &[&str] = &["R0", "R1", "R2", "R3", "R4", "R5"];
pub(crate) const DISCIPLINES: &[&str] = &["priority", "fifo", "lifo", "earliest_due", "shortest"];
/// Of departures: goods on a leg have no handling by which one could be the shortest.
pub(crate) const BOARDING: &[&str] = &["priority", "fifo", "lifo", "earliest_due"];
pub(crate) const OUTAGES: &[&str] = &["pause", "finish", "requeue"];
pub(crate) const PREEMPT: &[&str] = &["resume", "restart"];
pub(crate) const FULL: &[&str] = &["wait", "divert", "refuse", "overflow"];
pub(crate) const NODES: &[&str] = &["plain", "origin", "hq", "port", "hub", "handover"];

const YARD: Key = may("yard", Form::Limit, "no limit", r#""9 t""#, "Room for all in it that is not ready to leave.");
const WHEN_FULL: Key =
    may("when_full", Form::Word(FULL), "wait", r#""refuse""#, "What happens to goods that find it full.");
const DIVERT: Key =
    may("divert_to", Form::Refer("node"), "", r#""hub-2""#, "Where `when_full = \"divert\"` sends them.");
const HOURS: Key = may(
    "hours",
    Form::Hours,
    "always",
    r#""Mon-Fri 08:00-16:00""#,
    "Opening hours, UTC; several in a list. `Sat 22:00-06:00` ends on Sunday.",
);
const OUTAGE: Key =
    may("on_outage", Form::Word(OUTAGES), "pause", r#""finish""#, "What an outage does to work in progress.");
const MARKS: Key = may(
    "marks",
    Form::Word(POINTS),
    "none",
    r#""R2""#,
    "A recognition point that is reached here, beside the usual ones.",
);

const COST_KEY: Key = may(
    "cost",
    Form::Cost,
    "nothing",
    r#""90 USD""#,
    "Of each consignment that comes to the node, or departs over the leg; or `{ each, per_tonne, departure }`.",
);

pub(crate) static NODE: Spec = Spec {
    name: "node",
    title: "a node",
    text: "A place that goods pass. Its steps follow it as `[[node.step]]`.",
    keys: &[
        must("name", Form::Name, "", "What others call it."),
        may(
            "kind",
            Form::Word(NODES),
            "plain",
            r#""port""#,
            "What it is for; it decides what waiting there is charged to.",
        ),
        may("next", Form::Route, "the fastest way to the destination", r#""hub-2""#, "Where goods go on to."),
        YARD,
        WHEN_FULL,
        DIVERT,
        HOURS,
        OUTAGE,
        MARKS,
        COST_KEY,
        may("step", Form::Many(&STEP), "none", "", "Kinds of handling, in order."),
        COPIES,
        REMOVE,
        BASIS,
    ],
};

pub(crate) static STEP: Spec = Spec {
    name: "node.step",
    title: "a step",
    text: "One kind of handling: a line and servers. It belongs to the `[[node]]` above it.",
    keys: &[
        must("name", Form::Name, "", "What others call it."),
        may("servers", Form::Servers, "1", r#"[{ n = 2 }, { from = 2025-09-01, n = 3 }]"#, "How many work at once."),
        may("time", Form::Chosen, r#""0s""#, r#"{ exponential = "9h" }"#, "Of one handling."),
        may(
            "factors",
            Form::ChosenFactor,
            "1",
            r#"{ by = "item", shell = 1.5 }"#,
            "What multiplies the time, by what is handled; 1 where nothing is said.",
        ),
        may(
            "only",
            Form::Goods,
            "everything",
            r#"["shell", "V"]"#,
            "The items and classes of supply that it handles; all else passes it by.",
        ),
        may("discipline", Form::Word(DISCIPLINES), "priority", r#""lifo""#, "Who is served first."),
        may(
            "preempt",
            Form::Word(PREEMPT),
            "never",
            r#""resume""#,
            "Who is more urgent than one in service takes its server; the work broken off resumes, or restarts.",
        ),
        may(
            "patience",
            Form::Law(Unit::Time),
            "no end",
            r#"{ exponential = "9h" }"#,
            "How long goods wait in line for handling to begin; then they leave the model.",
        ),
        may(
            "uses",
            Form::Uses,
            "none",
            "{ inspectors = 2 }",
            "So many servers of pools are taken together with each server of its own, and given back with it.",
        ),
        may(
            "away_when_idle",
            Form::Law(Unit::Time),
            "never",
            r#""2h""#,
            "For so long a server leaves that finds its line empty; when it comes back it looks again.",
        ),
        may("repeat", Form::Share, "0", "0.3", "The chance, below 1, that handling has to be done again."),
        YARD,
        WHEN_FULL,
        DIVERT,
        HOURS,
        OUTAGE,
        MARKS,
        REMOVE,
        BASIS,
    ],
};

pub(crate) static POOL: Spec = Spec {
    name: "pool",
    title: "a pool",
    text: "Servers that several steps share (`uses`): inspectors, cranes, crews.",
    keys: &[
        must("name", Form::Name, "", "What others call it."),
        may("servers", Form::Servers, "1", r#"[{ n = 2 }, { from = 2025-09-01, n = 3 }]"#, "How many there are."),
        COPIES,
        REMOVE,
        BASIS,
    ],
};

pub(crate) static LEG: Spec = Spec {
    name: "leg",
    title: "a leg",
    text: "A way between two nodes.",
    keys: &[
        may("name", Form::Name, "<from>:<to>:<mode>", "", "What others call it."),
        must("from", Form::Refer("node"), r#""port""#, "Where it begins."),
        must("to", Form::Refer("node"), r#""border-2""#, "Where it ends."),
        may("mode", Form::Name, "road", r#""rail""#, "How goods travel."),
        must("transit", Form::Chosen, r#"{ exponential = "9h" }"#, "Time under way."),
        may(
            "departures",
            Form::Table(&DEPARTURES),
            "at once",
            r#"{ every = "6h" }"#,
            "The timetable; without one goods leave at once, each by itself.",
        ),
        COST_KEY,
        COPIES,
        REMOVE,
        BASIS,
    ],
};

pub(crate) static DISRUPTION: Spec = Spec {
    name: "disruption",
    title: "a disruption",
    text: "Something that strikes a place for a time.",
    keys: &[
        must("name", Form::Name, "", "What others call it."),
        must(
            "strikes",
            Form::Strikes,
            r#""hub.receipt""#,
            "A node, `node.step`, leg, mechanism, `mechanism.stage`, `nation:NAME` (its commitments and payments) or `supplier` (release and production of all mechanisms).",
        ),
        may("on", Form::Date, "", "2025-09-09", "When it begins; once, in place of `arrivals`."),
        may(
            "arrivals",
            Form::Table(&OUTAGES_AT_RANDOM),
            "",
            r#"{ every = { exponential = "9d" } }"#,
            "It comes again and again, in place of `on`.",
        ),
        may(
            "lasts",
            Form::Law(Unit::Time),
            "for ever",
            r#""9d""#,
            "How long it lasts; a distribution where it comes again and again.",
        ),
        may(
            "each_server",
            Form::Flag,
            "false",
            "true",
            "The servers of the step fail singly, each with `arrivals` and `lasts` of its own.",
        ),
        may(
            "effect",
            Form::Effect,
            r#""closed""#,
            "{ capacity = 0.25 }",
            "`\"closed\"`, `{ capacity = 0.5 }` (the share that is left) or `{ time = 2.0 }` (a factor on times).",
        ),
        COPIES,
        REMOVE,
        BASIS,
    ],
};

pub(crate) static OUTAGES_AT_RANDOM: Spec = Spec {
    name: "disruption.arrivals",
    title: "`arrivals` of a disruption",
    text: "When a random disruption comes.",
    keys: &[must(
        "every",
        Form::Law(Unit::Time),
        r#"{ exponential = "9d" }"#,
        "From the end of one (at first the start) to the next, busy or idle.",
    )],
};
