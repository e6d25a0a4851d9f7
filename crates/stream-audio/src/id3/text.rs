//! Texts in the four encodings (ID3v2.4 structure, 4).
#![deny(clippy::arithmetic_side_effects)]

/// How a frame's texts are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    Latin1,
    /// With a byte order mark.
    Utf16,
    Utf16Be,
    Utf8,
}

/// What the encoding's rules allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Soundness {
    Sound,
    /// Something was replaced by U+FFFD.
    Replaced,
}

impl Encoding {
    pub(super) fn of(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Latin1,
            1 => Self::Utf16,
            2 => Self::Utf16Be,
            3 => Self::Utf8,
            _ => return None,
        })
    }

    fn wide(self) -> bool {
        matches!(self, Self::Utf16 | Self::Utf16Be)
    }

    /// Splits at the first terminator: the text before it and what follows.
    pub(super) fn split(self, bytes: &[u8]) -> (&[u8], &[u8]) {
        let width = if self.wide() { 2 } else { 1 };
        let end = bytes.chunks(width).position(|unit| unit.iter().all(|b| *b == 0));
        match end.map(|units| units.saturating_mul(width)) {
            Some(at) => {
                let rest = at.saturating_add(width).min(bytes.len());
                (bytes.get(..at).unwrap_or_default(), bytes.get(rest..).unwrap_or_default())
            }
            None => (bytes, &[]),
        }
    }

    /// Decodes a text without its terminator.
    pub(super) fn decode(self, bytes: &[u8]) -> (String, Soundness) {
        match self {
            Self::Latin1 => (bytes.iter().map(|b| char::from(*b)).collect(), Soundness::Sound),
            Self::Utf8 => match std::str::from_utf8(bytes) {
                Ok(text) => (text.to_owned(), Soundness::Sound),
                Err(_) => (String::from_utf8_lossy(bytes).into_owned(), Soundness::Replaced),
            },
            Self::Utf16 => match bytes {
                [0xff, 0xfe, rest @ ..] => wide(rest, u16::from_le_bytes),
                [0xfe, 0xff, rest @ ..] => wide(rest, u16::from_be_bytes),
                [] => (String::new(), Soundness::Sound),
                // without a mark; what writes such is mostly little-endian
                rest => {
                    let (text, _) = wide(rest, u16::from_le_bytes);
                    (text, Soundness::Replaced)
                }
            },
            Self::Utf16Be => wide(bytes, u16::from_be_bytes),
        }
    }
}

fn wide(bytes: &[u8], order: fn([u8; 2]) -> u16) -> (String, Soundness) {
    let units = bytes.chunks_exact(2).filter_map(|pair| pair.try_into().ok()).map(order);
    let mut soundness = Soundness::Sound;
    let text = char::decode_utf16(units)
        .map(|unit| {
            unit.unwrap_or_else(|_| {
                soundness = Soundness::Replaced;
                char::REPLACEMENT_CHARACTER
            })
        })
        .collect();
    (text, soundness)
}
