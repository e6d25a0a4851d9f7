//! What of a file's values reaches the catalogue.

mod dicom;
mod rules;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use stream_core::{Entry, Error, ErrorKind, Kind, Result};

use crate::row::FileRow;

/// What happens to a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It is written.
    Keep,
    /// It is not.
    Drop,
    /// A keyed hash of it is: the same value gives the same hash, and who does not have the key learns no more than that.
    Hash,
}

/// Which values are written, for all files of a catalogue. It is part of the plan, but for the key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// What holds for DICOM where `dicom` says nothing.
    #[serde(default)]
    pub base: Base,
    /// By DICOM tag, `(0010,0010)`, or keyword, `PatientName`. A rule for a sequence, by tag only, holds for what is in it too.
    #[serde(default)]
    pub dicom: BTreeMap<String, Action>,
    /// Of other formats, by the name of a tag, an attribute, a FITS keyword or a field, in whatever letters; `*` is all others.
    #[serde(default)]
    pub tags: BTreeMap<String, Action>,
}

/// What holds where nothing is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Base {
    /// DICOM after the basic profile of PS3.15, annex E, and stricter: see `docs/scan.md`.
    #[default]
    Basic,
    /// Everything is kept.
    None,
}

/// A policy with its key.
#[derive(Clone, Debug)]
pub(crate) struct Redactor {
    policy: Policy,
    key: Option<[u8; 32]>,
}

/// What stands in the place of a message that may quote what is not to be written.
pub(crate) const WITHHELD: &str = "withheld: the message may quote values";

impl Redactor {
    /// `key` is any text; needed where a rule of the policy hashes. Without one, what the base would hash is dropped.
    ///
    /// # Errors
    /// `Request` when the policy needs a key and there is none, or has a rule that could never hold.
    pub(crate) fn new(policy: &Policy, key: Option<&str>) -> Result<Self> {
        let policy = rules::checked(policy)?;
        let rules = policy.dicom.values().chain(policy.tags.values());
        let hashes = rules.into_iter().any(|action| *action == Action::Hash);
        let key = key.map(|key| blake3::derive_key("narrows scan redaction 1", key.as_bytes()));
        if hashes && key.is_none() {
            let message = "the redaction policy hashes values: give it a key";
            return Err(Error::new(ErrorKind::Request, message));
        }
        Ok(Self { policy, key })
    }

    /// A short text that tells one key from another and nothing else.
    pub(crate) fn key_check(&self) -> Option<String> {
        let key = self.key.as_ref()?;
        Some(blake3::keyed_hash(key, b"check").to_hex().chars().take(16).collect())
    }

    /// What happens to the field `name` of an entry.
    pub(crate) fn field(&self, format: &str, entry: &Entry, name: &str) -> Action {
        if format == "dicom" {
            return match name {
                "value" => self.element(entry),
                "vr" | "keyword" | "name" | "length" | "vm" => Action::Keep,
                _ if entry.kind() == Kind::Element => self.element(entry),
                _ => Action::Keep,
            };
        }
        let fields = entry.fields();
        match (entry.kind(), name) {
            // a tag or an attribute is called by its own name, and so is what it holds
            (Kind::Tag, "value" | "verbatim") => {
                self.named(fields.get("key").and_then(|v| v.as_str()).unwrap_or_default())
            }
            (Kind::Attribute, "value") => {
                self.named(entry.path().rsplit_once('@').map_or("", |(_, name)| name))
            }
            _ => self.named(name),
        }
    }

    /// What happens to a value of this name, in formats other than DICOM.
    pub(crate) fn named(&self, name: &str) -> Action {
        let tags = &self.policy.tags;
        let found = tags.get(&name.to_lowercase()).or_else(|| tags.get("*"));
        found.copied().unwrap_or(Action::Keep)
    }

