//! The writer thread: the one place that changes a stored log.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::super::chunked::{self, Kind};
use super::super::digest::Digest;
use super::super::error::LogError;
use super::super::queue::{Job, Queue, Reply};
use super::super::runs::{self, HeadFile, RunEntry, RunState};
use super::super::segment;
use super::super::{Batch, Head};
use super::ahead::STRETCH;
use super::{Engine, StoreOptions};

/// A job that answers, and the thread that does it.
#[derive(Debug)]
pub(super) struct WriterHandle {
    pub queue: Arc<Queue>,
    thread: JoinHandle<()>,
}

impl WriterHandle {
    pub(super) fn start(writer: Writer, limit: usize) -> Result<WriterHandle, LogError> {
        let queue = Arc::new(Queue::new(limit));
        let theirs = Arc::clone(&queue);
        let thread = thread::Builder::new().name("waybill-log".to_owned()).spawn(move || writer.run(&theirs));
        let thread = thread.map_err(LogError::io("start a thread for", "the log".as_ref()))?;
        Ok(WriterHandle { queue, thread })
    }

    pub(super) fn ask<T>(&self, action: &'static str, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, LogError> {
        let (reply, answer) = mpsc::channel();
        self.queue.push(job(reply))?;
        self.queue.wait(action, &answer)
    }

    pub(super) fn close(self, limit: Duration) -> Result<(), LogError> {
        let (reply, answer) = mpsc::channel();
        self.queue.push_anyway(Job::Close(reply));
        let begun = Instant::now();
        let closed = match answer.recv_timeout(limit) {
            Ok(result) => result,
            Err(RecvTimeoutError::Disconnected) => self.queue.error(),
            Err(RecvTimeoutError::Timeout) => Err(LogError::CloseTimeout { seconds: limit.as_secs() }),
        };
        // The thread has answered and only lets go of the engine; one that hangs is left behind.
        while !self.thread.is_finished() && begun.elapsed() < limit {
            thread::sleep(Duration::from_micros(200));
        }
        closed
    }
}

/// The writer thread's own: it alone changes the database.
pub(super) struct Writer {
    pub engine: Arc<Engine>,
    pub entry: RunEntry,
    pub head: Head,
    pub own: [u8; 32],
    pub digest: Digest,
    codec: u8,
    value: Vec<u8>,
    flush_every: Duration,
    free_min: u64,
    /// When something was first stored that is not durable yet.
    dirty_since: Option<Instant>,
    /// Bytes that were stored since the last time that all was made durable.
    stretch: usize,
}

impl Writer {
    pub(super) fn new(
        engine: Arc<Engine>,
        entry: RunEntry,
        codec: u8,
        (head, digest, own): (Head, Digest, [u8; 32]),
        options: &StoreOptions,
    ) -> Writer {
        Writer {
            engine,
            entry,
            head,
            own,
            digest,
            codec,
            value: Vec::new(),
            flush_every: options.flush_every,
            free_min: options.free_min,
            dirty_since: None,
            stretch: 0,
        }
    }

    fn run(mut self, queue: &Queue) {
        let body = std::panic::AssertUnwindSafe(|| self.work(queue));
        if std::panic::catch_unwind(body).is_err() {
            queue.fail(LogError::EnginePanic { message: "the writer thread panicked".to_owned() });
            queue.abandon();
        }
    }

    fn work(&mut self, queue: &Queue) {
        loop {
            let deadline = self.dirty_since.map(|since| since + self.flush_every);
            let due = deadline.is_some_and(|deadline| Instant::now() >= deadline);
            let result = match if due { None } else { queue.take(deadline) } {
                None => self.settle(),
                Some(Job::Close(reply)) => {
                    let result = queue.error().and_then(|()| self.close());
                    let _ = reply.send(result);
                    return queue.abandon();
                }
                Some(job) => self.answer(job, queue),
            };
            if let Err(error) = result {
                // Nothing is written after an error: what is durable stays as it is.
                self.dirty_since = None;
                queue.fail(error);
            }
        }
    }

