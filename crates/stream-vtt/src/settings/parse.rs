//! "Parse the WebVTT cue settings" (WebVTT 6.3).
#![deny(clippy::arithmetic_side_effects)]

use memchr::memchr;

use super::number::{line_number, percentage};
use super::{Align, Line, LineAlign, Position, PositionAlign, Settings, Size, Vertical};
use crate::{Defect, Excerpt};

/// What the settings of a line need from, and tell to, whoever parses it.
pub(crate) trait Findings {
    /// Whether a region of this identifier is defined above.
    fn region(&mut self, identifier: &[u8]) -> bool;
    /// Takes a defect found at the setting that starts at `at` in the text.
    fn defect(&mut self, at: usize, defect: Defect);
}

/// Parses `text`, the rest of a timings line. Returns where in it the identifier of the cue's region stands.
pub(crate) fn parse(
    text: &[u8],
    settings: &mut Settings,
    findings: &mut impl Findings,
) -> Option<(usize, usize)> {
    let mut region = None;
    let mut seen = 0u8;
    let mut at = 0usize;
    while let Some(Word { start, colon, end }) = next_word(text, at) {
        at = end;
        let word = text.get(start..end).unwrap_or_default();
        let name = text.get(start..colon).unwrap_or_default();
        let value = text.get(colon.saturating_add(1)..end).unwrap_or_default();
        if name.is_empty() || value.is_empty() {
            findings.defect(start, Defect::UnknownSetting(Excerpt::new(word)));
            continue;
        }
        let (bit, applied) = match name {
            b"region" => {
                region = findings.region(value).then_some((end.saturating_sub(value.len()), end));
                if region.is_none() {
                    findings.defect(start, Defect::UnknownRegion(Excerpt::new(value)));
                }
                (1, true)
            }
            b"vertical" => {
                let applied = vertical(value, settings);
                // there are no vertical regions
                if settings.vertical != Vertical::Horizontal && region.take().is_some() {
                    findings.defect(start, Defect::RegionLeft);
                }
                (2, applied)
            }
            b"line" => {
                let applied = line(value, settings);
                if applied && region.take().is_some() {
                    findings.defect(start, Defect::RegionLeft);
                }
                (4, applied)
            }
            b"position" => (8, position(value, settings)),
            b"size" => {
                let applied = size(value, settings);
                if applied && settings.size != Size(100.0) && region.take().is_some() {
                    findings.defect(start, Defect::RegionLeft);
                }
                (16, applied)
            }
            b"align" => (32, align(value, settings)),
            _ => {
                findings.defect(start, Defect::UnknownSetting(Excerpt::new(word)));
                continue;
            }
        };
        if !applied {
            findings.defect(start, Defect::BadSetting(Excerpt::new(word)));
        }
        if seen & bit != 0 {
            findings.defect(start, Defect::RepeatedSetting(Excerpt::new(word)));
        }
        seen |= bit;
    }
    region
}

/// A run of characters that are not ASCII whitespace, and its first colon: its end where it has none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    pub(crate) start: usize,
    pub(crate) colon: usize,
    pub(crate) end: usize,
}

/// The next word from `at` on.
#[inline]
pub(crate) fn next_word(text: &[u8], at: usize) -> Option<Word> {
    let rest = text.get(at..)?;
    let skipped = rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let start = at.saturating_add(skipped);
    let (mut end, mut colon) = (start, None);
    for &byte in rest.get(skipped..).unwrap_or_default() {
        // no byte of a word but U+0020 and those below can be whitespace
        if byte <= b' ' && byte.is_ascii_whitespace() {
            break;
        }
        if byte == b':' && colon.is_none() {
            colon = Some(end);
        }
        end = end.wrapping_add(1);
    }
    Some(Word { start, colon: colon.unwrap_or(end), end })
}

fn vertical(value: &[u8], settings: &mut Settings) -> bool {
    settings.vertical = match value {
        b"rl" => Vertical::GrowingLeft,
        b"lr" => Vertical::GrowingRight,
        _ => return false,
    };
    true
}

/// A value and what follows its first comma.
fn at_comma(value: &[u8]) -> (&[u8], Option<&[u8]>) {
    match memchr(b',', value).and_then(|comma| value.split_at_checked(comma)) {
        Some((head, tail)) => (head, tail.get(1..)),
        None => (value, None),
    }
}

fn line(value: &[u8], settings: &mut Settings) -> bool {
    let (offset, align) = at_comma(value);
    let number = if offset.ends_with(b"%") {
        percentage(offset).map(Line::Percent)
    } else {
        line_number(offset).map(Line::Number)
    };
    let Some(number) = number else { return false };
    settings.line_align = match align {
        None => settings.line_align,
        Some(b"start") => LineAlign::Start,
        Some(b"center") => LineAlign::Center,
        Some(b"end") => LineAlign::End,
        Some(_) => return false,
    };
    settings.line = number;
    true
}

