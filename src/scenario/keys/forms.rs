//! Values that are tables: arrivals, departures, distributions and the like.

use super::places::BOARDING;
use super::{BASIS, Form, Spec, Unit, may, must};

pub(crate) static ARRIVALS: Spec = Spec {
    name: "arrivals",
    title: "`arrivals`",
    text: "When the things of a stream come: one of `poisson`, `every` and `at`.",
    keys: &[
        may("poisson", Form::Rate, "", r#""2/week""#, "So many on average, each independent of the others."),
        may("every", Form::Law(Unit::Time), "", r#""6d""#, "One after each interval."),
        may(
            "first",
            Form::Moment,
            "one interval after the start",
            r#""2d""#,
            "The first one, with `poisson` or `every`.",
        ),
        may(
            "at",
            Form::Dates,
            "",
            "[2025-08-02, 2025-08-03T12:00:00Z]",
            "On these dates, one each, or a `batch` each; those before the start are the opening backlog.",
        ),
    ],
};

pub(crate) static PROFILE: Spec = Spec {
    name: "profile",
    title: "`profile`",
    text: "Factors that multiply the rate of a stream; they need not have the mean 1. Either `period` and `factors`, or any of the others, whose factors multiply.",
    keys: &[
        may(
            "period",
            Form::Amount(Unit::Time, 1),
            "",
            r#""24h""#,
            "Begins at the start of the run, and again and again.",
        ),
        may("factors", Form::Factors, "", "[0.5, 1.5]", "Of equal parts of the period."),
        may("hours", Form::Factors, "", "", "24 factors, by hour of the day, UTC."),
        may("weekdays", Form::Factors, "", "[1, 1, 1, 1, 1, 0.2, 0]", "Seven factors, from Monday on, UTC."),
        may(
            "months",
            Form::Factors,
            "",
            "[1, 1, 1, 1, 1, 1, 0.5, 0.5, 1, 1, 1, 1]",
            "Twelve factors, from January on.",
        ),
    ],
};

pub(crate) static TREND: Spec = Spec {
    name: "trend",
    title: "a point of `trend`",
    text: "The factor at one instant; before the first point and after the last one it stays as it is there.",
    keys: &[must("at", Form::Moment, "2025-11-01", "When."), must("factor", Form::Factors, "1.5", "Zero or more.")],
};

pub(crate) static DEPARTURES: Spec = Spec {
    name: "leg.departures",
    title: "`departures`",
    text: "When vehicles leave over a leg: by the clock with `every`; without it, as soon as one is in and `min_load` is ready, or as `when_loaded` and `or_after` say.",
    keys: &[
        may("every", Form::Amount(Unit::Time, 1), "as goods are ready", r#""9h""#, "From one departure to the next."),
        may("first", Form::Moment, "one `every` after the start", r#""1h""#, "The first departure, with `every`."),
        may("capacity", Form::Limit, "no limit", r#""99 t""#, "What one departure can take."),
        may("min_load", Form::Limit, "one consignment", "2", "A departure below this does not leave."),
        may(
            "when_loaded",
            Form::Flag,
            "false",
            "true",
            "Without `every`: a vehicle leaves when it is full: its capacity is reached, or what comes next does not fit.",
        ),
        may(
            "or_after",
            Form::Amount(Unit::Time, 0),
            "never",
            r#""9h""#,
            "Without `every`: a vehicle leaves once the longest-waiting has been ready for so long, with whatever is ready.",
        ),
        may(
            "fleet",
            Form::Count(1, 1_000_000),
            "as many as needed",
            "3",
            "Vehicles; each is away for the transit and `return`.",
        ),
        may(
            "return",
            Form::Law(Unit::Time),
            r#""0s""#,
            r#""9h""#,
            "From the arrival until the vehicle of a `fleet` is in again.",
        ),
        may("discipline", Form::Word(BOARDING), "priority", r#""fifo""#, "Who boards first."),
        may("strict", Form::Flag, "false", "true", "What does not fit holds back what comes after it."),
        may(
            "each",
            Form::Flag,
            "false",
            "true",
            "Each consignment has its own time under way, else the departure has one.",
        ),
        BASIS,
    ],
};

const LEAST: &str = "Cuts the distribution off below.";
const MOST: &str = "Cuts the distribution off above.";

/// A distribution: one of these forms, and its cuts.
pub(crate) static LAW: Spec = Spec {
    name: "distribution",
    title: "a distribution",
    text: "What may stand wherever a value may: one form, with `least` and `most` beside it.",
    keys: &[
        may("exponential", Form::Own, "", r#""4h""#, "Its mean."),
        may(
            "lognormal",
            Form::Table(&LOGNORMAL),
            "",
            r#"{ mean = "4h", cv = 0.8 }"#,
            "By mean and cv, or by p50 and p90.",
        ),
        may("gamma", Form::Table(&GAMMA), "", r#"{ mean = "4h", cv = 0.8 }"#, "By mean and cv."),
        may("weibull", Form::Table(&WEIBULL), "", r#"{ mean = "4h", cv = 0.8 }"#, "By mean and cv."),
        may("erlang", Form::Table(&ERLANG), "", r#"{ mean = "4h", k = 3 }"#, "The sum of k exponential parts."),
        may("pareto", Form::Table(&PARETO), "", r#"{ low = "1h", shape = 2.5 }"#, "A heavy tail from `low` on."),
        may(
            "triangular",
            Form::Table(&TRIANGULAR),
            "",
            r#"{ low = "1h", mode = "2h", high = "9h" }"#,
            "By its corners.",
        ),
        may("uniform", Form::Table(&UNIFORM), "", r#"{ low = "1h", high = "9h" }"#, "Whole units, both ends included."),
        may(
            "empirical",
            Form::Table(&EMPIRICAL),
            "",
            r#"{ values = ["1h", "2h", "9h"] }"#,
            "Values as they were observed, each as likely.",
        ),
        may(
            "weights",
            Form::Weights,
            "",
            r#"{ "1h" = 3, "2h" = 1 }"#,
            "Values with relative weights, any positive numbers.",
        ),
        may(
            "mixture",
            Form::Mixture,
            "",
            r#"[{ weight = 0.9, of = "0h" }, { weight = 0.1, of = { exponential = "9h" } }]"#,
            "One of several, by relative weights.",
        ),
        may("least", Form::Own, "no cut", r#""1h""#, LEAST),
        may("most", Form::Own, "no cut", r#""9h""#, MOST),
    ],
};

pub(crate) static LOGNORMAL: Spec = Spec {
    name: "distribution.lognormal",
    title: "`lognormal`",
    text: "Either `mean` and `cv`, or `p50` and `p90`.",
    keys: &[
        may("mean", Form::Own, "", r#""4h""#, "The mean."),
        may("cv", Form::Factor, "", "0.8", "Standard deviation divided by the mean, from 0.01 to 20."),
        may("p50", Form::Own, "", r#""3h""#, "Half are below."),
        may("p90", Form::Own, "", r#""9h""#, "Nine of ten are below."),
    ],
};

pub(crate) static GAMMA: Spec = Spec {
    name: "distribution.gamma",
    title: "`gamma`",
    text: "",
    keys: &[
        must("mean", Form::Own, r#""4h""#, "The mean."),
        must("cv", Form::Factor, "0.8", "Standard deviation divided by the mean, from 0.01 to 20."),
    ],
};

pub(crate) static WEIBULL: Spec = Spec {
    name: "distribution.weibull",
    title: "`weibull`",
    text: "",
    keys: &[
        must("mean", Form::Own, r#""4h""#, "The mean."),
        must("cv", Form::Factor, "0.8", "Standard deviation divided by the mean, from 0.01 to 20."),
    ],
};

pub(crate) static ERLANG: Spec = Spec {
    name: "distribution.erlang",
    title: "`erlang`",
    text: "",
    keys: &[
        must("mean", Form::Own, r#""4h""#, "The mean."),
        must("k", Form::Count(1, 1_000_000), "3", "The number of parts."),
    ],
};

pub(crate) static PARETO: Spec = Spec {
    name: "distribution.pareto",
    title: "`pareto`",
    text: "",
    keys: &[
        must("low", Form::Own, r#""1h""#, "The least value."),
        must("shape", Form::Factor, "2.5", "Above 1; the smaller, the heavier the tail."),
    ],
};

pub(crate) static TRIANGULAR: Spec = Spec {
    name: "distribution.triangular",
    title: "`triangular`",
    text: "",
    keys: &[
        must("low", Form::Own, r#""1h""#, "The least value."),
        must("mode", Form::Own, r#""2h""#, "The most likely value."),
        must("high", Form::Own, r#""9h""#, "The greatest value."),
    ],
};

pub(crate) static UNIFORM: Spec = Spec {
    name: "distribution.uniform",
    title: "`uniform`",
    text: "",
    keys: &[
        must("low", Form::Own, r#""1h""#, "The least value."),
        must("high", Form::Own, r#""9h""#, "The greatest value."),
    ],
};

pub(crate) static EMPIRICAL: Spec = Spec {
    name: "distribution.empirical",
    title: "`empirical`",
    text: "Either `values`, or `file` and `column`.",
    keys: &[
        may("values", Form::Values, "", r#"["1h", "2h"]"#, "The values."),
        may("file", Form::Text, "", r#""lateness.csv""#, "A CSV file with a header, relative to this file."),
        may("column", Form::Text, "", r#""days""#, "The column that holds the values; empty cells are left out."),
        may(
            "unit",
            Form::Text,
            "the last word of the column's name",
            r#""d""#,
            "The unit of bare numbers in the file.",
        ),
    ],
};

pub(crate) static PART: Spec = Spec {
    name: "distribution.mixture",
    title: "a part of a mixture",
    text: "One part of a `mixture`.",
    keys: &[
        must("weight", Form::Factor, "0.1", "Its relative weight."),
        must("of", Form::Own, r#"{ exponential = "9h" }"#, "A value or a distribution."),
    ],
};

pub(crate) static LIMIT: Spec = Spec {
    name: "limit",
    title: "a limit",
    text: "Room or capacity. A bare number counts consignments, `\"60 t\"` is a mass, the table gives both.",
    keys: &[
        may("number", Form::Count(1, 1_000_000_000), "no limit", "5", "Consignments."),
        may("mass", Form::Amount(Unit::Mass, 1), "no limit", r#""60 t""#, "Their mass."),
    ],
};

pub(crate) static SERVERS: Spec = Spec {
    name: "servers",
    title: "an entry of `servers`",
    text: "A change of the number of servers; `servers` may also be a number or `\"unlimited\"`.",
    keys: &[
        may("from", Form::Moment, "always", "2025-10-01", "From here on; the first one also before."),
        must("n", Form::Servers, "8", "So many, or `\"unlimited\"`."),
    ],
};

pub(crate) static EFFECT: Spec = Spec {
    name: "effect",
    title: "`effect`",
    text: "`\"closed\"`, or one of these.",
    keys: &[
        may("capacity", Form::Share, "", "0.5", "The share of servers, or of a departure's capacity, that is left."),
        may("time", Form::Factor, "", "2.0", "A factor on times that start while it lasts."),
    ],
};

pub(crate) static EARMARK: Spec = Spec {
    name: "earmark",
    title: "`earmark`",
    text: "The name of an item or a family, or one of these.",
    keys: &[
        may(
            "package",
            Form::PackageName,
            "",
            "3",
            "The package of this number that formed in the pledge's mechanism, or the name of a `[[package]]`, with `#2` the second of it.",
        ),
        may("requirement", Form::Text, "", r#""air-defence#3""#, "A requirement, `<stream>#<number>`."),
        may("item", Form::Refer("item"), "", r#""interceptor""#, "An item."),
        may("family", Form::Name, "", r#""air-defence""#, "An equipment family."),
        may("node", Form::Refer("node"), "", r#""hub-pl""#, "Where goods stand when they exist, or go to."),
    ],
};

pub(crate) static COST: Spec = Spec {
    name: "cost",
    title: "`cost`",
    text: "An amount is for each consignment. Costs change no event: figures count them (`money.costs`).",
    keys: &[
        may("each", Form::Amount(Unit::Money, 0), "0", r#""90 USD""#, "For each consignment."),
        may("per_tonne", Form::Amount(Unit::Money, 0), "0", r#""12 USD""#, "For each tonne."),
        may(
            "departure",
            Form::Amount(Unit::Money, 0),
            "0",
            r#""900 USD""#,
            "Of a leg: for each departure; without `departures`, for each consignment.",
        ),
    ],
};

pub(crate) static ROUTE: Spec = Spec {
    name: "next",
    title: "`next`",
    text: "A node, a leg, `\"out\"` (leaves the model), `\"fastest\"` (least sum of mean times to the destination), `\"least_backlog\"` (of the nodes that legs lead to and from which the destination can be reached, the one where the fewest are and are bound for), a choice `{ by }`, or this.",
    keys: &[may(
        "weights",
        Form::Weights,
        "",
        "{ hub-a = 1, hub-b = 1, out = 0.5 }",
        "Drawn for each, by relative weights.",
    )],
};

pub(crate) static CHOICE: Spec = Spec {
    name: "by",
    title: "a choice",
    text: "Of a time, a factor or a `next`, by what goods are; each further key is a name (of an item, a class of supply, a priority, a stream or a destination) with its value.",
    keys: &[
        must(
            "by",
            Form::Word(&["item", "class", "priority", "stream", "destination"]),
            r#""class""#,
            "What it goes by.",
        ),
        may("else", Form::Own, "", r#""4h""#, "For all that no key names."),
    ],
};

/// Tables that stand as values, in the order of the reference.
pub(crate) static VALUES: &[&Spec] = &[
    &PROFILE,
    &TREND,
    &LAW,
    &LOGNORMAL,
    &GAMMA,
    &WEIBULL,
    &ERLANG,
    &PARETO,
    &TRIANGULAR,
    &UNIFORM,
    &EMPIRICAL,
    &PART,
    &LIMIT,
    &SERVERS,
    &EFFECT,
    &EARMARK,
    &COST,
    &ROUTE,
    &CHOICE,
];