    fn element(&self, entry: &Entry) -> Action {
        let fields = entry.fields();
        let get = |key: &str| fields.get(key).and_then(|v| v.as_str()).unwrap_or_default();
        let mut parts = entry.path().rsplit('/');
        let tag = parts.next().unwrap_or_default();
        if self.rule(tag, get("keyword")).is_none() && parts.any(|part| self.drops(part)) {
            return Action::Drop;
        }
        self.tag(tag, get("keyword"), get("vr"))
    }

    /// Whether nothing of a sequence is written, `(gggg,eeee)[0]`.
    fn drops(&self, sequence: &str) -> bool {
        let tag = sequence.get(..11).unwrap_or(sequence);
        match (self.rule(tag, ""), self.policy.base) {
            (Some(action), _) => action == Action::Drop,
            (None, Base::Basic) => dicom::is_removed(tag),
            (None, Base::None) => false,
        }
    }

    /// What the policy says of an element itself.
    fn rule(&self, tag: &str, keyword: &str) -> Option<Action> {
        let rules = &self.policy.dicom;
        let tag = tag.get(..11).unwrap_or(tag);
        rules.get(tag).or_else(|| rules.get(keyword)).copied()
    }

    fn tag(&self, tag: &str, keyword: &str, vr: &str) -> Action {
        let found = self.rule(tag, keyword);
        found.unwrap_or_else(|| match self.policy.base {
            Base::Basic => dicom::basic(tag.get(..11).unwrap_or(tag), vr),
            Base::None => Action::Keep,
        })
    }

    /// What happens to a fact of a whole file.
    pub(crate) fn fact(&self, format: &str, name: &str) -> Action {
        if format != "dicom" {
            return self.named(name);
        }
        match dicom::source(name) {
            Some((tag, keyword, vr)) => self.tag(tag, keyword, vr),
            None if dicom::is_technical(name) || self.policy.base == Base::None => Action::Keep,
            None => Action::Drop,
        }
    }

    /// Takes out of a row what is not to be written.
    pub(crate) fn row(&self, row: &mut FileRow) {
        let format = row.format.unwrap_or_default();
        let common = [
            ("title", &mut row.title),
            ("created", &mut row.created),
            ("instrument", &mut row.instrument),
            ("modality", &mut row.modality),
        ];
        for (name, fact) in common {
            let action = match format {
                "dicom" => self.fact(format, name),
                // it has the name that the format gives it, which a rule may be for
                _ if self.policy.tags.is_empty() => Action::Keep,
                _ => self.policy.tags.get(name).copied().unwrap_or(Action::Drop),
            };
            let value = fact.take();
            *fact = value.and_then(|value| self.apply(action, &value).map(Cow::into_owned));
        }
        let facts = std::mem::take(&mut row.facts);
        row.facts = facts
            .into_iter()
            .filter_map(|(name, value)| {
                let value = self.apply(self.fact(format, &name), &value)?.into_owned();
                Some((name, value))
            })
            .collect();
        if !self.keeps_messages(row.format) {
            if let Some(fault) = &mut row.fault {
                WITHHELD.clone_into(&mut fault.message);
            }
            if let Some(reason) = &mut row.incomplete_reason {
                WITHHELD.clone_into(reason);
            }
        }
    }

    /// Whether messages about files of this format are written.
    pub(crate) fn keeps_messages(&self, format: Option<&str>) -> bool {
        let dicom = format != Some("dicom")
            || (self.policy.base == Base::None && self.policy.dicom.is_empty());
        dicom && self.policy.tags.is_empty()
    }

    /// The value as it is written.
    pub(crate) fn apply<'t>(&self, action: Action, value: &'t str) -> Option<Cow<'t, str>> {
        match (action, &self.key) {
            (Action::Keep, _) => Some(value.into()),
            (Action::Hash, Some(key)) => {
                let hash = blake3::keyed_hash(key, value.as_bytes()).to_hex();
                Some(format!("hash:{}", hash.get(..32).unwrap_or_default()).into())
            }
            (Action::Hash, None) | (Action::Drop, _) => None,
        }
    }
}
