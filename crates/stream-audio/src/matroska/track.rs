//! Tracks (RFC 9559, 5.1.4).
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Result};

use super::ebml::{self, Element, each, id};
use crate::codec::setup;
use crate::input::Input;
use crate::ogg::Lengths;
use crate::pcm::{Encoding, Order};
use crate::vorbis::{Blocks, IDENT, Ident, Setup};
use crate::{Header, Layout, Stream};

/// Bytes of a codec's setup that are taken.
const SETUP: u64 = 1 << 20;

/// One track.
pub(super) struct Track {
    pub number: u64,
    pub uid: u64,
    kind: u64,
    pub stream: Stream,
    pub setup: ChargedVec<u8>,
    pub lengths: Lengths,
    /// Nanoseconds that a decoder gives before the sound.
    pub delay: u64,
    /// Bytes that were taken from the front of each packet, since all have them.
    pub prefix: Vec<u8>,
}

/// Reads a track entry.
///
/// # Errors
/// What reading gives, `OverBudget`.
pub(super) fn read(input: &mut Input, entry: Element, header: &mut Header) -> Result<Track> {
    let mut track = Track {
        number: 0,
        uid: 0,
        kind: 0,
        // 5.1.4.1.29: what is not written
        stream: Stream { sample_rate: 8000, channels: 1, ..Stream::default() },
        setup: ChargedVec::new(input.context().budget()),
        lengths: Lengths::Unknown,
        delay: 0,
        prefix: Vec::new(),
    };
    let mut codec = String::new();
    each(input, entry, &mut |input, inner| {
        match inner.id {
            id::TRACK_NUMBER => track.number = ebml::uint(input, inner)?,
            id::TRACK_UID => track.uid = ebml::uint(input, inner)?,
            id::TRACK_TYPE => track.kind = ebml::uint(input, inner)?,
            id::CODEC_ID => codec = ebml::text(input, inner)?,
            id::CODEC_DELAY => track.delay = ebml::uint(input, inner)?,
            id::CODEC_PRIVATE => {
                let length = inner.end.saturating_sub(inner.start).min(SETUP);
                let bytes = input.peek(usize::try_from(length).unwrap_or(0))?;
                track.setup.extend(bytes)?;
            }
            id::LANGUAGE => {
                let language = ebml::text(input, inner)?;
                track.stream.language = header.texts.push_cut(&language, 64)?;
            }
            id::AUDIO => each(input, inner, &mut |input, inner| {
                match inner.id {
                    id::SAMPLING_FREQUENCY => {
                        let rate = ebml::float(input, inner)?;
                        // checked to be a rate
                        track.stream.sample_rate =
                            if (1.0..1e9).contains(&rate) { rate.round() as u32 } else { 0 };
                    }
                    id::CHANNELS => {
                        let channels = ebml::uint(input, inner)?;
                        track.stream.channels = u32::try_from(channels).unwrap_or(0);
                    }
                    id::BIT_DEPTH => {
                        let bits = ebml::uint(input, inner)?;
                        track.stream.bits_per_raw_sample = u32::try_from(bits).ok();
                    }
                    _ => {}
                }
                Ok(())
            })?,
            id::ENCODINGS => each(input, inner, &mut |input, inner| track.encoding(input, inner))?,
            _ => {}
        }
        Ok(())
    })?;
    if track.is_sound() {
        track.codec(&codec, header)?;
    }
    Ok(track)
}

impl Track {
    pub(super) fn is_sound(&self) -> bool {
        self.kind == 2
    }

    /// 5.1.4.1.31: what was done to each packet.
    fn encoding(&mut self, input: &mut Input, encoding: Element) -> Result<()> {
        if encoding.id != id::ENCODING {
            return Ok(());
        }
        each(input, encoding, &mut |input, inner| {
            if inner.id == id::ENCRYPTION {
                self.stream.undecodable = Some("encrypted packets");
            }
            if inner.id != id::COMPRESSION {
                return Ok(());
            }
            let mut algorithm = 0;
            each(input, inner, &mut |input, inner| {
                match inner.id {
                    id::COMPRESSION_ALGO => algorithm = ebml::uint(input, inner)?,
                    id::COMPRESSION_SETTINGS => {
                        let length = inner.end.saturating_sub(inner.start).min(1024);
                        self.prefix = input.peek(usize::try_from(length).unwrap_or(0))?.to_vec();
                    }
                    _ => {}
                }
                Ok(())
            })?;
            if algorithm != 3 {
                self.prefix.clear();
                self.stream.undecodable = Some("compressed packets");
            }
            Ok(())
        })
    }

