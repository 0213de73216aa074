//! Published tables as they are, with all their dirt. They are found through `WAYBILL_DATA`, a folder with a folder for each
//! set; a test whose set is not there says so and is skipped.

use crate::support::{pool, run};
use std::path::{Path, PathBuf};
use waybill::model::{Brings, Published};
use waybill::scenario::{self, Options};
use waybill::units::draw::Law;

/// The folder of a set of tables; or says why the test is skipped.
fn tables(test: &str, set: &str) -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("WAYBILL_DATA") else {
        println!("{test}: skipped: WAYBILL_DATA, the folder of published tables, is not set");
        return None;
    };
    let tables = PathBuf::from(folder).join(set);
    if !tables.is_dir() {
        println!("{test}: skipped: there is no {set} in the folder that WAYBILL_DATA names");
        return None;
    }
    Some(tables)
}

/// The cells of some columns, row by row; a second header of tags (HXL) is left out.
fn cells<const N: usize>(file: &Path, columns: [&str; N]) -> Vec<[String; N]> {
    let mut reader = csv::Reader::from_path(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let header = reader.headers().expect("a header").clone();
    let at = columns.map(|column| header.iter().position(|name| name == column).expect("the column is there"));
    let rows = reader.records().map(|row| row.expect("a whole row")).filter(|row| !row[0].starts_with('#'));
    rows.map(|row| at.map(|i| row[i].to_owned())).collect()
}

fn shipped(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(path)
}

#[test]
fn the_shipped_ledger_is_the_published_one() {
    let Some(tables) = tables("the_shipped_ledger", "purl-public-ledger") else { return };
    for file in ["purl_ledger.csv", "hub_facts.csv", "disruptions.csv", "README.md"] {
        let read = |path: PathBuf| std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(read(tables.join(file)) == read(shipped("data").join(file)), "{file} is not the published one");
    }
}

/// The sum of all published rows up to each published total, against what a run of the published file finds there.
#[test]
fn totals_of_the_ledger_are_the_sums_of_its_rows() {
    let Some(tables) = tables("totals_of_the_ledger", "purl-public-ledger") else { return };
    let file = tables.join("purl_ledger.csv");
    let rows = cells(&file, ["event_date", "event", "amount_usd_m"]);
    let cents = |millions: &str| millions.parse::<f64>().map_or(0.0, |sum| (sum * 1e8).round());
    let brings = |event: &str| ["package_funded", "pledge", "funding_recorded"].contains(&event);
    let totals = rows.iter().filter(|row| row[1] == "cumulative_reported");
    // Published, and added up here; dates in this form sort as text.
    let expected: Vec<(f64, f64)> = totals
        .map(|[day, _, total]| {
            let before = rows.iter().filter(|row| brings(&row[1]) && row[0] <= *day);
            (cents(total), before.map(|row| cents(&row[2])).sum())
        })
        .collect();
    let millions: Vec<f64> = expected.iter().map(|sums| sums.1 / 1e8).collect();
    assert_eq!(millions, [2898.0, 4419.7, 4419.7, 4419.7], "as the README of the tables has it");

    const FIGURE: &str = "money.mechanisms.pool.committed";
    let text = format!(
        "[time]\nstart = 2025-07-14\nend = 2026-03-01\n[[journal]]\nfile = '{}'\nform = \"purl-ledger\"\n{}",
        file.display(),
        pool("500 M USD", "")
    );
    let done = run(&text, 1);
    let figures = done.figures();
    let points = figures["checkpoints"].as_array().expect("a list").iter().filter(|point| point["figure"] == FIGURE);
    let number = |value: &serde_json::Value| value.as_f64().expect("a number");
    let found: Vec<_> = points.map(|point| (number(&point["published"]), number(&point["simulated"]))).collect();
    assert_eq!(found, expected);

    // The shipped scenario holds its run against the same totals.
    let autumn = scenario::read(&shipped("purl-autumn-2025.toml"), &Options::default());
    let notes = autumn.unwrap_or_else(|report| panic!("{}", report.text(false))).notes;
    let points = notes.checkpoints.iter().filter(|point| point.figure == "money.mechanisms.purl.committed");
    let published = |point: &waybill::model::Checkpoint| match point.published {
        Published::Money(sum) => sum.0 as f64,
        _ => panic!("the total of {} is a sum of money", point.label),
    };
    assert_eq!(points.map(published).collect::<Vec<_>>(), expected.iter().map(|sums| sums.0).collect::<Vec<_>>());
}

/// Thousands of flows with a second header of tags, line breaks in cells, zeros and repayments below zero: each row is an
/// event or a rejection, and the sum is that of the rows with an amount.
#[test]
fn every_flow_of_a_tracking_service_is_counted_once_or_rejected() {
    let Some(tables) = tables("every_flow", "ocha-fts-flows") else { return };
    for file in ["fts_incoming_funding_global_2026-02-21.csv", "fts_incoming_funding_global_2026-04-18.csv"] {
        let path = tables.join(file);
        let rows = cells(&path, ["status", "amountUSD"]);
        let sums =
            rows.iter().filter(|row| row[0] != "pledge").map(|row| row[1].parse::<i64>().expect("whole dollars"));
        let (kept, refused): (Vec<i64>, Vec<i64>) = sums.partition(|sum| *sum > 0);
        assert!(kept.len() > 4_000 && refused.len() > 100, "{file} is the real one");
        let text = format!(
            r#"
[time]
start = 2026-01-01
end = 2026-05-01

[[journal]]
file = '{}'
columns = {{ date = "date", kind = "status", amount = "amountUSD", party = "srcOrganization" }}
kinds = {{ commitment = "pledge", paid = "pledge", pledge = "statement" }}
{}"#,
            path.display(),
            pool("1 bn USD", "")
        );
        let done = run(&text, 1);
        assert_eq!(done.figure("journals.rows"), rows.len() as f64, "{file}");
        assert_eq!(done.figure("journals.rejections"), refused.len() as f64, "{file}");
        assert_eq!(done.figure("journals.events"), (rows.len() - refused.len()) as f64, "{file}");
        let whole = kept.iter().sum::<i64>() * 100;
        assert_eq!(done.figure("money.mechanisms.pool.announced"), whole as f64, "{file}");
    }
}

/// Ten thousand real order lines: a column of numbers is a law, one with words in it is refused at the first of them.
#[test]
fn a_column_of_real_deliveries_is_a_law_or_refused() {
    let Some(tables) = tables("a_column_of_real_deliveries", "scms-delivery-history") else { return };
    let file = tables.join("SCMS_Delivery_History_Dataset.csv");
    let read = |quantity: &str, mass: &str| {
        let text = format!(
            r#"
[time]
start = 2025-01-01
end = "30d"

[[item]]
name = "kit"

[[consignment]]
name = "by-number"
arrivals = {{ every = "1d" }}
enters = "dock"
item = "kit"
quantity = {{ empirical = {{ file = '{0}', column = "{quantity}" }} }}

[[consignment]]
name = "by-mass"
arrivals = {{ every = "1d" }}
enters = "dock"
mass = {{ empirical = {{ file = '{0}', column = "{mass}", unit = "kg" }} }}

[[node]]
name = "dock"
"#,
            file.display()
        );
        scenario::read_text("deliveries.toml", &text, &Options::default())
    };
    let columns = cells(&file, ["line item quantity", "weight (kilograms)"]);
    let quantities: Vec<i64> = columns.iter().map(|row| row[0].parse().expect("a whole number")).collect();
    assert!(quantities.len() > 10_000, "the file is the real one");
    let loaded = read("line item quantity", "line item quantity").unwrap_or_else(|r| panic!("{}", r.text(false)));
    let stream = loaded.plan.streams.iter().find(|stream| stream.name == "by-number").expect("the stream is there");
    let Brings::Consignments { quantity, .. } = &stream.brings else { panic!("a consignment brings goods") };
    assert_eq!(*quantity, Law::empirical(quantities));

    let report = read("line item quantity", "weight (kilograms)").expect_err("there are words in the column");
    let (row, word) = columns.iter().enumerate().find(|(_, row)| row[1].parse::<f64>().is_err()).expect("a word");
    let said = report.text(false);
    assert!(said.contains(&format!("row {} holds `{}`", row + 1, word[1])), "{said}");
    assert_eq!(report.diagnostics.len(), 1, "{said}");
}
