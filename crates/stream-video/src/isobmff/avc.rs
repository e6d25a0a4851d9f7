//! H.264: what its configuration says of frame durations, and whether a sample starts a sequence (ITU-T H.264, 7.3; 14496-15, 5.3).

use stream_core::{Result, Window};

use super::boxes::Frame;
use super::track::head;
use crate::index::{Bits, be16};

/// What the first sequence parameter set says, and how NAL units are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Avc {
    /// Bytes of a NAL unit's length; 0 where units begin with start codes (annex B).
    pub(crate) length: u8,
    /// `num_units_in_tick` and `time_scale`, where the parameter set has them.
    pub(crate) timing: Option<(u32, u32)>,
    /// Whether each picture is a whole frame, and no message says how long it is shown.
    pub(crate) frames: bool,
    /// How many pictures stand between decoding and presentation, where the parameter set says.
    pub(crate) reorder: Option<u8>,
}

/// A parameter set longer than this is not looked into.
const CONFIGURATION: usize = 1024;

impl Avc {
    /// Reads an `avcC` box; `None` where its parameter set cannot be read.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn read(w: &mut Window, f: &Frame) -> Result<Option<Self>> {
        Ok(Self::parse(head(w, f, CONFIGURATION)?))
    }

    /// Reads a decoder configuration record.
    pub(crate) fn parse(record: &[u8]) -> Option<Self> {
        let length = record.get(4)? & 3;
        let sets = record.get(5)? & 31;
        if record.first() != Some(&1) || sets != 1 {
            return None;
        }
        let size = usize::from(be16(record, 6)?);
        let set = record.get(8..)?.get(..size)?;
        let (timing, frames, reorder) = parameters(set.get(1..)?)?;
        Some(Self { length: length.saturating_add(1), timing, frames, reorder })
    }
}

impl Avc {
    /// Reads parameter sets that begin with start codes.
    pub(crate) fn parse_units(sets: &[u8]) -> Option<Self> {
        let starts = |bytes: &[u8]| bytes.windows(3).position(|w| w == START);
        let mut rest = sets.get(starts(sets)?.checked_add(3)?..)?;
        loop {
            let end = starts(rest);
            let set = rest.get(..end.unwrap_or(rest.len()))?;
            if set.first()? & 31 == 7 {
                let (timing, frames, reorder) = parameters(set.get(1..)?)?;
                return Some(Self { length: 0, timing, frames, reorder });
            }
            rest = rest.get(end?.checked_add(3)?..)?;
        }
    }
}

/// `num_units_in_tick` and `time_scale`, whether pictures are frames, how many are reordered.
type Parameters = (Option<(u32, u32)>, bool, Option<u8>);

