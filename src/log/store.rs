//! A log kept in a sled database, one a run. The only file that names sled.
//!
//! sled's own flush is not durable on Linux, its large values go to files that are never synced, its
//! iterators ignore the cache limit, and on damaged files it panics. Hence here: an fsync of our own after
//! each flush, then an atomically replaced `HEAD`; values of at most 7 KiB; reading by key; every call under
//! a guard. `docs/log-format.md` defines what stands on disk.
//!
//! Opening checks the opening record, every segment's key, crc32c and link to the one before it, that the
//! segment which `HEAD` names is there, and reads wholly what was stored after it. Hashes are checked when a
//! segment is read; [`verify`](super::verify) and opening for append read them all and compute the digest again.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::chunked::{self, Kind};
use super::digest::{Digest, LogDigest};
use super::error::LogError;
use super::guard;
use super::queue::Job;
use super::runs::{self, HeadFile, RunEntry, RunId, RunLock, RunMeta, RunState, run_dir};
use super::segment;
use super::{Batch, Head, Log, Opening, Segment, Snapshot, SnapshotEntry, Verified};

mod writer;

use writer::{Writer, WriterHandle};

/// No stored value is longer: a leaf of sled, 17 values, stays below the size that goes to `blobs/`.
const VALUE_MAX: usize = 7 * 1024;
/// sled's log segment. Measured with 1e7 events of 7 bytes: 512 KiB takes 1.8 times the payload on disk, 2 MiB
/// 2.1 times, 8 MiB 2.4 times, all at the same speed.
const SLED_SEGMENT: usize = 512 * 1024;
/// sled looks for pages to evict only at every 64th access to one of 256 groups of them, whatever its cache
/// may hold. A scan therefore reads each segment three times: 51 MB instead of 83 at its peak, for 2 ns an event.
const TOUCHES: usize = 3;
/// The same for what is written: at its peak a run of 5e6 events then takes 65 to 90 MB instead of 127, for some 10 ns an
/// event on the writer's thread.
const TOUCHES_WRITTEN: usize = 16;
/// How long sled may take to open, apart from reading its file.
const OPEN_LIMIT: Duration = Duration::from_secs(120);
/// How long it may take to let go of its files.
const DROP_LIMIT: Duration = Duration::from_secs(10);

/// How to open a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// To read only. The engine still needs the run for itself, and a writable folder.
    Read,
    /// To go on where an interrupted run stopped.
    Append,
}

/// How a store behaves. Nothing here changes what it contains.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// How long to wait for whoever has the run open.
    pub wait: Duration,
    /// How long closing may take.
    pub close_limit: Duration,
    /// How often the writer makes durable what it has stored.
    pub flush_every: Duration,
    /// How many batches may wait for the writer.
    pub queue: usize,
    /// What the engine's cache may hold, in bytes.
    pub cache_bytes: u64,
    /// Free space on the disk below which nothing is opened or written, in bytes: the engine needs some even to open.
    pub free_min: u64,
}

impl Default for StoreOptions {
    fn default() -> Self {
        StoreOptions {
            wait: Duration::from_secs(2),
            close_limit: Duration::from_secs(30),
            flush_every: Duration::from_millis(100),
            queue: 256,
            cache_bytes: 1024 * 1024,
            free_min: 32 * 1024 * 1024,
        }
    }
}

/// A log in a store, open in this process.
///
/// Appending hands the batch to a writer thread. Dropping it without [`Log::close`] closes it too, but
/// swallows the error.
#[derive(Debug)]
pub struct StoreLog {
    reader: StoreReader,
    head: Head,
    entry: RunEntry,
    writer: Option<WriterHandle>,
    finished: bool,
    close_limit: Duration,
}

