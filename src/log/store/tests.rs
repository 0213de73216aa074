//! Tests of the stored log: laws E4, E7, E8, E9, E10, E12, E13, E15 of the store.

mod damage;

use std::thread;
use std::time::Instant;

use super::super::digest::Digest;
use super::super::testing::{append_until, full_tier, opening, push_turn};
use super::super::{chunked, segment};
use super::engine::{VALUE_MAX, turn_of};
use super::*;
use crate::log::{MemoryLog, Scan, SegmentLimits, forget, list_runs, verify};

const RUN: RunId = RunId([0x5a; 32]);
const SMALL: SegmentLimits = SegmentLimits { bytes: 200, events: 20 };

fn quick() -> StoreOptions {
    StoreOptions { wait: Duration::from_millis(50), ..StoreOptions::default() }
}

fn meta() -> RunMeta {
    RunMeta { scenario: "test".to_owned(), seed: 1, ..RunMeta::default() }
}

fn create(store: &Path) -> StoreLog {
    StoreLog::create(store, RUN, opening(), meta(), &quick()).expect("a new run is created")
}

fn open(store: &Path, mode: Mode) -> Result<StoreLog, LogError> {
    StoreLog::open(store, RUN, mode, &quick())
}

fn close(log: StoreLog) {
    Box::new(log).close().expect("a whole log closes");
}

/// A closed store of this many turns; the temporary folder and the digest.
fn stored(turns: u64, limits: SegmentLimits) -> (tempfile::TempDir, LogDigest) {
    let store = tempfile::tempdir().expect("a temporary folder");
    let mut log = create(store.path());
    append_until(&mut log, turns, limits, false);
    let digest = log.digest().expect("a whole log has a digest");
    close(log);
    (store, digest)
}

/// What the same turns digest to in memory.
fn expected(turns: u64, big: bool) -> LogDigest {
    let mut log = MemoryLog::new(opening());
    append_until(&mut log, turns, SegmentLimits::default(), big);
    log.digest().expect("memory does not fail")
}

fn segments_of(log: &dyn Log) -> Vec<Segment> {
    let mut scan = Scan::from(log, 1);
    let mut all = Vec::new();
    while let Some(segment) = scan.next_segment().expect("a whole log is read") {
        all.push(segment.clone());
    }
    all
}

/// Raw access to the stored values of a log that is open.
fn raw(log: &StoreLog) -> &sled::Tree {
    &log.reader.engine.sled().segments
}

/// Reads everything without what the reader remembers.
fn reread(log: &StoreLog) -> Result<LogDigest, LogError> {
    *log.reader.memo.lock().expect("no test panics here") = None;
    verify(log).map(|verified| verified.digest.value())
}

#[test]
fn what_goes_in_comes_out_again() {
    let store = tempfile::tempdir().expect("a temporary folder");
    let mut log = create(store.path());
    assert_eq!(log.opening(), &opening());
    append_until(&mut log, 5000, SegmentLimits::default(), true);
    let (head, digest) = (log.head(), log.digest().expect("a digest"));
    assert_eq!(digest, expected(5000, true));
    close(log);
    for _ in 0..2 {
        let mut log = open(store.path(), Mode::Read).expect("a whole run opens");
        assert_eq!((log.head(), log.opening()), (head, &opening()));
        assert_eq!(log.digest().expect("a whole log is read"), digest);
        assert!(matches!(log.append(&mut Batch::after(head)), Err(LogError::ReadOnly)));
        assert!(log.segment_at(0).expect("no error").is_none());
        assert!(log.segment_at(5001).expect("no error").is_none());
    }
    let mut memory = MemoryLog::new(opening());
    append_until(&mut memory, 5000, SegmentLimits::default(), true);
    let log = open(store.path(), Mode::Read).expect("a whole run opens");
    assert_eq!(segments_of(&log), segments_of(&memory), "the two logs are twins");
    for turn in [1, 2, 777, 4096, 5000] {
        assert_eq!(log.segment_at(turn).expect("read"), memory.segment_at(turn).expect("read"), "turn {turn}");
    }
}

