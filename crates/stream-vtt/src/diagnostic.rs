//! Where a defect stands, and the list of them.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

use crate::Defect;

/// One defect with its place in the file.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Diagnostic {
    /// What is unusual.
    pub defect: Defect,
    /// The line it stands on, counted from 1.
    pub line: u64,
    /// The byte of the file it starts at.
    pub offset: u64,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {} ({})", self.line, self.defect, self.defect.clause())
    }
}

/// How many diagnostics are kept where nothing else is asked for: a file that is wrong everywhere is described
/// well enough by its first thousand faults.
pub(crate) const KEPT: usize = 1000;

/// The diagnostics of a file in the order of their blocks: the first ones are kept, all are counted.
#[derive(Clone, Debug)]
pub struct Diagnostics {
    kept: Vec<Diagnostic>,
    limit: usize,
    total: u64,
}

impl Default for Diagnostics {
    fn default() -> Self {
        Diagnostics::new(KEPT)
    }
}

impl Diagnostics {
    /// An empty list that keeps at most `limit` diagnostics. Nothing is allocated before the first.
    pub fn new(limit: usize) -> Self {
        Diagnostics { kept: Vec::new(), limit, total: 0 }
    }

    /// Adds one: kept while there is room, counted always.
    #[cold]
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.total = self.total.saturating_add(1);
        if self.kept.len() < self.limit {
            self.kept.push(diagnostic);
        }
    }

    /// Those that were kept, in order.
    pub fn kept(&self) -> &[Diagnostic] {
        &self.kept
    }

    /// How many there were, kept or not, taken or not.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// Hands out those that were kept and makes room for as many again. Called after each block, none is lost.
    pub fn take(&mut self) -> impl Iterator<Item = Diagnostic> + '_ {
        self.kept.drain(..)
    }
}

/// The beginning of something found in a file, for messages: at most 31 bytes, so that a diagnostic needs no
/// allocation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Excerpt {
    length: u8,
    cut: bool,
    bytes: [u8; 30],
}

impl Excerpt {
    /// The beginning of `bytes`.
    pub(crate) fn new(bytes: &[u8]) -> Self {
        let mut excerpt = Excerpt { length: 0, cut: bytes.len() > 30, bytes: [0; 30] };
        for (to, from) in excerpt.bytes.iter_mut().zip(bytes) {
            *to = *from;
            excerpt.length = excerpt.length.saturating_add(1);
        }
        excerpt
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.bytes.get(..usize::from(self.length)).unwrap_or_default();
        f.write_str("\"")?;
        for chunk in bytes.utf8_chunks() {
            write!(f, "{}", chunk.valid().escape_debug())?;
            // a character that the cut went through is not worth a mark
            if !chunk.invalid().is_empty() && !self.cut {
                f.write_str("\u{fffd}")?;
            }
        }
        f.write_str(if self.cut { "…\"" } else { "\"" })
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_cut_at_thirty_bytes_and_says_so() {
        assert_eq!(Excerpt::new(b"line\t1").to_string(), "\"line\\t1\"");
        let long = Excerpt::new("é".repeat(20).as_bytes());
        assert_eq!(long.to_string(), format!("\"{}…\"", "é".repeat(15)));
        assert_eq!(Excerpt::new(b"a\xff").to_string(), "\"a\u{fffd}\"");
    }

    #[test]
    fn beyond_the_limit_diagnostics_are_counted_only() {
        let mut list = Diagnostics::new(2);
        for line in 1..=5 {
            list.push(Diagnostic { defect: Defect::NullCharacter, line, offset: 0 });
        }
        assert_eq!((list.kept().len(), list.total()), (2, 5));
        assert_eq!(list.take().map(|d| d.line).collect::<Vec<_>>(), [1, 2]);
        list.push(Diagnostic { defect: Defect::NullCharacter, line: 9, offset: 0 });
        assert_eq!((list.kept().len(), list.total()), (1, 6));
    }
}
