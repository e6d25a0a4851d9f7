//! AAC in ADTS (ISO 13818-7, 6.2; ISO 14496-3, 1.A.2.2): frames one behind another, each with a header.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{Context, Error, Result, Time};

use crate::container::{Container, Packets};
use crate::findings::Findings;
use crate::mpa::{Chained, Walk, find_first};
use crate::{Defect, Header, Layout, Stream, id3};

/// Ticks in a second: divided by every sampling rate of AAC.
const TICKS: u32 = 28_224_000;
/// Bytes behind a tag in which the first frame has to begin.
const LEAD: u64 = 8 * 1024;

/// What a frame's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// 0 main, 1 low complexity, 2 scalable sampling rate, 3 long-term prediction.
    profile: u8,
    rate_index: u8,
    configuration: u8,
    pub length: u32,
    samples: u32,
}

const RATES: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
    7_350,
];

/// The sampling rate of an index (ISO 14496-3, 1.6.3.4).
pub(crate) fn sample_rate(index: u8) -> Option<u32> {
    RATES.get(usize::from(index)).copied()
}

/// Channels and loudspeakers of a configuration (ISO 14496-3, 1.6.3.5).
pub(crate) fn channels(configuration: u8) -> (u32, Option<Layout>) {
    let layout = match configuration {
        1 => Layout(0x4),
        2 => Layout(0x3),
        3 => Layout(0x7),
        4 => Layout(0x107),
        5 => Layout(0x37),
        6 => Layout(0x3f),
        7 => Layout(0xff),
        _ => return (0, None),
    };
    (layout.channels(), Some(layout))
}

/// Bytes of the header that `frame` begins with: two more with a sum.
pub(crate) fn header_length(frame: &[u8]) -> usize {
    match frame {
        [0xff, b1, ..] if b1 & 0xf6 == 0xf0 => {
            if b1 & 1 == 1 {
                7
            } else {
                9
            }
        }
        _ => 0,
    }
}

impl Frame {
    /// The frame that begins with `head`; `None` for reserved values.
    pub(crate) fn parse(head: &[u8]) -> Option<Self> {
        let [0xff, b1, b2, b3, b4, b5, b6, ..] = *head else { return None };
        let rate_index = b2 >> 2 & 15;
        if b1 & 0xf6 != 0xf0 || sample_rate(rate_index).is_none() {
            return None;
        }
        let length = u32::from(b3 & 3) << 11 | u32::from(b4) << 3 | u32::from(b5 >> 5);
        let blocks = u32::from(b6 & 3).saturating_add(1);
        if usize::try_from(length).ok()? < header_length(head) {
            return None;
        }
        Some(Self {
            profile: b2 >> 6,
            rate_index,
            configuration: (b2 & 1) << 2 | b3 >> 6,
            length,
            samples: blocks.saturating_mul(1024),
        })
    }
}

impl Chained for Frame {
    fn parse(head: &[u8]) -> Option<Self> {
        Self::parse(head)
    }

    fn goes_with(&self, other: &Self) -> bool {
        let one = (self.profile, self.rate_index, self.configuration);
        one == (other.profile, other.rate_index, other.configuration)
    }

    fn length(&self) -> u32 {
        self.length
    }

    fn samples(&self) -> u32 {
        self.samples
    }
}

/// An opened file.
struct Adts {
    cx: Context,
    findings: Findings,
    header: Header,
    first: Frame,
    ticks: u32,
    range: std::ops::Range<u64>,
}

/// Opens AAC whose tags before the sound end at `start`; these are in `header` already.
///
/// # Errors
/// `Malformed` where no frame is found, `OverBudget`, what reading gives.
pub(crate) fn open(
    cx: &Context,
    mut header: Header,
    start: u64,
    findings: &Findings,
) -> Result<Arc<dyn Container>> {
    header.format = "aac";
    let size = cx.source().size().filter(|_| cx.is_random());
    let mut end = size.unwrap_or(u64::MAX);
    let Some((at, first)) = find_first::<Frame>(cx, start, end, LEAD)? else {
        return Err(Error::malformed(start, "no frame of ADTS (12 bits of sync expected)"));
    };
    if at > start {
        findings.note(start, Defect::Garbage { bytes: at.saturating_sub(start) })?;
    }
    if size.is_some()
        && let Some(tag) = id3::read_v1(cx, end, &mut header)?
    {
        end = tag.max(at);
    }
    let rate = sample_rate(first.rate_index).unwrap_or(1);
    let (count, layout) = channels(first.configuration);
    // what a frame takes, taken for all; only counting tells
    let bytes = size.map(|_| end.saturating_sub(at));
    let ticks = TICKS.checked_div(rate).unwrap_or(0);
    let frames = bytes.and_then(|n| n.checked_div(u64::from(first.length)));
    let estimate = frames.map(|n| n.saturating_mul(1024).saturating_mul(u64::from(ticks)));
    header.duration_is_estimated = estimate.is_some();
    header.duration = estimate
        .map(|ticks| Time { ticks: i64::try_from(ticks).unwrap_or(i64::MAX), per_second: TICKS });
    header.data_offset = at;
    let undecodable = match (first.profile, count) {
        (1, 1 | 2) => None,
        (1, _) => Some("AAC of more than two channels: not decoded here"),
        _ => Some("AAC of another profile than LC: not decoded here"),
    };
    header.streams.push(Stream {
        codec: "aac",
        profile: ["Main", "LC", "SSR", "LTP"].get(usize::from(first.profile)).copied(),
        sample_rate: rate,
        channels: count,
        layout,
        sample_fmt: Some("fltp"),
        time_base: (1, TICKS),
        duration: estimate,
        undecodable,
        ..Stream::default()
    });
    let (cx, findings) = (cx.clone(), findings.clone());
    Ok(Arc::new(Adts { cx, findings, header, first, ticks, range: at..end }))
}

impl Container for Adts {
    fn header(&self) -> &Header {
        &self.header
    }

    fn packets(&self) -> Result<Box<dyn Packets>> {
        let range = self.range.clone();
        Ok(Box::new(Walk::new(&self.cx, &self.findings, self.first, self.ticks, range)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_says_profile_rate_channels_and_length() {
        let frame = Frame::parse(b"\xff\xf1\x50\x80\x2e\x7f\xfc").unwrap();
        assert_eq!((frame.profile, sample_rate(frame.rate_index)), (1, Some(44_100)));
        assert_eq!((frame.configuration, frame.length, frame.samples), (2, 371, 1024));
        assert_eq!(Frame::parse(b"\xff\xf1\x7c\x80\x2e\x7f\xfc"), None, "rate 15 is reserved");
    }
}