impl StoreLog {
    /// Makes a new run in `store` and opens it for appending.
    ///
    /// What a creation that was cut short has left behind is removed first; it holds nothing that was ever
    /// acknowledged.
    pub fn create(
        store: &Path,
        run: RunId,
        opening: Opening,
        meta: RunMeta,
        options: &StoreOptions,
    ) -> Result<StoreLog, LogError> {
        let dir = run_dir(store, &run);
        fs::create_dir_all(&dir).map_err(LogError::io("create", &dir))?;
        runs::sync_dir(&store.join("runs"))?;
        runs::sync_dir(store)?;
        let lock = RunLock::take(&dir, &run, options.wait)?;
        if dir.join("run.json").exists() {
            return Err(LogError::Exists { run: run.short() });
        }
        if HeadFile::read(&dir).is_ok_and(|file| file.head.turn > opening.origin.turn) {
            return Err(LogError::damaged("the file run.json", "missing beside a log that holds turns"));
        }
        runs::clear_dir(&dir)?;
        let engine = Engine::open(dir, run, lock, options)?;
        engine.write_opening(&opening)?;
        let entry = RunEntry {
            run: run.to_string(),
            state: RunState::Interrupted,
            turns: opening.origin.turn,
            events: opening.origin.events,
            meta,
            log_digest: opening.digest.value().to_string(),
            summary: serde_json::Value::Null,
        };
        let at = (opening.origin, opening.digest.clone(), run.0);
        let writer = Writer::new(Arc::new(engine), entry, opening.codec, at, options);
        writer.engine.make_durable(&writer.head_file())?;
        writer.entry.write(&writer.engine.dir)?;
        let reader = StoreReader::new(&writer.engine, opening);
        StoreLog::new(reader, writer.head, writer.entry.clone(), Some(writer), options)
    }

    /// Opens a run of `store`.
    ///
    /// For appending, the whole log is read, verified and its digest computed again: the turns that were
    /// stored after the last acknowledged one belong to the log when they verify.
    pub fn open(store: &Path, run: RunId, mode: Mode, options: &StoreOptions) -> Result<StoreLog, LogError> {
        let dir = run_dir(store, &run);
        if !dir.join("run.json").exists() {
            return Err(LogError::NotFound { run: run.short(), store: store.to_owned() });
        }
        let lock = RunLock::take(&dir, &run, options.wait)?;
        let (entry, file) = read_small_files(&dir, &run)?;
        if mode == Mode::Append && entry.state == RunState::Finished {
            return Err(LogError::Finished { run: run.short() });
        }
        let engine = Arc::new(Engine::open(dir, run, lock, options)?);
        let opening = engine.read_opening()?;
        let reader = StoreReader::new(&engine, opening);
        let (tail, own) = reader.check_tail(&file)?;
        if entry.state == RunState::Finished && tail.turn != file.head.turn {
            return Err(LogError::damaged("the file run.json", "the run went on after it was finished"));
        }
        let writer = match mode {
            Mode::Read => None,
            Mode::Append => {
                let Verified { head, digest } = reader.verify_against(&file)?;
                engine.drop_dangling_parts(head)?;
                let codec = reader.opening.codec;
                Some(Writer::new(engine, entry.clone(), codec, (head, digest, own), options))
            }
        };
        StoreLog::new(reader, tail, entry, writer, options)
    }

    fn new(
        reader: StoreReader,
        head: Head,
        entry: RunEntry,
        writer: Option<Writer>,
        options: &StoreOptions,
    ) -> Result<StoreLog, LogError> {
        let writer = writer.map(|writer| WriterHandle::start(writer, options.queue)).transpose()?;
        let finished = entry.state == RunState::Finished;
        Ok(StoreLog { reader, head, entry, writer, finished, close_limit: options.close_limit })
    }

    /// A reader of the same run for other threads; it sees what the writer has stored so far.
    pub fn reader(&self) -> StoreReader {
        self.reader.clone()
    }

    /// What `run.json` said when the run was opened.
    pub fn entry(&self) -> &RunEntry {
        &self.entry
    }

    fn writer(&self) -> Result<&WriterHandle, LogError> {
        self.writer.as_ref().ok_or(LogError::ReadOnly)
    }

