//! waybill: a deterministic, event-sourced simulator of how multinational assistance is coordinated and moved.

pub mod cli;
pub mod event;
pub mod log;
pub mod mechanism;
pub mod metric;
pub mod model;
pub mod scenario;
pub mod sim;
pub mod state;
pub mod units;
pub mod view;