    fn codec(&mut self, name: &str, header: &mut Header) -> Result<()> {
        let stream = &mut self.stream;
        let before = stream.undecodable;
        match name {
            "A_VORBIS" => self.vorbis()?,
            "A_OPUS" => {
                (stream.codec, stream.sample_fmt) = ("opus", Some("fltp"));
                stream.sample_rate = 48_000;
                self.lengths = Lengths::Opus;
            }
            "A_FLAC" => {
                stream.codec = "flac";
                let info = self.setup.get(8..42).unwrap_or_default().to_vec();
                setup::flac(&info, stream);
                self.setup.clear();
                self.setup.extend(&info)?;
                self.lengths = Lengths::Flac;
            }
            "A_AAC" => {
                (stream.codec, stream.sample_fmt) = ("aac", Some("fltp"));
                let frames = setup::aac(&self.setup, stream).unwrap_or(1024);
                self.lengths = Lengths::Constant(frames);
            }
            "A_ALAC" => {
                stream.codec = "alac";
                let frames = setup::alac(&self.setup, stream).unwrap_or(4096);
                self.lengths = Lengths::Constant(frames);
            }
            "A_MPEG/L1" | "A_MPEG/L2" | "A_MPEG/L3" => {
                let layer = name.strip_prefix("A_MPEG/L").unwrap_or_default();
                let halved = stream.sample_rate < 32_000;
                (stream.codec, self.lengths) = match (layer, halved) {
                    ("1", _) => ("mp1", Lengths::Constant(384)),
                    ("2", _) => ("mp2", Lengths::Constant(1152)),
                    (_, false) => ("mp3", Lengths::Constant(1152)),
                    (_, true) => ("mp3", Lengths::Constant(576)),
                };
                stream.sample_fmt = Some("fltp");
            }
            "A_PCM/INT/LIT" | "A_PCM/INT/BIG" | "A_PCM/FLOAT/IEEE" => self.pcm(name),
            other => {
                stream.codec = match other {
                    "A_AC3" => "ac3",
                    "A_EAC3" => "eac3",
                    "A_DTS" => "dts",
                    "A_TRUEHD" => "truehd",
                    _ => "",
                };
                stream.codec_tag = header.texts.push_cut(other, 64)?;
                stream.undecodable = Some("a codec that is not decoded here");
            }
        }
        let stream = &mut self.stream;
        stream.undecodable = before.or(stream.undecodable);
        stream.layout = stream.layout.or(Layout::of_channels(stream.channels));
        stream.id = Some(self.number);
        Ok(())
    }

    /// Integers of 8 bits have no sign (RFC 9559, table of codecs).
    fn pcm(&mut self, name: &str) {
        let stream = &mut self.stream;
        let bits = stream.bits_per_raw_sample.unwrap_or(16);
        let order = if name.ends_with("BIG") { Order::Big } else { Order::Little };
        let encoding = match (name.contains("FLOAT"), bits) {
            (true, 32) => Encoding::Float32(order),
            (true, 64) => Encoding::Float64(order),
            (false, 8) => Encoding::Unsigned,
            (false, 16 | 24 | 32 | 64) => {
                Encoding::Signed(u8::try_from(bits / 8).unwrap_or(2), order)
            }
            _ => {
                stream.undecodable = Some("PCM of a width that is not read here");
                return;
            }
        };
        (stream.codec, stream.sample_fmt) = (encoding.codec(), Some(encoding.sample_fmt()));
        let frame = u32::try_from(encoding.width()).unwrap_or(1).saturating_mul(stream.channels);
        self.lengths = Lengths::Bytes(frame);
    }

    /// Three packets, the first two with their lengths before them (RFC 9559, 6.9): the first and the last are wanted.
    fn vorbis(&mut self) -> Result<()> {
        self.stream.codec = "vorbis";
        self.stream.sample_fmt = Some("fltp");
        let packets = xiph(&self.setup);
        let parsed = packets.and_then(|(ident, packet)| {
            let ident = Ident::parse(ident)?;
            Some((ident, Setup::parse(packet, ident.channels)?))
        });
        match (parsed, packets) {
            (Some((ident, setup)), Some((first, last))) => {
                let both = [first.get(..IDENT).unwrap_or_default(), last].concat();
                self.setup.clear();
                self.setup.extend(&both)?;
                self.lengths = Lengths::Vorbis(Blocks::new(ident, &setup));
            }
            _ => self.stream.undecodable = Some("Vorbis setup breaks the rules of Vorbis I, 4.2"),
        }
        Ok(())
    }

    /// Fills in times: ticks of `scale` nanoseconds.
    pub(super) fn time(&mut self, scale: u64, duration: f64) {
        let stream = &mut self.stream;
        let second = 1_000_000_000u64;
        let common = common(scale, second).max(1);
        let part = |n: u64| n.checked_div(common).and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
        stream.time_base = (part(scale), part(second));
        if (1.0..9e15).contains(&duration) {
            // a whole number of ticks, small enough
            stream.duration = Some(duration.round() as u64);
        }
        stream.start = Some(0);
        let frames = u128::from(self.delay).saturating_mul(u128::from(stream.sample_rate));
        let rounded = frames.saturating_add(500_000_000) / 1_000_000_000;
        stream.initial_padding = u32::try_from(rounded).unwrap_or(0);
    }
}

fn common(a: u64, b: u64) -> u64 {
    match a.checked_rem(b) {
        None => a,
        Some(rest) => common(b, rest),
    }
}

/// The first and the last of three packets whose lengths stand before them.
fn xiph(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&2, mut rest) = bytes.split_first()? else { return None };
    let mut length = || {
        let mut all = 0usize;
        loop {
            let (&byte, more) = rest.split_first()?;
            rest = more;
            all = all.checked_add(usize::from(byte))?;
            if byte < 255 {
                return Some(all);
            }
        }
    };
    let (first, second) = (length()?, length()?);
    let last = first.checked_add(second)?;
    Some((rest.get(..first)?, rest.get(last..)?))
}