    fn shut(&mut self) -> Result<(), LogError> {
        match self.writer.take() {
            Some(writer) => writer.close(self.close_limit),
            None => Ok(()),
        }
    }
}

impl Drop for StoreLog {
    fn drop(&mut self) {
        // Whoever wants the error closes.
        let _ = self.shut();
    }
}

impl Log for StoreLog {
    fn opening(&self) -> &Opening {
        &self.reader.opening
    }

    fn head(&self) -> Head {
        self.head
    }

    fn append(&mut self, batch: &mut Batch) -> Result<(), LogError> {
        let writer = self.writer()?;
        if batch.is_empty() {
            return writer.queue.error();
        }
        if self.finished {
            return Err(LogError::Finished { run: self.reader.engine.run.short() });
        }
        batch.check_follows(self.head)?;
        let head = self.head.after(batch);
        let spare = writer.queue.push(Job::Append(std::mem::take(batch)))?;
        *batch = spare.unwrap_or_default();
        batch.restart(head);
        self.head = head;
        Ok(())
    }

    fn sync(&mut self) -> Result<(), LogError> {
        self.writer()?.ask("sync", Job::Sync)
    }

    fn digest(&mut self) -> Result<LogDigest, LogError> {
        match &self.writer {
            Some(writer) => writer.ask("compute the digest", Job::Digest),
            None => super::verify(&*self).map(|verified| verified.digest.value()),
        }
    }

    fn read_segment(&self, turn: u64, segment: &mut Segment) -> Result<bool, LogError> {
        self.reader.read_segment(turn, segment)
    }

    fn put_snapshot(&mut self, state: Vec<u8>) -> Result<(), LogError> {
        self.writer()?.queue.push(Job::Snapshot(self.head, state)).map(drop)
    }

    fn drop_snapshot(&mut self, turn: u64) -> Result<(), LogError> {
        self.writer()?.queue.push(Job::DropSnapshot(turn)).map(drop)
    }

    fn snapshots(&self) -> Result<Vec<SnapshotEntry>, LogError> {
        self.reader.snapshots()
    }

    fn snapshot(&self, turn: u64) -> Result<Option<Snapshot>, LogError> {
        self.reader.snapshot(turn)
    }

    fn finish(&mut self, summary: serde_json::Value) -> Result<(), LogError> {
        let finished = self.writer()?.ask("finish the run", |reply| Job::Finish(summary, reply));
        self.finished = finished.is_ok();
        finished
    }

    fn close(mut self: Box<Self>) -> Result<(), LogError> {
        self.shut()
    }
}

fn read_small_files(dir: &Path, run: &RunId) -> Result<(RunEntry, HeadFile), LogError> {
    let (entry, file) = (RunEntry::read(dir)?, HeadFile::read(dir)?);
    if file.run != *run {
        return Err(LogError::damaged("the file HEAD", "it belongs to another run"));
    }
    if entry.run != run.to_string() {
        return Err(LogError::damaged("the file run.json", "it belongs to another run"));
    }
    let same = entry.turns == file.head.turn && entry.log_digest == file.digest.to_string();
    if entry.state == RunState::Finished && !same {
        return Err(LogError::damaged("the file HEAD", "it does not agree with run.json on how the run ended"));
    }
    Ok((entry, file))
}

/// Reads a run, from any thread, while a writer of the same process may go on.
#[derive(Debug, Clone)]
pub struct StoreReader {
    engine: Arc<Engine>,
    opening: Arc<Opening>,
    /// The segment read last: spares a scan the look-up of the one before.
    memo: Arc<Mutex<Option<Seen>>>,
}

/// A segment that was read and found whole.
#[derive(Debug, Clone, Copy)]
struct Seen {
    /// The turn after its last.
    next: u64,
    own: [u8; 32],
}

impl StoreReader {
    fn new(engine: &Arc<Engine>, opening: Opening) -> StoreReader {
        StoreReader { engine: Arc::clone(engine), opening: Arc::new(opening), memo: Arc::default() }
    }

