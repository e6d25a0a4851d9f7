//! What is unusual about a file, found from whatever side and counted once.
#![deny(clippy::arithmetic_side_effects)]

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use stream_core::{Diagnostic, Diagnostics, Result};
use stream_memory::{Budget, Reservation};

use crate::Defect;

/// Bytes that one remembered place takes in the set, with the set's own growth.
const PLACE: u64 = 64;
/// Places that are remembered; beyond that a place may be counted again when it is read again.
const PLACES: usize = 10_000;

/// Findings of one file, shared by its reader and all open chunks.
#[derive(Clone)]
pub(crate) struct Findings(Arc<Mutex<State>>);

struct State {
    budget: Budget,
    /// Bytes of the source, where they are known: nothing is found behind them.
    size: Option<u64>,
    all: Diagnostics,
    seen: BTreeSet<(u64, &'static str)>,
    charge: Vec<Reservation>,
    lost: u64,
}

impl Findings {
    pub(crate) fn new(budget: &Budget) -> Self {
        Self::within(budget, None)
    }

    /// Findings of a source of so many bytes.
    pub(crate) fn within(budget: &Budget, size: Option<u64>) -> Self {
        Self(Arc::new(Mutex::new(State {
            budget: budget.clone(),
            size,
            all: Diagnostics::new(budget),
            seen: BTreeSet::new(),
            charge: Vec::new(),
            lost: 0,
        })))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes `defect` at a byte of the file, once.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(crate) fn note(&self, offset: u64, defect: Defect) -> Result<()> {
        self.lost(offset, None, defect, 0)
    }

    /// Notes a defect in an entry, which cost `frames` frames, once for its place.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(crate) fn lost(
        &self,
        offset: u64,
        entry: Option<&str>,
        defect: Defect,
        frames: u64,
    ) -> Result<()> {
        let mut state = self.lock();
        let place = (offset, defect.rule());
        if state.seen.contains(&place) {
            return Ok(());
        }
        let charge = state.budget.reserve(PLACE)?;
        let within = state.size.map_or(offset, |size| offset.min(size));
        state.all.push(Diagnostic {
            severity: defect.severity(),
            rule: defect.rule(),
            message: defect.to_string().into(),
            offset: Some(within),
            entry: entry.map(Into::into),
        })?;
        if state.seen.len() < PLACES {
            state.seen.insert(place);
            let first = state.charge.first_mut();
            match first {
                Some(first) => {
                    let _ = first.merge(charge);
                }
                None => state.charge.push(charge),
            }
        }
        state.lost = state.lost.saturating_add(frames);
        Ok(())
    }

    /// Frames that were lost.
    pub(crate) fn frames_lost(&self) -> u64 {
        self.lock().lost
    }

    /// How many findings say that something is lost.
    pub(crate) fn errors(&self) -> u64 {
        self.lock().all.count(stream_core::Severity::Error)
    }

    /// Copies all findings.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(crate) fn copy_into(&self, to: &mut Diagnostics) -> Result<()> {
        let state = self.lock();
        for diagnostic in state.all.kept() {
            to.push(diagnostic.clone())?;
        }
        for severity in [
            stream_core::Severity::Note,
            stream_core::Severity::Warning,
            stream_core::Severity::Error,
        ] {
            let kept = state.all.kept().iter().filter(|d| d.severity == severity).count();
            let all = state.all.count(severity);
            to.count_dropped(severity, all.saturating_sub(u64::try_from(kept).unwrap_or(0)));
        }
        Ok(())
    }
}