    /// Does one job; after the first error it only answers with that.
    fn answer(&mut self, job: Job, queue: &Queue) -> Result<(), LogError> {
        let usable = queue.error();
        let send = |reply: mpsc::Sender<Result<(), LogError>>, result: Result<(), LogError>| {
            // Whoever asked may have given up.
            let _ = reply.send(result.clone());
            result
        };
        match job {
            Job::Append(batch) => {
                let result = usable.and_then(|()| self.store(&batch));
                queue.recycle(batch);
                result
            }
            Job::Snapshot(head, state) => usable.and_then(|()| self.store_snapshot(head, &state)),
            Job::DropSnapshot(turn) => usable.and_then(|()| self.engine.drop_snapshot(turn)),
            Job::Digest(reply) => {
                let _ = reply.send(usable.map(|()| self.digest.value()));
                Ok(())
            }
            Job::Sync(reply) => send(reply, usable.and_then(|()| self.settle())),
            Job::Finish(summary, reply) => send(reply, usable.and_then(|()| self.finish(summary))),
            Job::Close(_) => unreachable!("the loop takes it"),
        }
    }

    fn store(&mut self, batch: &Batch) -> Result<(), LogError> {
        let link = segment::encode(batch, self.codec, self.own, &mut self.value);
        self.touch(self.value.len())?;
        self.engine.put_segment(batch.first_turn, &self.value)?;
        self.digest.push_turns(&batch.bytes, &batch.ends);
        self.own = link.own;
        self.head = self.head.after(batch);
        Ok(())
    }

    fn store_snapshot(&mut self, head: Head, state: &[u8]) -> Result<(), LogError> {
        assert_eq!(head, self.head, "a snapshot follows the turns it was taken after");
        self.touch(state.len())?;
        let header = chunked::Header {
            codec: self.codec,
            kind: Kind::Snapshot,
            head,
            length: state.len() as u64,
            own: *blake3::hash(state).as_bytes(),
            digest: self.digest.value(),
            link: self.own,
        };
        self.engine.drop_snapshot(head.turn)?;
        self.engine.put_snapshot(&header, state)
    }

    /// So many bytes are about to be stored: there has to be room for them in the file.
    fn touch(&mut self, bytes: usize) -> Result<(), LogError> {
        if self.stretch + bytes > STRETCH {
            self.settle_for(bytes)?;
        }
        self.stretch += bytes;
        self.dirty_since.get_or_insert_with(Instant::now);
        Ok(())
    }

    pub(super) fn head_file(&self) -> HeadFile {
        HeadFile { run: self.engine.run, head: self.head, own: self.own, digest: self.digest.value() }
    }

    /// Makes durable what is stored.
    fn settle(&mut self) -> Result<(), LogError> {
        self.settle_for(0)
    }

    /// The same, with room for so many bytes that come in one piece.
    fn settle_for(&mut self, bytes: usize) -> Result<(), LogError> {
        runs::check_space(&self.engine.dir, self.free_min)?;
        self.engine.make_durable(&self.head_file(), bytes)?;
        (self.dirty_since, self.stretch) = (None, 0);
        Ok(())
    }

    fn finish(&mut self, summary: serde_json::Value) -> Result<(), LogError> {
        self.settle()?;
        self.entry.state = RunState::Finished;
        self.entry.summary = summary;
        self.write_entry()?;
        self.engine.finish();
        Ok(())
    }

    fn write_entry(&mut self) -> Result<(), LogError> {
        self.entry.turns = self.head.turn;
        self.entry.events = self.head.events;
        self.entry.log_digest = self.digest.value().to_string();
        self.entry.write(&self.engine.dir)
    }

    fn close(&mut self) -> Result<(), LogError> {
        if self.dirty_since.is_some() {
            self.settle()?;
        }
        if self.entry.state == RunState::Interrupted && self.entry.turns != self.head.turn {
            self.write_entry()?;
        }
        self.engine.give_back()
    }
}
