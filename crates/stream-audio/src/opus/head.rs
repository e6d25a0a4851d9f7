//! The identification header: RFC 7845, 5.1.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Error, ErrorKind, Result};

/// The most channels that are decoded: those of family 1, and discrete ones up to as many.
const CHANNELS: u8 = 8;

/// What a decoder has to know of OpusHead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Channels that come out.
    pub(super) channels: u8,
    /// Streams within a packet, and how many of them have two channels.
    pub(super) streams: u8,
    pub(super) coupled: u8,
    /// From which channel of the streams each one that comes out is; 255 is silence.
    pub(super) mapping: [u8; CHANNELS as usize],
    /// Output gain in 1/256 dB.
    pub(super) gain: i16,
}

/// Where the channels of family 1 (in the order of Vorbis, 5.1.1.2) stand in the order of WAVE.
const ORDER: [&[usize]; 9] = [
    &[],
    &[0],
    &[0, 1],
    &[0, 2, 1],
    &[0, 1, 2, 3],
    &[0, 2, 1, 3, 4],
    &[0, 2, 1, 5, 3, 4],
    &[0, 2, 1, 6, 5, 3, 4],
    &[0, 2, 1, 7, 5, 6, 3, 4],
];

impl Head {
    /// One stream of one or two channels.
    pub(super) fn plain(channels: u32) -> Self {
        let channels = if channels == 1 { 1 } else { 2 };
        let mapping = [0, 1, 255, 255, 255, 255, 255, 255];
        Self { channels, streams: 1, coupled: channels.wrapping_sub(1), mapping, gain: 0 }
    }

    /// What `bytes` say; `None` when there are none.
    pub(super) fn parse(bytes: &[u8]) -> Result<Option<Self>> {
        if bytes.is_empty() {
            return Ok(None);
        }
        let rest = bytes.strip_prefix(b"OpusHead").unwrap_or(bytes);
        let &[version, channels, _, _, _, _, _, _, low, high, family, ref table @ ..] = rest else {
            let what = format!("OpusHead: expected 19 bytes, found {}", bytes.len());
            return Err(Error::truncated(0, what));
        };
        let malformed = |what: String| Err(Error::malformed(0, what));
        if version & 0xf0 != 0 {
            let what = format!("OpusHead of version {version} (RFC 7845, 5.1)");
            return Err(Error::new(ErrorKind::Unsupported, what));
        }
        if channels == 0 || channels > CHANNELS {
            return malformed(format!("OpusHead: expected 1 to 8 channels, found {channels}"));
        }
        let gain = i16::from_le_bytes([low, high]);
        if family == 0 {
            if channels > 2 {
                let what = "OpusHead: expected one or two channels in family 0 (RFC 7845, 5.1.1.1)";
                return malformed(format!("{what}, found {channels}"));
            }
            return Ok(Some(Self { gain, ..Self::plain(u32::from(channels)) }));
        }
        if !matches!(family, 1 | 2 | 255) {
            let what = format!("OpusHead: channel mapping family {family}");
            return Err(Error::new(ErrorKind::Unsupported, what));
        }
        let all = usize::from(channels);
        let Some((&[streams, coupled], table)) = table.split_first_chunk::<2>() else {
            return Err(Error::truncated(0, "OpusHead ends before its channel mapping table"));
        };
        let Some(table) = table.get(..all) else {
            return Err(Error::truncated(0, "OpusHead ends within its channel mapping table"));
        };
        let decoded = streams.checked_add(coupled);
        if streams == 0 || coupled > streams || decoded.is_none() {
            let what = "OpusHead: streams and coupled streams that do not fit (RFC 7845, 5.1.1)";
            return malformed(format!("{what}: {streams} and {coupled}"));
        }
        if let Some(beyond) = table.iter().find(|&&c| c != 255 && Some(c) >= decoded) {
            let what = "OpusHead: a channel that no stream has (RFC 7845, 5.1.1)";
            return malformed(format!("{what}: {beyond}"));
        }
        let mut mapping = [255; CHANNELS as usize];
        let order = ORDER.get(all).filter(|_| family == 1);
        for (at, to) in mapping.iter_mut().take(all).enumerate() {
            let from = order.and_then(|order| order.get(at)).copied().unwrap_or(at);
            *to = table.get(from).copied().unwrap_or(255);
        }
        Ok(Some(Self { channels, streams, coupled, mapping, gain }))
    }
}
