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
        let message = format!("{why}; {}", crate::open::HELP);
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    if stream.codec == "opus" {
        #[cfg(feature = "opus")]
        return crate::opus::open(cx, stream.channels, setup);
        #[cfg(not(feature = "opus"))]
        return Err(Error::new(
            ErrorKind::NotEnabled,
            "this is Opus; rebuild with feature \"opus\"",
        ));
    }
    if let Some(pcm) = crate::pcm::decoder(cx, stream)? {
        return Ok(pcm);
    }
    library::open(cx, stream, setup)
}
