//! Where an element stands: `(0040,0275)[0]/(0040,0007)`.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt::{self, Write};
use std::str::FromStr;

use crate::Tag;

/// One item on the way to an element: the sequence's tag and the item's index in it, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// The sequence, or the encapsulated pixel data.
    pub tag: Tag,
    /// The item or fragment.
    pub item: u32,
}

/// The path of an element or item, parsed.
///
/// Elements come in increasing order of tags, so that a tag names one. One that comes later than a greater or equal tag
/// gets its place in its data set, counted from 0: `(0010,0010)#7`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ItemPath {
    /// The items around the element, outermost first; for an item, itself last.
    pub steps: Vec<Step>,
    /// The element; `None` for an item.
    pub tag: Option<Tag>,
    /// The element's place in its data set, when its tag does not name it.
    pub place: Option<u32>,
}

impl ItemPath {
    /// The path of an element of the data set itself.
    pub fn root(tag: Tag) -> Self {
        Self { steps: Vec::new(), tag: Some(tag), place: None }
    }
}

pub(crate) fn write_tag(out: &mut impl Write, tag: Tag) -> fmt::Result {
    // eight digits without the machinery of `{:04X}`: a listing writes one per element
    let mut text = *b"(0000,0000)";
    for (at, value) in [(1usize, tag.group()), (6, tag.element())] {
        let Some(digits) = text.get_mut(at..).and_then(|t| t.first_chunk_mut::<4>()) else {
            continue;
        };
        for (shift, digit) in [12u32, 8, 4, 0].into_iter().zip(digits) {
            let nibble = value.checked_shr(shift).unwrap_or(0) & 15;
            *digit = *b"0123456789ABCDEF".get(usize::from(nibble)).unwrap_or(&b'0');
        }
    }
    out.write_str(std::str::from_utf8(&text).unwrap_or_default())
}

pub(crate) fn write_step(out: &mut impl Write, step: Step) -> fmt::Result {
    write_tag(out, step.tag)?;
    write!(out, "[{}]", step.item)
}

impl fmt::Display for ItemPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, &step) in self.steps.iter().enumerate() {
            if i > 0 {
                f.write_char('/')?;
            }
            write_step(f, step)?;
        }
        let Some(tag) = self.tag else { return Ok(()) };
        if !self.steps.is_empty() {
            f.write_char('/')?;
        }
        write_tag(f, tag)?;
        self.place.map_or(Ok(()), |place| write!(f, "#{place}"))
    }
}

/// A path that does not parse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParsePathError(String);

impl fmt::Display for ParsePathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "path {:?}: expected (gggg,eeee), (gggg,eeee)[item]/(gggg,eeee) or keywords",
            self.0
        )
    }
}

impl std::error::Error for ParsePathError {}

impl FromStr for ItemPath {
    type Err = ParsePathError;

    /// Parses tags as listed, without parentheses, or as keywords: `SharedFunctionalGroupsSequence[0]/...`.
    fn from_str(text: &str) -> Result<Self, ParsePathError> {
        parse(text).ok_or_else(|| ParsePathError(text.chars().take(200).collect()))
    }
}

fn parse(text: &str) -> Option<ItemPath> {
    let mut path = ItemPath::default();
    let mut parts = text.split('/').peekable();
    while let Some(part) = parts.next() {
        match part.strip_suffix(']').and_then(|p| p.split_once('[')) {
            Some((name, item)) => {
                path.steps.push(Step { tag: tag(name)?, item: item.parse().ok()? });
            }
            None if parts.peek().is_none() => {
                let (name, place) = match part.split_once('#') {
                    Some((name, place)) => (name, Some(place.parse().ok()?)),
                    None => (part, None),
                };
                path.tag = Some(tag(name)?);
                path.place = place;
            }
            None => return None,
        }
    }
    Some(path)
}

fn tag(name: &str) -> Option<Tag> {
    name.parse().ok().or_else(|| crate::dictionary::tag(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_back_as_it_was_written() {
        for text in ["(0010,0010)", "(0040,0275)[0]/(0040,0007)", "(7FE0,0010)[3]", "(0010,0010)#2"]
        {
            assert_eq!(text.parse::<ItemPath>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn keywords_and_bare_tags_are_paths_too() {
        let path: ItemPath = "RequestAttributesSequence[1]/00400007".parse().unwrap();
        assert_eq!(path.to_string(), "(0040,0275)[1]/(0040,0007)");
        for bad in ["", "(0010)", "(0040,0275)/(0040,0007)", "(0040,0275)[x]", "(0010,0010)#"] {
            assert!(bad.parse::<ItemPath>().is_err(), "{bad}");
        }
    }
}