#[test]
fn segment_size_changes_no_digest() {
    let digest = expected(4200, true);
    for (bytes, events) in [(1, 1), (50, 1000), (6400, 960), (100_000, 100_000)] {
        let turns = if bytes == 1 { 300 } else { 4200 };
        let store = tempfile::tempdir().expect("a temporary folder");
        let mut log = create(store.path());
        append_until(&mut log, turns, SegmentLimits { bytes, events }, true);
        close(log);
        let mut log = open(store.path(), Mode::Append).expect("a whole run opens");
        append_until(&mut log, 4200, SegmentLimits::default(), true);
        assert_eq!(log.digest().expect("a digest"), digest, "{bytes} bytes, {events} events");
    }
}

#[test]
fn no_value_leaves_the_database_file() {
    let store = tempfile::tempdir().expect("a temporary folder");
    let mut log = create(store.path());
    append_until(&mut log, 3000, SegmentLimits { bytes: 60_000, events: 100_000 }, true);
    log.put_snapshot(vec![3; 1_000_000]).expect("a snapshot is taken");
    log.sync().expect("synced");
    let longest = raw(&log).iter().values().map(|value| value.expect("readable").len()).max();
    assert!(longest <= Some(VALUE_MAX), "{longest:?}");
    close(log);
    let blobs = run_dir(store.path(), &RUN).join("blobs");
    assert_eq!(fs::read_dir(blobs).expect("sled makes the folder").count(), 0);
    let log = open(store.path(), Mode::Read).expect("a whole run opens");
    assert_eq!(reread(&log).expect("whole"), expected(3000, true));
}

#[test]
fn every_flipped_bit_is_found_where_it_is() {
    let (store, digest) = stored(60, SMALL);
    let log = open(store.path(), Mode::Read).expect("a whole run opens");
    let keys: Vec<sled::IVec> = raw(&log).iter().keys().map(|key| key.expect("readable")).collect();
    assert!(keys.len() > 3);
    for key in &keys {
        let turn = turn_of(key).expect("a key of a segment");
        let whole = raw(&log).get(key).expect("readable").expect("present").to_vec();
        let mut value = whole.clone();
        for bit in 0..value.len() * 8 {
            value[bit / 8] ^= 1 << (bit % 8);
            raw(&log).insert(key, value.as_slice()).expect("writable");
            let error = reread(&log).expect_err("a flipped bit is seen");
            assert!(matches!(error, LogError::Corrupt { turn: found, .. } if found == turn), "bit {bit}: {error}");
            value[bit / 8] ^= 1 << (bit % 8);
        }
        raw(&log).insert(key, whole).expect("writable");
    }
    assert_eq!(reread(&log).expect("whole again"), digest);
}

#[test]
fn a_segment_cut_at_any_byte_is_found() {
    let (store, digest) = stored(60, SMALL);
    let log = open(store.path(), Mode::Read).expect("a whole run opens");
    let (key, whole) = raw(&log).last().expect("readable").expect("present");
    let turn = turn_of(&key).expect("a key of a segment");
    for cut in 0..whole.len() {
        raw(&log).insert(&key, &whole[..cut]).expect("writable");
        let error = reread(&log).expect_err("a cut is seen");
        assert!(matches!(error, LogError::Corrupt { turn: found, .. } if found == turn), "cut {cut}: {error}");
        assert!(log.segment_at(1).expect("the segments before it are whole").is_some());
    }
    raw(&log).insert(&key, [&whole[..], &[0]].concat()).expect("writable");
    assert!(matches!(reread(&log), Err(LogError::Corrupt { .. })));
    raw(&log).insert(&key, whole).expect("writable");
    assert_eq!(reread(&log).expect("whole again"), digest);
}

/// Opens, changes the stored values, closes, and opens again.
fn after(change: impl FnOnce(&sled::Tree, &[(sled::IVec, sled::IVec)])) -> LogError {
    let (store, _) = stored(60, SMALL);
    let log = open(store.path(), Mode::Read).expect("a whole run opens");
    let all: Vec<_> = raw(&log).iter().map(|pair| pair.expect("readable")).collect();
    change(raw(&log), &all);
    let read =
        reread(&log).and_then(|found| if found == expected(60, false) { Ok(()) } else { Err(LogError::ReadOnly) });
    close(log);
    let opened = open(store.path(), Mode::Append).map(drop).expect_err("opening sees it");
    assert!(opened.is_damage(), "{opened}");
    match read {
        Err(LogError::ReadOnly) | Ok(()) => opened,
        Err(error) => error,
    }
}

