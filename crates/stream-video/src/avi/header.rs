//! The headers of a file: its streams, where its chunks and where its index lie (AVI RIFF file reference; OpenDML 1.02).

use stream_core::{ChargedVec, Context, Result, Window};

use crate::index::{Refusal, fourcc, le16, le32};
use crate::isobmff::{Avc, audio_object};

/// What a stream carries, where its packets can be told without a library.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Codec {
    #[default]
    Other,
    Avc,
    Mjpeg,
    Aac,
    Pcm,
}

/// The facts of a stream.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stream {
    pub(crate) codec: Codec,
    /// A tick is `scale / rate` seconds.
    pub(crate) scale: u32,
    pub(crate) rate: u32,
    pub(crate) start: u32,
    /// Bytes of a sample; 0 where each chunk is one.
    pub(crate) sample_size: u32,
    pub(crate) align: u32,
    pub(crate) sample_rate: u32,
    pub(crate) avc: Option<Avc>,
    /// The object type of AAC.
    pub(crate) object: u8,
    /// The body of an index of its own, and the byte behind it (OpenDML).
    pub(crate) own: Option<(u64, u64)>,
}

/// What a file says before its chunks.
pub(crate) struct Header {
    pub(crate) streams: ChargedVec<Stream>,
    /// First byte of a chunk, and the byte after the last.
    pub(crate) chunks: Option<(u64, u64)>,
    /// First byte of the index, and how many rows it has.
    pub(crate) index: Option<(u64, u64)>,
    /// Parts behind the first, which `idx1` does not name (OpenDML).
    pub(crate) parts: u32,
    pub(crate) refusal: Option<Refusal>,
}

/// Two digits name a stream.
pub(crate) const STREAMS: usize = 32;

/// Chunks at the top, or of a list in the headers, that are looked at.
const CHUNKS: usize = 10_000;

/// A chunk's name, its body, the byte after it, and whether its parent ends before it does.
struct Chunk {
    name: [u8; 4],
    body: u64,
    end: u64,
    cut: bool,
}

fn chunk(w: &mut Window, at: u64, end: u64) -> Result<Option<Chunk>> {
    if end.saturating_sub(at) < 8 {
        return Ok(None);
    }
    let bytes = w.at(at, 8)?;
    let (Some(name), Some(size)) = (fourcc(bytes, 0), le32(bytes, 4)) else { return Ok(None) };
    let body = at.saturating_add(8);
    let claimed = body.saturating_add(size.into());
    Ok(Some(Chunk { name, body, end: claimed.min(end), cut: claimed > end }))
}

/// Chunks stand at even bytes.
fn after(chunk: &Chunk) -> u64 {
    chunk.end.saturating_add(chunk.end & 1)
}

impl Header {
    /// Reads the headers of a file of `size` bytes; `None` where it is no AVI file.
    ///
    /// # Errors
    /// What the source says, `OverBudget`.
    pub(crate) fn read(cx: &Context, w: &mut Window, size: u64) -> Result<Option<Self>> {
        let start = w.at(0, 12)?;
        if fourcc(start, 0) != Some(*b"RIFF") || fourcc(start, 8) != Some(*b"AVI ") {
            return Ok(None);
        }
        let mut header = Self {
            streams: ChargedVec::new(cx.budget()),
            chunks: None,
            index: None,
            parts: 0,
            refusal: None,
        };
        let mut at = 12u64;
        for _ in 0..CHUNKS {
            let Some(found) = chunk(w, at, size)? else { break };
            let kind = fourcc(w.at(found.body, 4)?, 0).unwrap_or_default();
            match (&found.name, &kind) {
                (b"LIST", b"hdrl") => header.list(w, found.body.saturating_add(4), found.end)?,
                (b"LIST", b"movi") => {
                    if found.cut || header.chunks.is_some() {
                        header.refuse("its chunks are cut off, or in several lists", at);
                    }
                    header.chunks = Some((found.body.saturating_add(4), found.end));
                }
                (b"RIFF", b"AVIX") => {
                    header.parts = header.parts.saturating_add(1);
                    match &mut header.chunks {
                        Some((_, end)) if !found.cut => *end = found.end,
                        _ => header.refuse("a further part of it is cut off", at),
                    }
                }
                (b"idx1", _) => {
                    let rows = found.end.saturating_sub(found.body) / 16;
                    header.index = Some((found.body, rows));
                }
                _ => {}
            }
            at = after(&found);
        }
        Ok(Some(header))
    }

