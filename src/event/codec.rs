//! The canonical bytes of a turn: what the log keeps and what `log_digest` hashes.
//!
//! Numbers are varints (LEB128, low groups first). A turn begins with one number: four times the seconds since the turn
//! before it, plus the number of its events less one where that is at most 2, else plus 3 and followed by the number of
//! events less 4. An event is its tag in one byte, the distance from its `seq` back to its cause's, and its fields in the
//! order of the table. Where the cause is the event just before it, 128 is added to the tag and the distance left out; in
//! one turn that is so only where both have the same first field too, which is then left out as well. Signed numbers are
//! zigzag; a length of time is one more than its seconds, so that "none" (-1) is 0.
//! Turn 0 starts at the earliest time of the run, which the opening record holds.

use super::{Entry, Event};
use crate::units::time::SimTime;

/// Bumped when these bytes change; a store of another format is refused by number.
pub const FORMAT: u8 = 1;

/// Writes numbers as varints from `at` on and says where they end. Most have one or two bytes.
#[inline(always)]
pub(crate) fn put<const N: usize>(numbers: &[u64; N], bytes: &mut [u8], mut at: usize) -> usize {
    for &number in numbers {
        let mut rest = number;
        while rest >= 0x80 {
            bytes[at] = rest as u8 | 0x80;
            at += 1;
            rest >>= 7;
        }
        bytes[at] = rest as u8;
        at += 1;
    }
    at
}

/// Writes what comes before an event's other fields.
#[inline(always)]
pub(crate) fn put_head(tag: u8, distance: u64, object: u64, before: Option<u64>, bytes: &mut [u8], at: usize) -> usize {
    let after = distance == 1;
    match before {
        Some(before) if after && before == object => {
            bytes[at] = tag | AFTER;
            at + 1
        }
        None if after => {
            bytes[at] = tag | AFTER;
            put(&[object], bytes, at + 1)
        }
        _ => {
            bytes[at] = tag;
            put(&[distance, object], bytes, at + 1)
        }
    }
}

/// Reads what [`put_head`] wrote, and nothing that it would have written otherwise.
#[inline]
pub(crate) fn take_head(before: Option<u64>, input: &mut &[u8]) -> Option<(u8, u64, u64)> {
    let (&first, rest) = input.split_first()?;
    *input = rest;
    let tag = first & !AFTER;
    if first & AFTER != 0 {
        let object = match before {
            Some(object) => object,
            None => take(input)?,
        };
        return Some((tag, 1, object));
    }
    let (distance, object) = (take(input)?, take(input)?);
    let short = distance == 1 && before.is_none_or(|before| before == object);
    (!short).then_some((tag, distance, object))
}

/// Set in an event's first byte: its cause is the event just before it, in one turn with the same object.
const AFTER: u8 = 0x80;

/// Room for any event: tag, cause and at most six fields of ten bytes each, and what is written ahead.
const ROOM: usize = 76;

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

/// Writes turns; it keeps the room that a turn is written in.
#[derive(Debug, Default)]
pub struct Encoder {
    room: Vec<u8>,
}

impl Encoder {
    /// Appends one turn to `out`.
    pub fn put_turn(&mut self, before: SimTime, at: SimTime, first_seq: u64, entries: &[Entry], out: &mut Vec<u8>) {
        let most = ROOM * (entries.len() + 1);
        if self.room.len() < most {
            self.room.resize(most, 0);
        }
        let bytes = &mut self.room[..];
        let (gap, more) = ((at - before).0 as u64, entries.len() as u64 - 1);
        let mut end = put(&[gap << 2 | more.min(3)], bytes, 0);
        if more >= 3 {
            end = put(&[more - 3], bytes, end);
        }
        let mut before = None;
        for (seq, entry) in (first_seq..).zip(entries) {
            let object;
            (end, object) = entry.event.put(seq - entry.cause, before, bytes, end);
            before = Some(object);
        }
        out.extend_from_slice(&bytes[..end]);
    }
}

/// Reads one turn to the end of `entries` and returns its time; `None` when the bytes are not exactly one turn.
pub fn take_turn(before: SimTime, first_seq: u64, mut input: &[u8], entries: &mut Vec<Entry>) -> Option<SimTime> {
    let head = take(&mut input)?;
    let gap = i64::try_from(head >> 2).ok()?;
    let at = SimTime(before.0.checked_add(gap)?);
    let more = match head & 3 {
        3 => take(&mut input)?.checked_add(3)?,
        few => few,
    };
    let mut before = None;
    for seq in first_seq..=first_seq.checked_add(more)? {
        let (event, distance, object) = Event::take(before, &mut input)?;
        before = Some(object);
        let cause = seq.checked_sub(distance).filter(|_| distance > 0)?;
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
                for before in [None, Some(raws[1]), Some(raws[1] + 1)] {
                    let (distance, object, fields) = (raws[0], raws[1], &raws[2..=info.fields.len()]);
                    let mut bytes = [0; ROOM];
                    let mut end = put_head(info.tag, distance, object, before, &mut bytes, 0);
                    end = fields.iter().fold(end, |at, &raw| put(&[raw], &mut bytes, at));
                    let bytes = &bytes[..end];
                    let mut input = bytes;
                    let (event, found, whom) = Event::take(before, &mut input).expect(info.kind);
                    assert!(input.is_empty() && (found, whom) == (distance, object));
                    let mut again = [0; ROOM];
                    let (end, _) = event.put(distance, before, &mut again, 0);
                    assert_eq!(again[..end], *bytes, "{}", info.kind);
                    assert_eq!(event.kind(), info.kind);
                }
            }
        }
    }

    #[test]
    fn a_turn_has_one_form_only() {
        let unit = crate::units::arena::Id::new(300);
        let entry = |cause| Entry { event: Event::BacklogEntered { unit }, cause };
        for count in [1, 2, 3, 4, 5, 200] {
            let entries: Vec<Entry> = (0..count).map(|i| entry(10 + i - i % 2)).collect();
            let mut bytes = Vec::new();
            Encoder::default().put_turn(SimTime(5), SimTime(70), 11, &entries, &mut bytes);
            let mut found = Vec::new();
            assert_eq!(take_turn(SimTime(5), 11, &bytes, &mut found), Some(SimTime(70)));
            assert_eq!(found, entries);
            // With what may be left out, or with anything behind it, it is no turn.
            let first = 2 + usize::from(count > 3);
            let mut long = bytes.clone();
            long[first] &= !AFTER;
            long.insert(first + 1, 1);
            assert_eq!(take_turn(SimTime(5), 11, &long, &mut Vec::new()), None);
            bytes.push(0);
            assert_eq!(take_turn(SimTime(5), 11, &bytes, &mut Vec::new()), None);
        }
    }

    #[test]
    fn varints_come_back_and_overlong_ones_are_refused() {
        for n in [
            0,
            1,
            127,
            128,
            16_383,
            16_384,
            (1 << 21) - 1,
            1 << 21,
            (1 << 28) - 1,
            1 << 28,
            u64::from(u32::MAX),
            u64::MAX - 1,
            u64::MAX,
        ] {
            let mut bytes = [0; ROOM];
            let end = put(&[n], &mut bytes, 0);
            let bytes = &bytes[..end];
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
