//! HTML character references (HTML 13.2.5.72 to 80), as WebVTT 6.4 consumes them.
#![deny(clippy::arithmetic_side_effects)]

use std::cmp::Ordering;

use memchr::memchr;

use crate::{Defect, Excerpt};

/// All 2,231 names of HTML 13.5 with their code points in hexadecimal, a line each, in byte order. The list is the
/// standard's own and closed, so it stands here rather than in a dependency.
const NAMES: &str = include_str!("entity_names.txt");

/// The longest name, `CounterClockwiseContourIntegral;`.
const LONGEST: usize = 32;

/// Decoded text is at most twice as long: the worst is `&nGt;`, five bytes that become six.
pub(crate) const GROWTH: usize = 2;

/// Appends `text` with its character references replaced. `defect` is told where in `text` each defect stands.
pub(crate) fn decode(text: &str, out: &mut String, mut defect: impl FnMut(usize, Defect)) {
    let mut done = 0usize;
    while let Some(found) = memchr(b'&', text.as_bytes().get(done..).unwrap_or_default()) {
        let at = done.saturating_add(found);
        out.push_str(text.get(done..at).unwrap_or_default());
        let rest = text.get(at.saturating_add(1)..).unwrap_or_default();
        let taken = match rest.as_bytes().first() {
            Some(b'#') => numeric(rest, out, |d| defect(at, d)),
            Some(byte) if byte.is_ascii_alphanumeric() => named(rest, out, |d| defect(at, d)),
            _ => None,
        };
        if taken.is_none() {
            defect(
                at,
                Defect::Ampersand(Excerpt::new(text.as_bytes().get(at..).unwrap_or_default())),
            );
            out.push('&');
        }
        done = at.saturating_add(1).saturating_add(taken.unwrap_or(0));
    }
    out.push_str(text.get(done..).unwrap_or_default());
}

/// A named reference after its ampersand: the bytes it takes.
fn named(rest: &str, out: &mut String, mut defect: impl FnMut(Defect)) -> Option<usize> {
    // what text needs most
    let usual = [("amp;", '&'), ("lt;", '<'), ("gt;", '>'), ("nbsp;", '\u{a0}'), ("quot;", '"')];
    if let Some((name, c)) = usual.iter().find(|(name, _)| rest.starts_with(name)) {
        out.push(*c);
        return Some(name.len());
    }
    let bytes = rest.as_bytes();
    let letters = bytes.iter().take(LONGEST).position(|b| !b.is_ascii_alphanumeric());
    let letters = letters.unwrap_or(bytes.len().min(LONGEST));
    let semicolon = usize::from(bytes.get(letters) == Some(&b';'));
    // the longest name that is there
    for length in (1..=letters.saturating_add(semicolon).min(LONGEST)).rev() {
        let name = rest.get(..length)?;
        if let Some(points) = find(name) {
            for point in points.split(' ') {
                out.extend(u32::from_str_radix(point, 16).ok().and_then(char::from_u32));
            }
            if !name.ends_with(';') {
                defect(Defect::NoSemicolon(Excerpt::new(name.as_bytes())));
            }
            return Some(length);
        }
    }
    None
}

/// The code points of a name, found by halving the list at its line starts.
fn find(name: &str) -> Option<&'static str> {
    let (mut low, mut high) = (0usize, NAMES.len());
    while low < high {
        let middle = low.midpoint(high);
        let line = NAMES.get(..middle)?.rfind('\n').map_or(0, |at| at.saturating_add(1)).max(low);
        let end = NAMES.get(line..)?.find('\n').map_or(NAMES.len(), |at| line.saturating_add(at));
        let (known, points) = NAMES.get(line..end)?.split_once('\t')?;
        match name.cmp(known) {
            Ordering::Equal => return Some(points),
            Ordering::Less => high = line,
            Ordering::Greater => low = end.saturating_add(1),
        }
    }
    None
}

