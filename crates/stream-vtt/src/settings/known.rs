//! Settings that were parsed before: a file has many cues and few ways to place them.
#![deny(clippy::arithmetic_side_effects)]

use super::Settings;

/// What a text of settings says: the settings, and where in the text the region's identifier stands.
pub(crate) type Parsed = (Settings, Option<(usize, usize)>);

/// Longer texts are parsed each time.
const LONGEST: usize = 64;

/// How many texts are kept: 32, which five bits count.
const KEPT: usize = 32;

#[derive(Clone, Copy, Debug)]
struct Entry {
    length: usize,
    text: [u8; LONGEST],
    parsed: Parsed,
}

/// The texts seen last, of those without defects, with what they say. Fixed memory.
///
/// What a text says depends on the regions as well; there are no new ones after the first cue.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    entries: [Option<Entry>; KEPT],
}

impl Default for Known {
    fn default() -> Self {
        Known { entries: [None; KEPT] }
    }
}

impl Known {
    /// What a text says, if it is known.
    #[inline]
    pub(crate) fn get(&self, text: &[u8]) -> Option<Parsed> {
        let entry = self.entries.get(place(text))?.as_ref()?;
        (entry.text.get(..entry.length)? == text).then_some(entry.parsed)
    }

    /// Keeps what a text says.
    pub(crate) fn keep(&mut self, text: &[u8], parsed: Parsed) {
        let mut entry = Entry { length: text.len(), text: [0; LONGEST], parsed };
        let places = (entry.text.get_mut(..text.len()), self.entries.get_mut(place(text)));
        if let (Some(bytes), Some(slot)) = places {
            bytes.copy_from_slice(text);
            *slot = Some(entry);
        }
    }
}

/// Where a text is kept: by its length and a few of its bytes, mixed by a multiplication (Knuth's golden ratio).
#[inline]
fn place(text: &[u8]) -> usize {
    let byte = |at: usize| text.get(at).copied().unwrap_or(0);
    let length = text.len().to_le_bytes();
    let [low, ..] = length;
    let last = text.last().copied().unwrap_or(0);
    let mixed =
        u32::from_le_bytes([byte(2), byte(text.len() / 2), last, low]).wrapping_mul(0x9e37_79b1);
    usize::try_from(mixed >> 27).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Align;

    #[test]
    fn only_the_very_text_is_known() {
        let mut known = Known::default();
        let parsed = (Settings { align: Align::End, ..Settings::default() }, Some((1, 2)));
        known.keep(b" align:end", parsed);
        assert_eq!(known.get(b" align:end"), Some(parsed));
        for other in [&b""[..], b" ", b" align:en", b" align:end ", b" align:enD", b"\talign:end"] {
            assert_eq!(known.get(other), None);
        }
    }

    #[test]
    fn long_texts_are_not_kept_and_short_ones_give_way() {
        let mut known = Known::default();
        let parsed = (Settings::default(), None);
        known.keep(&[b'x'; LONGEST + 1], parsed);
        assert_eq!(known.get(&[b'x'; LONGEST + 1]), None);
        for n in 0..1000 {
            let text = format!(" line:{n}");
            known.keep(text.as_bytes(), parsed);
            assert_eq!(known.get(text.as_bytes()), Some(parsed));
        }
    }
}
