//! A track: what it is, and where its tables stand.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Result};

use super::boxes::{self, Fourcc, each};
use super::entry;
use super::pcm::Pcm;
use crate::input::Input;
use crate::pcm::Encoding;
use crate::{Header, Stream};

/// Entries of a table in the file.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Table {
    /// The first entry.
    pub offset: u64,
    /// How many entries there are.
    pub count: u64,
}

/// The tables of samples (8.6, 8.7).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tables {
    /// Runs of equal durations.
    pub stts: Table,
    /// Runs of equal chunks.
    pub stsc: Table,
    /// Sizes, each of so many bits; none where `size` is that of all.
    pub stsz: Table,
    pub size: u32,
    pub size_bits: u8,
    /// Offsets of chunks, of eight bytes each where wide.
    pub stco: Table,
    pub wide: bool,
    /// Samples of a packet, at most, where several are one; else 0.
    pub group: u64,
}

/// Frames of PCM in a packet, as FFmpeg makes them.
const PIECE: u64 = 1024;

/// The first edit that shows media (8.6.6).
#[derive(Clone, Copy, Debug)]
pub(super) struct Edit {
    /// Ticks of the movie; 0 for all that is left.
    duration: u64,
    /// Ticks of the media.
    start: u64,
}

/// One track.
pub(super) struct Track {
    pub id: u32,
    pub handler: Fourcc,
    pub timescale: u32,
    pub duration: u64,
    pub stream: Stream,
    pub setup: ChargedVec<u8>,
    pub tables: Tables,
    /// Frames of each packet, where these are all the same.
    pub per_packet: Option<u32>,
    edit: Option<Edit>,
    /// Tracks that hold its chapters.
    pub chapters: Vec<u32>,
    /// What its description says of PCM, and how its samples are stored where they are.
    pub pcm: Pcm,
    encoding: Option<Encoding>,
    /// Ticks of media before the first that is presented.
    pub shift: i64,
}

/// Reads a track box.
///
/// # Errors
/// What reading gives, `OverBudget`.
pub(super) fn read(input: &mut Input, end: u64, header: &mut Header) -> Result<Track> {
    let mut track = Track {
        id: 0,
        handler: [0; 4],
        timescale: 0,
        duration: 0,
        stream: super::unknown(),
        setup: ChargedVec::new(input.context().budget()),
        tables: Tables::default(),
        per_packet: None,
        edit: None,
        chapters: Vec::new(),
        pcm: Pcm::default(),
        encoding: None,
        shift: 0,
    };
    track.inside(input, end, header, 0)?;
    track.group();
    Ok(track)
}

/// Boxes in boxes that are followed.
const DEPTH: u32 = 8;
/// Edits that are looked at for the first with media.
const EDITS: u64 = 16;

impl Track {
    fn inside(
        &mut self,
        input: &mut Input,
        end: u64,
        header: &mut Header,
        depth: u32,
    ) -> Result<()> {
        if depth > DEPTH {
            return Ok(());
        }
        each(input, end, &mut |input, kind, end| {
            match kind {
                b"mdia" | b"minf" | b"stbl" | b"edts" | b"tref" => {
                    return self.inside(input, end, header, depth.saturating_add(1));
                }
                b"tkhd" => {
                    if let Some((version, _)) = boxes::full(input)? {
                        input.skip(if version == 1 { 16 } else { 8 });
                        self.id = input.u32_be()?.unwrap_or(0);
                    }
                }
                b"mdhd" => {
                    if let Some((timescale, duration)) = boxes::times(input)? {
                        (self.timescale, self.duration) = (timescale, duration);
                    }
                    if let Some([a, b]) = input.array::<2>()? {
                        let language = language(u16::from_be_bytes([a, b]));
                        self.stream.language = header.texts.push(&language)?;
                    }
                }
                // the media's handler, not the one of its data
                b"hdlr" if self.handler == [0; 4] => {
                    input.skip(8);
                    self.handler = input.array()?.unwrap_or_default();
                }
                b"chap" => {
                    while input.pos() < end && self.chapters.len() < 8 {
                        let Some(id) = input.u32_be()? else { break };
                        self.chapters.push(id);
                    }
                }
                b"elst" => self.edits(input)?,
                b"stsd" => entry::read(input, end, self, header)?,
                b"stts" => self.tables.stts = table(input, end, 8)?,
                b"stsc" => self.tables.stsc = table(input, end, 12)?,
                b"stco" => self.tables.stco = table(input, end, 4)?,
                b"co64" => {
                    self.tables.stco = table(input, end, 8)?;
                    self.tables.wide = true;
                }
                b"stsz" | b"stz2" => self.sizes(input, end, kind == b"stz2")?,
                _ => {}
            }
            Ok(())
        })
    }

    fn sizes(&mut self, input: &mut Input, end: u64, compact: bool) -> Result<()> {
        boxes::full(input)?;
        let Some(size) = input.u32_be()? else { return Ok(()) };
        let Some(count) = input.u32_be()? else { return Ok(()) };
        self.tables.size_bits = if compact { (size & 0xff) as u8 } else { 32 };
        self.tables.size = if compact { 0 } else { size };
        let offset = input.pos();
        let mut count = u64::from(count);
        if self.tables.size == 0 {
            // no more than there are bytes for
            let bits = end.saturating_sub(offset).saturating_mul(8);
            let held = bits.checked_div(u64::from(self.tables.size_bits)).unwrap_or(0);
            count = count.min(held);
        }
        self.tables.stsz = Table { offset, count };
        Ok(())
    }

