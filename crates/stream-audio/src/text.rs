//! Texts of a header in one charged piece of memory.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedString, Result};
use stream_memory::Budget;

/// A text in [`Texts`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Text {
    start: usize,
    len: usize,
}

impl Text {
    /// Whether it has no characters.
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
}

/// All texts of a header: titles, descriptions, values of tags.
#[derive(Debug)]
pub struct Texts(ChargedString);

impl Texts {
    pub(crate) fn new(budget: &Budget) -> Self {
        Self(ChargedString::new(budget))
    }

    /// Keeps `text`.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(crate) fn push(&mut self, text: &str) -> Result<Text> {
        let start = self.0.len();
        self.0.push_str(text)?;
        Ok(Text { start, len: text.len() })
    }

    /// Keeps at most `limit` bytes of `text`, whole characters.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(crate) fn push_cut(&mut self, text: &str, limit: usize) -> Result<Text> {
        self.push(text.get(..text.floor_char_boundary(limit)).unwrap_or(text))
    }

    /// What is kept.
    pub fn get(&self, text: Text) -> &str {
        self.0.as_str().get(text.start..text.start.saturating_add(text.len)).unwrap_or_default()
    }
}
