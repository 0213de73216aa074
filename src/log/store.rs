//! A log kept in a sled database, one a run: how it is opened, appended to and closed.
//!
//! [`engine`] speaks to sled, [`reader`] reads and checks, [`writer`] is the thread that alone changes what is stored.
//! `docs/log-format.md` defines what stands on disk.
//!
//! Opening checks the opening record, every segment's key, crc32c and link to the one before it, that the
//! segment which `HEAD` names is there, and reads wholly what was stored after it. Hashes are checked when a
//! segment is read; [`verify`](super::verify) and opening for append read them all and compute the digest again.

mod ahead;
mod engine;
mod reader;
mod writer;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::digest::LogDigest;
use super::error::LogError;
use super::queue::Job;
use super::runs::{self, HeadFile, RunEntry, RunId, RunLock, RunMeta, RunState, run_dir};
use super::{Batch, Head, Log, Opening, Segment, Snapshot, SnapshotEntry, Verified};

pub use reader::StoreReader;

use engine::Engine;
use writer::{Writer, WriterHandle};

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
            // Smaller, with what is written evicted early, took half the memory, and in one of 1,200 kills left a store that
            // the engine refused.
            cache_bytes: 8 * 1024 * 1024,
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
        if dir.join("HEAD").exists() && HeadFile::read(&dir)?.head.turn > opening.origin.turn {
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
        writer.engine.make_durable(&writer.head_file(), 0)?;
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

#[cfg(test)]
mod tests;
