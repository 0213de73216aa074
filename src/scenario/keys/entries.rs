//! The tables that stand at the top of a file or in `[[...]]`.

use super::places::{DISRUPTION, LEG, MANY, NODE, OUTAGES_AT_RANDOM, POINTS, POOL, STEP};
use super::stocks::{PRODUCTION, REORDER, REVIEW, STOCK};
use super::{ARRIVALS, BASIS, COPIES, DEPARTURES, Form, Key, PROFILE, REMOVE, Spec, TREND, Unit, may, must};

/// The scenario itself.
pub(crate) static TOP: Spec = Spec {
    name: "",
    title: "a scenario",
    text: "What stands at the top of a file. Everything but `time` is optional.",
    keys: &[
        may("title", Form::Text, "the file's name", r#""PURL, autumn 2025""#, "What reports call the scenario."),
        may(
            "extends",
            Form::Paths,
            "",
            r#""base.toml""#,
            "The file, or files, that this one is a variant of; later ones win, this one wins over all. Paths are relative to this file.",
        ),
        may("recognition", Form::Word(POINTS), "R4", r#""R3""#, "Where a delivery is counted."),
        must("time", Form::Table(&TIME), "", "When it happens."),
        may("money", Form::Table(&MONEY), "", "", "The home currency and rates."),
        may("item", Form::Many(&ITEM), "", "", "Kinds of goods."),
        may("nation", Form::Many(&NATION), "", "", "Donors."),
        may("stock", Form::Many(&STOCK), "", "", "Goods at places."),
        may("requirement", Form::Many(&REQUIREMENT), "", "", "What a recipient asks for."),
        may("pledge", Form::Many(&PLEDGE), "", "", "What donors promise."),
        may("package", Form::Many(&PACKAGE), "", "", "Packages that seek money from a date on."),
        may("consignment", Form::Many(&CONSIGNMENT), "", "", "Goods that enter by themselves."),
        may("mechanism", Form::Many(&MECHANISM), "", "", "Channels of aid."),
        may("node", Form::Many(&NODE), "", "", "Places that goods pass."),
        may("pool", Form::Many(&POOL), "", "", "Servers that several steps share."),
        may("leg", Form::Many(&LEG), "", "", "Ways between nodes."),
        may("disruption", Form::Many(&DISRUPTION), "", "", "What strikes places for a time."),
        may("journal", Form::Many(&JOURNAL), "", "", "Tables of real events."),
        may("checkpoint", Form::Many(&CHECKPOINT), "", "", "Published figures to compare with."),
        may("goal", Form::Many(&GOAL), "", "", "Wishes on figures; a goal that is missed is exit code 3."),
    ],
};

pub(crate) static TIME: Spec = Spec {
    name: "time",
    title: "`time`",
    text: "When it happens. All times are UTC.",
    keys: &[
        must("start", Form::Date, "2025-07-13", "The first instant."),
        may(
            "end",
            Form::Moment,
            "when all is done",
            r#""100d""#,
            "The first instant that is no longer simulated, or the length.",
        ),
        may("warm_up", Form::Amount(Unit::Time, 0), r#""0s""#, r#""7d""#, "Figures leave out what arrives before."),
        BASIS,
    ],
};

pub(crate) static MONEY: Spec = Spec {
    name: "money",
    title: "`money`",
    text: "Money is counted in minor units of the home currency.",
    keys: &[
        may("currency", Form::Text, r#""USD""#, r#""EUR""#, "The home currency, three capital letters."),
        may(
            "rates",
            Form::List(&RATE),
            "none",
            r#"[{ currency = "NOK", rate = 0.1 }]"#,
            "What foreign currencies are worth, each until the next one of the same currency.",
        ),
        BASIS,
    ],
};

pub(crate) static RATE: Spec = Spec {
    name: "money.rates",
    title: "a rate",
    text: "One line of `rates`.",
    keys: &[
        must("currency", Form::Text, r#""NOK""#, "Three capital letters."),
        may("from", Form::Moment, "always", "2025-08-01", "In force from here on, until the next one of the currency."),
        must("rate", Form::Factor, "1.2", "Home units for one foreign unit."),
        BASIS,
    ],
};

pub(crate) static ITEM: Spec = Spec {
    name: "item",
    title: "an item",
    text: "A kind of goods.",
    keys: &[
        must("name", Form::Name, "", "What others call it."),
        may("class", Form::Word(&["I", "II", "III", "IV", "V"]), "none", r#""III""#, "NATO class of supply."),
        may("family", Form::Name, "none", r#""radars""#, "Equipment family."),
        may("mass", Form::Amount(Unit::Mass, 0), r#""0 kg""#, r#""7 kg""#, "Of one unit."),
        may("value", Form::Amount(Unit::Money, 0), "0", r#""7 k USD""#, "Of one unit."),
        may("lot", Form::Count(1, MANY), "all in one", "7", "At most so many units to a consignment."),
        COPIES,
        REMOVE,
        BASIS,
    ],
};

pub(crate) static NATION: Spec = Spec {
    name: "nation",
    title: "a nation",
    text: "A donor. A nation that only a pledge names needs no entry.",
    keys: &[
        must("name", Form::Name, "", "What others call it."),
        may("share", Form::Factor, "none", "0.3", "Its part of the burden by rule; any positive numbers."),
        COPIES,
        REMOVE,
        BASIS,
    ],
};

const ON: Key = may("on", Form::Date, "", "2025-09-09", "One thing, on this date; in place of `arrivals`.");
const ARRIVALS_KEY: Key =
    may("arrivals", Form::Table(&ARRIVALS), "", r#"{ every = "5d" }"#, "When they come; in place of `on`.");
const COUNT: Key = may("count", Form::Count(1, i64::MAX), "no end", "7", "Stops after so many.");
const BATCH: Key = may(
    "batch",
    Form::Law(Unit::Count),
    "1",
    "{ uniform = { low = 2, high = 9 } }",
    "So many come each time, each with draws of its own.",
);
const PROFILE_KEY: Key = may(
    "profile",
    Form::Table(&PROFILE),
    "the same rate always",
    r#"{ period = "24h", factors = [0.5, 1.5] }"#,
    "How the rate of `poisson` or `every` changes in the course of a day, a week or a year.",
);
const TREND_KEY: Key = may(
    "trend",
    Form::List(&TREND),
    "none",
    r#"[{ at = 2025-08-01, factor = 1 }, { at = 2025-11-01, factor = 1.5 }]"#,
    "How the rate of `poisson` or `every` grows or shrinks: factors at dates, straight lines between them.",
);
const PRIORITY: Key = may(
    "priority",
    Form::Law(Unit::Count),
    "1",
    "{ weights = { 1 = 1, 2 = 3 } }",
    "Lower goes first; any whole number of 32 bits, below zero too.",
);
const UNIT_VALUE: Key =
    may("unit_value", Form::Amount(Unit::Money, 0), "the item's", r#""9 k USD""#, "Value of one unit.");
const ORIGIN: Key =
    may("origin", Form::Refer("node"), "the mechanism's", r#""depot""#, "Where the goods stand when they exist.");
const TO: Key = may("to", Form::Refer("node"), "the only handover node", r#""border-2""#, "Destination.");
const QUANTITY: Key =
    may("quantity", Form::Law(Unit::Count), "1", "{ uniform = { low = 2, high = 9 } }", "Units of the item.");
const NEEDED: Key =
    may("needed_within", Form::Law(Unit::Time), "no date", r#""9d""#, "From its coming to its need-by date.");

const EXPIRES: Key = may(
    "expires",
    Form::Expires,
    "never",
    r#""9d""#,
    "It is open no more after its need-by date (`true`), or so long after it; what is not yet provided is withdrawn.",
);

pub(crate) static REQUIREMENT: Spec = Spec {
    name: "requirement",
    title: "a requirement",
    text: "A stream of requirements: what a recipient asks for.",
    keys: &[
        must("name", Form::Name, "", "The first of them is `<name>#1`."),
        ON,
        ARRIVALS_KEY,
        COUNT,
        BATCH,
        PROFILE_KEY,
        TREND_KEY,
        PRIORITY,
        may("item", Form::Refer("item"), "", r#""spare""#, "What is asked for; in place of `lines`."),
        QUANTITY,
        UNIT_VALUE,
        ORIGIN,
        TO,
        may(
            "lines",
            Form::List(&LINE),
            "",
            r#"[{ item = "spare", to = "border-2" }]"#,
            "Several items, made at one instant; in place of `item`.",
        ),
        NEEDED,
        EXPIRES,
        may(
            "via",
            Form::Refer("mechanism"),
            "none",
            r#""gifts""#,
            "The mechanism that provides; without one the goods stand at their origin.",
        ),
        may(
            "hq",
            Form::Refer("node"),
            "the only node of kind `hq`",
            r#""hq-2""#,
            "The headquarters whose desks it passes.",
        ),
        COPIES,
        REMOVE,
        BASIS,
    ],
};

pub(crate) static LINE: Spec = Spec {
    name: "requirement.lines",
    title: "a line of a requirement",
    text: "One of the `lines` of a requirement.",
    keys: &[must("item", Form::Refer("item"), r#""spare""#, "What is asked for."), QUANTITY, UNIT_VALUE, ORIGIN, TO],
};

pub(crate) static PLEDGE: Spec = Spec {
    name: "pledge",
    title: "a pledge",
    text: "What a donor promises, once or as a stream.",
    keys: &[
        must("name", Form::Name, "", "The first of them is `<name>#1`."),
        ON,
        ARRIVALS_KEY,
        COUNT,
        BATCH,
        PROFILE_KEY,
        TREND_KEY,
        may("nation", Form::Name, "none", r#""norway""#, "Who promises."),
        may("to", Form::Refer("mechanism"), "the only one that pools money", r#""purl-2""#, "Who receives."),
        must("amount", Form::Law(Unit::Money), r#""9 M EUR""#, "How much, in the home currency or one with a rate."),
        may("conversion", Form::Share, "1", "0.7", "The chance that it is kept whole, decided when announced."),
        may("kept_share", Form::Share, "1", "0.8", "The part of its amount that is kept."),
        may("committed_after", Form::Law(Unit::Time), r#""0s""#, r#""9d""#, "From the announcement to the commitment."),
        may(
            "paid_after",
            Form::Law(Unit::Time),
            "at the commitment",
            r#""19d""#,
            "From the announcement to the payment.",
        ),
        may("earmark", Form::Earmark, "none", r#""spare""#, "What alone it may serve."),
        may(
            "expires",
            Form::Law(Unit::Time),
            "never",
            r#""99d""#,
            "From the announcement until what is not allocated of it is withdrawn.",
        ),
        COPIES,
        REMOVE,
        BASIS,
    ],
};

pub(crate) static PACKAGE: Spec = Spec {
    name: "package",
    title: "a package",
    text: "A package that seeks money from its date on, beside those that form from requirements. It has a price, or lines that it asks for itself.",
    keys: &[
        must("name", Form::Name, "", "The first of them is `<name>#1`."),
        ON,
        ARRIVALS_KEY,
        COUNT,
        BATCH,
        PROFILE_KEY,
        TREND_KEY,
        PRIORITY,
        may("via", Form::Refer("mechanism"), "the only one that pools money", r#""purl-2""#, "Where it seeks money."),
        may("price", Form::Law(Unit::Money), "", r#""9 M USD""#, "What it costs; in place of lines."),
        may("item", Form::Refer("item"), "", r#""spare""#, "What it asks for; in place of `lines`."),
        QUANTITY,
        UNIT_VALUE,
        ORIGIN,
        TO,
        may(
            "lines",
            Form::List(&LINE),
            "",
            r#"[{ item = "spare", to = "border-2" }]"#,
            "Several items; its price is their value.",
        ),
        NEEDED,
        EXPIRES,
        COPIES,
        REMOVE,
        BASIS,
    ],
};

pub(crate) static CONSIGNMENT: Spec = Spec {
    name: "consignment",
    title: "a consignment stream",
    text: "Goods that enter the network by themselves.",
    keys: &[
        must("name", Form::Name, "", "The first of them is `<name>#1`."),
        ON,
        ARRIVALS_KEY,
        COUNT,
        BATCH,
        PROFILE_KEY,
        TREND_KEY,
        must("enters", Form::Refer("node"), r#""port""#, "Where they come in."),
        TO,
        may("item", Form::Refer("item"), "none", r#""spare""#, "What they are."),
        QUANTITY,
        may("mass", Form::Law(Unit::Mass), "none", r#""9 t""#, "Of a consignment, where no item says it."),
        may("value", Form::Law(Unit::Money), "none", r#""9 k USD""#, "Of a consignment, where no item says it."),
        PRIORITY,
        NEEDED,
        may(
            "circulates",
            Form::Flag,
            "false",
            "true",
            "They never leave (trucks, crews, containers): a route without end is right, and the run needs an `end`.",
        ),
        COPIES,
        REMOVE,
        BASIS,
    ],
};

pub(crate) static MECHANISM: Spec = Spec {
    name: "mechanism",
    title: "a mechanism",
    text: "A channel of aid. `waybill mechanisms` lists the kinds with their stages.",
    keys: &[
        must("name", Form::Name, "", "What others call it."),
        must("kind", Form::Text, r#""donation""#, "Which rules it follows."),
        may("origin", Form::Refer("node"), "the line's", r#""depot""#, "Where its goods stand when they exist."),
        may("stages", Form::Words, "no time", r#"{ release = "9d" }"#, "Times of its stages, by stage."),
        may(
            "size",
            Form::Amount(Unit::Money, 1),
            "none",
            r#""9 M USD""#,
            "Packages form when the list is worth this much. One of `size` and `draft_every` is needed where requirements come `via` it.",
        ),
        may(
            "draft_every",
            Form::Amount(Unit::Time, 1),
            "never",
            r#""9d""#,
            "Packages form at this rhythm, whatever the list is worth.",
        ),
        may("counts", Form::Word(&["committed", "paid"]), "committed", r#""paid""#, "The money that counts."),
        may(
            "excess",
            Form::Word(&["hold", "spill"]),
            "hold",
            r#""spill""#,
            "An earmarked sum beyond its need is held for it, or becomes free.",
        ),
        may("split_pledges", Form::Flag, "true", "false", "Whether a pledge may serve several needs."),
        may(
            "release_part_funded",
            Form::Flag,
            "false",
            "true",
            "The supplier releases the lines of a package one by one, as the money for them is there.",
        ),
        may(
            "pays_before",
            Form::Word(&["release", "supply"]),
            "no stage",
            r#""supply""#,
            "The stage that waits for paid money.",
        ),
        may("open_at_once", Form::Count(1, MANY), "all", "7", "How many packages may seek money at once."),
        COPIES,
        REMOVE,
        BASIS,
    ],
};

pub(crate) static JOURNAL: Spec = Spec {
    name: "journal",
    title: "a journal",
    text: "A CSV file whose rows are events of the run. Rows before the start are the backlog that it opens on.",
    keys: &[
        may("name", Form::Name, "the file's name", r#""other""#, "Its rows are `<name>#<row>`."),
        must("file", Form::Text, r#""small2.csv""#, "The file, relative to this one."),
        may("form", Form::Word(&["purl-ledger"]), "", "", "A known form; in place of `columns` and `kinds`."),
        may(
            "to",
            Form::Refer("mechanism"),
            "the only one that pools money",
            r#""purl-2""#,
            "Who receives the pledges.",
        ),
        may("columns", Form::Table(&COLUMNS), "", "", "Which column says what."),
        may(
            "kinds",
            Form::Words,
            "",
            "",
            "The file's word for a kind of row, and ours: `pledge`, `requirement`, `statement` or `checkpoint`.",
        ),
        REMOVE,
        BASIS,
    ],
};

pub(crate) static COLUMNS: Spec = Spec {
    name: "journal.columns",
    title: "`columns`",
    text: "Names of the file's columns.",
    keys: &[
        must("date", Form::Text, r#""day""#, "When: an ISO date, or date and time."),
        may("kind", Form::Text, "all rows are pledges", r#""what""#, "The kind of row, a key of `kinds`."),
        may("amount", Form::Text, "none", r#""other""#, "A number, in whole units of the currency times `scale`."),
        may("currency", Form::Text, "the home currency", r#""cur""#, "Three capital letters."),
        may("scale", Form::Count(1, 1_000_000_000), "1", "1000", "Units that 1 in the amount stands for."),
        may("party", Form::Text, "none", r#""other""#, "Who promises or asks."),
        may("package", Form::Text, "none", r#""pack""#, "The number of the package that a pledge is earmarked to."),
        may("item", Form::Text, "none", r#""other""#, "What a requirement asks for."),
        may("quantity", Form::Text, "1", r#""number""#, "How many units it asks for."),
        may("priority", Form::Text, "1", r#""prio""#, "How urgent it is."),
        may("figure", Form::Text, "none", r#""other""#, "The figure that a checkpoint is about."),
        may("note", Form::Text, "none", r#""other""#, "Words to keep."),
    ],
};

pub(crate) static CHECKPOINT: Spec = Spec {
    name: "checkpoint",
    title: "a checkpoint",
    text: "A published figure to hold a simulated one against.",
    keys: &[
        may("label", Form::Text, "the figure and the date", r#""first arrival""#, "What a reader calls it."),
        must(
            "figure",
            Form::Figure,
            r#""money.mechanisms.purl.paid""#,
            "A dotted path of `figures` (docs/figures.md; `waybill show RUN --csv -` lists those of a run).",
        ),
        may("at", Form::Date, "the end of the run", "2025-09-09", "The figure is read at the end of this day."),
        must("value", Form::Value, r#""9 M USD""#, "The published value: a number, an amount or a date."),
        may("is", Form::Word(&["about", "at_least", "at_most"]), "about", r#""at_least""#, "How the two compare."),
        may("tolerance", Form::Tolerance, r#""5%", for dates "7d""#, r#""8%""#, "How far off is still within."),
        BASIS,
    ],
};

pub(crate) static GOAL: Spec = Spec {
    name: "goal",
    title: "a goal",
    text: "A wish on a figure at the end of the run.",
    keys: &[
        must("figure", Form::Figure, r#""requirements.total.otif""#, "A dotted path of `figures`."),
        may("at_least", Form::Value, "", "0.5", "Met from here up."),
        may("at_most", Form::Value, "", r#""9d""#, "Met from here down."),
        BASIS,
    ],
};

/// Every table that stands in a file by its own header, in the order of the reference.
pub(crate) static TABLES: &[&Spec] = &[
    &TOP,
    &TIME,
    &MONEY,
    &RATE,
    &ITEM,
    &NATION,
    &STOCK,
    &REORDER,
    &REVIEW,
    &PRODUCTION,
    &REQUIREMENT,
    &LINE,
    &PLEDGE,
    &PACKAGE,
    &CONSIGNMENT,
    &MECHANISM,
    &NODE,
    &STEP,
    &POOL,
    &LEG,
    &DEPARTURES,
    &ARRIVALS,
    &DISRUPTION,
    &OUTAGES_AT_RANDOM,
    &JOURNAL,
    &COLUMNS,
    &CHECKPOINT,
    &GOAL,
];
