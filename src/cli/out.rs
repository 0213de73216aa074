//! Printing. Data goes to standard output, everything else to standard error; a broken pipe is no error.

use crate::view::Screen;
use anyhow::Context;
use std::io::{BufWriter, ErrorKind, IsTerminal, Write};

/// Standard output. Once nobody reads any more, what is printed is dropped.
pub struct Out {
    to: BufWriter<anstream::AutoStream<std::io::Stdout>>,
    closed: bool,
}

impl Out {
    pub fn new() -> Out {
        Out { to: BufWriter::with_capacity(1 << 16, anstream::AutoStream::auto(std::io::stdout())), closed: false }
    }

    /// Prints a text as it is; escape sequences are left out where they do not belong.
    pub fn text(&mut self, text: &str) -> anyhow::Result<()> {
        self.attempt(|to| to.write_all(text.as_bytes()))
    }

    /// Prints the one JSON document of a command.
    pub fn json(&mut self, value: &serde_json::Value) -> anyhow::Result<()> {
        self.attempt(|to| {
            serde_json::to_writer_pretty(&mut *to, value)?;
            to.write_all(b"\n")
        })?;
        self.flush()
    }

    pub fn flush(&mut self) -> anyhow::Result<()> {
        self.attempt(Write::flush)
    }

    /// Whether nobody reads any more.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    fn attempt(
        &mut self,
        print: impl FnOnce(&mut BufWriter<anstream::AutoStream<std::io::Stdout>>) -> std::io::Result<()>,
    ) -> anyhow::Result<()> {
        if self.closed {
            return Ok(());
        }
        match print(&mut self.to) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => {
                self.closed = true;
                Ok(())
            }
            done => done.context("cannot write to standard output"),
        }
    }
}

/// Prints a whole text on standard output.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut out = Out::new();
    out.text(text)?;
    out.flush()
}

/// Prints a JSON document on standard output.
pub fn print_json(value: &serde_json::Value) -> anyhow::Result<()> {
    Out::new().json(value)
}

/// Says something on standard error; who cannot hear it is not told.
pub fn say(text: &str) {
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// What standard output can show.
pub fn screen() -> Screen {
    let asked = std::env::var("COLUMNS").ok().and_then(|text| text.trim().parse().ok());
    let found = || terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0));
    let width = asked.or_else(found).unwrap_or(Screen::WIDEST);
    Screen::new(width, is_utf8())
}

/// Whether standard error is a terminal, so that progress can be shown.
pub fn can_redraw() -> bool {
    std::io::stderr().is_terminal()
}

/// Columns of the terminal that shows progress.
pub fn progress_width() -> usize {
    terminal_size::terminal_size_of(std::io::stderr()).map_or(80, |(width, _)| usize::from(width.0))
}

/// Whether the locale speaks UTF-8. Where none is set, it is assumed to.
pub fn is_utf8() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|key| {
        let value = std::env::var(key).unwrap_or_default();
        (!value.is_empty()).then(|| value.to_ascii_lowercase())
    });
    set.is_none_or(|locale| locale.contains("utf-8") || locale.contains("utf8"))
}
