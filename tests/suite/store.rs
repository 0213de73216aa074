//! Whole runs in the store: what is kept is the run, whatever becomes of files, disks and power.

use crate::cli::{Place, QUEUE, bench};
use crate::goldens::small_hubs;
use crate::support::{self, full_tier};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use waybill::log::{
    self, DigestLog, Log, LogDigest, LogError, Mode, RunId, RunMeta, SegmentLimits, StoreLog, StoreOptions,
};
use waybill::scenario::{self, Options};
use waybill::sim::{self, Opened, Run, RunKey, Watcher, World, run_id};
use waybill::units::time::SimTime;

const TINY: SegmentLimits = SegmentLimits { bytes: 300, events: 30 };
/// Larger than a stored value may be: each segment is kept in parts.
const LARGE: SegmentLimits = SegmentLimits { bytes: 40_000, events: 10_000 };

fn open_scenario(path: &str, sets: &[String], seed: u64) -> Opened {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(path);
    let options = Options { sets: sets.to_vec() };
    let loaded = scenario::read(&path, &options).unwrap_or_else(|report| panic!("{}", report.text(false)));
    Opened::new(seed, loaded.plan, loaded.notes)
}

/// The autumn of 2025: all of it in the full tier, else its first weeks.
fn autumn() -> Opened {
    let sets: &[String] = if full_tier() { &[] } else { &["time.end=2025-08-25".to_owned()] };
    open_scenario("purl-autumn-2025.toml", sets, 1)
}

fn hubs(seed: u64) -> Opened {
    open_scenario("bench/three-hubs.toml", &small_hubs(if full_tier() { 400 } else { 30 }), seed)
}

fn id_of(opened: &Opened) -> RunId {
    run_id(&RunKey { seed: opened.seed, plan: &opened.plan })
}

/// What a run gave: its digest and its figures as text, bit for bit.
#[derive(Debug, PartialEq)]
struct Outcome {
    digest: LogDigest,
    figures: String,
}

fn text(world: &World, opened: &Opened) -> String {
    Value::from(world.figures(&opened.notes)).to_string()
}

fn begin(opened: &Opened, log: Box<dyn Log>, limits: SegmentLimits) -> Run {
    Run::new(World::open(opened.plan.clone(), &opened.notes), opened.seed, log, limits)
}

fn unkept(opened: &Opened) -> Outcome {
    let mut run = begin(opened, Box::new(DigestLog::new(opened.opening())), SegmentLimits::default());
    run.go(&Watcher::default()).expect("nothing is stored, nothing fails");
    let digest = run.log().digest().expect("a digest");
    Outcome { digest, figures: text(&run.world, opened) }
}

/// Makes the run in a store; with a snapshot after every so many segments when `snapshots` is not 0.
fn keep(opened: &Opened, limits: SegmentLimits, snapshots: usize) -> (TempDir, Outcome) {
    let store = tempfile::tempdir().expect("a temporary folder");
    let log =
        StoreLog::create(store.path(), id_of(opened), opened.opening(), RunMeta::default(), &StoreOptions::default());
    let mut run = begin(opened, Box::new(log.expect("a new run is created")), limits);
    let watcher = Watcher::default();
    watcher.stop.store(snapshots > 0, std::sync::atomic::Ordering::Relaxed);
    let mut segments = 0;
    while run.go(&watcher).expect("there is room") == sim::Ended::Interrupted {
        segments += 1;
        if segments % snapshots == 0 {
            let bytes = run.world.to_bytes(0);
            run.log().put_snapshot(bytes).expect("there is room");
        }
    }
    let (world, mut log) = run.into_parts();
    let outcome = Outcome { digest: log.digest().expect("a digest"), figures: text(&world, opened) };
    log.finish(Value::Null).expect("a run ends");
    log.close().expect("a whole log closes");
    (store, outcome)
}

fn read(store: &Path, opened: &Opened) -> StoreLog {
    StoreLog::open(store, id_of(opened), Mode::Read, &StoreOptions::default()).expect("a whole run opens")
}

#[test]
fn stored_replayed_and_unkept_runs_are_one_run_at_any_segment_size() {
    for opened in [autumn(), hubs(1)] {
        let expected = unkept(&opened);
        for limits in [TINY, SegmentLimits::default(), LARGE] {
            let (store, kept) = keep(&opened, limits, 0);
            assert_eq!(kept, expected, "kept, {limits:?}");
            let log = read(store.path(), &opened);
            let mut again = sim::replay(&log).expect("a whole log replays");
            again.world.end();
            assert_eq!(again.opened, opened);
            let replayed = Outcome { digest: again.digest, figures: text(&again.world, &again.opened) };
            assert_eq!(replayed, expected, "replayed, {limits:?}");
            assert_eq!(sim::digest_of(&log).expect("a whole log is read"), expected.digest);
        }
    }
    assert_ne!(unkept(&hubs(1)).digest, unkept(&hubs(2)).digest, "another seed is another run");
}

