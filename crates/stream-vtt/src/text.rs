//! From bytes of a file to the characters the parser's rules see.
#![deny(clippy::arithmetic_side_effects)]

use memchr::memchr2_iter;

/// How much longer text can become by [`normalize`]: one byte can become the three of U+FFFD.
pub(crate) const GROWTH: usize = 3;

/// Appends `raw` as WebVTT 6.1 has it: decoded as the Encoding standard's UTF-8 decoder does, U+0000 as U+FFFD, each
/// line terminator as U+000A.
///
/// `raw` is whole lines or a part of one between ASCII characters, so that no character is cut.
pub(crate) fn normalize(raw: &[u8], out: &mut String) {
    for chunk in raw.utf8_chunks() {
        characters(chunk.valid(), out);
        if !chunk.invalid().is_empty() {
            out.push(char::REPLACEMENT_CHARACTER);
        }
    }
}

fn characters(text: &str, out: &mut String) {
    let mut done = 0usize;
    for at in memchr2_iter(0, b'\r', text.as_bytes()) {
        out.push_str(text.get(done..at).unwrap_or_default());
        done = at.saturating_add(1);
        match text.as_bytes().get(at) {
            Some(0) => out.push(char::REPLACEMENT_CHARACTER),
            // the line feed of a pair speaks for both
            _ if text.as_bytes().get(done) == Some(&b'\n') => {}
            _ => out.push('\n'),
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normalized(raw: &[u8]) -> String {
        let mut out = String::new();
        normalize(raw, &mut out);
        assert!(out.len() <= raw.len().saturating_mul(GROWTH));
        out
    }

    #[test]
    fn every_line_terminator_becomes_a_line_feed() {
        assert_eq!(normalized(b"a\r\nb\rc\nd\r\r\ne\n\rf"), "a\nb\nc\nd\n\ne\n\nf");
    }

    #[test]
    fn nulls_and_bytes_that_are_no_characters_become_the_replacement_character() {
        assert_eq!(normalized(b"\0a\0"), "\u{fffd}a\u{fffd}");
        assert_eq!(normalized(b"\xff\xfe"), "\u{fffd}\u{fffd}");
        // one for each maximal part of a character (Encoding 8.1.1)
        assert_eq!(normalized(b"\xe2\x82a\xf0\x9f\x98\xe2\x82\xac"), "\u{fffd}a\u{fffd}€");
        assert_eq!(normalized(b"\xed\xa0\x80"), "\u{fffd}\u{fffd}\u{fffd}");
        assert_eq!(normalized("\u{feff}é".as_bytes()), "\u{feff}é");
    }
}