#[test]
fn swapped_missing_repeated_and_foreign_segments_are_found() {
    let put = |tree: &sled::Tree, key: &[u8], value: &[u8]| drop(tree.insert(key, value).expect("writable"));
    let swapped = after(|tree, all| {
        put(tree, &all[1].0, &all[2].1);
        put(tree, &all[2].0, &all[1].1);
    });
    assert!(matches!(swapped, LogError::Corrupt { .. }), "{swapped}");
    let missing = after(|tree, all| drop(tree.remove(&all[2].0).expect("writable")));
    assert!(matches!(missing, LogError::Gap { .. }), "{missing}");
    let first = after(|tree, all| drop(tree.remove(&all[0].0).expect("writable")));
    assert!(matches!(first, LogError::Gap { expected: 1, .. }), "{first}");
    let last = after(|tree, all| drop(tree.remove(&all[all.len() - 1].0).expect("writable")));
    assert!(matches!(last, LogError::Truncated { head: 60, .. }), "{last}");
    let repeated = after(|tree, all| {
        let key = (turn_of(&all[1].0).expect("a key") + 1).to_be_bytes();
        put(tree, &key, &all[1].1);
    });
    assert!(matches!(repeated, LogError::ChainBroken { .. }), "{repeated}");
    // The same place in another run: whole in itself, linked elsewhere.
    let foreign = after(|tree, all| {
        let other = tempfile::tempdir().expect("a temporary folder");
        let run = RunId([9; 32]);
        let mut log = StoreLog::create(other.path(), run, opening(), meta(), &quick()).expect("created");
        append_until(&mut log, 60, SMALL, false);
        log.sync().expect("synced");
        put(tree, &all[0].0, &raw(&log).get(&all[0].0).expect("readable").expect("present"));
    });
    assert!(matches!(foreign, LogError::ChainBroken { turn: 1 }), "{foreign}");
    let rewritten = after(|tree, all| {
        let mut batch = Batch::after(opening().origin);
        let turns = turn_of(&all[1].0).expect("a key") - 1;
        for _ in 0..turns {
            push_turn(&mut batch, false);
        }
        batch.bytes[0] ^= 1;
        let mut value = Vec::new();
        segment::encode(&batch, 1, RUN.0, &mut value);
        put(tree, &all[0].0, &value);
    });
    assert!(matches!(rewritten, LogError::ChainBroken { .. }), "{rewritten}");
}

#[test]
fn a_log_that_ends_before_its_head_is_an_error() {
    let (store, _) = stored(60, SMALL);
    let dir = run_dir(store.path(), &RUN);
    let file = HeadFile::read(&dir).expect("a whole file");
    let ahead = HeadFile { head: Head { turn: 61, ..file.head }, ..file };
    ahead.write(&dir).expect("writable");
    let error = open(store.path(), Mode::Read).expect_err("HEAD is ahead");
    assert!(matches!(error, LogError::Truncated { head: 61, found: 60 }), "{error}");
    assert!(error.to_string().contains("one turn is lost"), "{error}");
    file.write(&dir).expect("writable");
    open(store.path(), Mode::Read).expect("as it was");
    // sled reopens without its files, as if nothing had ever been there.
    fs::remove_file(dir.join("db")).expect("deletable");
    for snapshot in fs::read_dir(&dir).expect("listable").map(|file| file.expect("listable").path()) {
        if snapshot.to_string_lossy().contains("snap.") {
            fs::remove_file(snapshot).expect("deletable");
        }
    }
    let error = open(store.path(), Mode::Read).expect_err("nothing is left");
    assert!(error.is_damage(), "{error}");
}

