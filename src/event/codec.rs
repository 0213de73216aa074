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

/// Room for any event (tag, cause and at most six fields of ten bytes each), and for what is stored with a number's last
/// byte. Places in it are taken modulo [`MASK`]: so no store needs to ask whether it fits.
pub(crate) type Room = [u8; MASK + 1 + 4];

const MASK: usize = 127;
const ROOM: usize = MASK + 5;

/// Writes numbers as varints from `at` on and says where they end.
#[inline(always)]
pub(crate) fn put<const N: usize>(numbers: &[u64; N], bytes: &mut Room, mut at: usize) -> usize {
    for &number in numbers {
        at = put_one(number, bytes, at);
    }
    at
}

/// Writes one number. Almost all have at most four bytes, which are made side by side and stored at once.
#[inline(always)]
fn put_one(number: u64, bytes: &mut Room, at: usize) -> usize {
    let to = at & MASK;
    if number < 0x80 {
        bytes[to] = number as u8;
        return at + 1;
    }
    if number < 1 << 14 {
        let pair = (number & 0x7f | 0x80 | (number & 0x3f80) << 1) as u16;
        bytes[to..to + 2].copy_from_slice(&pair.to_le_bytes());
        return at + 2;
    }
    if number >= 1 << 28 {
        return put_long(number, bytes, at);
    }
    let n = number as u32;
    let groups = n & 0x7f | (n & 0x3f80) << 1 | (n & 0x1f_c000) << 2 | (n & 0xfe0_0000) << 3;
    let more = if number < 1 << 21 { 0x8080 } else { 0x80_8080 };
    bytes[to..to + 4].copy_from_slice(&(groups | more).to_le_bytes());
    at + 3 + usize::from(number >= 1 << 21)
}

#[cold]
fn put_long(mut rest: u64, bytes: &mut Room, mut at: usize) -> usize {
    while rest >= 0x80 {
        bytes[at & MASK] = rest as u8 | 0x80;
        at += 1;
        rest >>= 7;
    }
    bytes[at & MASK] = rest as u8;
    at + 1
}

/// Writes what comes before an event's other fields, and says where it ends.
#[inline(always)]
pub(crate) fn put_head(tag: u8, distance: u64, object: u64, before: Option<u64>, bytes: &mut Room) -> usize {
    if distance == 1 && before.is_none_or(|before| before == object) {
        bytes[0] = tag | AFTER;
        return if before.is_some() { 1 } else { put_one(object, bytes, 1) };
    }
    bytes[0] = tag;
    put(&[distance, object], bytes, 1)
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

/// Writes turns one after another.
#[derive(Debug, Default)]
pub struct Encoder {
    /// Longer than what is written, by the room for one turn at least.
    room: Vec<u8>,
    end: usize,
}

impl Encoder {
    /// Writes one turn.
    #[inline]
    pub fn put_turn(&mut self, before: SimTime, at: SimTime, first_seq: u64, entries: &[Entry]) {
        let most = self.end + ROOM * (entries.len() + 1);
        if self.room.len() < most {
            self.grow(most);
        }
        let mut end = self.end;
        let (gap, more) = ((at - before).0 as u64, entries.len() as u64 - 1);
        let head = self.room_at(end);
        let mut used = put_one(gap << 2 | more.min(3), head, 0);
        if more >= 3 {
            used = put_one(more - 3, head, used);
        }
        end += used;
        let (mut before, mut seq) = (None, first_seq);
        for entry in entries {
            let (used, object) = entry.event.put(seq - entry.cause, before, self.room_at(end));
            before = Some(object);
            seq += 1;
            end += used;
        }
        self.end = end;
    }

    #[inline(always)]
    fn room_at(&mut self, at: usize) -> &mut Room {
        self.room[at..].first_chunk_mut().expect("there is room for one event more")
    }

    #[cold]
    fn grow(&mut self, least: usize) {
        self.room.resize(least.max(1 << 14), 0);
    }

    /// The number of bytes written since they were taken last.
    pub fn len(&self) -> usize {
        self.end
    }

    /// Whether nothing was written since then.
    pub fn is_empty(&self) -> bool {
        self.end == 0
    }

    /// Appends what was written to `bytes`, and begins anew.
    pub fn take(&mut self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&self.room[..self.end]);
        self.end = 0;
    }
}

/// The bytes of one turn.
pub fn turn_bytes(before: SimTime, at: SimTime, first_seq: u64, entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = Encoder::default();
    encoder.put_turn(before, at, first_seq, entries);
    encoder.take(&mut bytes);
    bytes
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
                    let mut end = put_head(info.tag, distance, object, before, &mut bytes);
                    end = fields.iter().fold(end, |at, &raw| put(&[raw], &mut bytes, at));
                    let bytes = &bytes[..end];
                    let mut input = bytes;
                    let (event, found, whom) = Event::take(before, &mut input).expect(info.kind);
                    assert!(input.is_empty() && (found, whom) == (distance, object));
                    let mut again = [0; ROOM];
                    let (end, _) = event.put(distance, before, &mut again);
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
            let mut bytes = turn_bytes(SimTime(5), SimTime(70), 11, &entries);
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
