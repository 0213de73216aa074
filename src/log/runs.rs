//! The folder of a run: its names, the small files beside the database, and its lock.
//!
//! Listing runs reads these small files and opens no database.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::thread;
use std::time::{Duration, Instant};

use fs2::FileExt;
use serde::{Deserialize, Serialize};

use super::Head;
use super::digest::{LogDigest, parse_hex};
use super::error::LogError;

const HEAD_MAGIC: &[u8; 8] = b"wbhead\0\x01";
const HEAD_LENGTH: usize = 8 + 32 + 4 * 8 + 32 + 32 + 4;

/// The name of a run: a digest, printed as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub [u8; 32]);

impl RunId {
    /// The first twelve digits, for people.
    pub fn short(&self) -> String {
        self.to_string()[..12].to_owned()
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RunId({self})")
    }
}

impl FromStr for RunId {
    type Err = LogError;

    fn from_str(text: &str) -> Result<Self, LogError> {
        parse_hex(text).map(RunId).ok_or_else(|| LogError::damaged("a run id", "not 64 hexadecimal digits"))
    }
}

/// What lists of runs say of a run, given when it is created. Opaque to the log.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RunMeta {
    /// The title of the scenario.
    pub scenario: String,
    /// The scenario file it was read from.
    pub file: String,
    /// The seed.
    pub seed: u64,
    /// The semantics version.
    pub semantics: String,
    /// The run it was forked from, in hexadecimal.
    #[serde(default)]
    pub parent: Option<String>,
    /// Whatever else the caller wants to find again.
    #[serde(default)]
    pub meta: serde_json::Value,
}

/// Whether a run has reached its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// It has.
    Finished,
    /// It has not; it can be resumed.
    Interrupted,
    /// Some process has it open; it is only said of a run, never written.
    Running,
}

/// One run of a store, as `run.json` says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunEntry {
    /// The run id, in hexadecimal.
    pub run: String,
    /// Finished or interrupted.
    pub state: RunState,
    /// Turns in the log.
    pub turns: u64,
    /// Events in the log.
    pub events: u64,
    /// What was said when it was created.
    #[serde(flatten)]
    pub meta: RunMeta,
    /// The digest of the log, in hexadecimal.
    pub log_digest: String,
    /// What was said when it finished.
    #[serde(default)]
    pub summary: serde_json::Value,
}

/// The acknowledged end of a log: the file `HEAD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HeadFile {
    pub run: RunId,
    pub head: Head,
    /// `own` of the last segment; the run id when there is none.
    pub own: [u8; 32],
    pub digest: LogDigest,
}

impl HeadFile {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEAD_LENGTH);
        out.extend_from_slice(HEAD_MAGIC);
        out.extend_from_slice(&self.run.0);
        for field in [self.head.turn, self.head.next_seq, self.head.events] {
            out.extend_from_slice(&field.to_le_bytes());
        }
        out.extend_from_slice(&self.head.time.to_le_bytes());
        out.extend_from_slice(&self.own);
        out.extend_from_slice(&self.digest.0);
        out.extend_from_slice(&crc32c::crc32c(&out).to_le_bytes());
        out
    }

    fn decode(bytes: &[u8]) -> Result<HeadFile, LogError> {
        let bad = |what: &str| LogError::damaged("the file HEAD", what);
        let bytes: &[u8; HEAD_LENGTH] = bytes.try_into().map_err(|_| bad("its length does not match"))?;
        let (body, crc) = bytes.split_at(HEAD_LENGTH - 4);
        if crc32c::crc32c(body).to_le_bytes() != crc {
            return Err(bad("its crc32c does not match"));
        }
        if body[..7] != HEAD_MAGIC[..7] {
            return Err(bad("it is another kind of file"));
        }
        if body[7] != HEAD_MAGIC[7] {
            let (found, known) = (u64::from(body[7]), u64::from(HEAD_MAGIC[7]));
            return Err(LogError::Version { part: "the file HEAD", found, known });
        }
        let u64_at = |at: usize| u64::from_le_bytes(body[at..at + 8].try_into().expect("eight bytes"));
        let hash_at = |at: usize| -> [u8; 32] { body[at..at + 32].try_into().expect("32 bytes") };
        let head = Head { turn: u64_at(40), next_seq: u64_at(48), events: u64_at(56), time: u64_at(64).cast_signed() };
        Ok(HeadFile { run: RunId(hash_at(8)), head, own: hash_at(72), digest: LogDigest(hash_at(104)) })
    }

    pub(super) fn read(dir: &Path) -> Result<HeadFile, LogError> {
        let path = dir.join("HEAD");
        HeadFile::decode(&fs::read(&path).map_err(LogError::io("read", &path))?)
    }

    pub(super) fn write(&self, dir: &Path) -> Result<(), LogError> {
        write_atomically(dir, "HEAD", &self.encode())
    }
}

