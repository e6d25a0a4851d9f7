//! What is known at the end.
#![deny(clippy::arithmetic_side_effects)]

use dicom_dictionary_std::tags;
use stream_core::{Diagnostic, Entry, Fields, Kind, Result, Severity, Summary};

use crate::{Defect, Reader, Tag};

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

/// What one asks of a file first: elements of the root data set (PS3.6), and the names they get.
const FIRST: [(Tag, &str); 16] = [
    (tags::MODALITY, "modality"),
    (tags::PATIENT_NAME, "patient"),
    (tags::PATIENT_ID, "patient_id"),
    (tags::STUDY_DATE, "study_date"),
    (tags::STUDY_DESCRIPTION, "study"),
    (tags::SERIES_DESCRIPTION, "series"),
    (tags::SERIES_NUMBER, "series_number"),
    (tags::INSTANCE_NUMBER, "instance_number"),
    (tags::MANUFACTURER, "manufacturer"),
    (tags::MANUFACTURER_MODEL_NAME, "model"),
    (tags::ROWS, "rows"),
    (tags::COLUMNS, "columns"),
    (tags::NUMBER_OF_FRAMES, "frames"),
    (tags::BITS_ALLOCATED, "bits_allocated"),
    (tags::BITS_STORED, "bits_stored"),
    (tags::PHOTOMETRIC_INTERPRETATION, "photometric"),
];

/// Keeps what an entry tells of the file as a whole.
pub(super) fn note(facts: &mut Fields, tag: Tag, entry: &Entry) -> Result<()> {
    let Some((_, name)) = FIRST.iter().find(|(first, _)| *first == tag) else { return Ok(()) };
    if entry.depth() == 0
        && entry.kind() == Kind::Element
        && let Some(value) = entry.fields().get("value")
        && facts.get(name).is_none()
    {
        facts.push(name, value)?;
    }
    Ok(())
}

/// Counts, the transfer syntax, what one asks first, and every deviation as a finding.
pub(super) fn summary(reader: &Reader, entries: u64, facts: &Fields) -> Result<Summary> {
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
    fields.extend(facts)?;
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
        })?;
    }
    Ok(summary)
}