    /// What stands before the first turn.
    pub fn opening(&self) -> &Opening {
        &self.opening
    }

    /// As [`Log::read_segment`].
    pub fn read_segment(&self, turn: u64, segment: &mut Segment) -> Result<bool, LogError> {
        if turn <= self.opening.origin.turn {
            return Ok(false);
        }
        let Some((key, value)) = self.engine.find(turn)? else {
            return self.nothing_after(turn - 1);
        };
        let link = segment::decode(key, &value, segment)?;
        let next = segment.last_turn() + 1;
        if turn >= next {
            return self.nothing_after(next - 1);
        }
        let known = *self.memo.lock().unwrap_or_else(PoisonError::into_inner);
        let before = match known {
            Some(seen) if seen.next == key => seen.own,
            _ => self.own_before(key)?,
        };
        if link.before != before {
            return Err(LogError::ChainBroken { turn: key });
        }
        *self.memo.lock().unwrap_or_else(PoisonError::into_inner) = Some(Seen { next, own: link.own });
        Ok(true)
    }

    /// `Ok(false)` when no segment begins after `turn`; else there is a gap.
    fn nothing_after(&self, turn: u64) -> Result<bool, LogError> {
        match self.engine.first_key_after(turn)? {
            // Right after it: the writer has stored it in this moment.
            Some(found) if found > turn + 1 => Err(LogError::Gap { expected: turn + 1, found }),
            _ => Ok(false),
        }
    }

    /// `own` of the segment that ends before `turn`, the first turn of another.
    fn own_before(&self, turn: u64) -> Result<[u8; 32], LogError> {
        if turn == self.opening.origin.turn + 1 {
            return Ok(self.engine.run.0);
        }
        let gap = LogError::Gap { expected: self.opening.origin.turn + 1, found: turn };
        let (key, value) = self.engine.find(turn - 1)?.ok_or(gap)?;
        let mut segment = Segment::default();
        let link = segment::decode(key, &value, &mut segment)?;
        match segment.last_turn() + 1 {
            next if next == turn => Ok(link.own),
            next if next < turn => Err(LogError::Gap { expected: next, found: turn }),
            _ => Err(LogError::ChainBroken { turn }),
        }
    }

    /// `own` of the segment that ends with `turn`.
    fn own_at(&self, turn: u64) -> Result<Option<[u8; 32]>, LogError> {
        if turn == self.opening.origin.turn {
            return Ok(Some(self.engine.run.0));
        }
        let mut segment = Segment::default();
        let Some((key, value)) = self.engine.find(turn)? else { return Ok(None) };
        let link = segment::decode(key, &value, &mut segment)?;
        Ok((segment.last_turn() == turn).then_some(link.own))
    }

    /// Checks keys, `HEAD` and what was stored after it; gives the end of the log and the last `own`.
    fn check_tail(&self, file: &HeadFile) -> Result<(Head, [u8; 32]), LogError> {
        let found = self.engine.check_keys(self.opening.origin.turn)?;
        if found < file.head.turn {
            return Err(LogError::Truncated { head: file.head.turn, found });
        }
        if self.own_at(file.head.turn)? != Some(file.own) {
            return Err(LogError::ChainBroken { turn: file.head.turn });
        }
        let (mut head, mut own, mut segment) = (file.head, file.own, Segment::default());
        while self.read_segment(head.turn + 1, &mut segment)? {
            super::check_continues(head, &segment)?;
            head = head.after_segment(&segment);
            own = self.own_at(head.turn)?.unwrap_or(own);
        }
        Ok((head, own))
    }

