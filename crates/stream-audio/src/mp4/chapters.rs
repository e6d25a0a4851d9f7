//! Chapters in a track of text (QuickTime file format, chapter lists).
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Context, Result, Time};

use super::table::Cursor;
use super::track::Track;
use crate::{Chapter, Header};

/// Chapters that are taken.
const CHAPTERS: usize = 4096;
/// The longest title.
const TITLE: usize = 1024;

/// Reads the samples of `track` as titles. Where Nero's list was read already, these are the same chapters with their ends.
///
/// # Errors
/// What reading gives, `OverBudget`.
pub(super) fn read(cx: &Context, track: &Track, header: &mut Header) -> Result<()> {
    let mut cursor = Cursor::new(cx, track.tables);
    header.chapters.clear();
    let mut bytes = [0; TITLE];
    while header.chapters.len() < CHAPTERS {
        let Some(sample) = cursor.next()? else { break };
        let want = usize::try_from(sample.size).unwrap_or(usize::MAX).min(TITLE);
        let room = bytes.get_mut(..want).unwrap_or_default();
        let found = cx.read_full_at(sample.offset, room)?;
        let Some((length, text)) = room.get(..found).and_then(|b| b.split_first_chunk::<2>())
        else {
            continue;
        };
        let length = usize::from(u16::from_be_bytes(*length)).min(text.len());
        let text = text.get(..length).unwrap_or_default();
        let title = match text {
            [0xfe, 0xff, wide @ ..] => {
                let units = wide.chunks_exact(2).filter_map(|b| b.try_into().ok());
                let units = units.map(u16::from_be_bytes);
                char::decode_utf16(units).map(|c| c.unwrap_or('\u{fffd}')).collect()
            }
            text => String::from_utf8_lossy(text).into_owned(),
        };
        let time = |ticks: u64| Time {
            ticks: i64::try_from(ticks).unwrap_or(i64::MAX),
            per_second: track.timescale.max(1),
        };
        let title = header.texts.push(&title)?;
        let end = Some(time(sample.time.saturating_add(sample.duration)));
        header.chapters.push(Chapter { start: time(sample.time), end, title })?;
    }
    Ok(())
}
