//! One track among those that are read together.

use stream_core::Result;

use super::codec::{Codec, Keys, Kind};
use super::fragment::Fragments;
use super::plain::Plain;
use super::samples::Sample;
use crate::index::rescale;

/// Where a track's samples come from.
pub(crate) enum Samples {
    Listed(Box<Plain>),
    Fragmented(Box<Fragments>),
}

/// A track, its next sample, and what its packets need beside the tables.
pub(crate) struct Lane {
    pub(crate) stream: u32,
    pub(crate) codec: Codec,
    pub(crate) avc: Option<super::avc::Avc>,
    pub(crate) timescale: u32,
    /// How much later a sample is shown than it is decoded, beside its own offset.
    pub(crate) shift: i64,
    /// How long a sample lasts of which the container does not say.
    pub(crate) ticks: Option<i64>,
    /// When the last sample ends.
    pub(crate) length: i64,
    /// Whether nobody wants its packets: chapters.
    pub(crate) unwanted: bool,
    pub(crate) samples: Samples,
    pub(crate) head: Option<Sample>,
    ahead: Option<Sample>,
    pub(crate) delivered: u64,
    /// Whether FFmpeg learns how long the first packet lasts before it delivers it.
    pub(crate) first_told: bool,
    /// The head's decoding time in microseconds.
    pub(crate) micros: i64,
}

impl Lane {
    /// A lane that stands before its first sample once [`fill`](Self::fill) was called.
    pub(crate) fn new(stream: u32, codec: Codec, timescale: u32, samples: Samples) -> Self {
        Self {
            stream,
            codec,
            avc: None,
            timescale,
            shift: 0,
            ticks: None,
            length: 0,
            unwanted: false,
            samples,
            head: None,
            ahead: None,
            delivered: 0,
            first_told: false,
            micros: 0,
        }
    }

    /// Reads the head, where there is none, from what lies before `limit`.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn fill(&mut self, limit: u64) -> Result<()> {
        if self.head.is_some() {
            return Ok(());
        }
        match &mut self.samples {
            Samples::Listed(plain) => {
                self.head = match self.ahead.take() {
                    Some(sample) => Some(sample),
                    None => plain.next()?,
                };
                if self.head.is_some() {
                    self.ahead = plain.next()?;
                }
            }
            Samples::Fragmented(fragments) => self.head = fragments.next(limit)?,
        }
        if let Some(head) = &self.head {
            self.micros = rescale(head.dts, 1_000_000, self.timescale.into());
        }
        Ok(())
    }

    /// How long the head lasts: to the next sample where there are no composition offsets, else as the codec says.
    ///
    /// FFmpeg learns the samples of a frame of audio by decoding the first packet, whose own duration stays unknown unless another
    /// packet of the stream is read before any is delivered.
    pub(crate) fn duration(&self, head: &Sample) -> Option<i64> {
        let until = self.ahead.map_or(self.length, |next| next.dts);
        let told = match head.offset {
            None => until.saturating_sub(head.dts),
            Some(_) => 0,
        };
        if told > 0 {
            return Some(told);
        }
        let first = self.codec.kind == Kind::Audio && self.delivered == 0 && !self.first_told;
        self.ticks.filter(|t| *t > 0 && !first)
    }

    /// Whether the head is a key by what the container says; `None` where the payload tells.
    pub(crate) fn key(&self, head: &Sample) -> Option<bool> {
        match (self.codec.kind, self.codec.keys) {
            (Kind::Data, _) | (_, Keys::All) => Some(true),
            (_, Keys::Table) => Some(head.key),
            (_, Keys::Avc) => None,
        }
    }
}
