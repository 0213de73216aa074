//! Damage to files, and kills: each in a process of its own, as sled's panics would use up the threads that all databases
//! of a process share. The child is this test binary, told to run one of two tests that do nothing else.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use super::*;

const CHILD: &str = "WAYBILL_LOG_CHILD";

fn child(test: &str, store: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("the test binary has a path"));
    command.args(["--exact", &format!("log::store::tests::damage::{test}"), "--nocapture", "--test-threads=1"]);
    command.env(CHILD, store).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs only as a child: opens a damaged store every way and says what came of it.
#[test]
fn child_opens_a_damaged_store() {
    let Some(store) = std::env::var_os(CHILD) else { return };
    let store = PathBuf::from(store);
    let read = open(&store, Mode::Read).and_then(|log| reread(&log));
    let result = match read {
        Ok(digest) => open(&store, Mode::Append).and_then(|mut log| {
            append_until(&mut log, 700, SMALL, false);
            Box::new(log).close().map(|()| digest)
        }),
        Err(error) => Err(error),
    };
    match result {
        Ok(digest) => println!("RESULT digest {digest}"),
        Err(error) => println!("RESULT error {error}"),
    }
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a temporary folder is writable");
    for entry in fs::read_dir(from).expect("listable") {
        let path = entry.expect("listable").path();
        let target = to.join(path.file_name().expect("a listed file has a name"));
        if path.is_dir() {
            copy_dir(&path, &target);
        } else {
            fs::copy(&path, &target).expect("copied");
        }
    }
}

/// Waits for a child; `None` when it hangs.
fn outcome(mut command: Command) -> Option<String> {
    let mut child = command.spawn().expect("the test binary starts");
    let begun = Instant::now();
    while child.try_wait().expect("a child can be waited for").is_none() {
        if begun.elapsed() > Duration::from_secs(60) {
            child.kill().expect("a child can be ended");
            child.wait().expect("a child can be waited for");
            return None;
        }
        thread::sleep(Duration::from_millis(2));
    }
    let output = child.wait_with_output().expect("its output is read");
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "the child failed: {out}{err}");
    assert!(!err.contains("panicked at"), "a message of a panic escaped: {err}");
    let line = out.lines().find_map(|line| line.split_once("RESULT ")).expect("the child says what came of it");
    Some(line.1.to_owned())
}

#[test]
fn damaged_files_give_a_named_error_or_do_no_harm() {
    let mut stores = vec![stored(600, SMALL), stored(600, SMALL)];
    if full_tier() {
        stores.extend([stored(200_000, SegmentLimits::default()), stored(200_000, SegmentLimits::default())]);
    }
    // Opened once, sled reads its page table from a file of its own and finds damage elsewhere.
    for (store, _) in stores.iter().step_by(2) {
        close(open(store.path(), Mode::Read).expect("a whole run opens"));
    }
    let rounds = if full_tier() { 300 } else { 30 };
    let files = ["db", "db", "db", "db", "conf", "HEAD", "run.json", "snap"];
    let (mut harmless, mut named) = (0, 0);
    for round in 0..rounds {
        let mix = blake3::hash(&u64::to_le_bytes(round));
        let draw = |at: usize| u64::from_le_bytes(mix.as_bytes()[at * 8..at * 8 + 8].try_into().expect("eight bytes"));
        let copy = tempfile::tempdir().expect("a temporary folder");
        let (store, digest) = &stores[round as usize % stores.len()];
        copy_dir(store.path(), copy.path());
        let name = files[(draw(0) % files.len() as u64) as usize];
        let dir = run_dir(copy.path(), &RUN);
        let listed = fs::read_dir(&dir).expect("listable").map(|file| file.expect("listable").path());
        let found = listed.into_iter().find(|path| {
            path.file_name().is_some_and(|file| file.to_string_lossy().split('.').next() == Some(name) || file == name)
        });
        let Some(path) = found else { continue };
        let mut bytes = fs::read(&path).expect("readable");
        // The tail of the database file is zeros; damage where something stands.
        let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1) as u64;
        let at = (draw(1) % used) as usize;
        if draw(2) % 3 == 0 {
            bytes.truncate(at)
        } else {
            bytes[at] ^= 1 << (draw(2) / 3 % 8)
        }
        fs::write(&path, bytes).expect("writable");
        let result = outcome(child("child_opens_a_damaged_store", copy.path()));
        let result = result.unwrap_or_else(|| panic!("round {round}: {name} damaged at {at}: the child hangs"));
        match result.strip_prefix("digest ") {
            Some(found) => {
                assert_eq!(found, digest.to_string(), "round {round}: {name} damaged at {at}: a wrong log");
                harmless += 1;
            }
            None => {
                if std::env::var_os("SHOW").is_some() {
                    println!("{name} at {at}: {result}");
                }
                named += 1;
            }
        }
    }
    assert!(named > 0, "{harmless} harmless, {named} named: the damage is too mild");
}

