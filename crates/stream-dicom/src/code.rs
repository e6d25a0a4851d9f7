//! Short text of the default repertoire, in place: code strings and UIDs.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

/// ASCII text of at most `N` characters: a CS such as `MONOCHROME2`, or a UI.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Code<const N: usize> {
    text: [u8; N],
    len: usize,
}

impl<const N: usize> Code<N> {
    /// The text without padding at its end; `None` when it is longer or not ASCII.
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().rposition(|&b| b != b' ' && b != 0);
        let bytes = bytes.get(..end.map_or(0, |i| i.saturating_add(1)))?;
        let mut text = [0; N];
        text.get_mut(..bytes.len())?.copy_from_slice(bytes);
        bytes.is_ascii().then_some(Self { text, len: bytes.len() })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(self.text.get(..self.len).unwrap_or_default()).unwrap_or_default()
    }
}

impl<const N: usize> Default for Code<N> {
    fn default() -> Self {
        Self { text: [0; N], len: 0 }
    }
}

impl<const N: usize> fmt::Debug for Code<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(f)
    }
}

impl<const N: usize> fmt::Display for Code<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn padding_is_dropped_and_what_does_not_fit_is_refused() {
        assert_eq!(Code::<8>::new(b"1.2\0").unwrap().as_str(), "1.2");
        assert_eq!(Code::<2>::new(b"RGB"), None);
        assert_eq!(Code::<8>::new(b"\xff"), None);
    }
}
