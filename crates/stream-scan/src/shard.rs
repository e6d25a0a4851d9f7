//! Which share of a plan a run does.

use std::fmt;
use std::str::FromStr;

/// Share `number` of `of`, counted from 1. An input belongs to the share that its number leaves as remainder, so that every share
/// has its part of each folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shard {
    number: u32,
    of: u32,
}

impl Shard {
    /// All of it.
    pub const WHOLE: Self = Self { number: 1, of: 1 };

    /// Share `number` of `of`; `None` unless 1 ≤ `number` ≤ `of`.
    pub fn new(number: u32, of: u32) -> Option<Self> {
        (1..=of).contains(&number).then_some(Self { number, of })
    }

    /// Whether the input of this number belongs to it.
    pub fn has(self, id: u64) -> bool {
        id.checked_rem(u64::from(self.of)) == Some(u64::from(self.number).saturating_sub(1))
    }

    /// What its files are called by.
    pub(crate) fn name(self) -> String {
        format!("{:05}-of-{:05}", self.number, self.of)
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.of)
    }
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts =
            text.split_once('/').and_then(|(k, n)| Some((k.parse().ok()?, n.parse().ok()?)));
        parts
            .and_then(|(number, of)| Self::new(number, of))
            .ok_or_else(|| "expected k/N with 1 <= k <= N".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_input_belongs_to_one_share() {
        for id in 0..20 {
            let of_three = (1..=3).filter(|k| Shard::new(*k, 3).unwrap().has(id));
            assert_eq!(of_three.count(), 1);
        }
        assert!(Shard::WHOLE.has(7));
        assert!("0/3".parse::<Shard>().is_err() && "4/3".parse::<Shard>().is_err());
        assert_eq!("2/3".parse::<Shard>().unwrap().to_string(), "2/3");
    }
}
