//! What is wrong with a scenario, said so that it can be put right: a place, a code, and a way out.

use super::codes::{self, Code};
use super::tree::{Place, Sources};
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

/// Errors stop a run; warnings do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Error,
    Warning,
}

impl Severity {
    fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// A marked stretch of one line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    pub file: String,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The whole line, without its end.
    pub text: String,
    /// The marked bytes of the line.
    pub mark: std::ops::Range<usize>,
    /// What stands beside the mark.
    pub label: String,
}

/// One mistake, or one warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// `WB104`; `explain` says more.
    pub code: &'static str,
    pub severity: Severity,
    pub message: String,
    pub spot: Option<Spot>,
    /// Another place that the message speaks of, such as a definition.
    pub second: Option<Spot>,
    /// The one line between the two places, where they are that close.
    between: Option<String>,
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error that shows only when the whole scenario stands.
    pub(crate) fn error(code: &'static Code, message: String, spot: Option<Spot>, help: String) -> Diagnostic {
        let (severity, help) = (Severity::Error, Some(help));
        Diagnostic { code: code.name, severity, message, spot, second: None, between: None, help }
    }
}

/// All that is wrong with a scenario, in file order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub diagnostics: Vec<Diagnostic>,
    /// Lines of all scenario files that were read.
    pub lines: usize,
}

/// A mistake while reading, with places instead of lines.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub code: &'static Code,
    pub message: String,
    pub place: Option<Place>,
    pub label: String,
    pub second: Option<(Place, String)>,
    pub help: Option<String>,
}

impl Finding {
    pub fn new(code: &'static Code, place: Place, message: impl Into<String>, label: impl Into<String>) -> Finding {
        Finding { code, message: message.into(), place: Some(place), label: label.into(), second: None, help: None }
    }

    /// One about no line of a file.
    pub fn bare(code: &'static Code, message: impl Into<String>) -> Finding {
        Finding { code, message: message.into(), place: None, label: String::new(), second: None, help: None }
    }

    pub fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }

    pub fn second(mut self, place: Place, label: impl Into<String>) -> Finding {
        self.second = Some((place, label.into()));
        self
    }

    pub fn is_error(&self) -> bool {
        !self.code.is_warning()
    }

    pub fn resolve(self, sources: &Sources) -> Diagnostic {
        let spot = self.place.map(|p| sources.spot(p, self.label));
        let second = self.second.map(|(p, label)| sources.spot(p, label));
        let between = match (&spot, &second, self.place) {
            (Some(a), Some(b), Some(p)) if a.file == b.file && a.line.abs_diff(b.line) == 2 => {
                Some(sources.line(p.file, a.line.min(b.line) + 1).to_string())
            }
            _ => None,
        };
        Diagnostic {
            code: self.code.name,
            severity: if self.code.is_warning() { Severity::Warning } else { Severity::Error },
            message: self.message,
            spot,
            second,
            between,
            help: self.help,
        }
    }
}

/// More than so many are counted, not printed.
const PRINTED: usize = 100;

impl Diagnostic {
    /// As rustc shows it: code, place, the line, a mark with the way out, and at most one help.
    pub fn text(&self, colour: bool) -> String {
        let level = match self.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let title = level.primary_title(self.message.as_str()).id(self.code);
        let mut group = Group::with_title(title);
        let joined = self.joined();
        match (&self.spot, &self.second, &joined) {
            (Some(spot), Some(second), Some((text, start))) => {
                let at = |s: &Spot| text.1 + if s.line == *start { 0 } else { text.2 } - text.1 + s.mark.start;
                let (a, b) = (at(spot), at(second));
                group = group.element(
                    Snippet::source(text.0.as_str())
                        .line_start(*start)
                        .path(spot.file.as_str())
                        .annotation(AnnotationKind::Primary.span(a..a + spot.mark.len()).label(spot.label.as_str()))
                        .annotation(
                            AnnotationKind::Context.span(b..b + second.mark.len()).label(second.label.as_str()),
                        ),
                );
            }
            (Some(spot), second, _) => {
                group = group.element(snippet(spot, AnnotationKind::Primary));
                if let Some(second) = second {
                    group = group.element(snippet(second, AnnotationKind::Context));
                }
            }
            _ => {}
        }
        if let Some(help) = &self.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        tighten(&renderer.render(&[group]))
    }