#[test]
fn any_moment_is_the_same_with_and_without_snapshots() {
    for opened in [autumn(), hubs(1)] {
        let (plain, outcome) = keep(&opened, TINY, 0);
        let (with, same) = keep(&opened, TINY, 40);
        assert_eq!(outcome, same, "snapshots are no part of the log");
        let (plain, with) = (read(plain.path(), &opened), read(with.path(), &opened));
        assert!(plain.snapshots().expect("readable").is_empty());
        assert!(with.snapshots().expect("readable").len() >= 3, "the run is long enough for snapshots");
        let last = plain.head().time as u64;
        for draw in 0..20_u64 {
            let mix = blake3::hash(&draw.to_le_bytes());
            let part = u64::from_le_bytes(mix.as_bytes()[..8].try_into().expect("eight bytes"));
            // Instants of turns too, not only between them.
            let at = match draw % 4 {
                0 => SimTime(with.snapshots().expect("readable")[draw as usize % 3].head.time),
                _ => SimTime((part % (last + 2)) as i64),
            };
            let (_, a) = sim::world_at(&plain, Some(at)).expect("a whole log is folded");
            let (_, b) = sim::world_at(&with, Some(at)).expect("a whole log is folded");
            assert!(a == b, "the worlds part before {} s", at.0);
            let [a, b] = [a, b].map(|world| Value::from(world.figures_at(&opened.notes, at)).to_string());
            assert_eq!(a, b, "the figures part before {} s", at.0);
        }
    }
}

// ------------------------------------------------------------------------------------------- through the binary

fn waybill(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_waybill"));
    command.current_dir(folder).env_clear().args(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What a command says, unless it hangs or a panic escapes.
fn outcome(mut command: Command, what: &str) -> Output {
    let mut child = command.spawn().expect("it starts");
    let (mut out, mut err) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
    let reading = std::thread::spawn(move || {
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut out, &mut text).map(|_| text)
    });
    let complaining = std::thread::spawn(move || {
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut err, &mut text).map(|_| text)
    });
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child can be asked") {
            break status;
        }
        if begun.elapsed() > Duration::from_secs(120) {
            child.kill().expect("a child can be ended");
            child.wait().expect("a child can be waited for");
            panic!("{what}: it hangs");
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    let stdout = reading.join().expect("no panic").expect("its output is read");
    let stderr = complaining.join().expect("no panic").expect("its output is read");
    let said = String::from_utf8_lossy(&stderr);
    assert!(!said.contains("panicked at") && status.code().is_some_and(|code| code != 101), "{what}: {status}: {said}");
    Output { status, stdout, stderr }
}

/// An error that was told: an exit code for it, and words.
fn told(output: &Output, what: &str) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(matches!(output.status.code(), Some(1 | 4 | 5)), "{what}: {}: {said}", output.status);
    assert!(said.contains("error"), "{what}: {said}");
    said
}

