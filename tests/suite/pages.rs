//! The pages in `docs/` say what the code says (`WAYBILL_BLESS=1` writes the generated ones anew).

use std::collections::BTreeSet;
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
    bytes.extend(codec::turn_bytes(SimTime(0), SimTime(3_600), 21, &[Entry { event, cause: 17 }]));
    let shown: Vec<String> = bytes.iter().map(u8::to_string).collect();
    assert!(read("docs/log-format.md").contains(&format!("`{}`", shown.join(", "))), "{shown:?}");
}

/// The rules of a page: what stands below its first heading of a part, by bullet, paragraph, numbered rule and table row.
fn rules_of(page: &str) -> Vec<String> {
    let mut blocks: Vec<String> = Vec::new();
    let mut begins = true;
    for line in page.lines().skip_while(|line| !line.starts_with("## ")) {
        let numbered =
            line.split_once(". ").is_some_and(|(n, _)| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit()));
        if line.trim().is_empty() || line.starts_with('#') || line.starts_with("|---") {
            // What stands above such a line of a table is its head.
            if line.starts_with("|---") {
                blocks.pop();
            }
            begins = true;
        } else if begins || numbered || line.starts_with("- ") || line.starts_with('|') {
            blocks.push(line.to_owned());
            begins = false;
        } else {
            let block = blocks.last_mut().expect("a block has begun");
            *block = format!("{block} {}", line.trim());
        }
    }
    blocks
}

/// Names of tests that a text quotes: `file::name`.
fn tests_named(text: &str) -> Vec<String> {
    let quoted = text.split('`').skip(1).step_by(2).filter(|q| q.contains("::"));
    quoted
        .filter(|q| q.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_:".contains(c)))
        .map(str::to_owned)
        .collect()
}

/// Tests of a file's code: the first function below each `#[test]`.
fn tests_in(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut marked = false;
    for line in code.lines().map(str::trim) {
        marked |= line == "#[test]";
        if let Some(rest) = line.strip_prefix("fn ").filter(|_| marked) {
            found.extend(rest.split('(').next());
            marked = false;
        }
    }
    found
}

/// Where tests of a module stand: in the suite, or beside the code.
fn code_of_tests(module: &str) -> Option<String> {
    let path = module.replace("::", "/");
    let beside = path.rsplit_once('/').map(|(folder, file)| format!("src/{folder}/tests/{file}.rs"));
    let places = [format!("tests/suite/{path}.rs"), format!("src/{path}/tests.rs"), format!("src/{path}.rs")];
    places.into_iter().chain(beside).find(|p| root().join(p).is_file()).map(read)
}

/// Every test that some rule names.
fn tests_of_the_rules() -> Vec<String> {
    rules_of(&read("docs/semantics.md")).iter().flat_map(|rule| tests_named(rule)).collect()
}

#[test]
fn every_rule_names_a_test_that_holds_it() {
    // The examples have a test that runs them all.
    let page = read("docs/semantics.md");
    let (page, _) = page.split_once("## The rules by example").expect("the page has its examples");
    let rules = rules_of(page);
    let bare: Vec<&String> = rules.iter().filter(|rule| tests_named(rule).is_empty()).collect();
    assert!(bare.is_empty(), "docs/semantics.md names no test for {bare:#?}");
    assert!(rules.len() > 70, "the page has many rules: {}", rules.len());
}

#[test]
fn every_test_that_a_rule_names_is_there() {
    let named = tests_of_the_rules();
    let there = |name: &String| {
        let (module, test) = name.rsplit_once("::").expect("a name has a file");
        code_of_tests(module).is_some_and(|code| tests_in(&code).contains(&test))
    };
    let missing: Vec<&String> = named.iter().filter(|name| !there(name)).collect();
    assert!(missing.is_empty(), "docs/semantics.md names tests that are not there: {missing:#?}");
    assert!(named.len() > 150, "the page names many tests: {}", named.len());
}

#[test]
fn every_hand_worked_rule_is_on_the_page() {
    let named = tests_of_the_rules();
    let mut lost = Vec::new();
    for entry in std::fs::read_dir(root().join("tests/suite")).expect("the suite has a folder") {
        let path = entry.expect("an entry can be read").path();
        let file = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        if !file.starts_with("rules_") {
            continue;
        }
        let code = read(&path);
        let names = tests_in(&code).into_iter().map(|test| format!("{file}::{test}"));
        lost.extend(names.filter(|name| !named.contains(name)));
    }
    lost.sort();
    assert!(lost.is_empty(), "docs/semantics.md has no rule for {lost:#?}");
}

#[test]
fn rules_are_told_apart_by_their_form() {
    let page = "# Page\n\nNo rule.\n\n## Part\n\nA rule,\nof two lines (`a::b`).\n\n- one\n  goes on\n- two\n\n\
                | head | er |\n|---|---|\n| row | `c::d`, `Enum::Name` |\n\n1. first\n   goes on\n2. second\n";
    let rules = rules_of(page);
    let expected = [
        "A rule, of two lines (`a::b`).",
        "- one goes on",
        "- two",
        "| row | `c::d`, `Enum::Name` |",
        "1. first goes on",
        "2. second",
    ];
    assert_eq!(rules, expected);
    assert_eq!(rules.iter().flat_map(|r| tests_named(r)).collect::<Vec<_>>(), ["a::b", "c::d"]);
    assert_eq!(
        tests_in("#[test]\n#[should_panic]\nfn one() {}\nfn two() {}\n    #[test]\n    fn three(\n"),
        ["one", "three"]
    );
}

/// Every figure of runs that have everything, by its key: the last word of its path.
#[test]
fn the_page_of_figures_names_every_figure() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/figures.md")).expect("there is a page");
    let words: BTreeSet<&str> =
        page.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).collect();
    let mut missing = BTreeSet::new();
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scenarios/every-key.toml"))
        .expect("it is there");
    let all = text
        .split("[[journal]]")
        .next()
        .expect("a text has a beginning")
        .replace("name = \"depot\"\n", "name = \"depot\"\ncost = \"1 USD\"\n");
    for text in [
        all.as_str(),
        include_str!("../../scenarios/learn/10-package.toml"),
        include_str!("../../scenarios/donation.toml"),
    ] {
        let done = crate::support::run(text, 1);
        let tree = done.world.figures(&done.opened.notes);
        for (path, _) in tree.leaves() {
            let parts: Vec<&str> = path.split('.').collect();
            let last = parts[parts.len() - 1];
            // Names of places, months and days stand for themselves; twins of quantiles are told by the first of them.
            let told = |word: &str| {
                let stem = ["_p90", "_p95", "_p99"].iter().find_map(|q| word.strip_suffix(q));
                let cause = word
                    .strip_suffix("_mean")
                    .or(word.strip_suffix("_total"))
                    .filter(|_| path.contains(".waited.") || path.contains(".stayed."));
                words.contains(word)
                    || stem.is_some_and(|s| words.contains(&*format!("{s}_p50")))
                    || cause.is_some_and(|c| words.contains(c))
                    || (word.starts_with("stay_") && words.contains("stay_p50"))
            };
            let named = path.starts_with("money.conversion.")
                || path.starts_with("money.costs.")
                || path.starts_with("bottleneck.");
            if !named && !told(last) {
                missing.insert(path.clone());
            }
        }
    }
    assert!(missing.is_empty(), "docs/figures.md does not name {missing:#?}");
}

#[test]
fn the_page_of_rules_names_the_version_of_the_rules() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/semantics.md")).expect("there is a page");
    assert!(page.contains(&format!("`semantics` {}.", waybill::sim::SEMANTICS)));
}
