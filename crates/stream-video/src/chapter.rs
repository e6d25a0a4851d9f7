//! Named parts of the time line.

use crate::{Rational, Tag};

/// A chapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// The container's own number.
    pub id: i64,
    /// Of `start` and `end`.
    pub time_base: Rational,
    /// First tick.
    pub start: i64,
    /// Tick after the last; `None` where the container does not tell and nothing follows.
    pub end: Option<i64>,
    /// Its tags, among them `title`.
    pub tags: Vec<Tag>,
}

impl Chapter {
    /// Its title, if it has one.
    pub fn title(&self) -> Option<&str> {
        self.tags.iter().find(|tag| tag.key.eq_ignore_ascii_case("title")).map(|tag| &*tag.value)
    }
}
