//! Payloads of packets that a reader of tables listed without reading them.

use stream_core::{ChargedVec, Context, Result};

use crate::ffi::demuxer::Demuxer;

/// A demuxer that walks over the packets beside the listing: asked in the order of the file, it reads the file once.
pub(crate) struct Beside {
    demuxer: Option<Demuxer>,
    /// Packets read, by stream.
    counts: ChargedVec<u64>,
    /// The packet at hand: which of which stream.
    at_hand: Option<(usize, u64)>,
}

impl Beside {
    /// Not opened before something is asked.
    pub(crate) fn new(cx: &Context) -> Self {
        Self { demuxer: None, counts: ChargedVec::new(cx.budget()), at_hand: None }
    }

    /// The payload of a packet; `None` for one that is not there.
    ///
    /// # Errors
    /// What opening and reading give.
    pub(crate) fn payload(
        &mut self,
        cx: &Context,
        (stream, index): (usize, u64),
    ) -> Result<Option<&[u8]>> {
        let passed = self.counts.get(stream).is_some_and(|count| index < *count);
        if self.demuxer.is_none() || (passed && self.at_hand != Some((stream, index))) {
            self.demuxer = None;
            self.at_hand = None;
            self.counts.clear();
            self.demuxer = Some(Demuxer::open(cx)?);
        }
        let Some(demuxer) = &mut self.demuxer else { return Ok(None) };
        while self.at_hand != Some((stream, index)) {
            if !demuxer.read()? {
                self.demuxer = None;
                return Ok(None);
            }
            let own = demuxer.stream_of_packet().unwrap_or(usize::MAX);
            while self.counts.len() <= own && own < usize::from(u16::MAX) {
                self.counts.push(0)?;
            }
            if let Some(count) = self.counts.as_mut_slice().get_mut(own) {
                self.at_hand = Some((own, *count));
                *count = count.saturating_add(1);
            }
        }
        Ok(self.demuxer.as_ref().map(Demuxer::payload))
    }
}