impl RunEntry {
    pub(super) fn read(dir: &Path) -> Result<RunEntry, LogError> {
        let path = dir.join("run.json");
        let text = fs::read(&path).map_err(LogError::io("read", &path))?;
        serde_json::from_slice(&text).map_err(|error| LogError::damaged("the file run.json", error.to_string()))
    }

    pub(super) fn write(&self, dir: &Path) -> Result<(), LogError> {
        let mut text = serde_json::to_vec_pretty(self).expect("a run entry is plain JSON");
        text.push(b'\n');
        write_atomically(dir, "run.json", &text)
    }
}

/// Replaces a file as a whole: after a crash there is the old one or the new one.
fn write_atomically(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), LogError> {
    let (temporary, path) = (dir.join(format!("{name}.new")), dir.join(name));
    let mut file = File::create(&temporary).map_err(LogError::io("create", &temporary))?;
    file.write_all(bytes).map_err(LogError::io("write", &temporary))?;
    file.sync_all().map_err(LogError::io("sync", &temporary))?;
    fs::rename(&temporary, &path).map_err(LogError::io("replace", &path))?;
    sync_dir(dir)
}

/// Makes the names in a folder durable.
pub(super) fn sync_dir(dir: &Path) -> Result<(), LogError> {
    // Only Unix can, and needs to, sync a folder.
    if cfg!(unix) {
        let folder = File::open(dir).map_err(LogError::io("open", dir))?;
        folder.sync_all().map_err(LogError::io("sync", dir))?;
    }
    Ok(())
}

/// Refuses to go on with less than `needed` bytes free.
pub(super) fn check_space(dir: &Path, needed: u64) -> Result<(), LogError> {
    let free = free_space(dir)?;
    if free < needed { Err(LogError::DiskFull { path: dir.to_owned(), free, needed }) } else { Ok(()) }
}

/// Bytes that may still be written where a folder is.
pub(super) fn free_space(dir: &Path) -> Result<u64, LogError> {
    fs2::available_space(dir).map_err(LogError::io("ask for the free space of", dir))
}

/// The folder of a run.
pub fn run_dir(store: &Path, run: &RunId) -> PathBuf {
    store.join("runs").join(run.to_string())
}

/// The lock of a run's folder; held as long as the value lives.
#[derive(Debug)]
pub(super) struct RunLock {
    _file: File,
}

impl RunLock {
    /// Takes the lock, waiting up to `wait` for whoever holds it.
    pub(super) fn take(dir: &Path, run: &RunId, wait: Duration) -> Result<RunLock, LogError> {
        let path = dir.join("lock");
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path);
        let mut file = open.map_err(LogError::io("open", &path))?;
        let begun = Instant::now();
        loop {
            match file.try_lock_exclusive() {
                Ok(()) => break,
                Err(error) if error.raw_os_error() == fs2::lock_contended_error().raw_os_error() => {
                    if begun.elapsed() >= wait {
                        return Err(LogError::Locked { run: run.short(), holder: holder(&mut file) });
                    }
                    thread::sleep(Duration::from_millis(10).min(wait));
                }
                Err(error) => return Err(LogError::io("lock", &path)(error)),
            }
        }
        // The text only serves the error of whoever comes second; a full disk must not stop a reader.
        let _ = file.set_len(0).and_then(|()| file.write_all(this_process().as_bytes()));
        Ok(RunLock { _file: file })
    }
}

