//! Texts: titles, names, comments; kept as positions, read on request.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedString, Context, Result, Span};

use super::Id;

/// What a text is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// The four characters of its chunk: `INAM`, `AUTH`.
    Id(Id),
    /// A field of a chunk, in the words of ffprobe: `originator`.
    Field(&'static str),
    /// Text in the file: CAF.
    At(Span),
}

/// A text's name and where it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    /// What it is called.
    pub(crate) key: Key,
    /// Its bytes; what follows a NUL does not count.
    pub(crate) span: Span,
}

/// The most that is read of a text: comments of applications may hold whole documents.
const LONGEST: u64 = 64 << 10;

impl Text {
    /// Puts the name as it stands in the file into `name`.
    ///
    /// # Errors
    /// `OverBudget`, `Cancelled`, `Io`.
    pub(crate) fn name(&self, cx: &Context, name: &mut ChargedString) -> Result<()> {
        match self.key {
            Key::Id(id) => {
                name.clear();
                let latin = id.0.iter().map(|&b| char::from(b));
                latin.into_iter().try_for_each(|c| name.push(c))?;
                Ok(())
            }
            Key::Field(field) => Ok(name.set(field)?),
            Key::At(span) => read(cx, span, name),
        }
    }

    /// Puts the text into `value`: UTF-8, or Latin-1 where it is none; without the padding behind it. At most 64 KiB of it.
    ///
    /// # Errors
    /// `OverBudget`, `Cancelled`, `Io`.
    pub(crate) fn value(&self, cx: &Context, value: &mut ChargedString) -> Result<()> {
        read(cx, self.span, value)
    }
}

/// Reads text as [`Text::value`] does: a cue's label, for example.
pub(super) fn read(cx: &Context, span: Span, into: &mut ChargedString) -> Result<()> {
    into.clear();
    let length = usize::try_from(span.length.min(LONGEST)).unwrap_or(0);
    let mut buf = cx.buf(length)?;
    let found = cx.read_full_at(span.offset, &mut buf)?;
    let bytes = buf.get(..found).unwrap_or_default();
    let bytes = bytes.split(|&b| b == 0).next().unwrap_or_default().trim_ascii_end();
    match std::str::from_utf8(bytes) {
        Ok(text) => into.push_str(text)?,
        // cut at the limit, within a character
        Err(e) if e.error_len().is_none() && found < usize::try_from(span.length).unwrap_or(0) => {
            let whole = bytes.get(..e.valid_up_to()).unwrap_or_default();
            into.push_str(std::str::from_utf8(whole).unwrap_or_default())?;
        }
        Err(_) => bytes.iter().try_for_each(|&b| into.push(char::from(b)))?,
    }
    Ok(())
}
