//! The house rules of the source: floors, doors, sizes, and what the engine does without.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The floor of each part. A file names only floors below its own, and its own part.
const FLOORS: &[(&str, u8)] = &[
    ("units", 0),
    ("model", 1),
    ("event", 2),
    ("state", 3),
    ("mechanism", 4),
    ("scenario", 5),
    ("log", 5),
    ("metric", 5),
    ("sim", 6),
    ("lab", 7),
    ("exchange", 7),
    ("view", 8),
    ("cli", 9),
];

/// Below this floor there are no files, clocks and threads.
const OUTSIDE_WORLD: u8 = 5;

/// One dependency, one door: where each may be named. A folder stands for all in it.
const DOORS: &[(&str, &[&str])] = &[
    ("sled", &["log/store/engine.rs", "log/store/tests.rs"]),
    ("fs2", &["log/runs.rs"]),
    ("crc32c", &["log/"]),
    ("rand", &["units/draw/"]),
    ("rand_chacha", &["units/draw/"]),
    ("libm", &["units/draw/"]),
    ("bincode", &["event/codec.rs", "log/", "sim/"]),
    ("toml", &["scenario/"]),
    ("annotate_snippets", &["scenario/diagnostic.rs"]),
    ("jiff", &["cli/", "scenario/"]),
    ("clap", &["cli/"]),
    ("tokio", &["cli/"]),
    ("indicatif", &["cli/"]),
    ("anyhow", &["cli/"]),
    ("anstream", &["cli/", "scenario/diagnostic.rs"]),
    ("terminal_size", &["cli/out.rs"]),
];

const MOST_LINES: usize = 700;

/// Names that stay out of the floors below the log, where a run is the same on every machine.
const NOT_BELOW: &[&str] =
    &["HashMap", "HashSet", "std::time", "Instant::", "SystemTime", "std::fs", "std::thread", "std::net", "std::env"];

/// Functions of std whose last bit differs from machine to machine; `libm`'s do not.
const NOT_PORTABLE: &[&str] = &[
    ".ln()",
    ".ln_1p()",
    ".exp()",
    ".exp2()",
    ".exp_m1()",
    ".log(",
    ".log2()",
    ".log10()",
    ".powf(",
    ".powi(",
    ".sin()",
    ".cos()",
    ".tan()",
    ".tanh()",
    ".atan()",
    ".atan2(",
];

/// Where they may stand all the same: figures are told there, not made.
const READERS: &[&str] = &["lab/", "view/", "cli/"];

struct Source {
    /// Below `src`, with `/`.
    path: String,
    text: String,
    /// The text without comments and without what is compiled for tests only.
    code: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("{} can be listed: {e}", folder.display()))
        .map(|entry| entry.expect("an entry of a folder can be read").path())
        .collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            files(&entry, found);
        } else {
            found.push(entry);
        }
    }
}

fn relative(path: &Path, to: &Path) -> String {
    path.strip_prefix(to).expect("it lies below").to_string_lossy().replace('\\', "/")
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let mut paths = Vec::new();
    files(&src, &mut paths);
    paths
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "rs"))
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a source file is UTF-8");
            Source { path: relative(&path, &src), code: code_of(&text), text }
        })
        .collect()
}

/// Code without comments, and without the module of tests that ends a file.
fn code_of(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let line = line.split("//").next().unwrap_or_default();
        if line.trim() == "#[cfg(test)]" {
            // What follows is an item for tests; a whole module ends the file here.
            match lines.next() {
                Some(next) if next.trim_start().starts_with("mod ") && next.ends_with('{') => break,
                _ => continue,
            }
        }
        code.push_str(line);
        code.push('\n');
    }
    code
}

impl Source {
    /// The part of the house: the folder, or the file at the top.
    fn part(&self) -> &str {
        self.path.split(['/', '.']).next().unwrap_or_default()
    }

    fn floor(&self) -> Option<u8> {
        floor_of(self.part())
    }

    /// Tests stand in files of their own too.
    fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs") || self.path.contains("/tests/") || self.path.ends_with("/testing.rs")
    }

    fn within(&self, places: &[&str]) -> bool {
        places.iter().any(|place| self.path == *place || (place.ends_with('/') && self.path.starts_with(place)))
    }

    /// Parts of the house that the code names through `crate::`, alone or in a group.
    fn names(&self) -> Vec<&str> {
        let mut all = Vec::new();
        for (at, _) in self.code.match_indices("crate::") {
            let rest = &self.code[at + "crate::".len()..];
            match rest.strip_prefix('{') {
                None => all.push(word(rest)),
                Some(group) => {
                    let mut depth = 0;
                    let mut begins = true;
                    for (i, c) in group.char_indices() {
                        match c {
                            '{' => depth += 1,
                            '}' if depth == 0 => break,
                            '}' => depth -= 1,
                            ',' if depth == 0 => begins = true,
                            c if begins && c.is_alphabetic() => {
                                all.push(word(&group[i..]));
                                begins = false;
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
        all
    }
}

fn word(text: &str) -> &str {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default()
}

fn floor_of(part: &str) -> Option<u8> {
    FLOORS.iter().find(|f| f.0 == part).map(|f| f.1)
}

/// Whether the code names this crate: `name::...` or `use name;`, not as the end of a longer path.
fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = &code[at + name.len()..];
        let starts = before.is_none_or(|c| !(c.is_alphanumeric() || "_:.\"`".contains(c)));
        let used = code[..at].trim_end().ends_with("use") && after.starts_with(';');
        starts && (after.starts_with("::") || used)
    })
}

fn none(wrong: &[String], rule: &str) {
    assert!(wrong.is_empty(), "{rule}:\n  {}", wrong.join("\n  "));
}

#[test]
fn every_file_stands_on_a_floor() {
    let lost: Vec<String> = sources()
        .iter()
        .filter(|s| s.floor().is_none() && !["lib.rs", "main.rs"].contains(&&*s.path))
        .map(|s| s.path.clone())
        .collect();
    none(&lost, "a part of the house has a row in FLOORS");
}

#[test]
fn a_file_names_only_floors_below_its_own() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|s| !s.is_test()) {
        let Some(floor) = source.floor() else { continue };
        for name in source.names() {
            if let Some(other) = floor_of(name)
                && name != source.part()
                && other >= floor
            {
                wrong.push(format!("{} (floor {floor}) names {name} (floor {other})", source.path));
            }
        }
    }
    none(&wrong, "a file names only floors below its own, and peers do not know each other");
}

