//! Wrong scenarios and the messages they get: `tests/wrong/NAME.toml` and `NAME.txt` (refresh with `WAYBILL_BLESS=1`).

use super::{codes, path};
use crate::scenario::codes::ALL;
use crate::scenario::{Options, explain, read, read_text};
use proptest::prelude::*;

/// Scenarios with the text that they get, by name; the first line may say `# set: KEY=VALUE`.
fn texts() -> Vec<(String, String)> {
    let mut names: Vec<String> = std::fs::read_dir(path("wrong"))
        .unwrap()
        .filter_map(|e| e.unwrap().file_name().into_string().unwrap().strip_suffix(".toml").map(str::to_string))
        .filter(|n| !n.starts_with('_'))
        .collect();
    names.sort();
    names
        .into_iter()
        .map(|name| {
            let file = path("wrong").join(format!("{name}.toml"));
            let bytes = std::fs::read(&file).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            let sets = text.lines().filter_map(|l| l.strip_prefix("# set: ")).map(str::to_string).collect();
            let shown = match read(&file, &Options { sets }) {
                Ok(loaded) => loaded.report().text(false),
                Err(report) => report.text(false),
            };
            let root = env!("CARGO_MANIFEST_DIR");
            (name, shown.replace(&format!("{root}/"), ""))
        })
        .collect()
}

#[test]
fn wrong_scenarios_get_the_messages_that_are_kept() {
    let bless = std::env::var_os("WAYBILL_BLESS").is_some();
    let all = texts();
    assert!(all.len() >= 25, "there are {} wrong scenarios", all.len());
    for (name, text) in &all {
        let golden = path("wrong").join(format!("{name}.txt"));
        if bless {
            std::fs::write(&golden, text).unwrap();
        }
        let kept = std::fs::read_to_string(&golden).unwrap_or_default();
        assert_eq!(text, &kept, "the messages of {name} changed; WAYBILL_BLESS=1 keeps them");
    }
}

#[test]
fn every_code_is_shown_by_a_wrong_scenario() {
    let all: String = texts().into_iter().map(|(_, text)| text).collect();
    let missing: Vec<&str> = ALL.iter().map(|c| c.name).filter(|c| !all.contains(&format!("[{c}]"))).collect();
    assert!(missing.is_empty(), "no wrong scenario shows {missing:?}");
}

#[test]
fn explanations_show_what_is_wrong_and_what_is_right() {
    let frame = |text: &str| match text.contains("[time]") {
        true => text.to_string(),
        false => match text.strip_prefix("extends = \"base.toml\"") {
            Some(rest) => format!("extends = \"base.toml\"\n[time]\nstart = 2025-01-01\nend = \"60d\"\n{rest}"),
            None => format!("[time]\nstart = 2025-01-01\nend = \"60d\"\n\n{text}\n"),
        },
    };
    for code in ALL {
        assert_eq!(explain(code.name), Some(code.explanation));
        assert_eq!(explain(&code.name.to_lowercase()), Some(code.explanation));
        // Sets and CSV files are no scenarios.
        if ["WB109", "WB402", "WB505"].contains(&code.name) {
            continue;
        }
        let (wrong, right) = (codes(&frame(code.wrong)), codes(&frame(code.right)));
        assert!(wrong.contains(&code.name), "the wrong example of {} gives {wrong:?}", code.name);
        assert!(!right.contains(&code.name), "the right example of {} gives {right:?}", code.name);
    }
    assert_eq!(explain("WB999"), None);
}

#[test]
fn a_report_has_a_form_for_programs() {
    let report = read_text("s.toml", "[time]\nstart = 2025-01-01\nstop = 3\n", &Options::default()).unwrap_err();
    let json = report.json();
    assert_eq!(json["errors"], 1);
    assert_eq!(json["diagnostics"][0]["code"], "WB104");
    assert_eq!(json["diagnostics"][0]["place"]["line"], 3);
    assert_eq!(json["diagnostics"][0]["place"]["column"], 1);
}

