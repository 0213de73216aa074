//! Helpers that the tests of this floor share.

use super::{Batch, Head, Log, Opening, SegmentLimits};

/// Whether the long tests run too: `WAYBILL_TESTS=full`.
pub(crate) fn full_tier() -> bool {
    std::env::var("WAYBILL_TESTS").is_ok_and(|tier| tier == "full")
}

/// A batch from `first_turn` on whose turns have these lengths.
pub(super) fn batch_of(first_turn: u64, lengths: &[usize]) -> Batch {
    let before = Head { turn: first_turn - 1, next_seq: 100, events: 99, time: -5 };
    let mut batch = Batch::after(before);
    for (i, length) in lengths.iter().enumerate() {
        batch.bytes.extend((0..*length).map(|at| (at * 7 + i) as u8));
        batch.end_turn(i as i64, 1 + i as u64 % 2);
    }
    batch
}

/// The opening of every test log.
pub(super) fn opening() -> Opening {
    let origin = Head { turn: 0, next_seq: 1, events: 0, time: -100 };
    Opening { record: b"opening record".repeat(20), codec: 1, origin, ..Opening::default() }
}

/// Writes turn `head.turn + 1` of the one run that all tests log: a function of its number alone.
pub(super) fn push_turn(batch: &mut Batch, big: bool) {
    let turn = batch.first_turn + batch.turns();
    let mix = blake3::hash(&turn.to_le_bytes());
    let mix = mix.as_bytes();
    let mut length = 4 + usize::from(mix[0] % 9);
    if big && mix[1] < 2 {
        length = 9000 + usize::from(mix[2]) * 40;
    }
    batch.bytes.extend((0..length).map(|at| mix[at % 32] ^ (at / 32) as u8));
    batch.end_turn(batch.time_last + i64::from(mix[3] % 3), 1 + u64::from(mix[4].is_multiple_of(4)));
}

/// Appends turns up to `last`, sealing by `limits`; leaves nothing in the batch.
pub(super) fn append_until(log: &mut dyn Log, last: u64, limits: SegmentLimits, big: bool) {
    let mut batch = Batch::after(log.head());
    for _ in log.head().turn..last {
        push_turn(&mut batch, big);
        if batch.is_full(limits) {
            log.append(&mut batch).expect("a test log takes a batch");
        }
    }
    log.append(&mut batch).expect("a test log takes a batch");
}