    /// Reads the whole log and compares the digest with the acknowledged one on the way.
    fn verify_against(&self, file: &HeadFile) -> Result<Verified, LogError> {
        let (mut head, mut digest) = (self.opening.origin, self.opening.digest.clone());
        let mut segment = Segment::default();
        loop {
            if head.turn == file.head.turn && (digest.value() != file.digest || head != file.head) {
                let (expected, found) = (file.digest.to_string(), digest.value().to_string());
                return Err(LogError::Digest { turn: head.turn, expected, found });
            }
            if !self.read_segment(head.turn + 1, &mut segment)? {
                return Ok(Verified { head, digest });
            }
            super::check_continues(head, &segment)?;
            digest.push_turns(&segment.bytes, &segment.ends);
            head = head.after_segment(&segment);
        }
    }

    /// As [`Log::snapshots`].
    pub fn snapshots(&self) -> Result<Vec<SnapshotEntry>, LogError> {
        let mut entries = Vec::new();
        let mut turn = 0;
        while let Some(found) = self.engine.snapshot_from(turn)? {
            // A damaged header is an entry too, so that asking for it names the damage.
            let (head, len) = match self.snapshot_header(found) {
                Ok(Some(header)) => (header.head, header.length),
                Ok(None) | Err(LogError::Snapshot { .. }) => (Head { turn: found, ..Head::default() }, 0),
                Err(error) => return Err(error),
            };
            entries.push(SnapshotEntry { head, len });
            turn = found + 1;
        }
        Ok(entries)
    }

    fn snapshot_header(&self, turn: u64) -> Result<Option<chunked::Header>, LogError> {
        let value = self.engine.get(&self.engine.sled().snapshots, &chunked::key(turn, 0))?;
        let Some(value) = value else { return Ok(None) };
        let header = chunked::Header::decode(&value, Kind::Snapshot).map_err(|fault| fault.of_snapshot(turn))?;
        if header.head.turn != turn {
            return Err(LogError::Snapshot { turn, what: "it belongs to another turn" });
        }
        Ok(Some(header))
    }

    /// As [`Log::snapshot`].
    pub fn snapshot(&self, turn: u64) -> Result<Option<Snapshot>, LogError> {
        let Some(header) = self.snapshot_header(turn)? else { return Ok(None) };
        let chunk = |number| self.engine.get(&self.engine.sled().snapshots, &chunked::key(turn, number));
        let bytes = chunked::join(&header, chunk)?.map_err(|fault| fault.of_snapshot(turn))?;
        if self.own_at(turn)? != Some(header.link) {
            return Err(LogError::Snapshot { turn, what: "the log at its turn is another one" });
        }
        Ok(Some(Snapshot { head: header.head, digest: header.digest, bytes }))
    }
}

/// The database and its trees.
#[derive(Debug)]
struct Sled {
    db: sled::Db,
    opening: sled::Tree,
    segments: sled::Tree,
    snapshots: sled::Tree,
}

impl Sled {
    fn open(dir: &Path, cache_bytes: u64) -> sled::Result<Sled> {
        let config = sled::Config::new()
            .path(dir)
            .cache_capacity(cache_bytes)
            .segment_size(SLED_SEGMENT)
            .mode(sled::Mode::HighThroughput)
            .flush_every_ms(None);
        let db = config.open()?;
        let (opening, segments) = (db.open_tree("opening")?, db.open_tree("segments")?);
        let snapshots = db.open_tree("snapshots")?;
        Ok(Sled { db, opening, segments, snapshots })
    }
}

/// The database of one run, with its lock.
#[derive(Debug)]
struct Engine {
    /// Present until it is dropped.
    sled: Option<Sled>,
    data: File,
    dir: PathBuf,
    run: RunId,
    _lock: RunLock,
}

impl Drop for Engine {
    fn drop(&mut self) {
        let sled = self.sled.take();
        // sled flushes as it goes, and may hang where it has panicked: then its files stay open, no more.
        let _ = guard::limited("close", DROP_LIMIT, move || drop(sled));
    }
}

/// A stored value, put together where it was too long for one.
enum Value {
    Whole(sled::IVec),
    Joined(Vec<u8>),
}

impl std::ops::Deref for Value {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Value::Whole(value) => value,
            Value::Joined(value) => value,
        }
    }
}

