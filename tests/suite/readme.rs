//! The README's command does what the README says (`WAYBILL_BLESS=1` writes its output anew).

use assert_cmd::Command;
use std::path::Path;

/// What a block of the README shows: a command after `$ `, and its output.
struct Block<'a> {
    command: &'a str,
    output: &'a str,
}

const FENCE: &str = "```console\n";

fn block(readme: &str) -> Block<'_> {
    let rest = readme.split(FENCE).nth(1).expect("the README shows a command");
    let body = rest.split("```").next().expect("a block has an end");
    let (command, output) = body.split_once('\n').expect("a command has a line");
    Block { command: command.strip_prefix("$ ").expect("a command stands after `$ `"), output }
}

/// The scenarios beside a folder without a store, so that every path is the one a reader meets.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder can be made");
    for entry in std::fs::read_dir(from).expect("a folder can be listed") {
        let path = entry.expect("an entry can be read").path();
        let name = path.file_name().expect("an entry has a name");
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            std::fs::copy(&path, to.join(name)).expect("a file can be copied");
        }
    }
}

/// The time a run took is the machine's: `0.83 s` becomes `... s`.
pub fn without_wall(output: &str) -> String {
    let line = |line: &str| {
        let timed = |part: &str| {
            let number = part.rsplit_once(' ').filter(|p| ["us", "ms", "s", "min"].contains(&p.1)).map(|p| p.0);
            number.is_some_and(|n| !n.is_empty() && n.chars().all(|c| c.is_ascii_digit() || c == '.'))
        };
        let parts: Vec<&str> = line.split(" · ").map(|p| if timed(p) { "... s" } else { p }).collect();
        parts.join(" · ")
    };
    output.lines().map(|l| line(l) + "\n").collect()
}

#[test]
fn the_command_of_the_readme_prints_what_the_readme_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = root.join("README.md");
    let readme = std::fs::read_to_string(&file).expect("there is a README");
    let shown = block(&readme);
    let arguments = shown.command.strip_prefix("cargo run --release -- ").expect("cargo runs waybill");
    let here = tempfile::tempdir().expect("a folder can be made");
    copy(&root.join("scenarios"), &here.path().join("scenarios"));
    let ran = Command::new(env!("CARGO_BIN_EXE_waybill"))
        .args(arguments.split(' '))
        .current_dir(here.path())
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8")
        .env_remove("COLUMNS")
        .assert()
        .success();
    let printed = String::from_utf8(ran.get_output().stdout.clone()).expect("output is UTF-8");
    let printed = without_wall(printed.trim_start_matches('\n'));
    if std::env::var_os("WAYBILL_BLESS").is_some() {
        let old = format!("{FENCE}$ {}\n{}```", shown.command, shown.output);
        let new = format!("{FENCE}$ {}\n{printed}```", shown.command);
        std::fs::write(&file, readme.replace(&old, &new)).expect("the README can be written");
        return;
    }
    assert_eq!(shown.output, printed, "the README shows something else; WAYBILL_BLESS=1 writes it anew");
}

#[test]
fn every_link_of_the_pages_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = [
        "README.md",
        "docs/architecture.md",
        "docs/events.md",
        "docs/learn.md",
        "docs/log-format.md",
        "docs/semantics.md",
    ];
    for page in pages {
        let path = root.join(page);
        let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{page} can be read: {e}"));
        for (at, _) in text.match_indices("](") {
            let link = text[at + 2..].split(')').next().unwrap_or_default();
            let target = link.split('#').next().unwrap_or_default();
            if !target.is_empty() && !link.contains("://") {
                let found = path.parent().expect("a page lies in a folder").join(target);
                assert!(found.exists(), "{page} links to {target}, which is not there");
            }
        }
    }
}
