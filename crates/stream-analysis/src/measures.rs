//! What is asked of the data.

use std::fmt;
use std::str::FromStr;

use stream_core::{Error, ErrorKind};

/// Which statistics to gather; what is not asked is not paid for. Counts come always.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Measures(u8);

const NAMES: [(&str, Measures); 8] = [
    ("min", Measures::EXTREMES),
    ("max", Measures::EXTREMES),
    ("sum", Measures::SUM),
    ("mean", Measures::SUM),
    ("variance", Measures::SPREAD),
    ("sd", Measures::SPREAD),
    ("quantiles", Measures::BINS),
    ("histogram", Measures::BINS),
];

impl Measures {
    /// Counts alone: of values, missing ones, infinities.
    pub const COUNTS: Self = Self(0);
    /// Least and greatest value, and where each first stands.
    pub const EXTREMES: Self = Self(1);
    /// Exact sum and mean.
    pub const SUM: Self = Self(2);
    /// Variance and standard deviation, with the sum.
    pub const SPREAD: Self = Self(2 | 4);
    /// Quantiles, histogram and, of few values, the count of each; with the extremes.
    pub const BINS: Self = Self(1 | 8);
    /// Everything.
    pub const ALL: Self = Self(15);

    /// These and those.
    pub const fn and(self, more: Self) -> Self {
        Self(self.0 | more.0)
    }

    /// Whether all of `these` are asked.
    pub const fn has(self, these: Self) -> bool {
        self.0 & these.0 == these.0
    }

    /// The bits, stable between processes of one version.
    pub(crate) const fn bits(self) -> u8 {
        self.0
    }

    /// From [`Measures::bits`]; unknown bits are dropped.
    pub(crate) const fn from_bits(bits: u8) -> Self {
        Self(bits & Self::ALL.0)
    }
}

impl Default for Measures {
    fn default() -> Self {
        Self::ALL
    }
}

impl FromStr for Measures {
    type Err = Error;

    /// Parses names between commas: `count,missing,min,max,sum,mean,variance,sd,quantiles,histogram` or `all`.
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut all = Self::COUNTS;
        for name in text.split(',').map(str::trim) {
            let known = NAMES.iter().find(|(n, _)| *n == name).map(|(_, m)| *m);
            all = all.and(match (name, known) {
                (_, Some(measures)) => measures,
                ("all", None) => Self::ALL,
                ("count" | "missing", None) => Self::COUNTS,
                _ => {
                    let names: Vec<_> = NAMES.iter().map(|(n, _)| *n).collect();
                    let message = format!(
                        "measure {name:?}: known are all, count, missing, {}",
                        names.join(", ")
                    );
                    return Err(Error::new(ErrorKind::Request, message));
                }
            });
        }
        Ok(all)
    }
}

impl fmt::Display for Measures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("count,missing")?;
        NAMES.iter().filter(|(_, m)| self.has(*m)).try_for_each(|(name, _)| write!(f, ",{name}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_add_up_and_unknown_ones_are_refused() {
        let m: Measures = "min, mean".parse().unwrap();
        assert_eq!(m, Measures::EXTREMES.and(Measures::SUM));
        assert_eq!(m.to_string(), "count,missing,min,max,sum,mean");
        assert_eq!("all".parse::<Measures>().unwrap(), Measures::ALL);
        assert!("median".parse::<Measures>().is_err());
    }
}
