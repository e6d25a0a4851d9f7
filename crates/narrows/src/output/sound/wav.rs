//! Samples as a WAV file of 32-bit floats; RF64 (EBU Tech 3306) beyond 4 GiB.
//!
//! The header comes first and is never touched again, so that it can go through a pipe: sizes are right where the number of
//! frames is known beforehand, else they are the 0xFFFFFFFF that readers take for "to the end".

use std::io::Write;

use stream_analysis::{Sound, speakers};
use stream_core::{Array, Chunk, DType, Entry, Error, ErrorKind};

use crate::output::array::Sink;

/// Loudspeakers in the order of the channel mask's bits (WAVEFORMATEXTENSIBLE).
const SPEAKERS: [&str; 18] = [
    "FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC", "SL", "SR", "TC", "TFL", "TFC", "TFR",
    "TBL", "TBC", "TBR",
];
/// The format tags of floats, and of the extensible form that more than two channels need.
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xfffe;
/// What follows the tag in a subformat's GUID.
const GUID: [u8; 14] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
/// Bytes of a sample.
const SAMPLE: u64 = 4;

/// A WAV file that is being written.
pub(crate) struct Wav {
    rate: u32,
    channels: u16,
    mask: u32,
    /// Samples announced, where they are known.
    announced: Option<u64>,
    written: u64,
}

impl Wav {
    /// For an entry that holds a sound.
    ///
    /// # Errors
    /// An entry that holds none, or does not say its sample rate.
    pub(crate) fn of(entry: &Entry) -> anyhow::Result<Self> {
        let sound = Sound::of(entry)?;
        let refused =
            |why: &'static str| Error::new(ErrorKind::Request, why).in_entry(entry.path());
        let rate = sound.sample_rate.filter(|rate| *rate <= f64::from(u32::MAX));
        let rate = rate.ok_or_else(|| refused("wav needs a sample rate: use --to npy or f32le"))?;
        let mask = sound.channel_layout.as_deref().map_or(0, |layout| mask(layout, sound.channels));
        Ok(Self {
            rate: rate.round() as u32,
            channels: u16::try_from(sound.channels)?,
            mask,
            announced: None,
            written: 0,
        })
    }

    /// Everything before the samples; `frames` of them where that is known.
    fn header(&self, frames: Option<u64>) -> Vec<u8> {
        let channels = u64::from(self.channels);
        let block = channels.saturating_mul(SAMPLE);
        let data = frames.map(|frames| frames.saturating_mul(block));
        let extensible =
            self.channels > 2 || (self.mask != 0 && self.mask != default_mask(self.channels));
        let mut fmt = Vec::new();
        fmt.extend(if extensible { EXTENSIBLE } else { FLOAT }.to_le_bytes());
        fmt.extend(self.channels.to_le_bytes());
        fmt.extend(self.rate.to_le_bytes());
        let second = u64::from(self.rate).saturating_mul(block);
        fmt.extend(u32::try_from(second).unwrap_or(u32::MAX).to_le_bytes());
        fmt.extend(u16::try_from(block).unwrap_or(u16::MAX).to_le_bytes());
        fmt.extend(32u16.to_le_bytes());
        if extensible {
            fmt.extend(22u16.to_le_bytes());
            fmt.extend(32u16.to_le_bytes());
            fmt.extend(self.mask.to_le_bytes());
            fmt.extend(FLOAT.to_le_bytes());
            fmt.extend(GUID);
        } else {
            fmt.extend(0u16.to_le_bytes());
        }
        // chunks behind `WAVE`: fmt, fact and data, each with its eight bytes; ds64 where sizes need more than 32 bits
        let rest = 4 + (8 + fmt.len() as u64) + 12 + 8;
        let size = data.map(|data| data.saturating_add(rest));
        let large = size.filter(|size| *size >= u64::from(u32::MAX)).map(|size| size + 36);
        let narrow = |n: Option<u64>| match large {
            Some(_) => u32::MAX,
            None => n.and_then(|n| u32::try_from(n).ok()).unwrap_or(u32::MAX),
        };
        let mut head = Vec::new();
        head.extend(if large.is_some() { b"RF64" } else { b"RIFF" });
        head.extend(narrow(size).to_le_bytes());
        head.extend(b"WAVE");
        if let Some(size) = large {
            head.extend(b"ds64");
            head.extend(28u32.to_le_bytes());
            for n in [Some(size), data, frames] {
                head.extend(n.unwrap_or(u64::MAX).to_le_bytes());
            }
            head.extend(0u32.to_le_bytes());
        }
        head.extend(b"fmt ");
        head.extend((fmt.len() as u32).to_le_bytes());
        head.extend(fmt);
        head.extend(b"fact");
        head.extend(4u32.to_le_bytes());
        head.extend(narrow(frames).to_le_bytes());
        head.extend(b"data");
        head.extend(narrow(data).to_le_bytes());
        head
    }
}

/// What one and two channels mean without a mask.
fn default_mask(channels: u16) -> u32 {
    match channels {
        1 => 4,
        2 => 3,
        _ => 0,
    }
}