    /// Both lines as one text (with where the second line begins), and the number of its first line.
    fn joined(&self) -> Option<((String, usize, usize), usize)> {
        let (a, b) = (self.spot.as_ref()?, self.second.as_ref()?);
        if a.file != b.file || a.line.abs_diff(b.line) > 100_000 {
            return None;
        }
        if a.line == b.line {
            return Some(((a.text.clone(), 0, 0), a.line));
        }
        let (first, last) = if a.line < b.line { (a, b) } else { (b, a) };
        let mut text = first.text.clone();
        for _ in first.line + 1..last.line {
            text.push('\n');
            if let Some(between) = &self.between {
                text.push_str(between);
            }
        }
        text.push('\n');
        let offset = text.len();
        text.push_str(&last.text);
        Some(((text, 0, offset), first.line))
    }

    pub fn json(&self) -> Value {
        let spot = |s: &Option<Spot>| match s {
            None => Value::Null,
            Some(s) => json!({
                "file": s.file, "line": s.line, "column": s.column,
                "length": s.text[s.mark.clone()].chars().count(), "text": s.text, "label": s.label,
            }),
        };
        json!({
            "code": self.code,
            "severity": self.severity.name(),
            "message": self.message,
            "place": spot(&self.spot),
            "second": spot(&self.second),
            "help": self.help,
        })
    }
}

fn snippet(spot: &Spot, kind: AnnotationKind) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    Snippet::source(spot.text.as_str())
        .line_start(spot.line)
        .path(spot.file.as_str())
        .annotation(kind.span(spot.mark.clone()).label(spot.label.as_str()))
}

/// Takes out the empty gutter line before a help, and blanks at the ends of lines.
fn tighten(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let mut out = String::with_capacity(text.len());
    for (i, line) in lines.iter().enumerate() {
        let gutter = anstream::adapter::strip_str(line).to_string();
        let next = lines.get(i + 1).map(|l| anstream::adapter::strip_str(l).to_string()).unwrap_or_default();
        if gutter.trim() == "|" && next.trim_start().starts_with("= help") {
            continue;
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

impl Report {
    /// Every diagnostic as text, and the closing line.
    pub fn text(&self, colour: bool) -> String {
        let mut out = String::new();
        for diagnostic in self.diagnostics.iter().take(PRINTED) {
            out.push_str(&diagnostic.text(colour));
            out.push('\n');
        }
        if self.diagnostics.len() > PRINTED {
            out.push_str(&format!("... and {} more\n\n", self.diagnostics.len() - PRINTED));
        }
        out.push_str(&self.closing());
        out.push('\n');
        out
    }

    /// `3 errors in 112 lines. Nothing was run. More on one: waybill explain WB317`
    fn closing(&self) -> String {
        let count = |s: Severity| self.diagnostics.iter().filter(|d| d.severity == s).count();
        let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
        let many = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
        let mut parts = Vec::new();
        if errors > 0 {
            parts.push(many(errors, "error"));
        }
        if warnings > 0 || errors == 0 {
            parts.push(many(warnings, "warning"));
        }
        // Of a file that could not be read, nobody knows how many lines it has.
        let lines = if self.lines > 0 { format!(" in {}", many(self.lines, "line")) } else { String::new() };
        let mut out = format!("{}{lines}.", parts.join(" and "));
        if errors > 0 {
            out.push_str(" Nothing was run.");
        }
        let last = self.diagnostics.iter().rev().find(|d| errors == 0 || d.severity == Severity::Error);
        if let Some(last) = last {
            let word = if self.diagnostics.len() == 1 { "it" } else { "one" };
            out.push_str(&format!(" More on {word}: waybill explain {}", last.code));
        }
        out
    }

    pub fn json(&self) -> Value {
        let of = |s: Severity| self.diagnostics.iter().filter(|d| d.severity == s).count();
        json!({
            "errors": of(Severity::Error),
            "warnings": of(Severity::Warning),
            "lines": self.lines,
            "diagnostics": self.diagnostics.iter().map(Diagnostic::json).collect::<Vec<_>>(),
        })
    }
}

/// A paragraph on a code, with a wrong and a right example.
pub fn explain(code: &str) -> Option<&'static str> {
    codes::ALL.iter().find(|c| c.name.eq_ignore_ascii_case(code)).map(|c| c.explanation)
}
