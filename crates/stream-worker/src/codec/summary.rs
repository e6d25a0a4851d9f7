//! Summaries with their findings.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use stream_core::{Diagnostic, Severity, Summary};
use stream_memory::{Budget, OverBudget};

use super::fields::{put_fields, take_fields};
use super::take::Result;
use super::{Flaw, Put, Take};

/// Findings that a summary keeps.
const FINDINGS: usize = 1000;
const SEVERITIES: [Severity; 3] = [Severity::Note, Severity::Warning, Severity::Error];

pub(crate) fn put_summary(put: &mut Put, summary: &Summary) -> Result<(), OverBudget> {
    put.u64(summary.entries)?;
    put.bool(summary.complete)?;
    put_fields(put, &summary.fields)?;
    let kept = summary.diagnostics.kept();
    put.usize(kept.len())?;
    for finding in kept {
        let severity = SEVERITIES.iter().position(|s| *s == finding.severity).unwrap_or(0);
        put.u8(u8::try_from(severity).unwrap_or(0))?;
        put.str(finding.rule)?;
        put.str(&finding.message)?;
        put.option(finding.offset, Put::u64)?;
        put.option(finding.entry.as_deref(), Put::str)?;
    }
    SEVERITIES.iter().try_for_each(|s| put.u64(summary.diagnostics.count(*s)))
}

pub(crate) fn take_summary(take: &mut Take<'_>, budget: &Budget) -> Result<Summary> {
    let mut summary = Summary::new(budget);
    summary.entries = take.u64()?;
    summary.complete = take.bool()?;
    take_fields(take, &mut summary.fields)?;
    let kept = take.count(FINDINGS)?;
    for _ in 0..kept {
        let severity =
            *SEVERITIES.get(usize::from(take.u8()?)).ok_or(Flaw::Wrong("an unknown severity"))?;
        let rule = rule(take.str()?);
        let message = take.str()?;
        let offset = take.option(Take::u64)?;
        let entry = take.option(Take::str)?;
        summary.diagnostics.push(Diagnostic {
            severity,
            rule,
            message: message.into(),
            offset,
            entry: entry.map(Into::into),
        })?;
    }
    for severity in SEVERITIES {
        let more = take.u64()?.checked_sub(summary.diagnostics.count(severity));
        let more = more.ok_or(Flaw::Wrong("fewer findings than were sent"))?;
        summary.diagnostics.count_dropped(severity, more);
    }
    Ok(summary)
}

/// Names of rules are static where they are made, and so they are here: each is kept once, for good. All formats together
/// have some hundreds; a worker gone mad gets no more than these.
const RULES: usize = 4096;
const RULE: usize = 64;

fn rule(name: &str) -> &'static str {
    static KNOWN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(rule) = known.get(name) {
        return rule;
    }
    if known.len() >= RULES || name.len() > RULE {
        return "unknown_rule";
    }
    let rule: &'static str = Box::leak(name.into());
    known.insert(rule);
    rule
}
