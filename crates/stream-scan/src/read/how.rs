//! How files are read.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Analysis;
use crate::digest::Digest;
use crate::redact::Policy;

/// How much of each file goes into the catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Depth {
    /// A row a file.
    Summary,
    /// A row an entry too.
    #[default]
    Structure,
    /// With statistics of every array of numbers, whose data is read.
    Full,
}

impl FromStr for Depth {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "summary" => Ok(Self::Summary),
            "structure" => Ok(Self::Structure),
            "full" => Ok(Self::Full),
            _ => Err("expected summary, structure or full".to_owned()),
        }
    }
}

/// How the files of a plan are read; part of the plan, so that all its runs do the same.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct How {
    pub(crate) depth: Depth,
    /// What is computed at full depth, sorted; none is [`Analysis::Stats`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) analyses: Vec<Analysis>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) digest: Option<Digest>,
    /// Settings of formats, in their order.
    #[serde(default)]
    pub(crate) settings: Vec<(String, String)>,
    /// What of the values is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) redact: Option<Policy>,
    /// Tells the key of the redaction from others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key_check: Option<String>,
    /// The format that all are read as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<String>,
}

impl How {
    /// What is computed of data.
    pub(super) fn analyses(&self) -> &[Analysis] {
        match (self.depth, &self.analyses[..]) {
            (Depth::Full, []) => &[Analysis::Stats],
            (Depth::Full, some) => some,
            _ => &[],
        }
    }
}