/// What a sequence parameter set says after its NAL header (7.3.2.1.1, E.1.1).
fn parameters(set: &[u8]) -> Option<Parameters> {
    let mut b = Bits::escaped(set);
    let profile = b.bits(8)?;
    b.bits(16)?;
    b.ue()?;
    if [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135].contains(&profile) {
        let chroma = b.ue()?;
        if chroma == 3 {
            b.bit()?;
        }
        b.ue()?;
        b.ue()?;
        b.bit()?;
        if b.bit()? {
            for list in 0..if chroma == 3 { 12 } else { 8 } {
                if b.bit()? {
                    scaling_list(&mut b, if list < 6 { 16 } else { 64 })?;
                }
            }
        }
    }
    b.ue()?;
    match b.ue()? {
        0 => {
            b.ue()?;
        }
        1 => {
            b.bit()?;
            b.se()?;
            b.se()?;
            let cycle = b.ue()?;
            for _ in 0..cycle.min(255) {
                b.se()?;
            }
        }
        _ => {}
    }
    b.ue()?;
    b.bit()?;
    b.ue()?;
    b.ue()?;
    let mut frames = b.bit()?;
    if !frames {
        b.bit()?;
    }
    b.bit()?;
    if b.bit()? {
        for _ in 0..4 {
            b.ue()?;
        }
    }
    if !b.bit()? {
        return Some((None, frames, None));
    }
    if b.bit()? && b.bits(8)? == 255 {
        b.bits(32)?;
    }
    if b.bit()? {
        b.bit()?;
    }
    if b.bit()? {
        b.bits(4)?;
        if b.bit()? {
            b.bits(24)?;
        }
    }
    if b.bit()? {
        b.ue()?;
        b.ue()?;
    }
    let timing = match b.bit()? {
        true => {
            let timing = (b.bits(32)?, b.bits(32)?);
            b.bit()?;
            Some(timing)
        }
        false => None,
    };
    let nal = b.bit()?;
    if nal {
        hypothetical_decoder(&mut b)?;
    }
    let vcl = b.bit()?;
    if vcl {
        hypothetical_decoder(&mut b)?;
    }
    if nal || vcl {
        b.bit()?;
    }
    frames &= !b.bit()?;
    let mut reorder = None;
    if b.bit()? {
        b.bit()?;
        for _ in 0..4 {
            b.ue()?;
        }
        reorder = u8::try_from(b.ue()?).ok().filter(|n| *n <= 16);
    }
    let timing = timing.filter(|(units, scale)| *units > 0 && *scale > 0);
    Some((timing, frames, reorder))
}

fn scaling_list(b: &mut Bits<'_>, size: u32) -> Option<()> {
    let mut next = 8i64;
    let mut last = 8i64;
    for _ in 0..size {
        if next != 0 {
            let code = i64::from(b.ue()?);
            // 1, -1, 2, -2, … of the code's halves
            let half = code.saturating_add(1).wrapping_shr(1);
            let delta = if code & 1 == 1 { half } else { half.saturating_neg() };
            next = last.saturating_add(delta).saturating_add(256).rem_euclid(256);
        }
        if next != 0 {
            last = next;
        }
    }
    Some(())
}

fn hypothetical_decoder(b: &mut Bits<'_>) -> Option<()> {
    let count = b.ue()?;
    b.bits(8)?;
    for _ in 0..=count.min(31) {
        b.ue()?;
        b.ue()?;
        b.bit()?;
    }
    b.bits(20)?;
    Some(())
}

/// Bytes that a window over the starts of pictures reads at once.
pub(crate) const PEEK: usize = 64;

/// A picture has no more NAL units before its first slice than this.
const UNITS: u32 = 64;

/// Whether a sample is a key picture as FFmpeg's parser sees it: an instantaneous refresh, or one with a recovery point before its
/// first slice. `None` where no slice is found.
///
/// # Errors
/// What the source says.
pub(crate) fn is_key(w: &mut Window, avc: &Avc, offset: u64, size: u64) -> Result<Option<bool>> {
    let mut at = offset;
    let end = offset.saturating_add(size);
    let width = usize::from(avc.length);
    if width == 0 {
        return is_key_unit(w, offset, end);
    }
    let mut recovery = false;
    for _ in 0..UNITS {
        let bytes = w.at(at, width.saturating_add(1))?;
        let (Some(prefix), Some(&header)) = (bytes.get(..width), bytes.get(width)) else {
            return Ok(None);
        };
        let unit = length_of(prefix);
        let body = at.saturating_add(avc.length.into());
        let next = body.saturating_add(unit);
        if unit == 0 || next > end {
            return Ok(None);
        }
        match header & 31 {
            5 => return Ok(Some(true)),
            1 | 2 => return Ok(Some(recovery)),
            6 => recovery |= has_recovery_point(w, body.saturating_add(1), next)?,
            _ => {}
        }
        at = next;
    }
    Ok(None)
}

/// What a NAL unit begins with (annex B).
const START: [u8; 3] = [0, 0, 1];

/// Bytes that are searched for a start code at once, and at most.
const SEARCH: usize = 256;
const FAR: u64 = 1 << 20;

