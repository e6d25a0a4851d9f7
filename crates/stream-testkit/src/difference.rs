//! What two transcripts say differently, and whether they may.

use crate::transcript::{Fact, Line, Transcript};

/// In what a reading differs from the plain one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variation {
    /// In chunks, threads, short reads or pauses: nothing may differ.
    Pace,
    /// The source only goes forward, and does not know its size before the end.
    Forward,
    /// The bytes come from a file with a name.
    File,
    /// The file was cut short.
    Cut,
}

/// One fact that a reading and the plain reading of the same file say differently.
#[derive(Clone, Debug)]
pub struct Difference {
    /// In what the readings differ.
    pub variation: Variation,
    /// The entry's path in the plain reading; empty for the summary.
    pub entry: String,
    /// The fact: `path, kind, depth, array, span, has_data, data`, a field's name, or `missing` for an entry that
    /// was not delivered; of the summary `entries, complete`, a field's name, the counts `notes, warnings, errors`, `diagnostic`, or
    /// `error` for what ended the reading.
    pub fact: String,
    /// What the plain reading says.
    pub expected: String,
    /// What this one says.
    pub found: String,
    /// Whether it is a fact of the last entry that this reading delivered: the one at the cut. Never for the summary and for what is
    /// missing.
    pub last: bool,
    /// Bytes that the source has: for a cut, where it was cut.
    pub size: u64,
}

/// The longest value that a message shows.
const SHOWN: usize = 300;

impl Difference {
    pub(crate) fn message(&self) -> String {
        let cut = |text: &str| {
            let short: String = text.chars().take(SHOWN).collect();
            if short.len() < text.len() { format!("{short}...") } else { short }
        };
        let entry = match self.entry.as_str() {
            "" => "the summary".to_owned(),
            path => format!("entry {path}"),
        };
        let (expected, found) = (cut(&self.expected), cut(&self.found));
        format!("{entry}: {} is expected to be {expected} (found {found})", self.fact)
    }
}

/// The differences of `found` from `expected`. After a cut only the entries that are there count, not the missing ones and
/// not the summary.
pub(crate) fn differences(
    variation: Variation,
    size: u64,
    expected: &Transcript,
    found: &Transcript,
) -> Vec<Difference> {
    let mut all = Vec::new();
    let cut = variation == Variation::Cut;
    let count = if cut { found.lines.len() } else { found.lines.len().max(expected.lines.len()) };
    for at in 0..count {
        let (one, other) = (expected.lines.get(at), found.lines.get(at));
        let last = at + 1 == found.lines.len();
        let mut add = |fact: &str, expected: &str, found: &str| {
            all.push(Difference {
                variation,
                entry: one.or(other).map_or_else(String::new, |line| line.path.clone()),
                fact: fact.to_owned(),
                expected: expected.to_owned(),
                found: found.to_owned(),
                last,
                size,
            });
        };
        let (Some(one), Some(other)) = (one, other) else {
            let name = |line: Option<&Line>| line.map_or("nothing", |_| "an entry");
            add("missing", name(one), name(other));
            continue;
        };
        compare(&one.facts, &other.facts, &mut |fact, expected, found| {
            // data that ends in an error claims nothing
            if !(cut && fact == "data" && other.data_error) {
                add(fact, expected, found);
            }
        });
    }
    if !cut {
        compare(&expected.summary, &found.summary, &mut |fact, one, other| {
            all.push(Difference {
                variation,
                entry: String::new(),
                fact: fact.to_owned(),
                expected: one.to_owned(),
                found: other.to_owned(),
                last: false,
                size,
            });
        });
    }
    all
}

/// Facts in order; where the names part, the rest is one difference.
fn compare(expected: &[Fact], found: &[Fact], add: &mut dyn FnMut(&str, &str, &str)) {
    for at in 0..expected.len().max(found.len()) {
        match (expected.get(at), found.get(at)) {
            (Some((name, one)), Some((other_name, other))) if name == other_name => {
                if one != other {
                    add(name, one, other);
                }
            }
            (one, other) => {
                let show = |fact: Option<&Fact>| {
                    fact.map_or_else(
                        || "nothing".to_owned(),
                        |(name, value)| format!("{name}={value}"),
                    )
                };
                let name = one.or(other).map_or("", |(name, _)| name.as_str());
                add(name, &show(one), &show(other));
                return;
            }
        }
    }
}