/// Runs only as a child: appends until it is killed, and says what was acknowledged.
#[test]
fn child_appends_until_it_is_killed() {
    let Some(store) = std::env::var_os(CHILD) else { return };
    let store = PathBuf::from(store);
    let options = StoreOptions { flush_every: Duration::from_millis(2), ..quick() };
    let opened = StoreLog::create(&store, RUN, opening(), meta(), &options);
    let mut log = match opened {
        Err(LogError::Exists { .. }) => StoreLog::open(&store, RUN, Mode::Append, &options).expect("a prefix opens"),
        opened => opened.expect("a new run is created"),
    };
    let mut last = log.head().turn;
    println!("RESULT {last}");
    loop {
        last += 700;
        append_until(&mut log, last, SegmentLimits { bytes: 900, events: 200 }, true);
        if last % 3 == 0 {
            log.sync().expect("synced");
            println!("RESULT {last}");
        }
    }
}

#[test]
fn a_killed_run_is_a_prefix_of_whole_turns() {
    let rounds = if full_tier() { 200 } else { 12 };
    let (mut store, mut acknowledged) = (tempfile::tempdir().expect("a temporary folder"), 0);
    for round in 0u64..rounds {
        if round % 10 == 9 {
            assert!(acknowledged > 0, "the child never came to acknowledge anything");
            (store, acknowledged) = (tempfile::tempdir().expect("a temporary folder"), 0);
        }
        let mut running = child("child_appends_until_it_is_killed", store.path()).spawn().expect("it starts");
        let out = running.stdout.take().expect("its output is piped");
        let (begun, begins) = mpsc::channel();
        let reading = thread::spawn(move || {
            let lines = BufReader::new(out).lines().map_while(Result::ok);
            let turns = lines.filter_map(|line| line.split_once("RESULT ")?.1.parse::<u64>().ok());
            turns.inspect(|_| begun.send(()).unwrap_or(())).last()
        });
        if round % 4 > 0 {
            begins.recv_timeout(Duration::from_secs(60)).expect("the child creates or opens the run");
        }
        thread::sleep(Duration::from_millis(5 + round * 37 % 120));
        running.kill().expect("a child can be ended");
        running.wait().expect("a child can be waited for");
        acknowledged = reading.join().expect("no panic").unwrap_or(acknowledged).max(acknowledged);
        match open(store.path(), Mode::Append) {
            Err(LogError::NotFound { .. }) => assert_eq!(acknowledged, 0),
            opened => {
                let mut log = opened.unwrap_or_else(|error| panic!("round {round}: {error}"));
                let turn = log.head().turn;
                assert!(turn >= acknowledged, "round {round}: {acknowledged} acknowledged, {turn} found");
                assert_eq!(log.digest().expect("a digest"), expected(turn, true), "round {round}");
            }
        }
    }
}
