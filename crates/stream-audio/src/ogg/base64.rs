//! A picture in base64 within a packet of comments.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{ChargedVec, Context, Result};

use super::packet::Laced;
use crate::comments::base64;
use crate::findings::Findings;
use crate::{Picture, Stored};

/// Characters decoded at once.
const AT_ONCE: usize = 4096;

/// Decodes a picture's bytes one by one.
pub(crate) struct Base64 {
    laced: Laced,
    text: ChargedVec<u8>,
    next: usize,
    /// Characters that were not taken yet.
    left: u64,
    bits: u32,
    have: u32,
    skip: u32,
}

impl Base64 {
    /// Stands before the first byte of `picture`.
    pub(crate) fn new(cx: &Context, picture: &Picture) -> Self {
        let (serial, run, skip) = match picture.stored {
            Stored::OggBase64 { serial, run, skip, .. } => (serial, run, skip),
            _ => (0, 0, 0),
        };
        // what is wrong with pages was found when the comments were read
        let findings = Findings::new(cx.budget());
        let laced = Laced::within(cx, &findings, serial, picture.span.offset, u64::from(run));
        let text = ChargedVec::new(cx.budget());
        let left = picture.span.length;
        Self { laced, text, next: 0, left, bits: 0, have: 0, skip }
    }

    /// The next byte of the picture; `None` at the end.
    ///
    /// # Errors
    /// What reading gives.
    pub(crate) fn byte(&mut self) -> Result<Option<u8>> {
        loop {
            let Some(byte) = self.decoded()? else { return Ok(None) };
            if self.skip == 0 {
                return Ok(Some(byte));
            }
            self.skip = self.skip.saturating_sub(1);
        }
    }

    fn decoded(&mut self) -> Result<Option<u8>> {
        while self.have < 8 {
            if self.next >= self.text.len() {
                let want = usize::try_from(self.left).unwrap_or(usize::MAX).min(AT_ONCE);
                self.text.clear();
                self.next = 0;
                self.laced.append(want, &mut self.text)?;
                let taken = u64::try_from(self.text.len()).unwrap_or(0);
                self.left = self.left.saturating_sub(taken);
            }
            let value = self.text.get(self.next).and_then(|c| base64(*c));
            let Some(value) = value else { return Ok(None) };
            self.next = self.next.saturating_add(1);
            self.bits = self.bits << 6 | u32::from(value);
            self.have = self.have.saturating_add(6);
        }
        self.have = self.have.saturating_sub(8);
        Ok(Some((self.bits >> self.have & 0xff) as u8))
    }
}