fn document(output: &Output, what: &str) -> Value {
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{what}: {error}"))
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder is made");
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

/// `--set`s as arguments.
fn sets(all: &[String]) -> impl Iterator<Item = &str> {
    all.iter().flat_map(|set| ["--set", set])
}

/// Three hubs as arguments of `run`, with so many consignments of each donor.
fn run_hubs(count: u64) -> Vec<String> {
    let fewer = small_hubs(count);
    let mut args = vec!["run".to_owned(), bench("three-hubs.toml"), "--json".to_owned(), "--quiet".to_owned()];
    args.extend(sets(&fewer).map(str::to_owned));
    args
}

fn words(args: &[String]) -> Vec<&str> {
    args.iter().map(String::as_str).collect()
}

#[test]
fn the_program_and_the_library_make_one_run() {
    let place = Place::new();
    let run = place.json(&["run", "queue.toml", "--seed", "7", "--json"], 0);
    let done = support::run(QUEUE, 7);
    assert_eq!(done.ended, sim::Ended::Finished);
    assert_eq!(run["log_digest"], done.digest.to_string());
    assert_eq!(run["figures"].to_string(), done.figures().to_string());
}

#[test]
fn damage_to_the_files_of_a_run_is_named_or_harmless() {
    let place = Place::new();
    let args = run_hubs(if full_tier() { 200 } else { 25 });
    let run = place.json(&words(&args), 0);
    let (id, digest) = (place.run_id(), run["log_digest"].clone());
    let files = ["db", "db", "db", "db", "conf", "HEAD", "run.json"];
    let (mut harmless, mut named) = (0, 0);
    for round in 0..if full_tier() { 300_u64 } else { 30 } {
        let mix = blake3::hash(&(round + 1_000).to_le_bytes());
        let draw = |at: usize| u64::from_le_bytes(mix.as_bytes()[at * 8..at * 8 + 8].try_into().expect("eight bytes"));
        let copy = tempfile::tempdir().expect("a temporary folder");
        copy_dir(&place.path(".waybill"), &copy.path().join(".waybill"));
        let name = files[(draw(0) % files.len() as u64) as usize];
        let path = copy.path().join(".waybill/runs").join(&id).join(name);
        let mut bytes = fs::read(&path).expect("readable");
        let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |at| at + 1) as u64;
        let at = (draw(1) % used) as usize;
        match draw(2) % 3 {
            0 => bytes.truncate(at),
            _ => bytes[at] ^= 1 << (draw(2) / 3 % 8),
        }
        fs::write(&path, bytes).expect("writable");
        let what = format!("round {round}: {name} damaged at {at}");
        let output = outcome(waybill(copy.path(), &["replay", &id, "--json"]), &what);
        if output.status.success() {
            assert_eq!(document(&output, &what)["log_digest"], digest, "{what}: a wrong log");
            harmless += 1;
        } else {
            told(&output, &what);
            named += 1;
        }
    }
    assert!(named > 0, "{harmless} harmless, {named} named: the damage is too mild");
}

/// Damage that is undone has done nothing: sled has not cut the file behind it.
#[test]
fn a_damaged_byte_of_a_finished_run_takes_no_other_with_it() {
    /// sled's own segments; it scans the last one whenever it opens, and may cut it.
    const SEGMENT: usize = 512 * 1024;
    let place = Place::new();
    let run = place.json(&words(&run_hubs(400)), 0);
    let (id, digest) = (place.run_id(), run["log_digest"].clone());
    let file = Path::new(".waybill/runs").join(&id).join("db");
    let whole = fs::read(place.dir.path().join(&file)).expect("readable");
    let used = whole.iter().rposition(|byte| *byte != 0).expect("something is stored") / SEGMENT * SEGMENT;
    assert!(used >= 3 * SEGMENT, "{used} bytes are enough to damage");
    let mut named = 0;
    for round in 0..if full_tier() { 100_u64 } else { 10 } {
        let copy = tempfile::tempdir().expect("a temporary folder");
        copy_dir(&place.path(".waybill"), &copy.path().join(".waybill"));
        let path = copy.path().join(&file);
        let mix = blake3::hash(&(round + 2_000).to_le_bytes());
        let draw = u64::from_le_bytes(mix.as_bytes()[..8].try_into().expect("eight bytes"));
        // Old values stand in front, where damage does no harm.
        let at = used / 2 + draw as usize % (used / 2);
        let what = format!("round {round}: byte {at} of {used}");
        let write = |byte: u8| {
            let mut bytes = fs::read(&path).expect("readable");
            bytes[at] = byte;
            fs::write(&path, bytes).expect("writable");
            outcome(waybill(copy.path(), &["replay", &id, "--json"]), &what)
        };
        let output = write(whole[at] ^ 1);
        if !output.status.success() {
            told(&output, &what);
            named += 1;
        }
        assert_eq!(document(&write(whole[at]), &what)["log_digest"], digest, "{what}");
    }
    assert!(named > 0, "the damage is too mild");
}

#[test]
fn folder_host_zone_and_locale_are_no_part_of_a_run() {
    let place = Place::new();
    let args = run_hubs(20);
    let plain = place.json(&words(&args), 0);
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let folder = elsewhere.path().join("a folder");
    fs::create_dir(&folder).expect("a folder is made");
    let mut command = waybill(&folder, &words(&args));
    command.envs([("TZ", "Pacific/Chatham"), ("LC_ALL", "tr_TR.UTF-8"), ("LANG", "ar_EG"), ("HOSTNAME", "elsewhere")]);
    command.envs([("HOME", "/nowhere"), ("USER", "nobody"), ("TMPDIR", "/nowhere")]);
    let other = document(&outcome(command, "elsewhere"), "elsewhere");
    for key in ["run", "events", "turns", "log_digest", "start", "end", "figures"] {
        assert_eq!(plain[key], other[key], "{key}");
    }
}

// -------------------------------------------------------------------------------------------------- disks and power

/// A file system of its own, gone with the value.
struct Mount {
    dir: TempDir,
}

