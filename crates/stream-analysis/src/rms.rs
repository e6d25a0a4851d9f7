//! Root mean square and peak of a signal, frame by frame.

mod cuts;
mod levels;
mod part;
mod power;
mod run;
mod running;
mod window;

use stream_core::{Error, ErrorKind, Result};

pub use levels::Level;
pub use part::Part;
pub use run::{Heard, rms};
pub use running::Rms;
pub(crate) use running::gap;

/// How a signal of `n` samples a channel is cut into frames: frame `i` starts `i * hop` samples after the first one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Framing {
    length: u64,
    hop: u64,
    edges: Edges,
}

/// What is done where a frame does not lie within the signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edges {
    /// Frame `i` has its middle at sample `i * hop`: `length / 2` zeros (rounded down) stand before the first sample and behind the
    /// last, and count. `librosa.feature.rms(center=True)`, from librosa 0.10 on.
    Centered,
    /// Frame `i` starts at sample `i * hop`; only whole frames count. `librosa.feature.rms(center=False)`.
    Whole,
    /// As `Whole`, and one more frame where samples are left behind the last whole one: its mean is over the samples that it has.
    Partial,
}

/// The longest frame and hop, in samples.
const LONGEST: u64 = 1 << 32;

impl Framing {
    /// Frames of `length` samples, `hop` apart.
    ///
    /// # Errors
    /// `Request` where either is 0 or beyond 2^32.
    pub fn new(length: u64, hop: u64, edges: Edges) -> Result<Self> {
        for (name, n) in [("frame", length), ("hop", hop)] {
            if !(1..=LONGEST).contains(&n) {
                let message = format!("{name} of {n} samples (expected 1 to {LONGEST})");
                return Err(Error::new(ErrorKind::Request, message));
            }
        }
        Ok(Self { length, hop, edges })
    }

    /// Samples in a frame.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Samples from the start of one frame to that of the next.
    pub fn hop(&self) -> u64 {
        self.hop
    }

    /// What is done at the ends.
    pub fn edges(&self) -> Edges {
        self.edges
    }

    /// Zeros before the first sample, and behind the last.
    fn padding(&self) -> u64 {
        if self.edges == Edges::Centered { self.length.div_euclid(2) } else { 0 }
    }

    /// How many frames a signal of `n` samples a channel has.
    pub fn frames(&self, n: u64) -> u64 {
        let padded = n.saturating_add(self.padding().saturating_mul(2));
        let whole = match padded.checked_sub(self.length) {
            Some(rest) => rest.checked_div(self.hop).unwrap_or(0).saturating_add(1),
            None => 0,
        };
        whole.saturating_add(u64::from(self.left(n, whole).is_some()))
    }

    /// How many samples a last frame has that is not whole, behind `whole` frames, where there is one.
    fn left(&self, n: u64, whole: u64) -> Option<u64> {
        if self.edges != Edges::Partial {
            return None;
        }
        let start = whole.saturating_mul(self.hop);
        let covered = match whole.checked_sub(1) {
            Some(last) => last.saturating_mul(self.hop).saturating_add(self.length),
            None => 0,
        };
        n.checked_sub(start).filter(|left| *left > 0 && n > covered)
    }
}

impl Default for Framing {
    /// librosa's: 2048 samples, 512 apart, centred.
    fn default() -> Self {
        Self { length: 2048, hop: 512, edges: Edges::Centered }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_frames_is_librosas() {
        // len(librosa.feature.rms(y=np.zeros(n), frame_length=l, hop_length=h, center=c)[0])
        for (n, l, h, centered, whole) in [
            (22050, 2048, 512, 44, 40),
            (2048, 2048, 512, 5, 1),
            (2047, 2048, 512, 4, 0),
            (10_000, 1023, 100, 100, 90),
            (5000, 100, 1000, 6, 5),
        ] {
            let frames = |edges| Framing::new(l, h, edges).unwrap().frames(n);
            assert_eq!(
                (frames(Edges::Centered), frames(Edges::Whole)),
                (centered, whole),
                "{n} {l} {h}"
            );
        }
    }

    #[test]
    fn a_partial_frame_holds_what_no_whole_one_does() {
        let frames = |n, l, h| Framing::new(l, h, Edges::Partial).unwrap().frames(n);
        assert_eq!(frames(4096, 2048, 2048), 2);
        assert_eq!(frames(4097, 2048, 2048), 3);
        assert_eq!(frames(4097, 2048, 512), 6);
        assert_eq!(frames(1, 2048, 512), 1);
        assert_eq!(frames(0, 2048, 512), 0);
        // samples between frames belong to none
        assert_eq!(frames(1500, 100, 1000), 2);
        assert_eq!(frames(900, 100, 1000), 1);
    }

    #[test]
    fn frames_and_hops_of_no_length_are_refused() {
        assert!(Framing::new(0, 1, Edges::Whole).is_err());
        assert!(Framing::new(1, 0, Edges::Whole).is_err());
        assert!(Framing::new(1, LONGEST + 1, Edges::Whole).is_err());
    }
}
