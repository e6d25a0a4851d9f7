//! Pictures whose bytes are not in the file as they are: unsynchronised, or base64 across Ogg pages.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{Chunk, ChunkPlan, Chunks, Extent, Request, Result};

use super::{Rest, Shared};
use crate::input::Input;
use crate::{Picture, Stored, ogg};

/// Where bytes come from, one by one.
enum From {
    /// ID3v2.4 structure, 6.1; whether the last byte was 0xff.
    Unsynchronised(Input, bool),
    Base64(Box<ogg::Base64>),
}

/// The bytes of such a picture, going onwards.
pub(super) struct Encoded {
    shared: Shared,
    from: From,
    rest: Rest,
    entry: usize,
    /// Bytes of the picture that went by.
    at: u64,
    picture: Picture,
    ended: bool,
}

impl Encoded {
    /// The bytes of `picture` in `extent`.
    pub(super) fn new(
        shared: &Shared,
        picture: &Picture,
        extent: Extent,
        request: &Request,
        entry: usize,
    ) -> Self {
        let rest = Rest::new(shared, extent, request);
        let from = source(shared, picture);
        Self { shared: shared.clone(), from, rest, entry, at: 0, picture: *picture, ended: false }
    }
}

fn source(shared: &Shared, picture: &Picture) -> From {
    match picture.stored {
        Stored::OggBase64 { .. } => From::Base64(Box::new(ogg::Base64::new(&shared.cx, picture))),
        _ => {
            let span = picture.span;
            From::Unsynchronised(Input::new(&shared.cx, span.offset, span.end()), false)
        }
    }
}

impl From {
    fn byte(&mut self) -> Result<Option<u8>> {
        match self {
            Self::Base64(base64) => base64.byte(),
            Self::Unsynchronised(input, after_ff) => loop {
                let Some(&byte) = input.peek(1)?.first() else { return Ok(None) };
                input.skip(1);
                let filler = *after_ff && byte == 0;
                *after_ff = byte == 0xff;
                if !filler {
                    return Ok(Some(byte));
                }
            },
        }
    }
}

impl Encoded {
    /// Fills the buffer with the bytes from `start` on, from the first one again where something went wrong midway.
    fn fill(&mut self, start: u64, buf: &mut [u8]) -> Result<usize> {
        if self.at > start {
            self.from = source(&self.shared, &self.picture);
            self.at = 0;
        }
        let mut done = 0usize;
        while done < buf.len() {
            let Some(byte) = self.from.byte()? else { break };
            if self.at >= start {
                if let Some(slot) = buf.get_mut(done) {
                    *slot = byte;
                }
                done = done.saturating_add(1);
            }
            self.at = self.at.saturating_add(1);
        }
        Ok(done)
    }
}

impl Chunks for Encoded {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        let Some((at, count)) = self.rest.next(u64::MAX).filter(|_| !self.ended) else {
            return Ok(None);
        };
        let mut buf = self.shared.cx.buf(usize::try_from(count).unwrap_or(usize::MAX))?;
        let done = self.fill(at, &mut buf)?;
        self.ended = done < buf.len();
        if done == 0 {
            return Ok(None);
        }
        buf.truncate(done);
        self.rest.pass(u64::try_from(done).unwrap_or(u64::MAX));
        Chunk::bytes_at(self.entry, at, buf).map(Some)
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }
}
