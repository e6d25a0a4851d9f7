//! A number after each run, and its slope.
#![deny(clippy::arithmetic_side_effects)]

/// How a number grows from run to run, in bytes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Slope {
    /// The median of the slopes between all pairs of runs (Theil-Sen).
    pub bytes: f64,
    /// With 99 % confidence it is at least this (Sen 1968, by the variance of Kendall's tau), in the later half of the runs too.
    pub lower: f64,
    /// With 99 % confidence it is at most this.
    pub upper: f64,
}

/// Points that are kept: of more, every second one goes, so that they still span all runs.
const MOST: usize = 256;

/// Fewer points say nothing.
const MIN_POINTS: usize = 24;

/// Runs at the start that are not judged, one in so many: caches fill then.
const WARM_UP: usize = 5;

/// The normal distribution's 99.5 % point.
const Z: f64 = 2.576;

#[derive(Clone, Debug, Default)]
pub(super) struct Series {
    points: Vec<(f64, f64)>,
    runs: u64,
    /// Every how many-th run is kept, as a power of two.
    thinned: u32,
}

impl Series {
    pub(super) fn push(&mut self, value: f64) {
        if self.points.capacity() == 0 {
            // all at once: what watches must not grow
            self.points.reserve_exact(MOST);
        }
        let step = 1u64.checked_shl(self.thinned).unwrap_or(u64::MAX);
        if self.runs.checked_rem(step) == Some(0) {
            self.points.push((self.runs as f64, value));
        }
        self.runs = self.runs.saturating_add(1);
        if self.points.len() >= MOST {
            let mut keep = false;
            self.points.retain(|_| {
                keep = !keep;
                keep
            });
            self.thinned = self.thinned.saturating_add(1);
        }
    }

    /// `None` while there are too few points.
    ///
    /// What fills and then stays has a slope over all runs and none over the later ones: the lower bound is the lesser of the
    /// two, so that it is not taken for a leak.
    pub(super) fn slope(&self) -> Option<Slope> {
        if self.points.len() < MIN_POINTS {
            return None;
        }
        let judged = self.points.get(self.points.len() / WARM_UP..)?;
        let all = sen(judged)?;
        let later = sen(judged.get(judged.len() / 2..)?)?;
        Some(Slope { lower: all.lower.min(later.lower), ..all })
    }
}

/// The slope through the points, which are in order of time, and its interval.
fn sen(points: &[(f64, f64)]) -> Option<Slope> {
    let mut slopes = Vec::new();
    for (index, (x0, y0)) in points.iter().enumerate() {
        for (x1, y1) in points.iter().skip(index.saturating_add(1)) {
            if x1 > x0 {
                slopes.push((y1 - y0) / (x1 - x0));
            }
        }
    }
    slopes.sort_unstable_by(f64::total_cmp);
    let (n, pairs) = (points.len() as f64, slopes.len() as f64);
    let spread = Z * (n * (n - 1.0) * (2.0 * n + 5.0) / 18.0).sqrt();
    // ranks of the interval's ends; at the ends themselves where there are too few pairs
    let at = |rank: f64| slopes.get(rank.clamp(0.0, pairs - 1.0) as usize).copied();
    Some(Slope {
        bytes: at(pairs / 2.0)?,
        lower: at(((pairs - spread) / 2.0).floor())?,
        upper: at(((pairs + spread) / 2.0).ceil())?,
    })
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::Series;

    /// Numbers without a pattern, 0 to 1, the same each time.
    fn noise(seed: u64) -> f64 {
        let mixed = (seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        (mixed >> 40) as f64 / (1u64 << 24) as f64
    }

    fn of(runs: u64, value: impl Fn(u64) -> f64) -> Series {
        let mut series = Series::default();
        (0..runs).for_each(|run| series.push(value(run)));
        series
    }

    #[test]
    fn a_slope_is_found_in_noise_that_is_fifty_times_as_high() {
        let slope = of(200, |run| 1024.0 * run as f64 + 51_200.0 * noise(run)).slope().unwrap();
        assert!((900.0..1150.0).contains(&slope.bytes), "{slope:?}");
        assert!(slope.lower > 500.0 && slope.upper < 1500.0, "{slope:?}");
        assert!(slope.lower < slope.bytes && slope.bytes < slope.upper, "{slope:?}");
    }

    #[test]
    fn noise_alone_has_none() {
        for seed in 0..20 {
            let slope = of(300, |run| 100_000.0 * noise(run + seed * 1000)).slope().unwrap();
            assert!(slope.lower <= 64.0, "{seed}: {slope:?}");
        }
    }

    #[test]
    fn what_fills_and_stays_does_not_grow() {
        let slope = of(200, |run| 4096.0 * run.min(80) as f64 + noise(run)).slope().unwrap();
        assert!(slope.lower < 1.0, "{slope:?}");
    }

    #[test]
    fn a_jump_is_no_slope() {
        let slope = of(200, |run| if run < 120 { 0.0 } else { 1e9 } + noise(run)).slope().unwrap();
        assert!(slope.lower < 1.0, "{slope:?}");
    }

    #[test]
    fn many_runs_are_thinned_and_keep_their_slope() {
        let series = of(100_000, |run| 3.0 * run as f64);
        assert!(series.points.len() < super::MOST);
        let slope = series.slope().unwrap();
        assert!((slope.bytes - 3.0).abs() < 1e-9 && (slope.lower - 3.0).abs() < 1e-9, "{slope:?}");
    }

    #[test]
    fn few_runs_say_nothing() {
        assert_eq!(of(23, |run| run as f64).slope(), None);
    }
}
