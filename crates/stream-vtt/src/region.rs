//! Regions: REGION blocks (WebVTT 4.3) and their settings (6.2).
#![deny(clippy::arithmetic_side_effects)]

use std::collections::HashSet;

use memchr::memchr;

use crate::settings::parse::{Word, next_word};
use crate::settings::{integer, percentage};
use crate::text::normalize;
use crate::{Defect, Excerpt, Span};

/// A WebVTT region: an area of the viewport that cues can be part of.
#[derive(Clone, Debug, PartialEq)]
pub struct Region {
    /// Which REGION block of the file it is, from 0.
    pub index: u64,
    /// Its identifier; empty where the block gives none.
    pub id: String,
    /// Whether a region above has the same identifier; cues then take the last one.
    pub repeated: bool,
    /// Its width in percent of the viewport, 0 to 100.
    pub width: f64,
    /// Its height in lines. Saturates: the standard sets no limit.
    pub lines: u128,
    /// The point within the region, in percent, that stands at `viewport_anchor`: x then y.
    pub anchor: (f64, f64),
    /// The point of the viewport, in percent: x then y.
    pub viewport_anchor: (f64, f64),
    /// Whether lines roll up.
    pub scroll: Scroll,
    /// Its settings as the file has them, lines joined by U+000A.
    pub text: String,
    /// Where the block stands.
    pub span: Span,
}

/// The WebVTT region scroll value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Scroll {
    /// Lines stay where they are.
    #[default]
    None,
    /// Lines move up when another is added.
    Up,
}

impl Scroll {
    /// The standard's word: `up` or nothing.
    pub fn as_str(self) -> &'static str {
        match self {
            Scroll::None => "",
            Scroll::Up => "up",
        }
    }
}

impl Default for Region {
    /// What WebVTT 6.1, "region creation", starts from.
    fn default() -> Self {
        Region {
            index: 0,
            id: String::new(),
            repeated: false,
            width: 100.0,
            lines: 3,
            anchor: (0.0, 100.0),
            viewport_anchor: (0.0, 100.0),
            scroll: Scroll::None,
            text: String::new(),
            span: Span::default(),
        }
    }
}

impl Region {
    /// Collects WebVTT region settings from the lines of a block (WebVTT 6.2). `defect` is told where in `text` each
    /// defect stands.
    pub(crate) fn collect(&mut self, text: &[u8], mut defect: impl FnMut(usize, Defect)) {
        let mut seen = 0u8;
        let mut at = 0usize;
        while let Some(Word { start, colon, end }) = next_word(text, at) {
            at = end;
            let word = text.get(start..end).unwrap_or_default();
            let name = text.get(start..colon).unwrap_or_default();
            let value = text.get(colon.saturating_add(1)..end).unwrap_or_default();
            if name.is_empty() || value.is_empty() {
                defect(start, Defect::UnknownRegionSetting(Excerpt::new(word)));
                continue;
            }
            let (bit, applied) = match name {
                b"id" => {
                    self.id.clear();
                    normalize(value, &mut self.id);
                    (1, true)
                }
                b"width" => (2, set(&mut self.width, percentage(value))),
                b"lines" => (4, set(&mut self.lines, integer(value))),
                b"regionanchor" => (8, set(&mut self.anchor, point(value))),
                b"viewportanchor" => (16, set(&mut self.viewport_anchor, point(value))),
                b"scroll" => (32, set(&mut self.scroll, (value == b"up").then_some(Scroll::Up))),
                _ => {
                    defect(start, Defect::UnknownRegionSetting(Excerpt::new(word)));
                    continue;
                }
            };
            if !applied {
                defect(start, Defect::BadRegionSetting(Excerpt::new(word)));
            }
            if seen & bit != 0 {
                defect(start, Defect::RepeatedRegionSetting(Excerpt::new(word)));
            }
            seen |= bit;
        }
    }
}

fn set<T>(place: &mut T, value: Option<T>) -> bool {
    let given = value.is_some();
    if let Some(value) = value {
        *place = value;
    }
    given
}

fn point(value: &[u8]) -> Option<(f64, f64)> {
    let (x, y) = value.split_at_checked(memchr(b',', value)?)?;
    Some((percentage(x)?, percentage(y.get(1..)?)?))
}

/// The identifiers of the regions defined so far: all that a parser keeps of them.
#[derive(Debug, Default)]
pub(crate) struct Regions {
    ids: HashSet<Box<str>>,
    bytes: usize,
}

/// What an identifier costs beside its bytes: its place in the set at the set's lowest filling, and the allocator's
/// share.
pub(crate) const IDENTIFIER: usize = 80;

impl Regions {
    /// Adds an identifier; false where it was there.
    pub(crate) fn define(&mut self, id: &str) -> bool {
        if self.contains(id) {
            return false;
        }
        self.bytes = self.bytes.saturating_add(id.len()).saturating_add(IDENTIFIER);
        self.ids.insert(id.into())
    }

    pub(crate) fn contains(&self, id: &str) -> bool {
        // a file has few regions and many cues: comparing is faster than hashing
        if self.ids.len() <= 4 {
            self.ids.iter().any(|known| **known == *id)
        } else {
            self.ids.contains(id)
        }
    }

    /// Bytes held.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(text: &str) -> (Region, Vec<&'static str>) {
        let (mut region, mut found) = (Region::default(), Vec::new());
        region.collect(text.as_bytes(), |_, defect| found.push(defect.rule()));
        (region, found)
    }

    #[test]
    fn every_setting_is_read_over_several_lines() {
        let (r, found) = region(
            "id:fred width:40%\nlines:5\tregionanchor:0%,100%\nviewportanchor:10.5%,90% scroll:up",
        );
        assert_eq!((r.id.as_str(), r.width, r.lines, r.scroll), ("fred", 40.0, 5, Scroll::Up));
        assert_eq!((r.anchor, r.viewport_anchor), ((0.0, 100.0), (10.5, 90.0)));
        assert_eq!(found.len(), 0);
    }

    #[test]
    fn bad_values_leave_the_defaults() {
        let (r, found) = region(
            "width:101% lines:-0 lines:1.5 regionanchor:0,0 regionanchor:1% viewportanchor:0%,101% scroll:down",
        );
        assert_eq!(r, Region::default());
        assert_eq!(found.iter().filter(|rule| **rule == "bad_region_setting").count(), 7);
    }

    #[test]
    fn what_is_no_setting_is_skipped() {
        let (r, found) = region("id: foo id :bar :x lines : 1 width=40% Id:foo");
        assert_eq!(r, Region::default());
        assert_eq!(found, ["unknown_region_setting"; 10]);
    }

    #[test]
    fn the_last_value_holds() {
        assert_eq!(region("id:bar id:foo lines:1 lines:2").0.id, "foo");
        assert_eq!(region("id:bar id:foo lines:1 lines:2").0.lines, 2);
        // a value that is not allowed leaves the one before it
        assert_eq!(region("scroll:up scroll:left").0.scroll, Scroll::Up);
    }

    #[test]
    fn many_identifiers_are_found_as_few_are() {
        let mut regions = Regions::default();
        for n in 0..100 {
            assert!(regions.define(&format!("r{n}")));
            assert!(!regions.define(&format!("r{n}")));
            assert!(regions.contains("r0") && !regions.contains("r"));
        }
    }
}
