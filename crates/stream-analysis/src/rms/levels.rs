//! Frames as they end.

use stream_core::memory::Budget;
use stream_core::{Error, ErrorKind, Result};

use super::Framing;
use super::cuts::{Closes, Cuts};
use super::power::{Sums, add};
use super::window::Window;

/// Levels of one frame, of full scale 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level<'a> {
    /// Which frame, counted from 0.
    pub frame: u64,
    /// Root mean square of each channel. NaN where one of its samples is.
    pub rms: &'a [f32],
    /// The largest magnitude of each channel's samples; NaN is none.
    pub peak: &'a [f32],
    /// Root mean square of the mono mix: the mean of the channels, rounded to `f32` as `librosa.to_mono` does.
    pub mix_rms: f32,
    /// The largest magnitude of the mono mix.
    pub mix_peak: f32,
}

/// Makes frames of blocks that come one after another.
pub(super) struct Levels {
    channels: usize,
    /// What the sum of squares of a frame is divided by.
    divisor: f64,
    /// Whether frames end within slots.
    headed: bool,
    /// Whole slots of a frame.
    slots: u64,
    window: Window,
    /// The slot's part that is being added up.
    part: Sums,
    /// The slot's head, once it has ended.
    head: Sums,
    /// The slot's index.
    slot: u64,
    /// A frame's levels, line by line.
    rms: Vec<f32>,
    peak: Vec<f32>,
}

/// What is called with each frame.
pub(super) type Each<'e> = &'e mut dyn FnMut(&Level<'_>) -> Result<()>;

impl Levels {
    pub(super) fn new(framing: &Framing, channels: usize, budget: &Budget) -> Result<Self> {
        let lines = super::power::lines(channels);
        let slots = framing.length.checked_div(framing.hop).unwrap_or(0);
        let most = usize::try_from(slots).map_err(|_| {
            Error::new(ErrorKind::Request, format!("{slots} hops in a frame are too many"))
        })?;
        Ok(Self {
            channels,
            divisor: framing.length as f64,
            headed: Cuts::new(framing).head > 0,
            slots,
            window: Window::new(most, lines, budget)?,
            part: Sums::zero(lines),
            head: Sums::zero(lines),
            slot: 0,
            rms: vec![0.0; lines],
            peak: vec![0.0; lines],
        })
    }

    /// Divides the next frame's sum by `n`.
    pub(super) fn divide_by(&mut self, n: u64) {
        self.divisor = n as f64;
    }

    /// Takes the next block's sums.
    ///
    /// # Errors
    /// What `each` gives.
    pub(super) fn block(
        &mut self,
        power: &[f64],
        peak: &[f32],
        closes: Closes,
        each: Each<'_>,
    ) -> Result<()> {
        self.part.add(power, peak);
        match closes {
            Closes::Block => Ok(()),
            Closes::Head => {
                std::mem::swap(&mut self.head, &mut self.part);
                self.part.clear();
                match self.slot.checked_sub(self.slots) {
                    Some(frame) => {
                        if self.slots == 0 {
                            self.window.sums.clear();
                        }
                        let Self { window, head, .. } = self;
                        window.sums.add(&head.power, &head.peak);
                        self.level(frame, each)
                    }
                    None => Ok(()),
                }
            }
            Closes::Slot => {
                let Self { part, head, .. } = self;
                add(&mut head.power, &mut head.peak, &part.power, &part.peak);
                if self.slots > 0 {
                    self.window.push(&self.head);
                }
                self.head.clear();
                self.part.clear();
                let ended = self.slot.saturating_add(1).checked_sub(self.slots);
                self.slot = self.slot.saturating_add(1);
                match ended {
                    Some(frame) if !self.headed => self.level(frame, each),
                    _ => Ok(()),
                }
            }
        }
    }

    fn level(&mut self, frame: u64, each: Each<'_>) -> Result<()> {
        let sums = &self.window.sums;
        for (rms, power) in self.rms.iter_mut().zip(&sums.power) {
            *rms = (power / self.divisor).sqrt() as f32;
        }
        self.peak.copy_from_slice(&sums.peak);
        // the last line is the mix: that of one channel is the channel
        each(&Level {
            frame,
            rms: self.rms.get(..self.channels).unwrap_or_default(),
            peak: self.peak.get(..self.channels).unwrap_or_default(),
            mix_rms: self.rms.last().copied().unwrap_or_default(),
            mix_peak: self.peak.last().copied().unwrap_or_default(),
        })
    }
}
