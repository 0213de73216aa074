//! What may stand on the command line.

use crate::units::time::SimTime;
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use std::time::Duration;

const AFTER: &str = "\
Examples:
  waybill check scenarios/bench/three-hubs.toml
  waybill run scenarios/bench/three-hubs.toml --seed 7
  waybill runs
  waybill show 7f3a --at 2025-10-01

Exit codes: 0 done; 1 the command failed; 2 wrong usage or scenario; 3 a goal of the scenario was
not met; 4 a replay or verification diverged; 5 the store is damaged or in use; 130 interrupted.";

/// A deterministic, event-sourced simulator of how multinational assistance moves
#[derive(Debug, Parser)]
#[command(name = "waybill", version, after_help = AFTER, max_term_width = 100)]
pub struct Waybill {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Check a scenario: every mistake at once, and the load of every step and leg
    #[command(
        after_help = "Examples:\n  waybill check scenarios/bench/three-hubs.toml\n  waybill check base.toml --set node.hub.step.receipt.servers=8\n  waybill check base.toml --graph network.svg\n  waybill check base.toml --basis     where its figures come from"
    )]
    Check(CheckArgs),
    /// Simulate a scenario, keep its log, print the summary
    #[command(
        after_help = "Examples:\n  waybill run scenarios/bench/three-hubs.toml\n  waybill run base.toml --seed 7 --set time.end=180d --json\n  waybill run base.toml --again     run it anew and compare the two"
    )]
    Run(RunArgs),
    /// List the runs in the store: finished, interrupted, or running in some process
    #[command(after_help = "Examples:\n  waybill runs\n  waybill runs --json --store results")]
    Runs(RunsArgs),
    /// Delete a run from the store
    #[command(after_help = "Example:\n  waybill forget 7f3a")]
    Forget(ForgetArgs),
    /// Show figures and state of a run at its end, or at any moment
    #[command(
        after_help = "Examples:\n  waybill show 7f3a\n  waybill show 7f3a --at 2025-10-01\n  waybill show 7f3a --csv figures.csv     path,value,unit; `-` for standard output\n  waybill show 7f3a --series series.csv   backlog and throughput of each place over time"
    )]
    Show(ShowArgs),
    /// Print the events of a run
    #[command(
        after_help = "Examples:\n  waybill log 7f3a --object air-defence#3\n  waybill log 7f3a --from 2025-10-01 --to 2025-10-08 --kind HandedOver --kind LegArrived\n  waybill log 7f3a --format jsonl > events.jsonl"
    )]
    Log(LogArgs),
    /// Fold a stored log again: check its chain, confirm its digest and figures
    #[command(after_help = "Example:\n  waybill replay 7f3a")]
    Replay(ReplayArgs),
    /// Finish an interrupted run; it ends as the uninterrupted one would
    #[command(after_help = "Example:\n  waybill resume 7f3a")]
    Resume(ResumeArgs),
    /// Explain the code of a diagnostic
    #[command(after_help = "Example:\n  waybill explain WB104")]
    Explain(ExplainArgs),
    /// List the kinds of mechanisms, or describe one
    #[command(after_help = "Examples:\n  waybill mechanisms\n  waybill mechanisms package")]
    Mechanisms(MechanismsArgs),
    /// Write a first scenario that runs, with every other key beside its meaning
    #[command(after_help = "Examples:\n  waybill new autumn.toml\n  waybill new docks.toml --template dock")]
    New(NewArgs),
    /// Print the JSON Schema of scenario files, for editors
    #[command(
        after_help = "Example:\n  waybill schema > waybill.schema.json\n\nAn editor with TOML support takes it from a first line `#:schema ./waybill.schema.json` of a scenario."
    )]
    Schema(SchemaArgs),
    /// Print completions for a shell
    #[command(after_help = "Example:\n  waybill completions bash > /etc/bash_completion.d/waybill")]
    Completions(CompletionsArgs),
    /// Print the manual page of waybill, or of one of its verbs
    #[command(after_help = "Examples:\n  waybill man > waybill.1\n  waybill man run > waybill-run.1")]
    Man(ManArgs),
}

/// Which scenario.
#[derive(Debug, Args)]
pub struct ScenarioArgs {
    /// The scenario file
    pub scenario: PathBuf,
    /// Change one key of the scenario; may be repeated, later ones win
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub sets: Vec<String>,
}

/// Where runs are kept.
#[derive(Debug, Args)]
pub struct StoreArgs {
    /// The folder of the store
    #[arg(long, value_name = "DIR", default_value = "./.waybill")]
    pub store: PathBuf,
    /// How long to wait for a run that another process has open, such as 2, 500ms, 2s or 1min
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = wait)]
    pub wait: Duration,
}

/// How to answer.
#[derive(Debug, Args)]
pub struct AnswerArgs {
    /// Print one JSON document on standard output, and nothing else there
    #[arg(long)]
    pub json: bool,
    /// No progress, warnings or hints; `run` prints the id of its run and nothing else
    #[arg(long, short)]
    pub quiet: bool,
}

