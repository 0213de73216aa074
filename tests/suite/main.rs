//! Every test of waybill that is not beside the code: one binary, one link.

mod agree;
mod cli;
#[expect(clippy::disallowed_types, reason = "commands that wait have limits in real time")]
mod cli_faults;
mod cli_new;
mod dated;
mod examples;
#[expect(clippy::disallowed_methods, reason = "a second reckoning has a tolerance far above the last bit")]
mod figures_again;
mod fuzz;
mod goldens;
mod grammar_arrivals;
mod grammar_choices;
mod grammar_departures;
mod grammar_money;
mod grammar_outages;
mod grammar_pools;
mod grammar_stations;
mod grammar_stocks;
mod grammar_views;
mod keys;
mod keys_defaults;
mod keys_words;
mod laws;
mod laws_between;
mod laws_wide;
mod learn;
mod mended;
mod mended_more;
mod money;
mod pages;
mod published;
mod readme;
mod reference;
mod rules_chance;
mod rules_departures;
mod rules_figures;
mod rules_money;
mod rules_needs;
mod rules_outages;
mod rules_packages;
mod rules_stations;
mod rules_ties;
mod rules_time;
mod rules_ways;
mod second;
#[expect(clippy::disallowed_types, reason = "tests that wait have limits in real time")]
mod store;
#[allow(dead_code, reason = "what tests share outlives the tests that use it")]
mod support;
#[expect(clippy::disallowed_methods, reason = "theory has tolerances far above the last bit")]
mod theory;
#[expect(clippy::disallowed_methods, reason = "theory has tolerances far above the last bit")]
mod theory_packages;
#[expect(clippy::disallowed_methods, reason = "theory has tolerances far above the last bit")]
mod theory_parts;
#[expect(clippy::disallowed_methods, reason = "theory has tolerances far above the last bit")]
mod theory_stations;
mod tidy;
mod timelines;
mod wide;