impl Mount {
    /// Mounts; or says why it cannot be done here.
    fn new(options: &[&str]) -> Result<Mount, String> {
        let dir = tempfile::tempdir().expect("a temporary folder");
        run("mount", &[options, &[&dir.path().to_string_lossy()]].concat())?;
        Ok(Mount { dir })
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        run("mount", &["-o", &options, &self.path().to_string_lossy()]).expect("what was mounted can be changed");
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // A lazy unmount always works, so that no failed test leaves a mount behind.
        let _ = run("umount", &["-l", &self.dir.path().to_string_lossy()]);
    }
}

fn run(program: &str, args: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(args).output().map_err(|error| format!("{program}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("{program}: {}", said.trim())) }
}

fn skipped(test: &str, why: &str) {
    println!("{test}: skipped: {why}");
}

/// Whether a store that met an error still holds a prefix, and the run made from it is the whole one.
fn goes_on(folder: &Path, whole: &Value, what: &str) {
    let id = whole["run"].as_str().expect("a run has an id");
    let replayed = outcome(waybill(folder, &["replay", id, "--json"]), what);
    document(&replayed, &format!("{what}, replayed"));
    let done = document(&outcome(waybill(folder, &["resume", id, "--json"]), what), &format!("{what}, resumed"));
    for key in ["log_digest", "events", "turns", "figures"] {
        assert_eq!(done[key], whole[key], "{what}: {key}");
    }
}

/// What the run of these arguments gives when nothing is in its way.
fn whole(args: &[String]) -> Value {
    Place::new().json(&[words(args), vec!["--no-store"]].concat(), 0)
}

#[test]
fn a_full_disk_is_told_and_the_log_goes_on_when_there_is_room() {
    let args = run_hubs(if full_tier() { 4000 } else { 500 });
    // The store wants 32 MiB to be free; what is left is too little for the run.
    let mount = match Mount::new(&["-t", "tmpfs", "-o", "size=34m", "tmpfs"]) {
        Ok(mount) => mount,
        Err(why) => return skipped("a_full_disk", &why),
    };
    let said = told(&outcome(waybill(mount.path(), &words(&args)), "a full disk"), "a full disk");
    assert!(said.contains("bytes free"), "{said}");
    mount.remount("size=256m");
    goes_on(mount.path(), &whole(&args), "a full disk");
}

#[test]
fn a_disk_without_a_byte_left_costs_nothing_that_was_synced() {
    let mount = match Mount::new(&["-t", "tmpfs", "-o", "size=3m", "tmpfs"]) {
        Ok(mount) => mount,
        Err(why) => return skipped("a_disk_without_a_byte_left", &why),
    };
    let opened = open_scenario("bench/three-hubs.toml", &small_hubs(1000), 1);
    // Without the guard of free space: the operating system itself refuses.
    let options = StoreOptions { free_min: 0, ..StoreOptions::default() };
    let log = StoreLog::create(mount.path(), id_of(&opened), opened.opening(), RunMeta::default(), &options);
    let mut run = begin(&opened, Box::new(log.expect("there is room for the beginning")), SegmentLimits::default());
    let error = run.go(&Watcher::default()).expect_err("3 MiB are too few");
    assert!(matches!(error, sim::SimError::Log(LogError::DiskFull { .. } | LogError::Io { .. })), "{error}");
    let (_, log) = run.into_parts();
    log.close().expect_err("the first error stays");
    mount.remount("size=64m");
    let log = StoreLog::open(mount.path(), id_of(&opened), Mode::Append, &options).expect("what was synced is there");
    assert!(log.head().turn > 0);
    log::verify(&log).expect("and whole");
    let (_, mut run) = sim::resume(Box::new(log), SegmentLimits::default()).expect("a prefix is resumed");
    run.go(&Watcher::default()).expect("there is room now");
    let digest = run.log().digest().expect("a digest");
    assert_eq!(digest, unkept(&opened).digest);
    run.into_parts().1.close().expect("a whole log closes");
}

#[test]
#[cfg(unix)]
fn a_file_that_may_not_grow_is_told_and_the_log_goes_on() {
    let place = Place::new();
    let args = run_hubs(if full_tier() { 4000 } else { 500 });
    let mut command = Command::new("sh");
    // The signal is ignored, so that the write itself fails.
    command.args(["-c", "trap '' XFSZ; ulimit -f 2048; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_waybill")]);
    command.args(&args).current_dir(place.dir.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    told(&outcome(command, "a file that may not grow"), "a file that may not grow");
    goes_on(place.dir.path(), &whole(&args), "a file that may not grow");
}

#[test]
fn a_store_that_cannot_be_written_is_told() {
    let args = run_hubs(20);
    let refused = |folder: &Path, args: &[&str], what: &str| {
        let said = told(&outcome(waybill(folder, args), what), what);
        assert!(said.contains("cannot"), "{what}: {said}");
    };
    let place = Place::new();
    place.out(&words(&args), 0);
    let id = place.run_id();
    match Mount::new(&["-t", "tmpfs", "-o", "size=64m", "tmpfs"]) {
        Ok(mount) => {
            copy_dir(&place.path(".waybill"), &mount.path().join(".waybill"));
            mount.remount("ro");
            refused(mount.path(), &words(&run_hubs(21)), "a new run, read-only mount");
            refused(mount.path(), &["show", &id], "show, read-only mount");
        }
        Err(why) => skipped("a_store_that_cannot_be_written, read-only mount", &why),
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        if fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0) {
            return skipped("a_store_that_cannot_be_written, read-only folder", "root may write anywhere");
        }
        let runs = place.path(".waybill/runs");
        fs::set_permissions(&runs, fs::Permissions::from_mode(0o555)).expect("its owner may");
        refused(place.dir.path(), &words(&run_hubs(21)), "a new run, read-only folder");
        fs::set_permissions(&runs, fs::Permissions::from_mode(0o755)).expect("its owner may");
    }
}

/// The turn that the file `HEAD` acknowledges (docs/log-format.md).
fn acknowledged(folder: &Path) -> Option<(String, u64)> {
    let dir = fs::read_dir(folder.join(".waybill/runs")).ok()?.next()?.ok()?.path();
    let bytes = fs::read(dir.join("HEAD")).ok()?;
    dir.join("run.json").exists().then_some(())?;
    let turn = u64::from_le_bytes(bytes.get(40..48)?.try_into().ok()?);
    Some((dir.file_name()?.to_str()?.to_owned(), turn))
}

fn signal(child: &Child, name: &str) {
    run("kill", &[name, &child.id().to_string()]).expect("kill is there");
}

/// The bytes of a disk at one moment: read until two readings agree.
fn still(image: &Path) -> Option<Vec<u8>> {
    let mut before = fs::read(image).expect("readable");
    for _ in 0..5 {
        let after = fs::read(image).expect("readable");
        if before == after {
            return Some(after);
        }
        before = after;
    }
    None
}

#[test]
fn a_power_cut_keeps_what_was_acknowledged() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let image = folder.path().join("disk");
    let cuts = if full_tier() { 20 } else { 3 };
    let args = run_hubs(if full_tier() { 3000 } else { 700 });
    let expected = whole(&args);
    let mut lost_nothing = 0;
    for cut in 0..cuts * 3 {
        if lost_nothing == cuts {
            break;
        }
        let made = fs::File::create(&image).and_then(|file| file.set_len(160 << 20));
        made.expect("a disk is made");
        let disk = image.to_string_lossy();
        let mount = match run("mkfs.ext4", &["-q", "-F", &disk]).and_then(|()| Mount::new(&["-o", "loop", &disk])) {
            Ok(mount) => mount,
            Err(why) => return skipped("a_power_cut", &why),
        };
        let mut child = waybill(mount.path(), &words(&args)).stdout(Stdio::null()).spawn().expect("waybill starts");
        let begun = Instant::now();
        while acknowledged(mount.path()).is_none_or(|(_, turn)| turn == 0) && begun.elapsed() < Duration::from_secs(30)
        {
            std::thread::sleep(Duration::from_millis(2));
        }
        std::thread::sleep(Duration::from_millis(cut * 97 % 600));
        let (id, turn) = acknowledged(mount.path()).expect("the run is there");
        signal(&child, "-STOP");
        let bytes = still(&image);
        child.kill().expect("a child can be ended");
        child.wait().expect("a child can be waited for");
        drop(mount);
        let Some(bytes) = bytes else { continue };
        let copy = folder.path().join("copy");
        fs::write(&copy, bytes).expect("there is room");
        let after = Mount::new(&["-o", "loop", &copy.to_string_lossy()]).expect("the journal recovers");
        let what = format!("cut {cut}, {turn} turns acknowledged");
        let shown = document(&outcome(waybill(after.path(), &["show", &id, "--json"]), &what), &what);
        println!("{what}: {} found of {}", shown["turns"], expected["turns"]);
        assert!(shown["turns"].as_u64() >= Some(turn), "{what}: {} found", shown["turns"]);
        goes_on(after.path(), &expected, &what);
        lost_nothing += 1;
    }
    assert_eq!(lost_nothing, cuts, "the disk never stood still");
}
