//! The database of a run. The only file that names sled.
//!
//! sled's own flush is not durable on Linux, its large values go to files that are never synced, its
//! iterators ignore the cache limit, and on damaged files it panics. Hence here: an fsync of our own after
//! each flush, then an atomically replaced `HEAD`; values of at most 7 KiB; reading by key; every call under
//! a guard.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::super::chunked::{self, Kind};
use super::super::digest::Digest;
use super::super::error::LogError;
use super::super::guard;
use super::super::runs::{self, HeadFile, RunId, RunLock};
use super::super::segment;
use super::super::{Head, Opening};
use super::StoreOptions;
use super::ahead::Ahead;

/// No stored value is longer: a leaf of sled, 17 values, stays below the size that goes to `blobs/`.
pub(super) const VALUE_MAX: usize = 7 * 1024;
/// sled's log segment. Measured with 1e7 events of 7 bytes: 512 KiB takes 1.8 times the payload on disk, 2 MiB
/// 2.1 times, 8 MiB 2.4 times, all at the same speed.
pub(super) const SLED_SEGMENT: usize = 512 * 1024;
/// sled looks for pages to evict only at every 64th access to one of 256 groups of them, whatever its cache
/// may hold. A scan therefore reads each segment three times: 51 MB instead of 83 at its peak, for 2 ns an event.
const TOUCHES: usize = 3;
/// How long sled may take to open, apart from reading its file.
const OPEN_LIMIT: Duration = Duration::from_secs(120);
/// How long it may take to let go of its files.
const DROP_LIMIT: Duration = Duration::from_secs(10);

/// The database and its trees.
#[derive(Debug)]
pub(super) struct Sled {
    db: sled::Db,
    opening: sled::Tree,
    pub(super) segments: sled::Tree,
    pub(super) snapshots: sled::Tree,
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
pub(super) struct Engine {
    /// Present until it is dropped.
    sled: Option<Sled>,
    data: Ahead,
    pub(super) dir: PathBuf,
    pub(super) run: RunId,
    cache_bytes: u64,
    /// Nothing will be written any more.
    finished: AtomicBool,
    _lock: RunLock,
}

impl Drop for Engine {
    fn drop(&mut self) {
        close(self.sled.take());
        if self.finished.load(Ordering::Relaxed) {
            // sled writes a table of its pages when it opens. With it, it no longer scans the file the next time, and no
            // longer cuts it where that scan meets damage. Whether this works out is seen when the run is opened.
            close(open(&self.dir, self.cache_bytes).ok());
        }
    }
}

/// Opens the database, which may wait for one that was closed in this moment.
fn open(dir: &Path, cache_bytes: u64) -> Result<Sled, LogError> {
    let size = fs::metadata(dir.join("db")).map_or(0, |data| data.len());
    let limit = OPEN_LIMIT + Duration::from_secs(size >> 26);
    let begun = Instant::now();
    loop {
        let path = dir.to_owned();
        match guard::limited("open", limit, move || Sled::open(&path, cache_bytes))? {
            // sled's own lock outlives its database by the last task of its threads.
            Err(sled::Error::Io(error))
                if error.to_string().contains("could not acquire lock") && begun.elapsed() < DROP_LIMIT =>
            {
                thread::sleep(Duration::from_millis(5));
            }
            result => return result.map_err(|error| engine_error("open", dir, error)),
        }
    }
}

/// sled flushes as it goes, and may hang where it has panicked: then its files stay open, no more.
fn close(sled: Option<Sled>) {
    let _ = guard::limited("close", DROP_LIMIT, move || drop(sled));
}

/// A stored value, put together where it was too long for one.
pub(super) enum Value {
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
    pub(super) fn open(dir: PathBuf, run: RunId, lock: RunLock, options: &StoreOptions) -> Result<Engine, LogError> {
        guard::install_hook();
        runs::check_space(&dir, options.free_min)?;
        let cache_bytes = options.cache_bytes;
        let sled = open(&dir, cache_bytes)?;
        let data = File::options().read(true).write(true).open(dir.join("db")).map_err(LogError::io("open", &dir))?;
        let data = Ahead::new(data);
        let finished = AtomicBool::new(false);
        Ok(Engine { sled: Some(sled), data, dir, run, cache_bytes, finished, _lock: lock })
    }

