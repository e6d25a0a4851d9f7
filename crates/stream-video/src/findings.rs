//! What readers of data leave for the summary.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stream_core::memory::Budget;
use stream_core::{Diagnostic, Diagnostics, Result, Severity};

use crate::{Defect, Packet};

/// Findings of frames and samples, and how many samples there were; shared by a reader and all chunks that are open.
#[derive(Clone)]
pub(crate) struct Findings(Arc<Mutex<State>>);

struct State {
    all: Diagnostics,
    /// Samples a channel of streams that were decoded to their end.
    samples: Vec<(usize, u64)>,
}

impl Findings {
    /// None yet.
    pub(crate) fn new(budget: &Budget) -> Self {
        let all = Diagnostics::new(budget);
        Self(Arc::new(Mutex::new(State { all, samples: Vec::new() })))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A packet of the stream at `path` does not decode: why, and at which second of the stream. `size` is the source's: no place behind it is
    /// told.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(crate) fn undecoded(
        &self,
        path: &str,
        packet: &Packet,
        (message, seconds): (&str, Option<f64>),
        size: Option<u64>,
    ) -> Result<()> {
        let when = seconds.map_or_else(String::new, |seconds| format!(" at {seconds:.3} s"));
        let defect = Defect::Undecoded { message: format!("{message}{when}") };
        let end = size.unwrap_or(u64::MAX);
        let finding = Diagnostic {
            severity: Severity::Error,
            rule: defect.rule(),
            message: defect.to_string().into(),
            offset: packet.position.filter(|at| *at <= end),
            entry: Some(path.into()),
        };
        Ok(self.lock().all.push(finding)?)
    }

    /// A stream was decoded to its end, and had so many samples.
    pub(crate) fn counted(&self, stream: usize, samples: u64) {
        let counts = &mut self.lock().samples;
        match counts.iter_mut().find(|(of, _)| *of == stream) {
            Some((_, count)) => *count = samples,
            None => counts.push((stream, samples)),
        }
    }

    /// How many samples a stream had, where it was decoded to its end.
    pub(crate) fn samples(&self, stream: usize) -> Option<u64> {
        self.lock().samples.iter().find(|(of, _)| *of == stream).map(|(_, count)| *count)
    }

    /// How many packets did not decode.
    pub(crate) fn errors(&self) -> u64 {
        self.lock().all.count(Severity::Error)
    }

    /// Appends all of them.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(crate) fn append_to(&self, to: &mut Diagnostics) -> Result<()> {
        append(to, &self.lock().all)
    }
}

/// Appends findings, and those that were counted and not kept.
///
/// # Errors
/// `OverBudget`.
pub(crate) fn append(to: &mut Diagnostics, findings: &Diagnostics) -> Result<()> {
    for finding in findings.kept() {
        to.push(finding.clone())?;
    }
    for severity in [Severity::Note, Severity::Warning, Severity::Error] {
        let kept = findings.kept().iter().filter(|f| f.severity == severity).count();
        let dropped = findings.count(severity).saturating_sub(u64::try_from(kept).unwrap_or(0));
        to.count_dropped(severity, dropped);
    }
    Ok(())
}
