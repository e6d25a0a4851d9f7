//! Which format a source has: the head, a second look, the extension, in this order.

use std::path::Path;

use stream_core::{Confidence, Context, Descriptor, Error, ErrorKind, Result};

use crate::extension::by_extension;
use crate::known::{Known, formats};

/// Bytes of a file that [`Format::sniff`](stream_core::Format::sniff) sees.
pub(crate) const HEAD: usize = 4096;

/// What decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DetectedBy {
    /// The caller named the format.
    Caller,
    /// The first 4 KiB.
    Content,
    /// A second look at up to 64 KiB more.
    Probe,
    /// The extension broke a tie.
    Extension,
    /// Nothing else knew it: read as bytes.
    Fallback,
}

impl DetectedBy {
    /// The stable name used in listings and catalogues.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Content => "content",
            Self::Probe => "probe",
            Self::Extension => "extension",
            Self::Fallback => "fallback",
        }
    }
}

/// Which format, and why.
#[derive(Clone, Copy, Debug)]
pub struct Detection {
    /// The format.
    pub format: &'static Descriptor,
    /// What decided.
    pub by: DetectedBy,
    /// How sure the format itself is.
    pub confidence: Confidence,
    /// Whether the format was found inside a gzip stream.
    pub gzip: bool,
}

/// Finds out which format the source of `cx` has; `name` is where the extension comes from.
///
/// Reads 4 KiB, and at most 64 KiB more where that cannot tell. A format whose reader is not compiled in is found all the
/// same. Gzip is looked through by [`open_with`](crate::open_with), not here.
///
/// # Errors
/// `Unrecognized` for an empty source, and what the source says.
pub fn detect(cx: &Context, name: Option<&Path>) -> Result<Detection> {
    Ok(find(cx, name)?.1)
}

pub(crate) fn find(cx: &Context, name: Option<&Path>) -> Result<(&'static Known, Detection)> {
    let mut head = cx.buf(HEAD)?;
    let n = cx.read_full_at(0, &mut head)?;
    head.truncate(n);
    if head.is_empty() {
        return Err(Error::new(
            ErrorKind::Unrecognized,
            "the file is empty: no format to recognise",
        ));
    }
    let hint = name.and_then(by_extension);
    let is_hint = |known: &Known| hint.is_some_and(|h| std::ptr::eq(h, known));
    let mut candidates: Vec<(&'static Known, Confidence, DetectedBy)> = Vec::new();
    for known in formats() {
        let sniffed = known.sniff(&head);
        candidates.push((known, sniffed, DetectedBy::Content));
    }
    drop(head);
    let best = candidates.iter().map(|c| c.1).max().unwrap_or(Confidence::No);
    if best < Confidence::Certain {
        for (known, confidence, by) in &mut candidates {
            // the last reads anything, and has nothing to look for
            if is_last(known) || (*confidence == Confidence::No && !is_hint(known)) {
                continue;
            }
            let probed = known.probe(cx, *confidence)?;
            if probed != *confidence {
                (*confidence, *by) = (probed, DetectedBy::Probe);
            }
        }
    }
    // the highest confidence; among equals the extension's format, then the first that is not the fallback
    let mut winner: Option<(&'static Known, Confidence, DetectedBy)> = None;
    let mut tied = false;
    for &(known, confidence, by) in candidates.iter().filter(|c| c.1 > Confidence::No) {
        match winner {
            Some((_, best, _)) if confidence < best => {}
            Some((_, best, _)) if confidence == best => {
                tied = true;
                if is_hint(known) {
                    winner = Some((known, confidence, DetectedBy::Extension));
                }
            }
            _ => {
                tied = false;
                winner = Some((known, confidence, by));
            }
        }
    }
    let fallback = || formats().last().map(|k| (k, Confidence::Possible, DetectedBy::Fallback));
    let chosen = match winner {
        // a mere possibility counts only where the name agrees
        Some((known, Confidence::Possible, _)) if !is_hint(known) => fallback(),
        Some((known, c, _)) if tied && is_hint(known) => Some((known, c, DetectedBy::Extension)),
        Some((known, Confidence::Possible, DetectedBy::Content)) => {
            Some((known, Confidence::Possible, DetectedBy::Extension))
        }
        Some(found) => Some(found),
        None => fallback(),
    };
    let (known, confidence, by) = chosen
        .ok_or_else(|| Error::new(ErrorKind::Unrecognized, "no format recognises the content"))?;
    let by = if is_last(known) { DetectedBy::Fallback } else { by };
    Ok((known, Detection { format: known.descriptor(), by, confidence, gzip: false }))
}

fn is_last(known: &Known) -> bool {
    formats().last().is_some_and(|last| std::ptr::eq(last, known))
}
