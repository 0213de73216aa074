//! Floor 4: one file for each channel of aid; what happens next.
//!
//! A new mechanism is one file here and one row in [`KINDS`]: the scenario reader, the reference pages, `waybill
//! mechanisms` and the figures follow from the row.

use crate::model::Cause;

/// A row of the table of mechanisms.
pub struct Kind {
    /// What `kind = "..."` says.
    pub name: &'static str,
    /// One sentence for listings and the scenario reference.
    pub summary: &'static str,
    /// Its stages in order; each has a gate, a time in `[mechanism.stages]` where `timed`, and figures.
    pub stages: &'static [StageKind],
    /// It pools pledges (`[[pledge]] to = ...`) and takes the keys of packages: `size`, `draft_every`, `counts`,
    /// `excess`, `split_pledges`, `pays_before`, `release_part_funded`, `open_at_once`.
    pub pools_money: bool,
    /// It takes goods from `[[stock]]` entries at its origin.
    pub takes_stock: bool,
}

/// A stage that every mechanism of a kind has.
pub struct StageKind {
    pub name: &'static str,
    /// What time spent in it is charged to.
    pub cause: Cause,
    /// Whether a scenario may give it a time; the others last as long as money or stock takes.
    pub timed: bool,
    /// One sentence for the scenario reference.
    pub text: &'static str,
}

const fn stage(name: &'static str, cause: Cause, timed: bool, text: &'static str) -> StageKind {
    StageKind { name, cause, timed, text }
}

/// Every kind of mechanism.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "donation",
        summary: "Gifts from a donor's stock: units on hand at the origin, an approval, shipment.",
        stages: &[
            stage("stock", Cause::Source, false, "waits until the depot has units for the line"),
            stage("approval", Cause::Release, true, "the donor's approval of the gift"),
            stage("shipment", Cause::Lift, true, "booking of lift and permits, for each consignment"),
        ],
        pools_money: false,
        takes_stock: true,
    },
    Kind {
        name: "package",
        summary: "Requirements are drafted into packages, which donors fund with pledges and the supplier releases (PURL).",
        stages: &[
            stage("drafting", Cause::Source, false, "waits in the list until a package forms"),
            stage("review", Cause::Source, true, "the package's review before it seeks money"),
            stage("funding", Cause::Money, false, "seeks money until its gap is zero"),
            stage("release", Cause::Release, true, "the supplier's release of the funded package"),
            stage("supply", Cause::Production, true, "stock draw or production, for each consignment"),
            stage("shipment", Cause::Lift, true, "booking of lift and permits, for each consignment"),
        ],
        pools_money: true,
        takes_stock: false,
    },
];

/// The row of a kind.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|k| k.name == name)
}
