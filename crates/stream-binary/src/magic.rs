//! What a file is, by its first bytes.
#![deny(clippy::arithmetic_side_effects)]

mod container;
mod table;
mod text;

/// A media type and a name for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Magic {
    /// The media type (RFC 6838): IANA's where it has one, else the one that `file` and browsers use.
    pub media_type: &'static str,
    /// What people call it.
    pub name: &'static str,
}

impl Magic {
    /// How many bytes are looked at: all signatures end before, and text is recognised by its beginning.
    pub const HEAD: usize = 4096;

    /// What is known of bytes that nothing is known of.
    pub const DATA: Self = Self { media_type: "application/octet-stream", name: "data" };

    /// What an empty file is.
    pub const EMPTY: Self = Self { media_type: "application/x-empty", name: "empty file" };

    pub(crate) const fn new(media_type: &'static str, name: &'static str) -> Self {
        Self { media_type, name }
    }

    /// Looks at the first bytes of a file: up to [`Magic::HEAD`], or the whole file if that is shorter.
    ///
    /// Signatures at fixed places come first, then containers that say inside what they hold (ZIP, RIFF, ISO base media,
    /// Matroska, Ogg, Mach-O), then text, else [`Magic::DATA`]. Pure: the same bytes give the same answer.
    pub fn of(head: &[u8]) -> Self {
        let head = head.get(..Self::HEAD).unwrap_or(head);
        if head.is_empty() {
            return Self::EMPTY;
        }
        container::look(head)
            .or_else(|| table::look(head))
            .or_else(|| text::look(head))
            .unwrap_or(Self::DATA)
    }

    /// Whether the bytes are text by what they look like.
    pub fn is_text(&self) -> bool {
        self.media_type.starts_with("text/")
    }
}

/// Whether `bytes` stand at `offset`.
fn at(head: &[u8], offset: usize, bytes: &[u8]) -> bool {
    head.get(offset..).is_some_and(|rest| rest.starts_with(bytes))
}

/// Whether `bytes` occur anywhere.
fn within(head: &[u8], bytes: &[u8]) -> bool {
    head.windows(bytes.len().max(1)).any(|window| window == bytes)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