    fn edits(&mut self, input: &mut Input) -> Result<()> {
        let Some((version, _)) = boxes::full(input)? else { return Ok(()) };
        let count = input.u32_be()?.unwrap_or(0);
        for _ in 0..u64::from(count).min(EDITS) {
            let wide = version == 1;
            let Some(duration) = boxes::number(input, wide)? else { break };
            let Some(start) = boxes::number(input, wide)? else { break };
            input.skip(4);
            let empty = start == if wide { u64::MAX } else { u64::from(u32::MAX) };
            if !empty {
                self.edit = Some(Edit { duration, start });
                break;
            }
        }
        Ok(())
    }

    /// Its samples are PCM.
    pub(super) fn samples(&mut self, encoding: Encoding) {
        let stream = &mut self.stream;
        (stream.codec, stream.undecodable) = (encoding.codec(), None);
        stream.sample_fmt = Some(encoding.sample_fmt());
        let bits = encoding.width().saturating_mul(8);
        stream.bits_per_raw_sample = u32::try_from(bits).ok();
        self.encoding = Some(encoding);
    }

    /// Packets of PCM are many samples of the tables, each of which is one frame, whatever size the table says.
    fn group(&mut self) {
        let Some(encoding) = self.encoding.filter(|_| self.tables.size > 0) else { return };
        let frame = u64::try_from(encoding.width()).unwrap_or(1);
        let frame = frame.saturating_mul(u64::from(self.stream.channels));
        self.tables.size = u32::try_from(frame).unwrap_or(u32::MAX);
        self.tables.group = PIECE;
    }

    /// Keeps the codec's setup.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(super) fn take(&mut self, setup: &[u8]) -> Result<()> {
        self.setup.clear();
        Ok(self.setup.extend(setup)?)
    }

    /// Frames for ticks of the media.
    pub(super) fn frames(&self, ticks: u64) -> u64 {
        scale(ticks, u64::from(self.stream.sample_rate), u64::from(self.timescale))
    }

    /// Fills in lengths and padding: from the edit list, else from what iTunes wrote.
    pub(super) fn edit(&mut self, movie: u32, gapless: Option<(u32, u32, u64)>, fragmented: bool) {
        let packets = self.tables.stsz.count;
        let mut ticks = self.duration;
        let raw = match self.per_packet {
            // the last packet may be shorter by its duration, which the whole tells
            Some(n) if packets > 0 => packets.saturating_mul(u64::from(n)),
            _ => self.frames(ticks),
        };
        let stream = &mut self.stream;
        stream.time_base = (1, self.timescale);
        stream.id = Some(u64::from(self.id));
        let grouped = self.tables.group > 0;
        stream.packets = (!fragmented && packets > 0 && !grouped).then_some(packets);
        let (mut before, mut frames) = (0, (packets > 0).then_some(raw));
        let rate = u64::from(stream.sample_rate);
        if let Some(Edit { duration, start }) = self.edit {
            before = scale(start, rate, u64::from(self.timescale));
            self.shift = i64::try_from(start).unwrap_or(0);
            ticks = ticks.saturating_sub(start);
            let shown = scale(duration, rate, u64::from(movie));
            let left = raw.saturating_sub(before);
            if duration > 0 && packets > 0 {
                frames = Some(shown.min(left));
                ticks = scale(duration, u64::from(self.timescale), u64::from(movie)).min(ticks);
            } else if packets > 0 {
                frames = Some(left);
            }
        }
        // an edit that starts at 0 says nothing of what the encoder put before
        if let (0, Some((start, _, total))) = (before, gapless)
            && u64::from(start).saturating_add(total) <= raw
        {
            before = u64::from(start);
            frames = Some(total);
            self.shift = i64::from(start);
        }
        stream.initial_padding = u32::try_from(before).unwrap_or(0);
        if let Some(frames) = frames.filter(|_| packets > 0) {
            let rest = raw.saturating_sub(before).saturating_sub(frames);
            stream.trailing_padding = u32::try_from(rest).ok();
            stream.frames = Some(frames);
        }
        stream.duration = (ticks > 0).then_some(ticks);
        stream.start = Some(0);
        if stream.bit_rate.is_none_or(|rate| rate == 0) {
            stream.bit_rate = None;
        }
    }
}

/// `n * to / from`, rounded to the nearest.
pub(super) fn scale(n: u64, to: u64, from: u64) -> u64 {
    let (n, to, from) = (u128::from(n), u128::from(to), u128::from(from));
    let product = n.saturating_mul(to).saturating_add(from >> 1);
    product.checked_div(from).and_then(|n| u64::try_from(n).ok()).unwrap_or(0)
}

/// The place of a table whose entries have `size` bytes, no more than there are bytes for.
fn table(input: &mut Input, end: u64, size: u64) -> Result<Table> {
    boxes::full(input)?;
    let count = u64::from(input.u32_be()?.unwrap_or(0));
    let offset = input.pos();
    let held = end.saturating_sub(offset).checked_div(size).unwrap_or(0);
    Ok(Table { offset, count: count.min(held) })
}

/// Three letters of five bits (8.4.2.3).
fn language(bits: u16) -> String {
    let letter = |shift: u16| char::from((bits >> shift & 31) as u8 | 0x60);
    if bits < 0x400 || bits == 0x7fff {
        return String::new();
    }
    [letter(10), letter(5), letter(0)].iter().collect()
}