#[derive(Debug, Args)]
pub struct CheckArgs {
    /// Draw nodes, steps, legs and mechanisms to a file: `.svg`, or `.dot` for Graphviz
    #[arg(long, value_name = "FILE")]
    pub graph: Option<PathBuf>,
    /// Print where the scenario's figures come from, entry by entry, in place of the loads
    #[arg(long)]
    pub basis: bool,
    #[command(flatten)]
    pub scenario: ScenarioArgs,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

#[derive(Debug, Args)]
pub struct RunArgs {
    #[command(flatten)]
    pub scenario: ScenarioArgs,
    /// The seed of all chance
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// Run it anew, without the store, and compare: exit code 4 when the two logs differ
    #[arg(long)]
    pub again: bool,
    /// Make and digest the events, but keep nothing
    #[arg(long)]
    pub no_store: bool,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

#[derive(Debug, Args)]
pub struct RunsArgs {
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

#[derive(Debug, Args)]
pub struct ForgetArgs {
    /// The run: the beginning of its id
    pub run: String,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The run: the beginning of its id
    pub run: String,
    /// The moment to show, before anything of that instant: an ISO date or date-time, UTC. Past the end of a finished run
    /// it is the end
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub at: Option<Date>,
    /// Write every figure to a file as path,value,unit; `-` is standard output
    #[arg(long, value_name = "FILE", conflicts_with = "json")]
    pub csv: Option<PathBuf>,
    /// Write backlog and throughput of each place over time to a file as place,until,t,backlog,throughput; `-` is standard
    /// output
    #[arg(long, value_name = "FILE", conflicts_with_all = ["json", "csv"])]
    pub series: Option<PathBuf>,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

#[derive(Debug, Args)]
pub struct LogArgs {
    /// The run: the beginning of its id
    pub run: String,
    /// Events from this moment on: an ISO date or date-time, UTC
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub from: Option<Date>,
    /// Events before this moment: an ISO date or date-time, UTC
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub to: Option<Date>,
    /// Events of this kind only; may be repeated
    #[arg(long = "kind", value_name = "KIND")]
    pub kinds: Vec<String>,
    /// Events that concern this object, or a part of it (`air-defence#3` has the part `air-defence#3/1#1`)
    #[arg(long, value_name = "OBJECT")]
    pub object: Option<String>,
    /// How to print an event
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A line to read
    Text,
    /// A line of JSON
    Jsonl,
}

#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The run: the beginning of its id
    pub run: String,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

#[derive(Debug, Args)]
pub struct ResumeArgs {
    /// The run: the beginning of its id
    pub run: String,
    #[command(flatten)]
    pub store: StoreArgs,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The code, such as WB104
    pub code: String,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

#[derive(Debug, Args)]
pub struct MechanismsArgs {
    /// The kind to describe
    pub name: Option<String>,
    #[command(flatten)]
    pub answer: AnswerArgs,
}

#[derive(Debug, Args)]
pub struct NewArgs {
    /// The file to write; one that is there stays as it is
    pub file: PathBuf,
    /// What it begins with
    #[arg(long, value_enum, default_value_t = Template::Keys)]
    pub template: Template,
}

/// What a first scenario is made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Template {
    /// A hub, convoys and a border, with every other key as a comment
    Keys,
    /// The smallest queue, with the answer of theory
    Dock,
    /// Hubs with yards and hours, convoys by the clock
    Convoys,
    /// Requirements met from a donor's stock
    Donation,
}

#[derive(Debug, Args)]
pub struct SchemaArgs {}

#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub struct ManArgs {
    /// The verb; without one, waybill itself
    pub verb: Option<String>,
}

/// A moment as the command line gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// Seconds since 1970-01-01T00:00:00Z.
    pub unix: i64,
}

impl Date {
    /// The moment in a run that starts at `start`, or why it can have none.
    pub fn in_run(self, start: i64) -> SimTime {
        SimTime(self.unix.saturating_sub(start)).clamp(SimTime::EARLIEST, SimTime::LATEST)
    }
}

fn date(text: &str) -> Result<Date, String> {
    const EXPECTED: &str = "expected a date such as 2025-10-01, or a date-time such as 2025-10-01T06:30 (UTC)";
    let has_time = text.contains(['T', 't', ' ']);
    if has_time && let Ok(at) = text.parse::<jiff::Timestamp>() {
        let whole = at.subsec_nanosecond() == 0;
        return if whole { Ok(Date { unix: at.as_second() }) } else { Err("whole seconds only".to_owned()) };
    }
    let at: jiff::civil::DateTime = if has_time {
        text.parse().map_err(|_| EXPECTED.to_owned())?
    } else {
        text.parse::<jiff::civil::Date>().map_err(|_| EXPECTED.to_owned())?.to_datetime(jiff::civil::Time::midnight())
    };
    let zoned = at.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| EXPECTED.to_owned())?;
    if at.subsec_nanosecond() != 0 {
        return Err("whole seconds only".to_owned());
    }
    Ok(Date { unix: zoned.timestamp().as_second() })
}

fn wait(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a length of time such as 2, 500ms, 2s or 1min".to_owned();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let number: f64 = number.parse().map_err(|_| wrong())?;
    let factor = match unit.trim() {
        "" | "s" => 1.0,
        "ms" => 0.001,
        "min" => 60.0,
        "h" => 3_600.0,
        _ => return Err(wrong()),
    };
    Duration::try_from_secs_f64(number * factor).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        use clap::CommandFactory;
        Waybill::command().debug_assert();
    }

    #[test]
    fn dates_are_utc() {
        let unix = |text| date(text).map(|d| d.unix);
        assert_eq!(unix("1970-01-02"), Ok(86_400));
        assert_eq!(unix("1970-01-02T01:00"), Ok(90_000));
        assert_eq!(unix("1970-01-02T01:00:00Z"), Ok(90_000));
        assert_eq!(unix("1970-01-02 01:00:00+01:00"), Ok(86_400));
        for wrong in ["", "2025", "2025-02-30", "12 Oct", "2025-10-01T25:00", "2025-10-01T06:00:00.5Z"] {
            assert!(date(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn waits_have_units() {
        assert_eq!(wait("2"), Ok(Duration::from_secs(2)));
        assert_eq!(wait("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(wait("1min"), Ok(Duration::from_secs(60)));
        assert!(wait("soon").is_err() && wait("-1s").is_err() && wait("2 fortnights").is_err());
    }
}