#[test]
fn another_log_under_the_same_head_is_an_error() {
    let (store, _) = stored(60, SMALL);
    let dir = run_dir(store.path(), &RUN);
    let file = HeadFile::read(&dir).expect("a whole file");
    HeadFile { digest: LogDigest([0; 32]), ..file }.write(&dir).expect("writable");
    assert!(matches!(open(store.path(), Mode::Append), Err(LogError::Digest { turn: 60, .. })));
    HeadFile { own: [0; 32], ..file }.write(&dir).expect("writable");
    assert!(matches!(open(store.path(), Mode::Read), Err(LogError::ChainBroken { turn: 60 })));
    HeadFile { run: RunId([1; 32]), ..file }.write(&dir).expect("writable");
    assert!(matches!(open(store.path(), Mode::Read), Err(LogError::Damaged { .. })));
}

#[test]
fn an_interrupted_run_goes_on_where_it_stopped() {
    let (store, _) = stored(60, SMALL);
    for last in [60, 61, 4096, 5000] {
        let mut log = open(store.path(), Mode::Append).expect("an interrupted run opens");
        append_until(&mut log, last, SMALL, false);
        assert_eq!(log.digest().expect("a digest"), expected(last, false));
        // Dropping closes too.
    }
    let runs = list_runs(store.path()).expect("a store");
    let entry = runs[0].entry.as_ref().expect("a whole entry");
    assert_eq!((entry.state, entry.turns), (RunState::Interrupted, 5000));
    let mut log = open(store.path(), Mode::Append).expect("an interrupted run opens");
    log.finish(serde_json::json!({ "figures": 3 })).expect("finished");
    let mut batch = Batch::after(log.head());
    push_turn(&mut batch, false);
    assert!(matches!(log.append(&mut batch), Err(LogError::Finished { .. })));
    close(log);
    let entry = RunEntry::read(&run_dir(store.path(), &RUN)).expect("a whole entry");
    assert_eq!((entry.state, entry.turns), (RunState::Finished, 5000));
    assert_eq!(entry.log_digest, expected(5000, false).to_string());
    assert_eq!(entry.summary["figures"], 3);
    assert!(matches!(open(store.path(), Mode::Append), Err(LogError::Finished { .. })));
    assert!(matches!(StoreLog::create(store.path(), RUN, opening(), meta(), &quick()), Err(LogError::Exists { .. })));
    open(store.path(), Mode::Read).expect("a finished run is read");
}

#[test]
fn a_creation_cut_short_leaves_nothing_in_the_way() {
    let store = tempfile::tempdir().expect("a temporary folder");
    let dir = run_dir(store.path(), &RUN);
    drop(create(store.path()));
    fs::remove_file(dir.join("run.json")).expect("deletable");
    assert!(list_runs(store.path()).expect("a store").is_empty());
    assert!(matches!(open(store.path(), Mode::Read), Err(LogError::NotFound { .. })));
    let mut log = create(store.path());
    append_until(&mut log, 60, SMALL, false);
    close(log);
    fs::remove_file(dir.join("run.json")).expect("deletable");
    let error = StoreLog::create(store.path(), RUN, opening(), meta(), &quick()).expect_err("it holds turns");
    assert!(matches!(error, LogError::Damaged { part: "the file run.json", .. }), "{error}");
}

#[test]
fn a_deletion_cut_short_can_be_done_again_and_an_unreadable_head_is_no_leftover() {
    let store = tempfile::tempdir().expect("a temporary folder");
    let dir = run_dir(store.path(), &RUN);
    let full = || {
        let mut log = create(store.path());
        append_until(&mut log, 60, SMALL, false);
        close(log);
    };
    // Cut after its first step: still listed, named as damaged, and deleted by the next attempt.
    full();
    fs::remove_file(dir.join("HEAD")).expect("deletable");
    assert_eq!(list_runs(store.path()).expect("a store").len(), 1);
    let error = open(store.path(), Mode::Read).expect_err("it has no head");
    assert!(error.to_string().contains("HEAD"), "{error}");
    forget(store.path(), &RUN, Duration::ZERO).expect("it can be deleted");
    // Cut after its second step: as if a creation had been cut short.
    full();
    fs::remove_file(dir.join("HEAD")).expect("deletable");
    fs::remove_file(dir.join("run.json")).expect("deletable");
    full();
    // A head that cannot be read may promise turns.
    fs::remove_file(dir.join("run.json")).expect("deletable");
    fs::write(dir.join("HEAD"), "nonsense").expect("writable");
    let error =
        StoreLog::create(store.path(), RUN, opening(), meta(), &quick()).expect_err("nobody knows what it holds");
    assert!(matches!(error, LogError::Damaged { part: "the file HEAD", .. }), "{error}");
    assert!(dir.join("db").exists());
}

