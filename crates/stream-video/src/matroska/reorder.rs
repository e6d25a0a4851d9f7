//! Decoding times, which Matroska does not store, from presentation times as FFmpeg makes them.

/// Pictures that can stand between decoding and presentation.
pub(crate) const MOST: usize = 16;

/// The last presentation times in order: a picture is decoded when the one was shown that it waits for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reorder {
    held: [Option<i64>; MOST + 1],
    delay: usize,
}

impl Reorder {
    /// For a stream in which `delay` pictures stand between, at most [`MOST`].
    pub(crate) fn new(delay: u8) -> Self {
        Self { held: [None; MOST + 1], delay: usize::from(delay).min(MOST) }
    }

    /// When the picture that is shown at `pts` is decoded; not known for the first ones.
    pub(crate) fn decode_time(&mut self, pts: i64) -> Option<i64> {
        let held = self.held.get_mut(..=self.delay)?;
        if let Some(first) = held.first_mut() {
            *first = Some(pts);
        }
        // an unknown time is before all others
        for i in 0..self.delay {
            let pair = held.get_mut(i..=i.saturating_add(1)).unwrap_or_default();
            let &mut [a, b] = pair else { break };
            if a <= b {
                break;
            }
            pair.swap(0, 1);
        }
        held.first().copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_decoded_in_order_two_late() {
        let mut reorder = Reorder::new(2);
        let shown = [21, 121, 54, 88, 221, 154];
        let decoded = shown.map(|pts| reorder.decode_time(pts));
        assert_eq!(decoded, [None, None, Some(21), Some(54), Some(88), Some(121)]);
    }

    #[test]
    fn without_delay_they_are_decoded_when_shown() {
        let mut reorder = Reorder::new(0);
        assert_eq!([reorder.decode_time(5), reorder.decode_time(3)], [Some(5), Some(3)]);
    }
}
