//! The canonical bytes of a turn: what the log keeps and what `log_digest` hashes.
//!
//! A turn is `varint(seconds since the turn before it)`, `varint(number of events)` and its events; an event is its tag,
//! the distance from its `seq` back to its cause's, and its fields in the order of the table, each as a varint (LEB128,
//! low groups first). Signed numbers are zigzag; a length of time is one more than its seconds, so that "none" (-1) is 0.
//! Turn 0 starts at the earliest time of the run, which the opening record holds.

use super::{Entry, Event};
use crate::units::time::SimTime;

/// Bumped when these bytes change; a store of another format is refused by number.
pub const FORMAT: u8 = 1;

/// Appends numbers as varints. Most are small: one byte each.
#[inline]
pub(crate) fn put<const N: usize>(numbers: &[u64; N], out: &mut Vec<u8>) {
    out.reserve(N * 10);
    for &number in numbers {
        let mut rest = number;
        while rest >= 0x80 {
            out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
    }
}

/// Reads one varint; `None` at the end or when it is longer than 64 bits.
#[inline]
pub(crate) fn take(input: &mut &[u8]) -> Option<u64> {
    let (&first, rest) = input.split_first()?;
    if first < 0x80 {
        *input = rest;
        return Some(u64::from(first));
    }
    let mut value = u64::from(first & 0x7f);
    let mut shift = 7;
    for (i, &byte) in rest.iter().enumerate() {
        if shift == 63 && byte > 1 {
            return None;
        }
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            *input = &rest[i + 1..];
            return Some(value);
        }
        shift += 7;
        if shift > 63 {
            return None;
        }
    }
    None
}

/// Appends one turn.
pub fn put_turn(before: SimTime, at: SimTime, first_seq: u64, entries: &[Entry], out: &mut Vec<u8>) {
    put(&[(at - before).0 as u64, entries.len() as u64], out);
    for (i, entry) in entries.iter().enumerate() {
        entry.event.put(first_seq + i as u64 - entry.cause, out);
    }
}

/// Reads one turn into `entries` and returns its time; `None` when the bytes are not exactly one turn.
pub fn take_turn(before: SimTime, first_seq: u64, mut input: &[u8], entries: &mut Vec<Entry>) -> Option<SimTime> {
    entries.clear();
    let gap = i64::try_from(take(&mut input)?).ok()?;
    let at = SimTime(before.0.checked_add(gap)?);
    let count = take(&mut input)?;
    for i in 0..count {
        let tag = u8::try_from(take(&mut input)?).ok()?;
        let (event, distance) = Event::take(tag, &mut input)?;
        let cause = (first_seq + i).checked_sub(distance).filter(|_| distance > 0)?;
        entries.push(Entry { event, cause });
    }
    input.is_empty().then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::KINDS;

    #[test]
    fn every_kind_of_event_comes_back_from_its_bytes() {
        for info in KINDS {
            for raws in [[1, 0, 0, 0, 0, 0], [1, 2, 1, 1, 1, 1], [77, 9, 1, 0, 1, 5]] {
                let mut bytes = Vec::new();
                raws[..info.fields.len() + 1].iter().for_each(|&raw| put(&[raw], &mut bytes));
                let mut input = &bytes[..];
                let (event, distance) = Event::take(info.tag, &mut input).expect(info.kind);
                assert!(input.is_empty());
                let mut again = Vec::new();
                event.put(distance, &mut again);
                assert_eq!(again[1..], bytes[..], "{}", info.kind);
                assert_eq!(event.kind(), info.kind);
            }
        }
    }

    #[test]
    fn varints_come_back_and_overlong_ones_are_refused() {
        for n in [0, 1, 127, 128, 16_383, 16_384, u64::from(u32::MAX), u64::MAX - 1, u64::MAX] {
            let mut bytes = Vec::new();
            put(&[n], &mut bytes);
            assert_eq!(take(&mut &bytes[..]), Some(n));
            assert_eq!(take(&mut &bytes[..bytes.len() - 1]), None);
        }
        assert_eq!(take(&mut &[0xff; 11][..]), None);
    }

    #[test]
    fn tags_are_distinct_and_small() {
        let mut tags: Vec<u8> = KINDS.iter().map(|k| k.tag).collect();
        tags.dedup();
        assert!(tags.is_sorted() && tags.len() == KINDS.len() && tags.iter().all(|&t| t < 128));
    }
}
