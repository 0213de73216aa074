//! Floor 8: what a reader sees. Texts, tables and marks made of figures, plans and notes; nothing here prints.

pub mod csv;
pub mod events;
pub mod graph;
pub mod loads;
pub mod mechanisms;
pub mod number;
pub mod progress;
pub mod runs;
pub mod summary;
pub mod text;
pub mod vocabulary;

pub use text::{Look, Screen};

use text::Line;

/// A word as a shell takes it back.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+@%#".contains(c);
    if !word.is_empty() && word.chars().all(plain) && !word.starts_with('#') {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// What went wrong, and the command that repeats it.
pub fn complaint(what: &str, again: &str) -> String {
    let mut out = Line::new().put(Look::Bad, "error").plain(": ").plain(what).end();
    out += &Line::new().put(Look::Dim, "again  ").put(Look::Command, again).end();
    out
}

/// One word that names what follows.
pub fn notice(word: &str, text: &str) -> String {
    Line::new().put(Look::Dim, &format!("{word:<6}")).plain(" ").plain(text).end()
}

/// A run was stopped on the way.
pub fn interrupted(unix: i64, turn: u64, go_on: Option<&str>) -> String {
    let at = format!(" on {}, at turn {}. ", number::date(unix), number::grouped(turn as i64));
    let line = Line::new().put(Look::Bold, "Interrupted").plain(&at);
    match go_on {
        Some(command) => {
            let kept = line.plain("Everything up to there is kept.").end();
            kept + &Line::new().plain("  ").put(Look::Dim, "go on  ").put(Look::Command, command).end()
        }
        None => line.plain("Nothing was kept.").end(),
    }
}

/// What a store holds of an interrupted run.
pub fn found(run: &str, turns: u64, events: u64) -> String {
    let turns = number::many(turns, "whole turn");
    let text = format!("{turns} of run {run}, {}, chain unbroken", number::many(events, "event"));
    Line::new().plain("  ").put(Look::Dim, "found  ").plain(&text).end()
}

/// How far a resumed run went.
pub fn ran(from: i64, to: i64, events: u64, seconds: f64) -> String {
    let span = format!("{} to the last event, {}", number::date(from), number::date(to));
    let text = format!("{span}; {} in {}", number::many(events, "event"), number::wall(seconds));
    Line::new().plain("  ").put(Look::Dim, "ran    ").plain(&text).end()
}

/// A resumed run has ended.
pub fn resumed(events: u64, digest: &str, next: &str) -> String {
    let text = format!("{}, log {}, the same as if never stopped", number::many(events, "event"), digest_short(digest));
    let mut out = Line::new().plain("  ").put(Look::Dim, "done   ").put(Look::Good, &text).end();
    out += &Line::new().plain("  ").put(Look::Dim, "next   ").put(Look::Command, next).end();
    out
}

/// A stored log was folded again.
pub fn replayed(run: &str, turns: u64, events: u64, digest: &str, figures: &str, seconds: f64) -> String {
    let (turns, events) = (number::many(turns, "turn"), number::many(events, "event"));
    let text = format!("{turns} of run {run}, {events}, chain unbroken, in {}", number::wall(seconds));
    let mut out = Line::new().plain("  ").put(Look::Dim, "folded ").plain(&text).end();
    out += &Line::new().plain("  ").put(Look::Dim, "log    ").plain(digest).end();
    out += &Line::new().plain("  ").put(Look::Dim, "same   ").put(Look::Good, figures).end();
    out
}

/// Goods remain that can never move, at these places.
pub fn deadlock(places: &[String], again: &str) -> String {
    const SHOWN: usize = 5;
    let mut at = places.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if places.len() > SHOWN {
        at += &format!(" and {} more places", places.len() - SHOWN);
    }
    complaint(&format!("goods remain that nothing can ever move, at {at}"), again)
}

/// The first and last digits of a digest, for people.
pub fn digest_short(digest: &str) -> String {
    match (digest.get(..8), digest.get(digest.len().saturating_sub(4)..)) {
        (Some(first), Some(last)) => format!("{first}..{last}"),
        _ => digest.to_owned(),
    }
}

/// Where a scenario's figures come from: a line for each entry or key that says so, in the order of the file.
pub fn basis(notes: &crate::model::Notes) -> String {
    if notes.basis.is_empty() {
        return format!("\n  {} says no basis for any of its figures.\n\n", notes.title);
    }
    let wide = notes.basis.iter().map(|(path, _)| path.chars().count()).max().unwrap_or(0);
    let lines = notes.basis.iter().map(|(path, text)| format!("  {path:wide$}  {text}\n"));
    format!("\n{}\n", lines.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_change_them() {
        assert_eq!(quoted("time.end=180d"), "time.end=180d");
        assert_eq!(quoted("money=\"5 M USD\""), "'money=\"5 M USD\"'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
        assert_eq!(quoted("air-defence#3"), "air-defence#3");
    }

    #[test]
    fn places_where_goods_are_stuck_are_named() {
        let text = deadlock(&["a.x".to_owned(), "b.y".to_owned()], "waybill run f");
        let text = anstream::adapter::strip_str(&text).to_string();
        assert!(text.contains("nothing can ever move, at a.x, b.y"), "{text}");
    }
}
