//! Floor 0: time, amounts, handles and named draws. Pure values; nothing here knows the field.

pub mod amount;
pub mod arena;
pub mod draw;
pub mod time;