/// The channel mask of a layout; 0 where it has none: unknown names, or an order that a mask cannot say.
fn mask(layout: &str, channels: usize) -> u32 {
    let names = speakers(layout);
    let bits: Option<Vec<usize>> =
        names.iter().map(|name| SPEAKERS.iter().position(|s| s == name)).collect();
    match bits {
        Some(bits) if bits.len() == channels && bits.is_sorted_by(|a, b| a < b) => {
            bits.iter().fold(0, |mask, bit| mask | 1 << bit)
        }
        _ => 0,
    }
}

impl Sink for Wav {
    fn begin(&mut self, out: &mut dyn Write, array: Option<&Array>) -> anyhow::Result<()> {
        let channels = u64::from(self.channels);
        let frames = match array.map(|array| &array.shape[..]) {
            None => None,
            Some(&[frames]) if channels == 1 => Some(frames),
            Some(&[frames, found]) if found == channels => Some(frames),
            Some(shape) => anyhow::bail!(
                "wav holds frames of {channels} channels, and this is {shape:?}: use --to npy"
            ),
        };
        self.announced = frames.map(|frames| frames.saturating_mul(channels));
        out.write_all(&self.header(frames))?;
        Ok(())
    }

    fn chunk(&mut self, out: &mut dyn Write, chunk: &Chunk) -> anyhow::Result<()> {
        self.written = self.written.saturating_add(chunk.elements());
        match chunk.dtype() {
            DType::F32 if cfg!(target_endian = "little") => out.write_all(chunk.bytes())?,
            DType::F32 => {
                let samples = chunk.as_slice::<f32>()?;
                samples.iter().try_for_each(|x| out.write_all(&x.to_le_bytes()))?;
            }
            _ => {
                let samples = chunk.as_slice::<f64>()?;
                samples.iter().try_for_each(|x| out.write_all(&(*x as f32).to_le_bytes()))?;
            }
        }
        Ok(())
    }

    fn end(&mut self, _: &mut dyn Write) -> anyhow::Result<()> {
        let Some(announced) = self.announced.filter(|n| *n != self.written) else { return Ok(()) };
        let message = format!("{announced} samples were announced, and {} came", self.written);
        Err(Error::new(ErrorKind::Truncated, message).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wav(channels: u16, mask: u32) -> Wav {
        Wav { rate: 44_100, channels, mask, announced: None, written: 0 }
    }

    fn u32_at(bytes: &[u8], at: usize) -> u32 {
        u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
    }

    fn u64_at(bytes: &[u8], at: usize) -> u64 {
        u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())
    }

    #[test]
    fn sizes_are_those_of_the_file() {
        let head = wav(2, 3).header(Some(1000));
        assert_eq!((&head[..4], &head[8..16]), (&b"RIFF"[..], &b"WAVEfmt "[..]));
        assert_eq!(u32_at(&head, 4) as usize + 8, head.len() + 8000);
        assert_eq!(head[20..24], [3, 0, 2, 0]);
        assert_eq!(u32_at(&head, 28), 44_100 * 8);
        assert_eq!(&head[38..42], b"fact");
        assert_eq!(u32_at(&head, 46), 1000);
        assert_eq!((&head[50..54], u32_at(&head, 54)), (&b"data"[..], 8000));
        assert_eq!(head.len(), 58);
    }

    #[test]
    fn what_nobody_knows_goes_to_the_end() {
        let head = wav(1, 4).header(None);
        assert_eq!((u32_at(&head, 4), u32_at(&head, 54)), (u32::MAX, u32::MAX));
    }

    #[test]
    fn more_than_four_gib_are_rf64() {
        let frames = 600_000_000;
        let head = wav(2, 3).header(Some(frames));
        assert_eq!((&head[..4], u32_at(&head, 4)), (&b"RF64"[..], u32::MAX));
        assert_eq!((&head[12..16], u32_at(&head, 16)), (&b"ds64"[..], 28));
        assert_eq!(u64_at(&head, 20) + 8, head.len() as u64 + frames * 8);
        assert_eq!((u64_at(&head, 28), u64_at(&head, 36)), (frames * 8, frames));
        assert_eq!(u32_at(&head, head.len() - 4), u32::MAX);
    }

    #[test]
    fn more_channels_say_where_they_stand() {
        assert_eq!(mask("5.1", 6), 0x3f);
        assert_eq!(mask("5.1(side)", 6), 0x60f);
        assert_eq!(mask("FL+FR+TFL", 3), 0x1003);
        assert_eq!((mask("stereo", 6), mask("nonsense", 1), mask("FR+FL", 2)), (0, 0, 0));
        let head = wav(6, 0x3f).header(Some(10));
        assert_eq!((u32_at(&head, 16), &head[20..22]), (40, &[0xfe, 0xff][..]));
        assert_eq!((u32_at(&head, 40), &head[44..46]), (0x3f, &[3, 0][..]));
        assert_eq!(u32_at(&head, 4) as usize + 8, head.len() + 240);
    }
}