impl Engine {
    fn open(dir: PathBuf, run: RunId, lock: RunLock, options: &StoreOptions) -> Result<Engine, LogError> {
        guard::install_hook();
        runs::check_space(&dir, options.free_min)?;
        let cache = options.cache_bytes;
        let size = fs::metadata(dir.join("db")).map_or(0, |data| data.len());
        let limit = OPEN_LIMIT + Duration::from_secs(size >> 26);
        let begun = Instant::now();
        let sled = loop {
            let path = dir.clone();
            match guard::limited("open", limit, move || Sled::open(&path, cache))? {
                // sled's own lock outlives its database by the last task of its threads.
                Err(sled::Error::Io(error))
                    if error.to_string().contains("could not acquire lock") && begun.elapsed() < DROP_LIMIT =>
                {
                    thread::sleep(Duration::from_millis(5));
                }
                result => break result.map_err(|error| engine_error("open", &dir, error))?,
            }
        };
        let data = File::open(dir.join("db")).map_err(LogError::io("open", &dir))?;
        Ok(Engine { sled: Some(sled), data, dir, run, _lock: lock })
    }

    fn sled(&self) -> &Sled {
        self.sled.as_ref().expect("the database is open until it is dropped")
    }

    /// A call into sled, under the guard.
    fn call<T>(&self, action: &'static str, call: impl FnOnce(&Sled) -> sled::Result<T>) -> Result<T, LogError> {
        let sled = self.sled();
        guard::guarded(|| call(sled))?.map_err(|error| engine_error(action, &self.dir, error))
    }

    fn get(&self, tree: &sled::Tree, key: &[u8]) -> Result<Option<sled::IVec>, LogError> {
        self.call("read", |_| tree.get(key))
    }

    /// The value of the segment that begins with `turn`, when segments are read one after another.
    fn get_in_turn(&self, turn: u64) -> Result<Option<sled::IVec>, LogError> {
        let key = turn.to_be_bytes();
        self.call("read", |sled| {
            let mut value = sled.segments.get(key)?;
            for _ in 1..TOUCHES {
                if value.is_some() {
                    value = sled.segments.get(key)?;
                }
            }
            Ok(value)
        })
    }

    /// The stored segment that begins last at or before `turn`, and its first turn.
    fn find(&self, turn: u64) -> Result<Option<(u64, Value)>, LogError> {
        let segments = &self.sled().segments;
        let mut at = turn;
        let mut value = self.get_in_turn(at)?;
        while value.is_none() {
            let below = at.to_be_bytes();
            let Some((key, found)) = self.call("read", |sled| sled.segments.get_lt(below))? else { return Ok(None) };
            at = turn_of(&key)?;
            // Parts are stored before the value that they continue: without it they are nothing yet.
            value = if key.len() == 8 { Some(found) } else { self.get(segments, &at.to_be_bytes())? };
        }
        let value = value.expect("the loop ends with a value");
        self.with_parts(at, value).map(|value| Some((at, value)))
    }

    fn with_parts(&self, turn: u64, value: sled::IVec) -> Result<Value, LogError> {
        let stored = segment::Header::read(&value).map_or(0, |header| segment::HEADER + header.stored_length as usize);
        if stored <= value.len() || value.len() < VALUE_MAX {
            return Ok(Value::Whole(value));
        }
        let mut joined = value.to_vec();
        let mut number = 1;
        while joined.len() < stored {
            let part = self.get(&self.sled().segments, &chunked::key(turn, number))?;
            let part = part.ok_or_else(|| LogError::corrupt(turn, "a part of it is missing"))?;
            joined.extend_from_slice(&part);
            number += 1;
        }
        Ok(Value::Joined(joined))
    }

