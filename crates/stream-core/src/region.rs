//! Which part of an array: numpy's slices with a positive step.

use std::fmt;
use std::str::FromStr;

use crate::{Dims, Error, ErrorKind, Result};

/// `start:stop:step` along one axis; a negative bound counts from the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// First index; `None` is 0.
    pub start: Option<i64>,
    /// Index after the last; `None` is the axis' extent.
    pub stop: Option<i64>,
    /// Distance, at least 1.
    pub step: u64,
}

impl Slice {
    /// The whole axis.
    pub const ALL: Self = Self { start: None, stop: None, step: 1 };
}

/// Part of an array, axis by axis; axes that are not named are whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Region {
    axes: Vec<Slice>,
}

/// A [`Region`] fitted to a shape: along each axis `count` indices from `start`, `step` apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// First index.
    pub start: u64,
    /// How many.
    pub count: u64,
    /// Distance, at least 1.
    pub step: u64,
}

impl Region {
    /// Everything.
    pub fn all() -> Self {
        Self::default()
    }

    /// The named slices, slowest axis first.
    pub fn new(axes: impl Into<Vec<Slice>>) -> Self {
        Self { axes: axes.into() }
    }

    /// `start..stop` of the first axis: a range of bytes, rows or frames.
    ///
    /// Bounds beyond `i64::MAX` are taken as the end.
    pub fn range(range: std::ops::Range<u64>) -> Self {
        let bound = |n| Some(i64::try_from(n).unwrap_or(i64::MAX));
        Self::new([Slice { start: bound(range.start), stop: bound(range.end), step: 1 }])
    }

    /// Whether everything is asked for.
    pub fn is_all(&self) -> bool {
        self.axes.iter().all(|s| *s == Slice::ALL)
    }

    /// The slices as given.
    pub fn axes(&self) -> &[Slice] {
        &self.axes
    }

    /// Fits the region to `shape`; like numpy, bounds beyond the extent are cut to it.
    ///
    /// # Errors
    /// `Request` when more axes are named than there are.
    pub fn resolve(&self, shape: &[u64]) -> Result<Vec<Extent>> {
        if self.axes.len() > shape.len() {
            return Err(Error::new(
                ErrorKind::Request,
                format!("region {self} names {} axes of {}", self.axes.len(), shape.len()),
            ));
        }
        let slices = self.axes.iter().chain(std::iter::repeat(&Slice::ALL));
        Ok(shape.iter().zip(slices).map(|(&extent, slice)| slice.resolve(extent)).collect())
    }
}

impl Slice {
    fn resolve(&self, extent: u64) -> Extent {
        let bound = |b: Option<i64>, default: u64| match b {
            None => default,
            Some(n) if n < 0 => extent.saturating_sub(n.unsigned_abs()),
            Some(n) => n.unsigned_abs().min(extent),
        };
        let start = bound(self.start, 0);
        let stop = bound(self.stop, extent).max(start);
        let step = self.step.max(1);
        Extent { start, count: stop.saturating_sub(start).div_ceil(step), step }
    }
}

/// The shape that resolved slices leave.
pub fn shape_of(spans: &[Extent]) -> Dims {
    spans.iter().map(|s| s.count).collect()
}

impl FromStr for Region {
    type Err = Error;

    /// Parses `0:10, ::2, 5`; a single index keeps its axis with extent 1; brackets are allowed.
    fn from_str(text: &str) -> Result<Self> {
        let inner = text.trim();
        let inner = inner.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(inner);
        if inner.trim().is_empty() {
            return Ok(Self::all());
        }
        let axes = inner.split(',').map(|part| {
            parse_slice(part.trim()).ok_or_else(|| {
                Error::new(
                    ErrorKind::Request,
                    format!(
                        "region {text:?}: {part:?} is not start:stop:step with a step of 1 or more"
                    ),
                )
            })
        });
        Ok(Self { axes: axes.collect::<Result<_>>()? })
    }
}

fn parse_slice(part: &str) -> Option<Slice> {
    let number = |s: &str| match s.trim() {
        "" => Some(None),
        s => s.parse::<i64>().ok().map(Some),
    };
    let mut pieces = part.split(':');
    let first = number(pieces.next()?)?;
    let Some(second) = pieces.next() else {
        let start = first?;
        // -1 is the last index, whose end is the extent
        let stop = if start == -1 { None } else { Some(start.checked_add(1)?) };
        return Some(Slice { start: Some(start), stop, step: 1 });
    };
    let step = match pieces.next().map(number) {
        None | Some(Some(None)) => 1,
        Some(Some(Some(step))) if step >= 1 => step.unsigned_abs(),
        _ => return None,
    };
    if pieces.next().is_some() {
        return None;
    }
    Some(Slice { start: first, stop: number(second)?, step })
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, s) in self.axes.iter().enumerate() {
            let bound = |b: Option<i64>| b.map(|n| n.to_string()).unwrap_or_default();
            let comma = if i == 0 { "" } else { "," };
            write!(f, "{comma}{}:{}", bound(s.start), bound(s.stop))?;
            if s.step != 1 {
                write!(f, ":{}", s.step)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn resolved(text: &str, shape: &[u64]) -> Vec<(u64, u64, u64)> {
        let spans = text.parse::<Region>().unwrap().resolve(shape).unwrap();
        spans.iter().map(|s| (s.start, s.count, s.step)).collect()
    }

    #[test]
    fn slices_mean_what_they_mean_in_numpy() {
        assert_eq!(resolved("1:5, ::2, -1", &[10, 5, 7]), [(1, 4, 1), (0, 3, 2), (6, 1, 1)]);
        assert_eq!(resolved("-3:", &[10, 2]), [(7, 3, 1), (0, 2, 1)]);
        assert_eq!(resolved("8:99", &[10]), [(8, 2, 1)]);
        assert_eq!(resolved("5:2", &[10]), [(5, 0, 1)]);
        assert_eq!(resolved("[]", &[3]), [(0, 3, 1)]);
    }

    #[test]
    fn what_is_not_a_slice_is_refused() {
        for bad in ["a", "1:2:0", "1:2:-1", "1:2:3:4", ","] {
            assert!(bad.parse::<Region>().is_err(), "{bad}");
        }
    }

    #[test]
    fn more_axes_than_the_array_has_are_refused() {
        assert!("1,2".parse::<Region>().unwrap().resolve(&[3]).is_err());
    }
}
