//! Lines of text with looks, on a screen of some width.

use anstyle::{AnsiColor, Style};

/// Colour says "look here" and nothing else; ANSI 16 only, so the reader's theme decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Plain,
    /// The answer, and names.
    Bold,
    /// What limits; worse; outside a tolerance.
    Warn,
    /// Error, late, goal missed.
    Bad,
    /// Within, better, done.
    Good,
    /// A command to copy.
    Command,
    /// Labels, units, provenance.
    Dim,
}

impl Look {
    fn style(self) -> Style {
        match self {
            Look::Plain => Style::new(),
            Look::Bold => Style::new().bold(),
            Look::Warn => Style::new().bold().fg_color(Some(AnsiColor::Yellow.into())),
            Look::Bad => Style::new().bold().fg_color(Some(AnsiColor::Red.into())),
            Look::Good => Style::new().fg_color(Some(AnsiColor::Green.into())),
            Look::Command => Style::new().fg_color(Some(AnsiColor::Cyan.into())),
            Look::Dim => Style::new().dimmed(),
        }
    }
}

/// A line in the making, and how wide it is so far.
#[derive(Clone, Debug, Default)]
pub struct Line {
    text: String,
    width: usize,
}

impl Line {
    pub fn new() -> Line {
        Line::default()
    }

    pub fn put(mut self, look: Look, text: &str) -> Line {
        self.width += text.chars().count();
        if look == Look::Plain || text.trim().is_empty() {
            self.text.push_str(text);
        } else {
            let style = look.style();
            self.text.push_str(&format!("{style}{text}{style:#}"));
        }
        self
    }

    pub fn plain(self, text: &str) -> Line {
        self.put(Look::Plain, text)
    }

    /// Ends at a column, the text before it to the left.
    pub fn left(self, look: Look, text: &str, width: usize) -> Line {
        let blank = " ".repeat(width.saturating_sub(text.chars().count()));
        self.put(look, text).plain(&blank)
    }

    /// Ends at a column, the text to the right; what is too long for it still stands apart from what is before it.
    pub fn right(self, look: Look, text: &str, width: usize) -> Line {
        let blank = " ".repeat(width.saturating_sub(text.chars().count()).max(usize::from(self.width > 0)));
        self.plain(&blank).put(look, text)
    }

    pub fn width(&self) -> usize {
        self.width
    }

    /// The finished line, without blanks at its end.
    pub fn end(self) -> String {
        let mut text = self.text;
        text.truncate(text.trim_end_matches(' ').len());
        text.push('\n');
        text
    }
}

/// What can be shown: so many columns, and marks of the locale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    pub width: usize,
    pub marks: &'static Marks,
}

impl Screen {
    /// A summary is never wider.
    pub const WIDEST: usize = 96;
    const NARROWEST: usize = 40;

    pub fn new(width: usize, utf8: bool) -> Screen {
        let marks = if utf8 { &UNICODE } else { &ASCII };
        Screen { width: width.clamp(Screen::NARROWEST, Screen::WIDEST), marks }
    }
}

/// The marks of a locale.
#[derive(Debug, PartialEq, Eq)]
pub struct Marks {
    pub levels: [char; 8],
    /// Nothing, in a sparkline; under half a percent, in a table.
    pub nothing: char,
    pub tiny: char,
    pub heavy: char,
    pub half: char,
    pub light: char,
    /// Between facts.
    pub dot: char,
}

const UNICODE: Marks = Marks {
    levels: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
    nothing: '·',
    tiny: '·',
    heavy: '━',
    half: '╸',
    light: '─',
    dot: '·',
};

const ASCII: Marks = Marks {
    levels: ['_', '.', ':', '-', '=', '+', '*', '#'],
    nothing: ' ',
    tiny: '.',
    heavy: '=',
    half: '-',
    light: '-',
    dot: '-',
};

impl Marks {
    /// A sparkline of `width` columns, scaled to its own highest.
    pub fn spark(&self, values: &[f64], width: usize) -> String {
        let columns = resampled(values, width);
        let most = columns.iter().copied().fold(0.0, f64::max);
        let mark = |v: &f64| match v {
            v if *v <= 0.0 || most <= 0.0 => self.nothing,
            v => self.levels[((v / most * 8.0).ceil() as usize).clamp(1, 8) - 1],
        };
        columns.iter().map(mark).collect()
    }

    /// A length as a share of `width` columns, to half a column.
    pub fn bar(&self, share: f64, width: usize) -> String {
        let halves = (share.clamp(0.0, 1.0) * width as f64 * 2.0).round() as usize;
        let halves = if share > 0.0 { halves.max(1) } else { 0 };
        let mut out: String = std::iter::repeat_n(self.heavy, halves / 2).collect();
        if halves % 2 == 1 {
            out.push(self.half);
        }
        out
    }

    pub fn rule(&self, width: usize) -> String {
        std::iter::repeat_n(self.light, width).collect()
    }
}

/// Means over `width` equal stretches; fewer values stand for several columns each.
fn resampled(values: &[f64], width: usize) -> Vec<f64> {
    if values.is_empty() {
        return vec![0.0; width];
    }
    let n = values.len();
    (0..width)
        .map(|column| {
            let from = column * n / width;
            let to = ((column + 1) * n).div_ceil(width).clamp(from + 1, n);
            values[from..to].iter().sum::<f64>() / (to - from) as f64
        })
        .collect()
}

/// Breaks a text at blanks into lines of at most `width`.
pub fn wrapped(parts: &[(Look, String)], indent: &str, width: usize) -> String {
    let mut lines: Vec<Vec<(Look, String)>> = vec![Vec::new()];
    let mut used = indent.len();
    for (look, text) in parts {
        for word in text.split_inclusive(' ') {
            let bare = word.trim_end().chars().count();
            if used + bare > width && used > indent.len() {
                lines.push(Vec::new());
                used = indent.len();
            }
            used += word.chars().count();
            let line = lines.last_mut().expect("there is always a line");
            match line.last_mut() {
                Some((same, said)) if same == look => said.push_str(word),
                _ => line.push((*look, word.to_owned())),
            }
        }
    }
    let finished = lines.into_iter().map(|line| {
        let start = Line::new().plain(indent);
        line.into_iter()
            .fold(start, |l, (look, text)| {
                let bare = text.trim_end_matches(' ');
                l.put(look, bare).plain(&text[bare.len()..])
            })
            .end()
    });
    finished.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sparklines_reach_their_own_peak() {
        let screen = Screen::new(96, true);
        assert_eq!(screen.marks.spark(&[0.0, 1.0, 8.0, 4.0], 4), "·▁█▄");
        assert_eq!(screen.marks.spark(&[0.0, 0.0], 4), "····");
        assert_eq!(Screen::new(96, false).marks.spark(&[1.0, 2.0], 4), "--##");
    }

    #[test]
    fn bars_have_halves() {
        let marks = Screen::new(96, true).marks;
        assert_eq!(marks.bar(0.5, 3), "━╸");
        assert_eq!(marks.bar(0.001, 3), "╸");
        assert_eq!(marks.bar(0.0, 3), "");
    }

    #[test]
    fn a_line_ends_without_blanks() {
        assert_eq!(Line::new().left(Look::Plain, "a", 5).end(), "a\n");
        assert_eq!(Line::new().right(Look::Plain, "a", 3).end(), "  a\n");
    }
}