    /// The first turn of the first segment that begins after `turn`.
    fn first_key_after(&self, turn: u64) -> Result<Option<u64>, LogError> {
        let mut from = (turn + 1).to_be_bytes().to_vec();
        loop {
            let found = self.call("read", |sled| sled.segments.range(from.as_slice()..).next().transpose())?;
            let Some((key, _)) = found else { return Ok(None) };
            if key.len() == 8 {
                return turn_of(&key).map(Some);
            }
            from = [&key[..], &[0]].concat();
        }
    }

    /// Walks the keys in order; gives the last turn. Each segment must begin where the one before it ends,
    /// name its hash, and match its crc32c; nothing else may stand between them.
    fn check_keys(&self, origin: u64) -> Result<u64, LogError> {
        let (mut last, mut own) = (origin, self.run.0);
        let mut key = sled::IVec::default();
        loop {
            let found = self.call("read", |sled| {
                for _ in 2..TOUCHES {
                    sled.segments.get(&key)?;
                }
                sled.segments.get_gt(&key)
            })?;
            let Some((found, value)) = found else { return Ok(last) };
            let turn = turn_of(&found)?;
            let part = found.len() > 8;
            if turn <= last && !(part && found[..8] == key[..key.len().min(8)]) {
                return Err(LogError::ChainBroken { turn });
            }
            key = found;
            if part {
                // Of the segment just seen, or left over from one that was cut short before it was there.
                continue;
            }
            if turn > last + 1 {
                return Err(LogError::Gap { expected: last + 1, found: turn });
            }
            let header = segment::check_crc(turn, &self.with_parts(turn, value)?)?;
            if header.link.before != own {
                return Err(LogError::ChainBroken { turn });
            }
            (last, own) = (header.next_turn() - 1, header.link.own);
        }
    }

    fn put_segment(&self, turn: u64, value: &[u8]) -> Result<(), LogError> {
        let (first, rest) = value.split_at(value.len().min(VALUE_MAX));
        self.call("write", |sled| {
            for (number, part) in (1..).zip(rest.chunks(VALUE_MAX)) {
                sled.segments.insert(chunked::key(turn, number), part)?;
            }
            // Last: with it the segment is there.
            sled.segments.insert(turn.to_be_bytes(), first)?;
            touch(&sled.segments, &turn.to_be_bytes())?;
            Ok(())
        })?;
        Ok(())
    }

    /// Removes parts of a segment that was cut short before it was there.
    fn drop_dangling_parts(&self, head: Head) -> Result<(), LogError> {
        let from = (head.turn + 1).to_be_bytes();
        self.call("write", |sled| {
            while let Some(found) = sled.segments.range(from..).next() {
                sled.segments.remove(found?.0)?;
            }
            Ok(())
        })
    }

    fn put_snapshot(&self, header: &chunked::Header, bytes: &[u8]) -> Result<(), LogError> {
        self.put_chunked(&self.sled().snapshots, header, bytes)
    }

    fn put_chunked(&self, tree: &sled::Tree, header: &chunked::Header, bytes: &[u8]) -> Result<(), LogError> {
        let turn = header.head.turn;
        self.call("write", |_| {
            for (number, chunk) in (1..).zip(bytes.chunks(chunked::CHUNK)) {
                tree.insert(chunked::key(turn, number), chunk)?;
                touch(tree, &chunked::key(turn, number))?;
            }
            tree.insert(chunked::key(turn, 0), header.encode())
        })?;
        Ok(())
    }

    fn drop_snapshot(&self, turn: u64) -> Result<(), LogError> {
        let keys = chunked::key(turn, 0)..=chunked::key(turn, u32::MAX);
        self.call("write", |sled| {
            // The header goes first: without it there is no snapshot.
            while let Some(found) = sled.snapshots.range(keys.clone()).next() {
                sled.snapshots.remove(found?.0)?;
            }
            Ok(())
        })
    }

    /// The turn of the first snapshot at or after `turn`.
    fn snapshot_from(&self, turn: u64) -> Result<Option<u64>, LogError> {
        let mut from = chunked::key(turn, 0);
        loop {
            let found = self.call("read", |sled| sled.snapshots.range(from..).next().transpose())?;
            let Some((key, _)) = found else { return Ok(None) };
            let turn = turn_of(&key)?;
            if key[8..] == [0; 4] {
                return Ok(Some(turn));
            }
            from = chunked::key(turn + 1, 0);
        }
    }

