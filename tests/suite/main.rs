//! Every test of waybill that is not beside the code: one binary, one link.

mod agree;
mod dated;
mod reference;
mod support;
