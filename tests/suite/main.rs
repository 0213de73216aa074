//! Every test of waybill that is not beside the code: one binary, one link.

mod agree;
mod cli;
#[expect(clippy::disallowed_types, reason = "commands that wait have limits in real time")]
mod cli_faults;
mod dated;
mod goldens;
mod grammar_outages;
mod grammar_stations;
mod laws;
mod money;
mod pages;
mod published;
mod readme;
mod reference;
#[expect(clippy::disallowed_types, reason = "tests that wait have limits in real time")]
mod store;
#[allow(dead_code, reason = "what tests share outlives the tests that use it")]
mod support;
#[expect(clippy::disallowed_methods, reason = "theory has tolerances far above the last bit")]
mod theory;
mod tidy;
mod timelines;
