//! The first bytes of a file: encoding, signature, dialect.
#![deny(clippy::arithmetic_side_effects)]

use super::outline::Outline;
use super::{Parser, Phase, Refusal, timings};
use crate::{Defect, Diagnostic, Dialect, Recovery};

/// How much is looked at to tell SubRip: a number and a line of times, after blank lines at most.
const LOOK: usize = 4096;

/// The byte order mark that the UTF-8 decoder drops.
const MARK: &[u8] = b"\xef\xbb\xbf";

impl Parser {
    /// Decides what the file is, and goes behind bytes that belong to no block: how many these are. Nothing where that
    /// takes more bytes.
    pub(super) fn start(&mut self, input: &[u8], end: bool) -> Option<Result<usize, Refusal>> {
        // a mark, the signature and the character after it
        if input.len() < 10 && !end {
            return None;
        }
        let mark = if input.starts_with(MARK) { MARK.len() } else { 0 };
        let text = input.get(mark..).unwrap_or_default();
        if self.options.dialect != Dialect::SubRip && is_signature(text) {
            self.phase = Phase::Header;
            self.outline = Outline::after(mark);
            return Some(Ok(0));
        }
        if let Some(name) = encoding(input) {
            return Some(Err(Refusal::Encoding(name)));
        }
        self.phase = match self.options.dialect {
            Dialect::SubRip => Phase::SubRip,
            Dialect::Auto if self.options.named_subrip || is_subrip(text, end, LOOK)? => {
                Phase::SubRip
            }
            _ if self.options.recovery == Recovery::On => Phase::Blocks,
            _ => return Some(Err(Refusal::Signature)),
        };
        self.offset = u64::try_from(mark).unwrap_or(0);
        if self.phase == Phase::Blocks {
            let defect = Defect::MissingSignature;
            self.diagnostics.push(Diagnostic { defect, line: 1, offset: self.offset });
        }
        Some(Ok(mark))
    }
}

/// Whether a decoded text starts with the signature of WebVTT (WebVTT 6.1).
pub(crate) fn is_signature(text: &[u8]) -> bool {
    match text.strip_prefix(b"WEBVTT") {
        Some(rest) => matches!(rest.first(), None | Some(b' ' | b'\t' | b'\n' | b'\r')),
        None => false,
    }
}

/// The encoding that the first bytes show, where it is not UTF-8: by its mark, or by where characters of Latin leave
/// zeros.
pub(crate) fn encoding(head: &[u8]) -> Option<&'static str> {
    match *head {
        [0xff, 0xfe, 0, 0, ..] => Some("UTF-32LE"),
        [0, 0, 0xfe, 0xff, ..] => Some("UTF-32BE"),
        [0xff, 0xfe, ..] => Some("UTF-16LE"),
        [0xfe, 0xff, ..] => Some("UTF-16BE"),
        [1..=255, 0, 0, 0, ..] => Some("UTF-32LE"),
        [0, 0, 0, 1..=255, ..] => Some("UTF-32BE"),
        [1..=255, 0, 1..=255, 0, ..] => Some("UTF-16LE"),
        [0, 1..=255, 0, 1..=255, ..] => Some("UTF-16BE"),
        _ => None,
    }
}

/// Whether the first lines are those of SubRip: a number and a line of times below it, or a line of times with a
/// comma. Nothing where that takes more than the `text` that is there, unless this is the `end` or `look` bytes were
/// not enough; how many there are beyond these makes no difference.
pub(crate) fn is_subrip(text: &[u8], end: bool, look: usize) -> Option<bool> {
    let seen = text.get(..look).unwrap_or(text);
    let all = end || seen.len() == look;
    let mut lines = seen.split(|b| matches!(b, b'\n' | b'\r')).peekable();
    let mut number = false;
    while let Some(line) = lines.next() {
        // the last line may go on
        if lines.peek().is_none() && !all {
            return None;
        }
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        if line.iter().all(u8::is_ascii_digit) && !number {
            number = true;
            continue;
        }
        return Some(timings::is_timings(line) && (number || line.contains(&b',')));
    }
    Some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_ends_with_a_space_a_tab_a_terminator_or_the_file() {
        for good in ["WEBVTT", "WEBVTT ", "WEBVTT\t", "WEBVTT\n", "WEBVTT\r", "WEBVTT -->"] {
            assert!(is_signature(good.as_bytes()), "{good:?}");
        }
        for bad in
            ["", "WEBVT", "webvtt", "WEBVTTx", "WEBVTT-", " WEBVTT", "WEBVTT\0", "WEBVTT\u{c}"]
        {
            assert!(!is_signature(bad.as_bytes()), "{bad:?}");
        }
    }

    #[test]
    fn other_encodings_are_told_by_their_marks_and_zeros() {
        assert_eq!(encoding(b"\xff\xfeW\0"), Some("UTF-16LE"));
        assert_eq!(encoding(b"\xfe\xff\0W"), Some("UTF-16BE"));
        assert_eq!(encoding(b"\xff\xfe\0\0"), Some("UTF-32LE"));
        assert_eq!(encoding(b"\0\0\xfe\xff"), Some("UTF-32BE"));
        assert_eq!(encoding(b"W\0E\0"), Some("UTF-16LE"));
        assert_eq!(encoding(b"\0W\0E"), Some("UTF-16BE"));
        assert_eq!(encoding(b"W\0\0\0E"), Some("UTF-32LE"));
        assert_eq!(encoding(b"\0\0\0WE"), Some("UTF-32BE"));
        assert_eq!(encoding(b"1\n00:00"), None);
    }

    #[test]
    fn subrip_is_told_by_its_first_cue() {
        let told = |text: &str| is_subrip(text.as_bytes(), true, 4096);
        assert_eq!(told("1\n00:00:00,500 --> 00:00:07,000\nx"), Some(true));
        assert_eq!(told("\r\n\r\n7\r\n00:00:00.500 --> 00:00:07.000"), Some(true));
        assert_eq!(told("00:01:39 --> 00:01:41,04\n"), Some(true));
        assert_eq!(told("00:00:00.500 --> 00:00:07.000\nx"), Some(false));
        assert_eq!(told("1\nsome text"), Some(false));
        assert_eq!(told("1"), Some(false));
    }

    #[test]
    fn telling_subrip_waits_for_whole_lines_but_not_forever() {
        assert_eq!(is_subrip(b"1\n00:00:00,500 --> 00:00:07,0", false, 4096), None);
        assert_eq!(is_subrip(b"1\nsome text\n", false, 4096), Some(false));
        assert_eq!(is_subrip(&[b'\n'; 5000], false, 4096), Some(false));
    }
}