    /// Gives back the room ahead of what is written, when the log is closed.
    pub(super) fn give_back(&self) -> Result<(), LogError> {
        self.data.give_back().map_err(LogError::io("shorten", &self.dir.join("db")))
    }

    /// Says that nothing will be written any more.
    pub(super) fn finish(&self) {
        self.finished.store(true, Ordering::Relaxed);
    }

    pub(super) fn sled(&self) -> &Sled {
        self.sled.as_ref().expect("the database is open until it is dropped")
    }

    /// A call into sled, under the guard.
    fn call<T>(&self, action: &'static str, call: impl FnOnce(&Sled) -> sled::Result<T>) -> Result<T, LogError> {
        let sled = self.sled();
        guard::guarded(|| call(sled))?.map_err(|error| engine_error(action, &self.dir, error))
    }

    pub(super) fn get(&self, tree: &sled::Tree, key: &[u8]) -> Result<Option<sled::IVec>, LogError> {
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
    pub(super) fn find(&self, turn: u64) -> Result<Option<(u64, Value)>, LogError> {
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
    pub(super) fn first_key_after(&self, turn: u64) -> Result<Option<u64>, LogError> {
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
    pub(super) fn check_keys(&self, origin: u64) -> Result<u64, LogError> {
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

    pub(super) fn put_segment(&self, turn: u64, value: &[u8]) -> Result<(), LogError> {
        let (first, rest) = value.split_at(value.len().min(VALUE_MAX));
        self.call("write", |sled| {
            for (number, part) in (1..).zip(rest.chunks(VALUE_MAX)) {
                sled.segments.insert(chunked::key(turn, number), part)?;
            }
            // Last: with it the segment is there.
            sled.segments.insert(turn.to_be_bytes(), first)
        })?;
        Ok(())
    }

    /// Removes parts of a segment that was cut short before it was there.
    pub(super) fn drop_dangling_parts(&self, head: Head) -> Result<(), LogError> {
        let from = (head.turn + 1).to_be_bytes();
        self.call("write", |sled| {
            while let Some(found) = sled.segments.range(from..).next() {
                sled.segments.remove(found?.0)?;
            }
            Ok(())
        })
    }

    pub(super) fn put_snapshot(&self, header: &chunked::Header, bytes: &[u8]) -> Result<(), LogError> {
        self.put_chunked(&self.sled().snapshots, header, bytes)
    }

    fn put_chunked(&self, tree: &sled::Tree, header: &chunked::Header, bytes: &[u8]) -> Result<(), LogError> {
        let turn = header.head.turn;
        self.call("write", |_| {
            for (number, chunk) in (1..).zip(bytes.chunks(chunked::CHUNK)) {
                tree.insert(chunked::key(turn, number), chunk)?;
            }
            tree.insert(chunked::key(turn, 0), header.encode())
        })?;
        Ok(())
    }

    pub(super) fn drop_snapshot(&self, turn: u64) -> Result<(), LogError> {
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
    pub(super) fn snapshot_from(&self, turn: u64) -> Result<Option<u64>, LogError> {
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

    pub(super) fn write_opening(&self, opening: &Opening) -> Result<(), LogError> {
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

    pub(super) fn read_opening(&self) -> Result<Opening, LogError> {
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
    pub(super) fn make_durable(&self, head: &HeadFile, coming: usize) -> Result<(), LogError> {
        self.call("flush", |sled| sled.db.flush())?;
        let free = runs::free_space(&self.dir)?;
        self.data
            .keep(free, coming as u64)
            .and_then(|()| self.data.sync())
            .map_err(LogError::io("sync", &self.dir.join("db")))?;
        head.write(&self.dir)
    }
}

/// The turn that a key begins with.
pub(super) fn turn_of(key: &[u8]) -> Result<u64, LogError> {
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
