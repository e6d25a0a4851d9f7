//! The first frame of many MP3 files: silence that tells how long the rest is.
//!
//! Xing's and Info's header with LAME's extension (gabriel.mp3-tech.org/mp3infotag.html), and Fraunhofer's VBRI.
#![deny(clippy::arithmetic_side_effects)]

use super::frame::Frame;

/// What it says; zero for what it does not.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Xing {
    /// Frames of MPEG behind this one.
    pub frames: Option<u32>,
    /// Bytes from this frame on.
    pub bytes: Option<u32>,
    /// Whether the bit rate is one for all frames.
    pub constant: bool,
    /// The encoder's name.
    pub encoder: String,
    /// Frames of sound that the encoder put before and behind.
    pub padding: Option<(u16, u16)>,
    /// Decibels, from LAME's radio and audiophile fields.
    pub track_gain: Option<f32>,
    pub album_gain: Option<f32>,
    /// The largest sample.
    pub peak: Option<f32>,
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let end = at.checked_add(4)?;
    bytes.get(at..end)?.try_into().ok().map(u32::from_be_bytes)
}

/// LAME's gain: three bits of name, three of originator, a sign and tenths of decibels.
fn gain(bits: u16, name: u16) -> Option<f32> {
    if bits >> 13 != name || bits >> 10 & 7 == 0 {
        return None;
    }
    let tenths = f32::from(bits & 0x1ff) / 10.0;
    Some(if bits >> 9 & 1 == 1 { -tenths } else { tenths })
}

impl Xing {
    /// What `frame`, the first of a file with its bytes, says.
    pub(crate) fn parse(frame: &Frame, bytes: &[u8]) -> Option<Self> {
        if frame.layer != 3 {
            return None;
        }
        if bytes.get(36..40) == Some(b"VBRI") {
            return Some(Self {
                bytes: u32_at(bytes, 46),
                frames: u32_at(bytes, 50),
                ..Self::default()
            });
        }
        let at = frame.side_info().checked_add(4)?;
        let rest = bytes.get(at..)?;
        let constant = rest.starts_with(b"Info");
        if !constant && !rest.starts_with(b"Xing") {
            return None;
        }
        let flags = u32_at(rest, 4)?;
        let mut at = 8usize;
        let mut field = |flag: u32, size: usize| {
            let here = at;
            if flags & flag == 0 {
                return None;
            }
            at = at.saturating_add(size);
            Some(here)
        };
        let mut found = Self { constant, ..Self::default() };
        found.frames = field(1, 4).and_then(|at| u32_at(rest, at));
        found.bytes = field(2, 4).and_then(|at| u32_at(rest, at));
        field(4, 100);
        field(8, 4);
        if let Some(lame) = rest.get(at..) {
            found.lame(lame);
        }
        Some(found)
    }

    fn lame(&mut self, lame: &[u8]) {
        let Some(name) = lame.get(..9) else { return };
        if !(name.starts_with(b"LAME") || name.starts_with(b"Lavf") || name.starts_with(b"Lavc")) {
            return;
        }
        let printable = name.iter().take_while(|b| b.is_ascii_graphic() || **b == b' ');
        self.encoder = printable.map(|b| char::from(*b)).collect::<String>().trim().to_owned();
        self.peak = u32_at(lame, 11).map(f32::from_bits).filter(|p| p.is_finite() && *p > 0.0);
        let gains = u32_at(lame, 15).unwrap_or(0);
        self.track_gain = gain((gains >> 16) as u16, 1);
        self.album_gain = gain((gains & 0xffff) as u16, 2);
        if let Some(&[a, b, c]) = lame.get(21..24) {
            let start = u16::from(a) << 4 | u16::from(b >> 4);
            let end = u16::from(b & 15) << 8 | u16::from(c);
            self.padding = Some((start, end));
        }
    }
}
