//! The header: the signature line and what stands directly below it.
#![deny(clippy::arithmetic_side_effects)]

use crate::{Span, Timestamp};

/// The header of a WebVTT file (WebVTT 4.1). The standard's parser skips it; real files keep facts in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// What follows `WEBVTT` and one space or tab on the first line.
    pub text: String,
    /// The lines between the first one and the first blank one, joined by U+000A. The syntax of today has none.
    pub lines: String,
    /// Where the header stands.
    pub span: Span,
}

/// How cue times relate to those of an MPEG-2 stream (RFC 8216, 3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimestampMap {
    /// The MPEG-2 time, in ticks of 1/90000 second.
    pub mpegts: u64,
    /// The cue time it stands for.
    pub local: Timestamp,
}

impl Header {
    /// Lines of the form `Name: value` with their name and value, as older drafts had them (`Kind: captions`,
    /// `Language: en`).
    pub fn metadata(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lines.lines().filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
            (!name.is_empty() && name.bytes().all(plain)).then(|| (name, value.trim_ascii()))
        })
    }

    /// The `X-TIMESTAMP-MAP` of HTTP Live Streaming (RFC 8216, 3.5); none where it is absent or cannot be read.
    pub fn timestamp_map(&self) -> Option<TimestampMap> {
        let map = self.lines.lines().find_map(|line| line.strip_prefix("X-TIMESTAMP-MAP="))?;
        let (mut mpegts, mut local) = (None, None);
        for part in map.split(',') {
            match part.trim_ascii().split_once(':') {
                Some(("MPEGTS", ticks)) => mpegts = ticks.parse().ok(),
                Some(("LOCAL", time)) => local = Timestamp::parse(time),
                _ => {}
            }
        }
        Some(TimestampMap { mpegts: mpegts?, local: local? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(lines: &str) -> Header {
        Header { lines: lines.into(), ..Header::default() }
    }

    #[test]
    fn metadata_lines_are_names_and_values() {
        let h = header(
            "Kind: captions\nLanguage:en\nno metadata\na b: c\n: d\nX-TIMESTAMP-MAP=LOCAL:0",
        );
        assert_eq!(h.metadata().collect::<Vec<_>>(), [("Kind", "captions"), ("Language", "en")]);
    }

    #[test]
    fn the_timestamp_map_is_read_in_either_order() {
        let expected = TimestampMap { mpegts: 900_000, local: Timestamp::from_millis(1500) };
        let a = header("Kind: x\nX-TIMESTAMP-MAP=LOCAL:00:00:01.500,MPEGTS:900000");
        let b = header("X-TIMESTAMP-MAP=MPEGTS:900000,LOCAL:00:01.500");
        assert_eq!((a.timestamp_map(), b.timestamp_map()), (Some(expected), Some(expected)));
        assert_eq!(header("X-TIMESTAMP-MAP=MPEGTS:900000").timestamp_map(), None);
        assert_eq!(header("X-TIMESTAMP-MAP=MPEGTS:x,LOCAL:00:00.000").timestamp_map(), None);
    }
}
