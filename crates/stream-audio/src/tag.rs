//! Facts about the sound that people wrote: titles, names, dates.
#![deny(clippy::arithmetic_side_effects)]

use std::borrow::Cow;

use stream_core::{ChargedVec, Result};
use stream_memory::Budget;

use crate::key;
use crate::{Text, Texts};

/// Bytes of a tag's value that are kept.
pub(crate) const VALUE_LIMIT: usize = 4096;

/// Which standard a tag is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TagSource {
    /// 128 bytes at the end of an MP3 file.
    Id3v1,
    /// Frames of three letters.
    Id3v22,
    /// Frames of four letters.
    Id3v23,
    /// The same with UTF-8 and four-byte sizes of seven bits.
    Id3v24,
    /// `NAME=value`, in Ogg and FLAC.
    Vorbis,
    /// The INFO list of RIFF.
    Riff,
    /// The item list of MP4, or QuickTime's user data.
    Mp4,
    /// Matroska's Tags, and its segment's title.
    Matroska,
    /// Text chunks of AIFF.
    Aiff,
    /// The information chunk of CAF.
    Caf,
    /// APEv2.
    Ape,
    /// The broadcast extension of WAV (EBU Tech 3285).
    Bext,
}

impl TagSource {
    /// The stable name used in listings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Id3v1 => "id3v1",
            Self::Id3v22 => "id3v2.2",
            Self::Id3v23 => "id3v2.3",
            Self::Id3v24 => "id3v2.4",
            Self::Vorbis => "vorbis",
            Self::Riff => "riff",
            Self::Mp4 => "mp4",
            Self::Matroska => "matroska",
            Self::Aiff => "aiff",
            Self::Caf => "caf",
            Self::Ape => "ape",
            Self::Bext => "bext",
        }
    }
}

/// One tag.
#[derive(Clone, Debug)]
pub struct Tag<'a> {
    /// FFmpeg's generic name (`title`, `artist`, `album_artist`), where there is one; else as in the file.
    pub key: Cow<'a, str>,
    /// The name in the file: `TIT2`, `©nam`, `TITLE`; what it qualifies behind a colon: `TXXX:mood`.
    pub verbatim: &'a str,
    /// Which standard it is written in.
    pub source: TagSource,
    /// The value, at most 4 KiB of it.
    pub value: &'a str,
    /// Bytes that the whole value has in UTF-8.
    pub value_length: u64,
    /// The stream it belongs to; `None` for the whole file.
    pub stream: Option<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Item {
    verbatim: Text,
    value: Text,
    value_length: u64,
    source: TagSource,
    stream: Option<u32>,
}

/// All tags of a file, in its order.
#[derive(Debug)]
pub struct Tags {
    texts: Texts,
    items: ChargedVec<Item>,
}

impl Tags {
    pub(crate) fn new(budget: &Budget) -> Self {
        Self { texts: Texts::new(budget), items: ChargedVec::new(budget) }
    }

    /// Adds a tag of the whole file.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(crate) fn push(&mut self, source: TagSource, verbatim: &str, value: &str) -> Result<()> {
        self.push_of(None, source, verbatim, value)
    }

    /// Adds a tag of one stream, or of the whole file.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(crate) fn push_of(
        &mut self,
        stream: Option<u32>,
        source: TagSource,
        verbatim: &str,
        value: &str,
    ) -> Result<()> {
        let item = Item {
            verbatim: self.texts.push_cut(verbatim, 256)?,
            value: self.texts.push_cut(value, VALUE_LIMIT)?,
            value_length: u64::try_from(value.len()).unwrap_or(u64::MAX),
            source,
            stream,
        };
        Ok(self.items.push(item)?)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The `index`-th.
    pub fn get(&self, index: usize) -> Option<Tag<'_>> {
        let item = self.items.get(index)?;
        let verbatim = self.texts.get(item.verbatim);
        Some(Tag {
            key: key::generic(item.source, verbatim),
            verbatim,
            source: item.source,
            value: self.texts.get(item.value),
            value_length: item.value_length,
            stream: item.stream,
        })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = Tag<'_>> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// The first value under a generic name.
    pub fn value(&self, key: &str) -> Option<&str> {
        self.iter().find(|tag| tag.key == key).map(|tag| tag.value)
    }
}
