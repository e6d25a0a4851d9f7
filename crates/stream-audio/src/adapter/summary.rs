//! What is known at the end.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Diagnostic, Result, Severity, Summary};

use super::Shared;
use crate::Defect;

/// Whether nothing is known to be missing: no finding says so, and no stream has other frames than its header claims.
pub(super) fn is_whole(shared: &Shared) -> bool {
    let streams = (0u32..).zip(&shared.container.header().streams);
    let counted = streams.filter_map(|(i, s)| s.frames.zip(shared.counts.of(i)));
    shared.findings.errors() == 0 && counted.into_iter().all(|(claimed, n)| claimed == n)
}

/// Totals claimed and counted, and all findings.
///
/// # Errors
/// `OverBudget`.
pub(super) fn summary(shared: &Shared, entries: u64, ended: bool) -> Result<Summary> {
    let header = shared.container.header();
    let mut summary = Summary::new(shared.cx.budget());
    summary.entries = entries;
    summary.fields.push("format", header.format)?;
    if let Some(duration) = header.duration {
        summary.fields.push("duration", duration.seconds())?;
    }
    shared.findings.copy_into(&mut summary.diagnostics)?;
    summary.fields.begin_list("streams")?;
    for (index, stream) in header.streams.iter().enumerate() {
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let fields = &mut summary.fields;
        fields.begin_item_map()?;
        if !stream.codec.is_empty() {
            fields.push("codec", stream.codec)?;
        }
        if let Some(claimed) = stream.frames {
            fields.push("frames_claimed", claimed)?;
        }
        if let Some(counted) = shared.counts.of(index) {
            fields.push("frames_counted", counted)?;
            if let Some(claimed) = stream.frames.filter(|claimed| *claimed != counted) {
                let defect = Defect::LengthMismatch { unit: "frames", claimed, counted };
                summary.diagnostics.push(Diagnostic {
                    severity: defect.severity(),
                    rule: defect.rule(),
                    message: defect.to_string().into(),
                    offset: None,
                    entry: Some(format!("stream/{index}").into()),
                })?;
            }
        }
        summary.fields.end();
    }
    summary.fields.end();
    let lost = shared.findings.frames_lost();
    if lost > 0 {
        summary.fields.push("frames_lost", lost)?;
    }
    summary.complete = ended && is_whole(shared);
    if ended && !summary.complete {
        let all = summary.diagnostics.kept();
        let first = all.iter().find(|d| d.severity == Severity::Error);
        let reason = first.map_or_else(String::new, |d| d.message.to_string());
        summary.fields.push("incomplete_reason", reason.as_str())?;
    }
    Ok(summary)
}