fn position(value: &[u8], settings: &mut Settings) -> bool {
    let (offset, align) = at_comma(value);
    let Some(number) = percentage(offset) else { return false };
    settings.position_align = match align {
        None => settings.position_align,
        Some(b"line-left") => PositionAlign::LineLeft,
        Some(b"center") => PositionAlign::Center,
        Some(b"line-right") => PositionAlign::LineRight,
        Some(_) => return false,
    };
    settings.position = Position::Percent(number);
    true
}

fn size(value: &[u8], settings: &mut Settings) -> bool {
    let Some(number) = percentage(value) else { return false };
    settings.size = Size(number);
    true
}

fn align(value: &[u8], settings: &mut Settings) -> bool {
    settings.align = match value {
        b"start" => Align::Start,
        b"center" => Align::Center,
        b"end" => Align::End,
        b"left" => Align::Left,
        b"right" => Align::Right,
        _ => return false,
    };
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Found(Vec<&'static str>);

    impl Findings for Found {
        fn region(&mut self, identifier: &[u8]) -> bool {
            identifier == b"fred"
        }
        fn defect(&mut self, _: usize, defect: Defect) {
            self.0.push(defect.rule());
        }
    }

    fn parsed(text: &str) -> (Settings, Option<&str>, Vec<&'static str>) {
        let (mut settings, mut found) = (Settings::default(), Found::default());
        let region = parse(text.as_bytes(), &mut settings, &mut found);
        (settings, region.map(|(start, end)| &text[start..end]), found.0)
    }

    #[test]
    fn without_settings_a_cue_has_the_defaults() {
        let (settings, region, found) = parsed(" \t ");
        assert_eq!(settings, Settings::default());
        assert_eq!((settings.align, settings.size), (Align::Center, Size(100.0)));
        assert_eq!((region, found.len()), (None, 0));
    }

    #[test]
    fn every_setting_is_read() {
        let (s, region, found) =
            parsed("vertical:rl line:-2,end position:10.5%,line-right size:35% align:left");
        assert_eq!(s.vertical, Vertical::GrowingLeft);
        assert_eq!((s.line, s.line_align), (Line::Number(-2.0), LineAlign::End));
        assert_eq!(
            (s.position, s.position_align),
            (Position::Percent(10.5), PositionAlign::LineRight)
        );
        assert_eq!((s.size, s.align), (Size(35.0), Align::Left));
        assert_eq!((region, found.len()), (None, 0));
    }

    #[test]
    fn a_bad_part_leaves_the_whole_setting_unset() {
        let (s, _, found) =
            parsed("line:5,middle position:10%,middle size:101% align:START vertical:RL");
        assert_eq!(s, Settings::default());
        assert_eq!(found, ["bad_setting"; 5]);
        assert_eq!(parsed("line:x line:- line:% line:.5").0.line, Line::Auto);
    }

    #[test]
    fn what_is_not_a_name_and_a_value_is_skipped() {
        let (s, _, found) = parsed("- align: start :x line algn:end <align:end>");
        assert_eq!(s, Settings::default());
        assert_eq!(found, ["unknown_setting"; 7]);
    }

    #[test]
    fn the_last_valid_value_holds_and_an_alignment_survives_a_later_offset() {
        let (s, _, found) = parsed("line:10%,end line:3 align:end align:bogus");
        assert_eq!(
            (s.line, s.line_align, s.align),
            (Line::Number(3.0), LineAlign::End, Align::End)
        );
        assert_eq!(found, ["repeated_setting", "bad_setting", "repeated_setting"]);
    }

    #[test]
    fn a_region_must_be_defined_and_the_last_one_named_counts() {
        assert_eq!(parsed("region:fred").1, Some("fred"));
        assert_eq!(parsed("region:fred region:bill").1, None);
        assert_eq!(parsed("region:bill region:fred").1, Some("fred"));
        assert_eq!(parsed("region:bill").2, ["unknown_region"]);
    }

    #[test]
    fn line_vertical_and_size_take_a_cue_out_of_its_region_in_the_order_of_writing() {
        for setting in ["line:1", "vertical:lr", "size:50%"] {
            assert_eq!(parsed(&format!("region:fred {setting}")).1, None, "{setting}");
            assert_eq!(parsed(&format!("{setting} region:fred")).1, Some("fred"), "{setting}");
        }
        assert_eq!(parsed("region:fred size:100%").1, Some("fred"));
        assert_eq!(parsed("region:fred line:bad").1, Some("fred"));
        // the direction is looked at even where the value was not taken
        assert_eq!(parsed("vertical:lr region:fred vertical:bad").1, None);
    }

    #[test]
    fn values_are_split_at_any_ascii_whitespace() {
        assert_eq!(parsed("align:end\u{c}line:1\tsize:5%").2, Vec::<&str>::new());
    }
}