    fn refuse(&mut self, reason: &'static str, at: u64) {
        self.refusal.get_or_insert(Refusal::new(reason).at(at));
    }

    fn list(&mut self, w: &mut Window, mut at: u64, end: u64) -> Result<()> {
        for _ in 0..CHUNKS {
            let Some(found) = chunk(w, at, end)? else { break };
            let list = fourcc(w.at(found.body, 4)?, 0).unwrap_or_default();
            if &found.name == b"LIST" && &list == b"strl" {
                let stream = Stream::read(w, found.body.saturating_add(4), found.end)?;
                if self.streams.len() >= STREAMS {
                    self.refuse("more streams than are kept", at);
                    break;
                }
                self.streams.push(stream)?;
            }
            at = after(&found);
        }
        Ok(())
    }
}

impl Stream {
    fn read(w: &mut Window, mut at: u64, end: u64) -> Result<Self> {
        let mut stream = Self::default();
        let mut kind = [0; 4];
        for _ in 0..CHUNKS {
            let Some(found) = chunk(w, at, end)? else { break };
            let length = usize::try_from(found.end.saturating_sub(found.body)).unwrap_or(0);
            let bytes = w.at(found.body, length.min(1024))?;
            let bytes = bytes.get(..length.min(bytes.len())).unwrap_or_default();
            match &found.name {
                b"strh" => {
                    kind = fourcc(bytes, 0).unwrap_or_default();
                    stream.scale = le32(bytes, 20).unwrap_or(0);
                    stream.rate = le32(bytes, 24).unwrap_or(0);
                    stream.start = le32(bytes, 28).unwrap_or(0);
                    stream.sample_size = le32(bytes, 44).unwrap_or(0);
                }
                b"strf" if &kind == b"vids" => stream.picture(bytes),
                b"strf" if &kind == b"auds" => stream.sound(bytes),
                b"indx" => stream.own = Some((found.body, found.end)),
                _ => {}
            }
            at = after(&found);
        }
        Ok(stream)
    }

    fn picture(&mut self, bytes: &[u8]) {
        let name = fourcc(bytes, 16).unwrap_or_default().map(|b| b.to_ascii_lowercase());
        match &name {
            b"avc1" | b"h264" | b"x264" => {
                let config = bytes.get(40..);
                self.avc = config.and_then(|c| Avc::parse(c).or_else(|| Avc::parse_units(c)));
                self.codec = Codec::Avc;
            }
            b"mjpg" => self.codec = Codec::Mjpeg,
            _ => {}
        }
    }

    fn sound(&mut self, bytes: &[u8]) {
        let channels = u32::from(le16(bytes, 2).unwrap_or(0));
        let bits = u32::from(le16(bytes, 14).unwrap_or(0));
        self.sample_rate = le32(bytes, 4).unwrap_or(0);
        self.align = le16(bytes, 12).unwrap_or(0).into();
        let frame = channels.saturating_mul(bits / 8);
        match le16(bytes, 0) {
            Some(1) if frame > 0 && frame == self.align && frame == self.sample_size => {
                self.codec = Codec::Pcm;
            }
            Some(0xff) if self.sample_size == 0 => {
                let more = usize::from(le16(bytes, 16).unwrap_or(0));
                let config = bytes.get(18..).map(|b| b.get(..more).unwrap_or(b));
                self.object = config.and_then(audio_object).unwrap_or(0);
                self.codec = Codec::Aac;
                // too small to be one, and left out of account
                self.align = if self.align <= 4 { 0 } else { self.align };
            }
            _ => {}
        }
    }

    /// Ticks, or bytes of samples, that a chunk of `size` bytes takes.
    pub(crate) fn advance(&self, size: u32) -> u64 {
        match (self.sample_size, self.align) {
            (0, 0) => 1,
            (0, align) => u64::from(size.div_ceil(align)),
            _ => size.into(),
        }
    }
}