#[test]
fn the_second_opener_waits_and_is_then_refused_by_name() {
    let store = tempfile::tempdir().expect("a temporary folder");
    let log = create(store.path());
    let begun = Instant::now();
    for mode in [Mode::Read, Mode::Append] {
        let error = open(store.path(), mode).expect_err("the run is open");
        assert!(matches!(&error, LogError::Locked { holder, .. } if holder.contains(&std::process::id().to_string())));
    }
    assert!(begun.elapsed() >= Duration::from_millis(100), "both waited");
    let patient = StoreOptions { wait: Duration::from_secs(20), ..quick() };
    thread::scope(|scope| {
        let waiting = scope.spawn(|| StoreLog::open(store.path(), RUN, Mode::Read, &patient).map(drop));
        thread::sleep(Duration::from_millis(30));
        close(log);
        waiting.join().expect("no panic").expect("it came free in time");
    });
}

#[test]
fn a_reader_beside_the_writer_sees_a_prefix() {
    let store = tempfile::tempdir().expect("a temporary folder");
    let mut log = create(store.path());
    let reader = log.reader();
    let seen = thread::scope(|scope| {
        let reading = scope.spawn(move || {
            let (mut segment, mut last, mut longest) = (Segment::default(), 0, 0);
            while last < 20_000 {
                let mut digest = Digest::new();
                last = 0;
                while reader.read_segment(last + 1, &mut segment).expect("a prefix is whole") {
                    assert_eq!(segment.first_turn, last + 1);
                    digest.push_turns(&segment.bytes, &segment.ends);
                    last = segment.last_turn();
                }
                assert!(last >= longest, "what was seen stays");
                longest = last;
            }
            longest
        });
        append_until(&mut log, 20_000, SegmentLimits { bytes: 2000, events: 300 }, true);
        log.sync().expect("synced");
        reading.join().expect("the reader meets no error")
    });
    assert_eq!(seen, 20_000);
}

#[test]
fn snapshots_are_kept_bound_and_never_trusted_when_damaged() {
    let store = tempfile::tempdir().expect("a temporary folder");
    let mut log = create(store.path());
    let mut memory = MemoryLog::new(opening());
    for (turns, size) in [(10, 0), (500, 4096), (4100, 100_000), (4200, 5000)] {
        for log in [&mut log as &mut dyn Log, &mut memory] {
            append_until(log, turns, SMALL, false);
            log.put_snapshot(vec![turns as u8; size]).expect("taken");
        }
    }
    log.sync().expect("synced");
    let list = log.snapshots().expect("listed");
    assert_eq!(list, memory.snapshots().expect("listed"));
    for entry in &list {
        let turn = entry.head.turn;
        let snapshot = log.snapshot(turn).expect("whole");
        assert_eq!(snapshot, memory.snapshot(turn).expect("whole"));
        assert_eq!(snapshot.expect("present").digest, expected(turn, false));
    }
    assert_eq!(log.snapshot(11).expect("no error"), None);
    log.drop_snapshot(500).expect("dropped");
    log.sync().expect("synced");
    assert_eq!(log.snapshot(500).expect("no error"), None);
    assert_eq!(log.snapshots().expect("listed").len(), 3);

    let tree = log.reader.engine.sled().snapshots.clone();
    for number in [0, 1, 20] {
        let key = chunked::key(4100, number);
        let whole = tree.get(key).expect("readable").expect("present");
        let mut value = whole.to_vec();
        value[9] ^= 4;
        tree.insert(key, value).expect("writable");
        assert!(matches!(log.snapshot(4100), Err(LogError::Snapshot { turn: 4100, .. })));
        assert_eq!(log.snapshots().expect("a damaged one is listed").len(), 3);
        tree.remove(key).expect("writable");
        assert!(!matches!(log.snapshot(4100), Ok(Some(_))));
        tree.insert(key, whole).expect("writable");
    }
    assert!(log.snapshot(4100).expect("whole again").is_some());
    assert_eq!(reread(&log).expect("the log does not need snapshots"), expected(4200, false));
}

