//! Every test of waybill that is not beside the code: one binary, one link.

mod agree;
mod cli;
mod cli_faults;
mod dated;
mod laws;
mod money;
mod reference;
mod support;
mod theory;
mod timelines;
