//! Every test of waybill that is not beside the code: one binary, one link.

mod agree;
mod cli;
mod cli_faults;
mod dated;
mod goldens;
mod pages;
mod readme;
mod reference;
mod store;
mod support;
mod tidy;
