//! What is known at the end.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Diagnostic, Result, Severity, Summary};

use crate::{Defect, Reader};

/// How bad a broken rule is: only what other readers stumble over is more than a note.
fn severity(defect: &Defect) -> Severity {
    match defect {
        Defect::CreatorMissing
        | Defect::VrMismatch { .. }
        | Defect::ReservedBytes { .. }
        | Defect::TrailingZeros
        | Defect::DataAfterEnd { .. } => Severity::Note,
        _ => Severity::Warning,
    }
}

/// Counts, the transfer syntax, and every deviation as a finding.
pub(super) fn summary(reader: &Reader, entries: u64) -> Result<Summary> {
    let mut summary = Summary::new(reader.context().budget());
    summary.entries = entries;
    summary.complete = reader.is_complete();
    let (meta, fields) = (reader.meta(), &mut summary.fields);
    if let Some(uid) = &meta.transfer_syntax {
        fields.push("transfer_syntax", uid.as_str())?;
    }
    if let Some(uid) = &meta.sop_class {
        fields.push("sop_class", uid.as_str())?;
    }
    fields.push("preamble", meta.preamble)?;
    fields.push("deviations", reader.deviation_count())?;
    for deviation in reader.deviations() {
        let defect = &deviation.defect;
        summary.diagnostics.push(Diagnostic {
            severity: severity(defect),
            rule: defect.rule(),
            message: format!("{defect} ({})", defect.clause()).into(),
            // inflated bytes have no place in the file
            offset: (!reader.is_inflating()).then_some(deviation.offset),
            entry: Some(deviation.tag.to_string().into()),
        });
    }
    Ok(summary)
}