    fn write_opening(&self, opening: &Opening) -> Result<(), LogError> {
        let length = opening.record.len() as u64;
        let bytes = [&length.to_le_bytes()[..], &opening.record, &opening.digest.save()].concat();
        let header = chunked::Header {
            codec: opening.codec,
            kind: Kind::Opening,
            head: opening.origin,
            length: bytes.len() as u64,
            own: *blake3::hash(&bytes).as_bytes(),
            digest: opening.digest.value(),
            link: self.run.0,
        };
        self.put_chunked(&self.sled().opening, &header, &bytes)?;
        // sled never syncs its settings file.
        let settings = self.dir.join("conf");
        File::open(&settings).and_then(|file| file.sync_all()).map_err(LogError::io("sync", &settings))
    }

    fn read_opening(&self) -> Result<Opening, LogError> {
        const PART: &str = "the opening record";
        let missing = || LogError::damaged(PART, "missing: the database holds nothing");
        let tree = &self.sled().opening;
        let (key, value) = self.call("read", |sled| sled.opening.first())?.ok_or_else(missing)?;
        let turn = turn_of(&key)?;
        let header = chunked::Header::decode(&value, Kind::Opening).map_err(|fault| fault.of(PART))?;
        if header.link != self.run.0 || header.head.turn != turn {
            return Err(LogError::damaged(PART, "it belongs to another run"));
        }
        let chunk = |number| self.get(tree, &chunked::key(turn, number));
        let bytes = chunked::join(&header, chunk)?.map_err(|fault| fault.of(PART))?;
        let short = || LogError::damaged(PART, "its length does not match");
        let (length, rest) = bytes.split_first_chunk::<8>().ok_or_else(short)?;
        let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| short())?;
        let (record, saved) = rest.split_at_checked(length).ok_or_else(short)?;
        let digest = Digest::restore(saved)?;
        if digest.value() != header.digest || digest.turns() != turn {
            return Err(LogError::damaged(PART, "its digest does not match"));
        }
        Ok(Opening { record: record.to_vec(), codec: header.codec, origin: header.head, digest })
    }

    /// Flush, fsync, `HEAD`: in this order, so that `HEAD` is never ahead of the log.
    fn make_durable(&self, head: &HeadFile) -> Result<(), LogError> {
        self.call("flush", |sled| sled.db.flush())?;
        self.data.sync_all().map_err(LogError::io("sync", &self.dir.join("db")))?;
        head.write(&self.dir)
    }
}

/// The turn that a key begins with.
fn turn_of(key: &[u8]) -> Result<u64, LogError> {
    let turn = key.first_chunk::<8>().filter(|_| key.len() == 8 || key.len() == 12);
    turn.map(|turn| u64::from_be_bytes(*turn)).ok_or_else(|| LogError::damaged("a key", "its length does not match"))
}

fn engine_error(action: &'static str, dir: &Path, error: sled::Error) -> LogError {
    match error {
        sled::Error::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            LogError::damaged("the database", "its file is cut off")
        }
        sled::Error::Io(error) => LogError::io(action, dir)(error),
        sled::Error::Corruption { .. } => LogError::damaged("the database", "the engine's own sums do not match"),
        sled::Error::Unsupported(what) => LogError::damaged("the database", what),
        sled::Error::CollectionNotFound(_) => LogError::damaged("the database", "a tree is missing"),
        sled::Error::ReportableBug(message) => LogError::EnginePanic { message },
    }
}

/// Has sled count what was just written as used so often that it looks for something to evict.
fn touch(tree: &sled::Tree, key: &[u8]) -> sled::Result<()> {
    for _ in 0..TOUCHES_WRITTEN {
        tree.get(key)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