#[test]
fn what_cannot_be_read_is_said() {
    let report = read(&path("wrong/not-there.toml"), &Options::default()).unwrap_err();
    assert_eq!(report.diagnostics[0].code, "WB401");
    assert!(report.text(false).contains("there is no such file"));
    let report = read(&path("wrong"), &Options::default()).unwrap_err();
    assert!(report.text(false).contains("it is a folder"));
}

const BITS: [&str; 24] = [
    "\"",
    "[",
    "]",
    "[[",
    "{",
    "}",
    "=",
    "\n",
    "'",
    "\"\"\"",
    "9999999999999999999999",
    "-1",
    "0",
    "1e400",
    "nan",
    "\u{e9}\u{4e2d}\u{1f600}",
    "\t",
    "\r\n",
    "\0",
    "remove = true\n",
    "copies = 3\n",
    "2025-02-30",
    "\"1e30 bn USD\"",
    ".",
];

/// Values that stand where others are meant.
const VALUES: [&str; 40] = [
    "1",
    "-1",
    "0",
    "0.5",
    "1e300",
    "inf",
    "nan",
    "9223372036854775807",
    "99999999999999999999",
    "true",
    "\"\"",
    "\"x\"",
    "\"hub-pl\"",
    "\"hub\"",
    "\"border\"",
    "\"port\"",
    "\"out\"",
    "\"purl\"",
    "\"4h\"",
    "\"12 t\"",
    "\"5 M USD\"",
    "\"5 M EUR\"",
    "\"2/week\"",
    "\"5%\"",
    "\"0 s\"",
    "\"9e18 s\"",
    "2025-08-01",
    "0001-01-01",
    "9999-12-31T23:59:59Z",
    "08:00:00",
    "[]",
    "{}",
    "[1, 2]",
    "[{}]",
    "{ weights = { hub = 1, out = 1 } }",
    "{ weights = { 1 = 1 } }",
    "{ exponential = \"4h\" }",
    "{ mixture = [{ weight = 1, of = { mixture = [] } }] }",
    "{ every = \"1 s\" }",
    "{ number = 1, mass = \"1 kg\" }",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_text_makes_the_reader_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..60usize, 0..BITS.len()), 1..6),
    ) {
        let mut text = std::fs::read_to_string(path("scenarios/spec-example.toml")).unwrap();
        for (at, length, bit) in changes {
            let mut start = at.index(text.len());
            while !text.is_char_boundary(start) {
                start -= 1;
            }
            let mut end = (start + length).min(text.len());
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.replace_range(start..end.max(start), BITS[bit]);
        }
        let shown = match super::text(&text, &[]) {
            Ok(loaded) => loaded.report(),
            Err(report) => report,
        };
        let _ = (shown.text(false), shown.text(true), shown.json());
    }

    #[test]
    fn no_value_makes_the_reader_panic(
        rich in any::<bool>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0..VALUES.len() + 2), 1..8),
    ) {
        let file = if rich { "scenarios/every-key.toml" } else { "scenarios/spec-example.toml" };
        let text = std::fs::read_to_string(path(file)).unwrap();
        let mut lines: Vec<String> = text.lines().map(str::to_string).collect();
        for (at, change) in changes {
            let at = at.index(lines.len());
            match VALUES.get(change) {
                _ if lines.len() < 3 => {}
                Some(value) => {
                    if let Some((key, _)) = lines[at].clone().split_once('=') {
                        lines[at] = format!("{key}= {value}");
                    }
                }
                None if change == VALUES.len() => {
                    lines.remove(at);
                }
                None => {
                    let line = lines[at].clone();
                    lines.insert(at, line);
                }
            }
        }
        let shown = match super::text(&lines.join("\n"), &[]) {
            Ok(loaded) => {
                crate::scenario::loads(&loaded.plan);
                loaded.report()
            }
            Err(report) => report,
        };
        let _ = (shown.text(false), shown.json());
    }

    #[test]
    fn no_set_makes_the_reader_panic(set in "[a-z.=\\[\\]{}\"0-9 -]{0,40}") {
        let text = std::fs::read_to_string(path("scenarios/spec-example.toml")).unwrap();
        if let Err(report) = super::text(&text, &[&set]) {
            let _ = report.text(false);
        }
    }
}