/// A numeric reference after its ampersand, from `#` on: the bytes it takes.
fn numeric(rest: &str, out: &mut String, mut defect: impl FnMut(Defect)) -> Option<usize> {
    let bytes = rest.as_bytes();
    let hex = matches!(bytes.get(1), Some(b'x' | b'X'));
    let (radix, start) = if hex { (16, 2usize) } else { (10, 1) };
    let digits = bytes.get(start..)?;
    let count = digits.iter().position(|&b| !char::from(b).is_digit(radix)).unwrap_or(digits.len());
    if count == 0 {
        return None;
    }
    let end = start.saturating_add(count);
    let value = digits.iter().take(count).fold(0u32, |value, &b| {
        value.saturating_mul(radix).saturating_add(char::from(b).to_digit(radix).unwrap_or(0))
    });
    let replaced = replacement(value);
    out.push(replaced.or_else(|| char::from_u32(value)).unwrap_or(char::REPLACEMENT_CHARACTER));
    let semicolon = bytes.get(end) == Some(&b';');
    if replaced.is_some() {
        defect(Defect::NumericReference(Excerpt::new(bytes.get(..end).unwrap_or_default())));
    } else if !semicolon {
        defect(Defect::NoSemicolon(Excerpt::new(bytes.get(..end).unwrap_or_default())));
    }
    Some(end.saturating_add(usize::from(semicolon)))
}

/// What HTML 13.2.5.80 puts in the place of a number that is no character: Windows-1252 for the controls of Latin-1,
/// else U+FFFD.
fn replacement(value: u32) -> Option<char> {
    const WINDOWS_1252: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    match value {
        0 | 0xd800..=0xdfff | 0x11_0000.. => Some(char::REPLACEMENT_CHARACTER),
        0x80..=0x9f => WINDOWS_1252.get(usize::try_from(value.wrapping_sub(0x80)).ok()?).copied(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(text: &str) -> (String, Vec<&'static str>) {
        let (mut out, mut found) = (String::new(), Vec::new());
        decode(text, &mut out, |_, defect| found.push(defect.rule()));
        (out, found)
    }

    #[test]
    fn every_name_of_the_list_is_found_and_the_list_is_in_order() {
        let lines: Vec<(&str, &str)> =
            NAMES.lines().map(|line| line.split_once('\t').unwrap()).collect();
        assert_eq!(lines.len(), 2231);
        assert!(lines.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (name, points) in lines {
            assert_eq!(find(name), Some(points));
            assert!(name.len() <= LONGEST);
            let (text, found) = decoded(&format!("&{name}"));
            let expected: String = points
                .split(' ')
                .map(|point| char::from_u32(u32::from_str_radix(point, 16).unwrap()).unwrap())
                .collect();
            assert_eq!(text, expected, "{name}");
            assert!(text.len() <= (name.len() + 1) * GROWTH);
            assert_eq!(found.is_empty(), name.ends_with(';'), "{name}");
        }
    }

    #[test]
    fn names_are_case_sensitive_and_the_longest_wins() {
        assert_eq!(decoded("&notin;&not;&notit;&noti").0, "∉¬¬it;¬i");
        assert_eq!(decoded("&AMP;&Amp;").0, "&&Amp;");
        assert_eq!(decoded("&NotEqualTilde;").0, "≂\u{338}");
        assert_eq!(decoded("a&lrm;b&rlm;c&nbsp;d").0, "a\u{200e}b\u{200f}c\u{a0}d");
    }

    #[test]
    fn what_is_no_reference_stays_as_it_is() {
        for text in [
            "&", "&&", "&;", "&<", "& amp;", "&1", "&1;", "&xyz;", "&#", "&#;", "&#x", "&#xg;",
            "&é;",
        ] {
            let (out, found) = decoded(text);
            assert_eq!(out, text);
            assert!(found.iter().all(|rule| *rule == "ampersand") && !found.is_empty());
        }
    }

    #[test]
    fn numbers_are_decimal_or_hexadecimal() {
        assert_eq!(decoded("&#65;&#x41;&#X1F600;&#32;x"), ("AA😀 x".into(), vec![]));
        assert_eq!(decoded("&#65B"), ("AB".into(), vec!["no_semicolon"]));
    }

    #[test]
    fn numbers_that_are_no_characters_are_replaced() {
        let bad = |text: &str| {
            let (out, found) = decoded(text);
            assert_eq!(found, ["numeric_reference"]);
            out
        };
        assert_eq!(bad("&#0;"), "\u{fffd}");
        assert_eq!(bad("&#xD800;"), "\u{fffd}");
        assert_eq!(bad("&#x110000;"), "\u{fffd}");
        assert_eq!(bad("&#99999999999999999999;"), "\u{fffd}");
        assert_eq!(bad("&#128;"), "€");
        assert_eq!(bad("&#x9f;"), "Ÿ");
    }
}