impl RunLock {
    /// Whether some process has the run open.
    fn is_taken(dir: &Path) -> bool {
        let lock = File::open(dir.join("lock")).map(|file| FileExt::try_lock_shared(&file));
        let contended = fs2::lock_contended_error().raw_os_error();
        lock.is_ok_and(|lock| lock.is_err_and(|error| error.raw_os_error() == contended))
    }
}

fn this_process() -> String {
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    format!("process {} ({})", std::process::id(), words.join(" "))
}

fn holder(file: &mut File) -> String {
    let mut text = String::new();
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.take(1000).read_to_string(&mut text));
    if read.is_err() || text.is_empty() { "another process".to_owned() } else { text }
}

/// A run in a list.
#[derive(Debug, Clone)]
pub struct ListedRun {
    /// The run id.
    pub run: RunId,
    /// What its small files say, or why they cannot be read.
    pub entry: Result<RunEntry, LogError>,
}

/// Every run in a store, by id, from its small files: no database is opened.
pub fn list_runs(store: &Path) -> Result<Vec<ListedRun>, LogError> {
    let ids = run_ids(store)?;
    Ok(ids.into_iter().map(|run| ListedRun { run, entry: entry(&run_dir(store, &run)) }).collect())
}

/// The entry of a run, counts taken from `HEAD` while it is not finished.
fn entry(dir: &Path) -> Result<RunEntry, LogError> {
    let mut entry = RunEntry::read(dir)?;
    if entry.state == RunState::Interrupted {
        let head = HeadFile::read(dir)?;
        (entry.turns, entry.events) = (head.head.turn, head.head.events);
        entry.log_digest = head.digest.to_string();
        if RunLock::is_taken(dir) {
            entry.state = RunState::Running;
        }
    }
    Ok(entry)
}

/// Ids of the runs whose creation was completed.
fn run_ids(store: &Path) -> Result<Vec<RunId>, LogError> {
    let dir = store.join("runs");
    let mut ids = Vec::new();
    let folders = match fs::read_dir(&dir) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(ids),
        folders => folders.map_err(LogError::io("list", &dir))?,
    };
    for folder in folders {
        let folder = folder.map_err(LogError::io("list", &dir))?;
        let id: Option<RunId> = folder.file_name().to_str().and_then(|name| name.parse().ok());
        ids.extend(id.filter(|_| folder.path().join("run.json").exists()));
    }
    ids.sort_unstable();
    Ok(ids)
}

/// The one run whose id begins with `prefix`.
pub fn resolve(store: &Path, prefix: &str) -> Result<RunId, LogError> {
    let lower = prefix.to_ascii_lowercase();
    let mut found = run_ids(store)?;
    found.retain(|id| !lower.is_empty() && id.to_string().starts_with(&lower));
    match found[..] {
        [one] => Ok(one),
        [] => Err(LogError::NotFound { run: prefix.to_owned(), store: store.to_owned() }),
        _ => {
            let candidates = found.iter().map(RunId::short).collect();
            Err(LogError::Ambiguous { prefix: prefix.to_owned(), candidates })
        }
    }
}

/// Deletes a run. Refuses while anyone has it open.
pub fn forget(store: &Path, run: &RunId, wait: Duration) -> Result<(), LogError> {
    let dir = run_dir(store, run);
    if !dir.is_dir() {
        return Err(LogError::NotFound { run: run.short(), store: store.to_owned() });
    }
    let lock = RunLock::take(&dir, run, wait)?;
    // A deletion cut short is still listed and can be deleted again, or is what a creation cut short leaves: nothing that was
    // acknowledged is promised by `HEAD`, and without run.json it is no run.
    for name in ["HEAD", "run.json"] {
        let file = dir.join(name);
        if file.exists() {
            fs::remove_file(&file).map_err(LogError::io("delete", &file))?;
            sync_dir(&dir)?;
        }
    }
    clear_dir(&dir)?;
    drop(lock);
    fs::remove_dir_all(&dir).map_err(LogError::io("delete", &dir))?;
    sync_dir(&store.join("runs"))
}