/// [`is_key`] for units that begin with start codes.
fn is_key_unit(w: &mut Window, offset: u64, end: u64) -> Result<Option<bool>> {
    let end = end.min(offset.saturating_add(FAR));
    let mut at = offset;
    let mut recovery = false;
    for _ in 0..UNITS {
        let Some(unit) = next_unit(w, at, end)? else { return Ok(None) };
        let Some(&header) = w.at(unit, 1)?.first() else { return Ok(None) };
        at = unit.saturating_add(1);
        match header & 31 {
            5 => return Ok(Some(true)),
            1 | 2 => return Ok(Some(recovery)),
            6 => {
                let stop = next_unit(w, at, end)?.map_or(end, |next| next.saturating_sub(3));
                recovery |= has_recovery_point(w, at, stop)?;
            }
            _ => {}
        }
    }
    Ok(None)
}

/// The byte behind the next start code.
fn next_unit(w: &mut Window, mut at: u64, end: u64) -> Result<Option<u64>> {
    while at < end {
        let room = usize::try_from(end.saturating_sub(at)).unwrap_or(SEARCH).min(SEARCH);
        let bytes = w.at(at, room)?;
        let bytes = bytes.get(..room.min(bytes.len())).unwrap_or_default();
        if let Some(found) = bytes.windows(3).position(|w| w == START) {
            let skip = u64::try_from(found).unwrap_or(0).saturating_add(3);
            return Ok(Some(at.saturating_add(skip)));
        }
        let step = bytes.len().saturating_sub(2);
        if step == 0 {
            break;
        }
        at = at.saturating_add(u64::try_from(step).unwrap_or(1));
    }
    Ok(None)
}

fn length_of(prefix: &[u8]) -> u64 {
    prefix.iter().fold(0u64, |n, b| n.wrapping_shl(8) | u64::from(*b))
}

/// Whether a sample is NAL units from its start to its end, at most [`UNITS`] of them.
///
/// # Errors
/// What the source says.
pub(crate) fn is_whole(w: &mut Window, avc: &Avc, offset: u64, size: u64) -> Result<bool> {
    let mut at = offset;
    let end = offset.saturating_add(size);
    let width = usize::from(avc.length);
    for _ in 0..UNITS {
        let Some(prefix) = w.at(at, width)?.get(..width) else { return Ok(false) };
        let unit = length_of(prefix);
        at = at.saturating_add(unit).saturating_add(avc.length.into());
        if unit == 0 || at >= end {
            return Ok(unit > 0 && at == end);
        }
    }
    Ok(true)
}

/// Whether supplemental information has a recovery point (payload type 6).
fn has_recovery_point(w: &mut Window, start: u64, end: u64) -> Result<bool> {
    let mut at = start;
    for _ in 0..UNITS {
        let room = usize::try_from(end.saturating_sub(at)).unwrap_or(usize::MAX);
        let found = w.at(at, room.min(PEEK))?;
        let bytes = found.get(..room.min(found.len())).unwrap_or_default();
        let Some((kind, used)) = run_of_255(bytes) else { return Ok(false) };
        let Some((size, more)) = bytes.get(used..).and_then(run_of_255) else { return Ok(false) };
        if kind == 6 {
            return Ok(true);
        }
        let skip = used.saturating_add(more).saturating_add(size);
        at = at.saturating_add(u64::try_from(skip).unwrap_or(u64::MAX));
        // the trailing bits of the unit are one byte
        if end.saturating_sub(at) < 3 {
            break;
        }
    }
    Ok(false)
}

/// A number written as bytes of 255 and a last one, and how many bytes that took.
fn run_of_255(bytes: &[u8]) -> Option<(usize, usize)> {
    let full = bytes.iter().take_while(|b| **b == 255).count();
    let last = usize::from(*bytes.get(full)?);
    Some((full.saturating_mul(255).saturating_add(last), full.saturating_add(1)))
}
