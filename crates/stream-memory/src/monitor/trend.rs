//! Where memory is going: a robust slope, and sudden steps.

use std::time::Duration;

use super::History;

/// Points that the slope is drawn through: 24 s at the usual interval.
const POINTS: usize = 48;

/// Every pair of them.
const PAIRS: usize = POINTS * (POINTS - 1) / 2;

/// Fewer points say nothing.
const LEAST: usize = 8;

/// Slower growth than this, in bytes a second, is noise.
const NOISE: f64 = 65_536.0;

/// The smallest step that is called a spike, in bytes.
const SPIKE: u64 = 32 << 20;

/// How many times the usual step a spike is.
const UNUSUAL: u64 = 8;

/// How resident memory goes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Trend {
    /// Bytes a second, by the Theil-Sen estimator: the median of the slopes between all pairs of the last
    /// points (P. K. Sen, 1968). Up to 29 % of the points may be outliers.
    pub rate: f64,
    /// The time that it was taken over.
    pub over: Duration,
    /// The time until nothing is available any more, if it goes on like this; `None` if it does not grow.
    pub until_full: Option<Duration>,
    /// The last step, in bytes, if it was a jump up: at least 32 MiB, and eight times the usual step.
    pub spike: Option<u64>,
}

/// Room for the slopes, allocated once.
#[derive(Debug)]
pub(super) struct Slopes {
    values: Vec<f64>,
    steps: Vec<u64>,
}

impl Slopes {
    pub(super) fn new() -> Slopes {
        Slopes { values: Vec::with_capacity(PAIRS), steps: Vec::with_capacity(POINTS) }
    }

    /// The trend of the newest points. Allocates nothing.
    pub(super) fn trend(&mut self, history: &History) -> Trend {
        let mut points = [(0.0f64, 0u64); POINTS];
        let newest = history.iter().rev().take(POINTS);
        let mut count = 0usize;
        for (place, point) in points.iter_mut().zip(newest) {
            *place = (point.at.as_secs_f64(), point.resident);
            count = count.saturating_add(1);
        }
        let points = points.get(..count).unwrap_or_default();
        let (Some(last), Some(first)) = (points.first(), points.last()) else {
            return Trend::default();
        };
        let over = Duration::try_from_secs_f64(last.0 - first.0).unwrap_or_default();
        let rate = if count < LEAST { 0.0 } else { self.slope(points) };
        let left = history.iter().next_back().map(|point| point.available);
        let until_full = left
            .filter(|left| rate >= NOISE && *left < u64::MAX)
            .and_then(|left| Duration::try_from_secs_f64(left as f64 / rate).ok());
        Trend { rate, over, until_full, spike: self.spike(points) }
    }

    fn slope(&mut self, points: &[(f64, u64)]) -> f64 {
        self.values.clear();
        for (i, (later, more)) in points.iter().enumerate() {
            for (earlier, less) in points.iter().skip(i.saturating_add(1)) {
                let time = later - earlier;
                if time > 0.0 {
                    self.values.push((*more as f64 - *less as f64) / time);
                }
            }
        }
        median(&mut self.values, f64::total_cmp).unwrap_or(0.0)
    }

    fn spike(&mut self, points: &[(f64, u64)]) -> Option<u64> {
        self.steps.clear();
        let steps = points.windows(2).filter_map(|pair| match pair {
            [(_, later), (_, earlier)] => Some((*later, *earlier)),
            _ => None,
        });
        self.steps.extend(steps.clone().map(|(later, earlier)| later.abs_diff(earlier)));
        let (later, earlier) = steps.clone().next()?;
        let step = later.checked_sub(earlier)?;
        let usual = median(&mut self.steps, u64::cmp)?;
        (step >= SPIKE && step >= usual.saturating_mul(UNUSUAL)).then_some(step)
    }
}

/// The upper median; the order is lost.
fn median<T: Copy>(values: &mut [T], order: impl Fn(&T, &T) -> std::cmp::Ordering) -> Option<T> {
    let middle = values.len() / 2;
    if values.is_empty() {
        return None;
    }
    let (_, median, _) = values.select_nth_unstable_by(middle, order);
    Some(*median)
}

#[cfg(test)]
mod tests;
