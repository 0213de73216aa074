//! stub until the draws branch lands
pub type Law = i64;
