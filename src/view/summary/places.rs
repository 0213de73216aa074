use super::Facts; use crate::view::text::Screen;
pub fn blocks(_f: &Facts<'_>, _s: &Screen) -> Vec<String> { Vec::new() }
