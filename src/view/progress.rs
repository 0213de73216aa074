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

/// Columns of the bar, and the fewest that still say something.
const BAR: usize = 28;
const BAR_LEAST: usize = 6;

impl Progress {
    /// Name, bar, share of the horizon, simulated date, events, rate, time left; in less than `width` columns.
    pub fn line(&self, now: SimTime, events: u64, wall: f64, width: usize, utf8: bool) -> String {
        let name: String = self.name.chars().take(24).collect();
        let (now, events) = (now.max(self.from), events.max(self.events_before));
        let rate = (events - self.events_before) as f64 / wall.max(1e-3);
        let mut rest = format!("{}  {:.2} M events  ", date(self.start + now.0), events as f64 / 1e6);
        rest.push_str(&format!("{:.1} M/s", rate / 1e6));
        let mut bar = String::new();
        if let Some(end) = self.end.filter(|end| end.0 > 0) {
            let share = (now.0 as f64 / end.0 as f64).clamp(0.0, 1.0);
            rest = format!("{:.0} %  {rest}", share * 100.0);
            let covered = (now - self.from).0;
            if covered > 0 {
                rest.push_str(&format!("  {:.1} s left", wall * (end - now).0 as f64 / covered as f64));
            }
            let room = width.saturating_sub(name.chars().count() + rest.chars().count() + 5).min(BAR);
            if room >= BAR_LEAST {
                let marks = Screen::new(96, utf8).marks;
                let done = marks.bar(share, room);
                let left = marks.rule(room - done.chars().count());
                bar = format!("{done}{left} ");
            }
        }
        format!("  {name} {bar}{rest}").chars().take(width.saturating_sub(1)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_how_far_a_run_is() {
        let end = Some(SimTime(86_400 * 100));
        let progress = Progress { name: "hubs".to_owned(), start: 0, end, from: SimTime(0), events_before: 0 };
        let line = progress.line(SimTime(86_400 * 50), 2_000_000, 2.0, 100, false);
        assert_eq!(line, "  hubs ==============-------------- 50 %  20 Feb 1970  2.00 M events  1.0 M/s  2.0 s left");
        let narrow = progress.line(SimTime(86_400 * 50), 2_000_000, 2.0, 80, false);
        assert!(narrow.contains(" 50 %") && narrow.len() < 80, "{narrow}");
        let endless = Progress { end: None, ..progress };
        assert_eq!(endless.line(SimTime(0), 0, 2.0, 100, true), "  hubs 1 Jan 1970  0.00 M events  0.0 M/s");
    }
}
