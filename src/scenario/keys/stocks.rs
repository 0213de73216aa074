//! The tables of stocks and their reorder rules.

use super::{BASIS, COPIES, Form, REMOVE, Spec, Unit, may, must};

/// Units of a stock.
const UNITS_MOST: i64 = 1_000_000_000_000_000;

pub(crate) static REORDER: Spec = Spec {
    name: "stock.reorder",
    title: "`reorder`",
    text: "`{ at, quantity }`: at or below `at`, so many times `quantity` as lift the position above it. `{ at, up_to }`: at or below `at`, up to `up_to`. `{ up_to }`: always up to it.",
    keys: &[
        may(
            "at",
            Form::Count(-UNITS_MOST, UNITS_MOST),
            "one below `up_to`",
            "2",
            "The position at which an order is due.",
        ),
        may("quantity", Form::Count(1, UNITS_MOST), "", "9", "Units of an order; in place of `up_to`."),
        may("up_to", Form::Count(1, UNITS_MOST), "", "9", "The position after an order; in place of `quantity`."),
    ],
};

pub(crate) static REVIEW: Spec = Spec {
    name: "stock.review",
    title: "`review`",
    text: "A rhythm of reviews, before the demands of its instant.",
    keys: &[
        must("every", Form::Amount(Unit::Time, 1), r#""9d""#, "From one review to the next."),
        may("first", Form::Moment, "one `every` after the start", r#""2d""#, "The first review."),
    ],
};

pub(crate) static PRODUCTION: Spec = Spec {
    name: "stock.production",
    title: "`production`",
    text: "Lots of orders are made one after the other, as many at once as there are `servers`; each is in as it is done.",
    keys: &[
        must("time", Form::Law(Unit::Time), r#""2d""#, "Of one lot."),
        may("servers", Form::Count(1, 1_000_000), "1", "2", "Lots at once."),
        may("lot", Form::Count(1, UNITS_MOST), "the whole order", "3", "At most so many units to a lot."),
    ],
};

pub(crate) static STOCK: Spec = Spec {
    name: "stock",
    title: "a stock",
    text: "Goods of one item at a place.",
    keys: &[
        must("name", Form::Name, "", "What others call it."),
        must("item", Form::Refer("item"), r#""spare""#, "What is in it."),
        must("at", Form::Refer("node"), r#""hub""#, "Where it is."),
        may("on_hand", Form::Count(0, UNITS_MOST), "0", "7", "Units at the start."),
        may(
            "reorder",
            Form::Table(&REORDER),
            "never",
            "{ at = 3, quantity = 9 }",
            "When and how much is ordered, by what is on hand and on order less what is owed.",
        ),
        may(
            "review",
            Form::Review,
            r#""continuous""#,
            r#"{ every = "9d" }"#,
            "When the rule is looked at: always, or at a rhythm.",
        ),
        may(
            "lead_time",
            Form::Law(Unit::Time),
            r#""0s""#,
            r#""9d""#,
            "From an order until it is in; in place of `production`.",
        ),
        may(
            "production",
            Form::Table(&PRODUCTION),
            "none",
            r#"{ time = "2d", lot = 3 }"#,
            "The line that makes what is ordered, lot by lot; in place of `lead_time`.",
        ),
        COPIES,
        REMOVE,
        BASIS,
    ],
};
