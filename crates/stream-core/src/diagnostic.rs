//! What is unusual about a file and did not stop the reader.

use std::fmt;

use stream_memory::{Budget, OverBudget, Reservation};

use crate::charged::ChargedVec;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; the file keeps the standard.
    Note,
    /// The file breaks the standard; nothing was lost.
    Warning,
    /// Something could not be read, or a check failed: the file is broken.
    Error,
}

impl Severity {
    /// The stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One finding, in a form that all formats share; format crates have typed ones.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// The stable name of the rule, for example `cue_times_reversed`.
    pub rule: &'static str,
    /// What was expected and found, with the standard's clause.
    pub message: Box<str>,
    /// Where in the source.
    pub offset: Option<u64>,
    /// In which entry.
    pub entry: Option<Box<str>>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.severity.as_str(), self.message)?;
        match (&self.entry, self.offset) {
            (Some(entry), Some(offset)) => write!(f, " (entry {entry}, offset {offset})"),
            (Some(entry), None) => write!(f, " (entry {entry})"),
            (None, Some(offset)) => write!(f, " (offset {offset})"),
            (None, None) => Ok(()),
        }
    }
}

/// Findings so far: the first thousand are kept, all are counted, and all memory is charged.
#[derive(Debug)]
pub struct Diagnostics {
    kept: ChargedVec<Diagnostic>,
    /// What the kept messages take.
    texts: Option<Reservation>,
    counts: [u64; 3],
}

/// A file that is wrong everywhere is described well enough by its first thousand faults.
const KEPT: usize = 1000;

impl Diagnostics {
    /// None yet.
    pub fn new(budget: &Budget) -> Self {
        Self { kept: ChargedVec::new(budget), texts: None, counts: [0; 3] }
    }

    /// Adds a finding: counts it, and keeps it if it is one of the first thousand.
    ///
    /// # Errors
    /// `OverBudget`; nothing was counted then.
    pub fn push(&mut self, diagnostic: Diagnostic) -> Result<(), OverBudget> {
        let severity = diagnostic.severity;
        if self.kept.len() < KEPT {
            let entry = diagnostic.entry.as_ref().map_or(0, |e| e.len());
            let text = diagnostic.message.len().saturating_add(entry);
            self.kept.room(1)?;
            let charge = self.kept.budget().reserve(u64::try_from(text).unwrap_or(u64::MAX))?;
            match &mut self.texts {
                Some(texts) => {
                    // both are of one budget, and so become one
                    let _ = texts.merge(charge);
                }
                none => *none = Some(charge),
            }
            self.kept.push(diagnostic)?;
        }
        self.count_dropped(severity, 1);
        Ok(())
    }

    /// Counts `n` findings without keeping them.
    pub fn count_dropped(&mut self, severity: Severity, n: u64) {
        let count = match severity {
            Severity::Note => &mut self.counts[0],
            Severity::Warning => &mut self.counts[1],
            Severity::Error => &mut self.counts[2],
        };
        *count = count.saturating_add(n);
    }

    /// The findings that were kept, in the order they were found.
    pub fn kept(&self) -> &[Diagnostic] {
        &self.kept
    }

    /// How many findings of this severity there were, kept or not.
    pub fn count(&self, severity: Severity) -> u64 {
        match severity {
            Severity::Note => self.counts[0],
            Severity::Warning => self.counts[1],
            Severity::Error => self.counts[2],
        }
    }

    /// How many were counted and not kept.
    pub fn dropped(&self) -> u64 {
        let all = self.counts.iter().fold(0u64, |n, &c| n.saturating_add(c));
        all.saturating_sub(u64::try_from(self.kept.len()).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding() -> Diagnostic {
        Diagnostic {
            severity: Severity::Warning,
            rule: "rule",
            message: "0123456789".into(),
            offset: None,
            entry: None,
        }
    }

    #[test]
    fn a_thousand_are_kept_and_all_are_counted() {
        let budget = Budget::new("b", 1 << 20);
        let mut all = Diagnostics::new(&budget);
        for _ in 0..1500 {
            all.push(finding()).unwrap();
        }
        assert_eq!(
            (all.kept().len(), all.count(Severity::Warning), all.dropped()),
            (1000, 1500, 500)
        );
        drop(all);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn a_refused_finding_is_not_counted() {
        let mut all = Diagnostics::new(&Budget::new("b", 1));
        assert!(all.push(finding()).is_err());
        assert_eq!((all.kept().len(), all.count(Severity::Warning)), (0, 0));
    }
}