#[test]
fn a_dependency_has_one_door() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (name, places) in DOORS {
            if names_crate(&source.code, name) && !source.within(places) {
                wrong.push(format!("{} names {name}, whose door is {}", source.path, places.join(", ")));
            }
        }
    }
    none(&wrong, "one dependency, one door");
}

#[test]
fn a_file_is_a_few_hundred_lines_long() {
    let mut wrong = Vec::new();
    for source in sources() {
        let lines = source.text.lines().count();
        if lines > MOST_LINES {
            wrong.push(format!("{}: {lines} lines, at most {MOST_LINES}", source.path));
        }
    }
    none(&wrong, "a file that grows is cut into parts");
}

#[test]
fn the_lower_floors_know_no_clock_no_file_and_no_order_by_chance() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|s| !s.is_test() && s.floor().is_some_and(|f| f < OUTSIDE_WORLD)) {
        for name in NOT_BELOW.iter().filter(|name| source.code.contains(**name)) {
            wrong.push(format!("{} names {name}", source.path));
        }
    }
    none(&wrong, "files, clocks, threads and sockets begin at floor 5");
}

#[test]
fn no_figure_depends_on_the_machines_mathematics() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|s| !s.is_test() && !s.within(READERS)) {
        for name in NOT_PORTABLE.iter().filter(|name| source.code.contains(**name)) {
            wrong.push(format!("{} calls {name}", source.path));
        }
    }
    none(&wrong, "logarithms, powers and angles come from libm, in units/draw");
}

#[test]
fn only_the_command_line_prints_and_only_main_exits() {
    let mut wrong = Vec::new();
    for source in sources().iter().filter(|s| !s.is_test()) {
        let prints = ["println!", "eprintln!", "print!(", "dbg!("].iter().any(|p| source.code.contains(p));
        if prints && source.part() != "cli" {
            wrong.push(format!("{} prints", source.path));
        }
        if source.code.contains("process::exit") && source.path != "main.rs" {
            wrong.push(format!("{} exits", source.path));
        }
    }
    none(&wrong, "only cli prints, only main exits");
}

/// What is committed names no place of one machine.
#[test]
fn no_text_names_a_path_of_one_machine() {
    let root = root();
    let mut paths = Vec::new();
    for folder in ["src", "tests", "benches", "docs", "scenarios", ".ci"] {
        files(&root.join(folder), &mut paths);
    }
    paths.extend(["README.md", "CHANGELOG.md", "Cargo.toml", "clippy.toml", "deny.toml"].map(|name| root.join(name)));
    // Joined here, so that this file does not name what it looks for.
    let roots = ["home", "root", "Users", "work", "mnt"].map(|name| format!("/{name}/"));
    let mut wrong = Vec::new();
    for path in paths {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for (number, line) in text.lines().enumerate() {
            for folder in &roots {
                let named = line.match_indices(folder).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    before.is_none_or(|c| " \"'`(=:".contains(c))
                });
                if named {
                    wrong.push(format!("{}:{}: {folder}", relative(&path, &root), number + 1));
                }
            }
        }
    }
    none(&wrong, "a path of one machine means nothing on another");
}

#[test]
fn the_rules_of_this_file_find_what_they_look_for() {
    let source = |path: &str, code: &str| Source { path: path.to_owned(), text: code.to_owned(), code: code_of(code) };
    let found = source("state/x.rs", "use crate::{log::Log, units::{time, amount}, sim};\nlet a = crate::view::text;");
    assert_eq!(found.names(), ["log", "units", "sim", "view"]);
    let tested =
        source("state/x.rs", "use crate::units; // crate::log\n#[cfg(test)]\nmod tests {\n    use crate::sim;\n}\n");
    assert_eq!(tested.names(), ["units"]);
    assert!(names_crate("use toml::de;", "toml") && names_crate("let a = (sled::open)(b);", "sled"));
    assert!(!names_crate("self.toml::<u8>", "toml") && !names_crate("view::toml::x", "toml"));
    let twice: BTreeMap<&str, u8> = FLOORS.iter().copied().collect();
    assert_eq!(twice.len(), FLOORS.len(), "each part stands on one floor");
}
