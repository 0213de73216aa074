//! The one line that is redrawn while a run is made.

use super::number::date;
use super::text::Screen;
use crate::units::time::SimTime;

/// Where a run began, so that a line can say how far it is.
#[derive(Clone, Debug)]
pub struct Progress {
    pub name: String,
    /// Unix seconds of the run's start.
    pub start: i64,
    pub end: Option<SimTime>,
    /// Where the run stood when this process began with it.
    pub from: SimTime,
    pub events_before: u64,
}

/// Columns of the bar.
const BAR: usize = 28;

impl Progress {
    /// Name, bar, share of the horizon, simulated date, events, rate, time left.
    pub fn line(&self, now: SimTime, events: u64, wall: f64, utf8: bool) -> String {
        let name: String = self.name.chars().take(24).collect();
        let mut out = format!("  {name} ");
        let now = now.max(self.from);
        let events = events.max(self.events_before);
        let mut left = String::new();
        if let Some(end) = self.end.filter(|end| end.0 > 0) {
            let share = (now.0 as f64 / end.0 as f64).clamp(0.0, 1.0);
            let marks = Screen::new(96, utf8).marks;
            let done = marks.bar(share, BAR);
            out.push_str(&done);
            out.push_str(&marks.rule(BAR - done.chars().count()));
            out.push_str(&format!(" {:.0} %  ", share * 100.0));
            let covered = (now - self.from).0;
            if covered > 0 {
                left = format!("  {:.1} s left", wall * (end - now).0 as f64 / covered as f64);
            }
        }
        let rate = (events - self.events_before) as f64 / wall.max(1e-3);
        out.push_str(&format!("{}  {:.2} M events  ", date(self.start + now.0), events as f64 / 1e6));
        out.push_str(&format!("{:.1} M/s{left}", rate / 1e6));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_how_far_a_run_is() {
        let end = Some(SimTime(86_400 * 100));
        let progress = Progress { name: "hubs".to_owned(), start: 0, end, from: SimTime(0), events_before: 0 };
        let line = progress.line(SimTime(86_400 * 50), 2_000_000, 2.0, false);
        assert_eq!(line, "  hubs ==============-------------- 50 %  20 Feb 1970  2.00 M events  1.0 M/s  2.0 s left");
        let endless = Progress { end: None, ..progress };
        assert_eq!(endless.line(SimTime(0), 0, 2.0, true), "  hubs 1 Jan 1970  0.00 M events  0.0 M/s");
    }
}