#[test]
fn a_fork_begins_where_its_parent_was_cut() {
    let mut parent = MemoryLog::new(opening());
    append_until(&mut parent, 4321, SMALL, false);
    let mut digest = Digest::new();
    for segment in segments_of(&parent) {
        digest.push_turns(&segment.bytes, &segment.ends);
    }
    let store = tempfile::tempdir().expect("a temporary folder");
    let origin = parent.head();
    let opening = Opening { origin, digest, ..opening() };
    let log = StoreLog::create(store.path(), RUN, opening.clone(), meta(), &quick()).expect("created");
    close(log);
    let mut log = open(store.path(), Mode::Append).expect("an empty fork opens");
    assert_eq!((log.head(), log.opening()), (origin, &opening));
    append_until(&mut log, 9000, SMALL, false);
    assert_eq!(log.digest().expect("a digest"), expected(9000, false));
    close(log);
    let log = open(store.path(), Mode::Read).expect("a fork opens");
    assert_eq!(reread(&log).expect("whole"), expected(9000, false));
    assert!(log.segment_at(4321).expect("the past stands in the parent's log").is_none());
    assert!(log.segment_at(4322).expect("whole").is_some());
}

#[test]
fn buffers_go_round() {
    let store = tempfile::tempdir().expect("a temporary folder");
    let mut log = create(store.path());
    let mut batch = Batch::after(log.head());
    let mut fresh = 0;
    for _ in 0..2000 {
        fresh += usize::from(batch.bytes.capacity() == 0);
        for _ in 0..20 {
            push_turn(&mut batch, false);
        }
        log.append(&mut batch).expect("taken");
        assert!(batch.is_empty() && batch.first_turn == log.head().turn + 1);
    }
    // The writer may have sixteen in hand beside those that wait.
    assert!(fresh <= 20 + quick().queue, "{fresh} new buffers for 2000 batches");
}

#[test]
fn a_full_disk_is_named_and_the_error_stays() {
    let (store, digest) = stored(60, SMALL);
    let no_room = StoreOptions { free_min: u64::MAX, ..quick() };
    let error = StoreLog::open(store.path(), RUN, Mode::Append, &no_room).expect_err("no room");
    assert!(matches!(error, LogError::DiskFull { .. }), "{error}");
    let mut log = open(store.path(), Mode::Append).expect("there is room");
    assert_eq!(log.digest().expect("a digest"), digest);
    log.writer.as_ref().expect("open for append").queue.fail(LogError::DiskFull {
        path: store.path().to_owned(),
        free: 0,
        needed: 1,
    });
    let mut batch = Batch::after(log.head());
    assert!(matches!(log.append(&mut batch), Err(LogError::DiskFull { .. })), "an empty batch asks");
    push_turn(&mut batch, false);
    assert!(matches!(log.append(&mut batch), Err(LogError::DiskFull { .. })));
    assert!(matches!(log.sync(), Err(LogError::DiskFull { .. })));
    assert!(matches!(log.digest(), Err(LogError::DiskFull { .. })));
    assert!(matches!(Box::new(log).close(), Err(LogError::DiskFull { .. })));
    let log = open(store.path(), Mode::Read).expect("the log is as it was");
    assert_eq!(reread(&log).expect("whole"), digest);
}

#[test]
fn a_batch_out_of_place_is_refused() {
    let store = tempfile::tempdir().expect("a temporary folder");
    let mut log = create(store.path());
    let mut batch = Batch::after(Head { turn: 3, ..opening().origin });
    push_turn(&mut batch, false);
    assert!(matches!(log.append(&mut batch), Err(LogError::Gap { expected: 1, found: 4 })));
}
