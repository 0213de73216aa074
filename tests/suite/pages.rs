//! The pages in `docs/` say what the code says (`WAYBILL_BLESS=1` writes the generated ones anew).

use std::path::{Path, PathBuf};
use waybill::event::{Entry, Event, KINDS, KindInfo, codec};
use waybill::units::arena::Id;
use waybill::units::time::SimTime;
use waybill::view::vocabulary;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{} can be read: {e}", path.display()))
}

/// The files of the rules, with their code.
fn rules() -> Vec<(String, String)> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(root().join("src/mechanism"))
        .expect("the rules have a folder")
        .map(|entry| entry.expect("an entry can be read").path())
        .collect();
    files.sort();
    let name = |path: &Path| path.file_name().expect("a file has a name").to_string_lossy().into_owned();
    files.iter().filter(|p| p.is_file()).map(|path| (name(path), read(path))).collect()
}

/// Whether the code names this event and no longer one.
fn states(code: &str, name: &str) -> bool {
    let wanted = format!("Event::{name}");
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric());
    code.match_indices(&wanted).any(|(at, _)| ends(&code[at + wanted.len()..]))
}

fn stated_by(rules: &[(String, String)], kind: &KindInfo) -> String {
    let files: Vec<String> =
        rules.iter().filter(|(_, code)| states(code, kind.name)).map(|(file, _)| format!("`{file}`")).collect();
    files.join(", ")
}

#[test]
fn the_page_of_events_is_printed_from_the_table() {
    let rules = rules();
    let text = vocabulary::page(&|kind| stated_by(&rules, kind));
    if std::env::var_os("WAYBILL_BLESS").is_some() {
        std::fs::write(root().join("docs/events.md"), &text).expect("the page can be written");
        return;
    }
    assert!(
        read("docs/events.md") == text,
        "docs/events.md is not what the table says; WAYBILL_BLESS=1 writes it anew"
    );
}

#[test]
fn every_event_is_stated_by_some_rule() {
    let rules = rules();
    let silent: Vec<&str> = KINDS.iter().filter(|k| stated_by(&rules, k).is_empty()).map(|k| k.name).collect();
    assert!(silent.is_empty(), "nobody states {silent:?}");
}

/// `docs/architecture.md` names places as `file.rs:function`.
#[test]
fn every_place_that_the_architecture_names_is_there() {
    let page = read("docs/architecture.md");
    let mut places = 0;
    for quoted in page.split('`').skip(1).step_by(2) {
        let Some((file, function)) = quoted.split_once(".rs:") else { continue };
        let code = read(format!("src/{file}.rs"));
        let found = [format!("fn {function}("), format!("fn {function}<")].iter().any(|f| code.contains(f.as_str()));
        assert!(found, "{file}.rs has a function {function}");
        places += 1;
    }
    assert!(places >= 10, "the page names the places of one event's way");
}

/// Files and folders that the page names exist.
#[test]
fn every_file_that_the_architecture_names_is_there() {
    let page = read("docs/architecture.md");
    for quoted in page.split('`').skip(1).step_by(2) {
        let is_file = quoted.ends_with(".rs") || quoted.ends_with(".md") || quoted.ends_with(".toml");
        if is_file && !quoted.contains(' ') {
            let there = ["", "src", "docs"].iter().any(|folder| root().join(folder).join(quoted).exists());
            assert!(there, "{quoted} is there");
        }
    }
}

/// The floors of the page are those of the source.
#[test]
fn the_architecture_names_every_part() {
    let page = read("docs/architecture.md");
    for entry in std::fs::read_dir(root().join("src")).expect("the source has a folder") {
        let path = entry.expect("an entry can be read").path();
        if path.is_dir() {
            let part = path.file_name().expect("a folder has a name").to_string_lossy().into_owned();
            assert!(page.contains(&format!("`{part}`")), "docs/architecture.md says what {part} is for");
        }
    }
}

/// The example of `docs/log-format.md`.
#[test]
fn the_example_of_record_bytes_is_true() {
    let event = Event::YardEntered { unit: Id::new(7), step: Id::new(0) };
    let mut bytes = Vec::new();
    codec::Encoder::default().put_turn(SimTime(0), SimTime(3_600), 21, &[Entry { event, cause: 17 }], &mut bytes);
    let shown: Vec<String> = bytes.iter().map(u8::to_string).collect();
    assert!(read("docs/log-format.md").contains(&format!("`{}`", shown.join(", "))), "{shown:?}");
}