/// Empties a run's folder but for its lock; `HEAD` goes first.
pub(super) fn clear_dir(dir: &Path) -> Result<(), LogError> {
    let head = dir.join("HEAD");
    if head.exists() {
        fs::remove_file(&head).map_err(LogError::io("delete", &head))?;
    }
    for inside in fs::read_dir(dir).map_err(LogError::io("list", dir))? {
        let path = inside.map_err(LogError::io("list", dir))?.path();
        if path.is_dir() {
            fs::remove_dir_all(&path).map_err(LogError::io("delete", &path))?;
        } else if !path.ends_with("lock") {
            fs::remove_file(&path).map_err(LogError::io("delete", &path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(store: &Path, byte: u8, second: u8) -> RunId {
        let mut id = [byte; 32];
        id[1] = second;
        let run = RunId(id);
        let dir = run_dir(store, &run);
        fs::create_dir_all(&dir).expect("a temporary folder is writable");
        let entry = RunEntry {
            run: run.to_string(),
            state: RunState::Finished,
            turns: 3,
            events: 4,
            meta: RunMeta { scenario: "a test".to_owned(), seed: 7, ..RunMeta::default() },
            log_digest: LogDigest([1; 32]).to_string(),
            summary: serde_json::json!({ "figures": 1 }),
        };
        entry.write(&dir).expect("a temporary folder is writable");
        assert_eq!(RunEntry::read(&dir).expect("it was just written"), entry);
        run
    }

    #[test]
    fn every_flipped_bit_and_every_cut_of_head_is_seen() {
        let head = Head { turn: 5, next_seq: 9, events: 8, time: -4 };
        let file = HeadFile { run: RunId([1; 32]), head, own: [2; 32], digest: LogDigest([3; 32]) };
        let mut bytes = file.encode();
        assert_eq!(HeadFile::decode(&bytes).expect("it was just encoded"), file);
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(HeadFile::decode(&bytes).is_err(), "bit {bit}");
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
        for cut in 0..bytes.len() {
            assert!(HeadFile::decode(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }

    #[test]
    fn a_prefix_names_one_run_or_says_why_not() {
        let store = tempfile::tempdir().expect("a temporary folder");
        assert!(matches!(resolve(store.path(), "ab"), Err(LogError::NotFound { .. })));
        let (one, two) = (listed(store.path(), 0xab, 1), listed(store.path(), 0xab, 2));
        assert_eq!(resolve(store.path(), "AB01").expect("only one begins so"), one);
        assert_eq!(resolve(store.path(), &two.to_string()).expect("a whole id"), two);
        let error = resolve(store.path(), "ab").expect_err("two begin so");
        assert_eq!(error.to_string(), "ab may mean ab01abababab or ab02abababab; give more of it");
        assert!(matches!(resolve(store.path(), ""), Err(LogError::NotFound { .. })));
        let ids: Vec<RunId> = list_runs(store.path()).expect("a store").into_iter().map(|listed| listed.run).collect();
        assert_eq!(ids, [one, two]);
    }

    #[test]
    fn a_run_in_use_is_not_forgotten() {
        let store = tempfile::tempdir().expect("a temporary folder");
        let run = listed(store.path(), 0xcd, 1);
        let dir = run_dir(store.path(), &run);
        let lock = RunLock::take(&dir, &run, Duration::ZERO).expect("nobody holds it");
        let error = forget(store.path(), &run, Duration::from_millis(30)).expect_err("it is held");
        assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
        drop(lock);
        forget(store.path(), &run, Duration::ZERO).expect("nobody holds it any more");
        assert!(!dir.exists());
        assert!(matches!(forget(store.path(), &run, Duration::ZERO), Err(LogError::NotFound { .. })));
    }
}
