//! Codecs: which one decodes a stream.
#![deny(clippy::arithmetic_side_effects)]

mod library;
pub(crate) mod setup;

use stream_core::{Context, Error, ErrorKind, Result};

use crate::Stream;
use crate::container::Decode;

/// The decoder of a stream, with its memory reserved.
///
/// # Errors
/// `Unsupported` for a codec that is not decoded here, `Malformed` where its setup is broken, `OverBudget`.
pub(crate) fn open(cx: &Context, stream: &Stream, setup: &[u8]) -> Result<Box<dyn Decode>> {
    if let Some(why) = stream.undecodable {
        return Err(Error::new(ErrorKind::Unsupported, why));
    }
    library::open(cx, stream, setup)
}
