//! Room ahead of what the engine writes.
//!
//! sled makes its segments durable with `sync_file_range`, which writes blocks but not what the file system knows of new
//! ones. A new segment at the end of the file could so be lost in a power cut, while a later one that used the place of an
//! old one again was kept: the engine then took its own file for empty (a third to a half of 3,000-lot runs on a loop
//! device). So the file is kept longer than it is used, by zeros that are written and synced before the engine comes there:
//! then every segment goes to blocks that are there already.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::atomic::{AtomicU64, Ordering};

/// The bytes in which the engine uses its file; one that was never used begins with zeros.
pub(super) const SEGMENT: u64 = super::engine::SLED_SEGMENT as u64;
/// A segment's header.
const HEADER: usize = 20;
/// The room ahead: at least this, at most that, else twice what the last stretch took.
const LEAST: u64 = 16 * SEGMENT;
const MOST: u64 = 32 * SEGMENT;

/// No more than so many bytes are stored before the room is looked at again: what they take in the file, with what the engine
/// adds, always fits into it. (Without a limit a stretch on a busy machine could take more than twice what the one before it
/// took: a power cut then emptied a store, once in some hundred.)
pub(super) const STRETCH: usize = (LEAST / 2) as usize;

/// The file may not grow.
const NO_ROOM: [io::ErrorKind; 3] =
    [io::ErrorKind::StorageFull, io::ErrorKind::FileTooLarge, io::ErrorKind::QuotaExceeded];

/// The engine's file, seen beside the engine.
#[derive(Debug)]
pub(super) struct Ahead {
    file: File,
    /// Where the use of the file ended last.
    used: AtomicU64,
}

impl Ahead {
    pub(super) fn new(file: File) -> Ahead {
        Ahead { file, used: AtomicU64::new(0) }
    }

    /// Where the use of the file ends: behind the last segment that has a header.
    fn used(&self) -> io::Result<u64> {
        let mut end = self.file.metadata()?.len().div_ceil(SEGMENT) * SEGMENT;
        let mut header = [0; HEADER];
        while end > 0 {
            let begin = end - SEGMENT;
            let mut read = 0;
            while read < HEADER {
                match self.file.read_at(&mut header[read..], begin + read as u64)? {
                    0 => break,
                    more => read += more,
                }
            }
            if header[..read].iter().any(|&byte| byte != 0) {
                return Ok(end);
            }
            end = begin;
        }
        Ok(0)
    }

    /// Writes zeros ahead where they are short, as far as they leave twice as much `free` as they take. Called while the
    /// engine has nothing left to write.
    /// So much is `coming` in one piece.
    pub(super) fn keep(&self, free: u64, coming: u64) -> io::Result<()> {
        let used = self.used()?;
        let took = used.saturating_sub(self.used.swap(used, Ordering::Relaxed));
        let mut end = self.file.metadata()?.len();
        let room = (2 * took).clamp(LEAST, MOST).max(2 * coming);
        let wanted = (used + room).min(end + free / 3);
        let zeros = vec![0; SEGMENT as usize];
        while end < wanted {
            let part = (wanted - end).min(SEGMENT) as usize;
            match self.file.write_all_at(&zeros[..part], end) {
                // Without the room for zeros there is soon none for segments either, and that is told.
                Err(error) if NO_ROOM.contains(&error.kind()) => break,
                done => done?,
            }
            end += part as u64;
        }
        Ok(())
    }

    /// Cuts the room ahead off again, once nothing more is written.
    pub(super) fn give_back(&self) -> io::Result<()> {
        let used = self.used()?;
        if used > 0 && used < self.file.metadata()?.len() {
            self.file.set_len(used)?;
            self.file.sync_all()?;
        }
        Ok(())
    }

    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.sync_all()
    }
}
