//! What is known at the end.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Diagnostic, Fields, Result, Summary};

use super::Adapter;
use crate::{Hdu, HduKind};

/// HDUs by kind.
#[derive(Debug, Default)]
pub(super) struct Counts {
    hdus: u64,
    images: u64,
    tables: u64,
}

impl Counts {
    pub(super) fn add(&mut self, hdu: &Hdu) {
        self.hdus = self.hdus.saturating_add(1);
        let count = match hdu.kind() {
            HduKind::Image | HduKind::CompressedImage => &mut self.images,
            HduKind::Groups
            | HduKind::AsciiTable
            | HduKind::BinaryTable
            | HduKind::CompressedTable => &mut self.tables,
            HduKind::Empty | HduKind::Other => return,
        };
        *count = count.saturating_add(1);
    }
}

/// What one asks of a file first, and the names it gets.
const FIRST: [(&str, &str); 10] = [
    ("OBJECT", "object"),
    ("TELESCOP", "telescope"),
    ("INSTRUME", "instrument"),
    ("OBSERVER", "observer"),
    ("FILTER", "filter"),
    ("DATE-OBS", "date_obs"),
    ("MJD-OBS", "mjd_obs"),
    ("EXPTIME", "exptime"),
    ("ORIGIN", "origin"),
    ("DATE", "date"),
];

/// Keeps what the first HDU that says it says of the file as a whole.
pub(super) fn note(facts: &mut Fields, hdu: &Hdu) -> Result<()> {
    for (keyword, name) in FIRST {
        if facts.get(name).is_none()
            && let Some(value) = hdu.header().value(keyword)
        {
            super::cards::push(facts, name, &value)?;
        }
    }
    Ok(())
}

/// Counts, what one asks first, and every deviation as a finding.
pub(super) fn summary(adapter: &Adapter) -> Result<Summary> {
    let reader = &adapter.reader;
    let mut summary = Summary::new(reader.context().budget());
    summary.entries = adapter.entries;
    summary.complete = reader.is_complete();
    let fields = &mut summary.fields;
    fields.push("hdus", adapter.counts.hdus)?;
    fields.push("images", adapter.counts.images)?;
    fields.push("tables", adapter.counts.tables)?;
    fields.extend(&adapter.facts)?;
    fields.push("deviations", reader.deviation_count())?;
    if let Some(reason) = &adapter.failed {
        fields.push("incomplete_reason", &**reason)?;
    }
    for deviation in reader.deviations() {
        let defect = &deviation.defect;
        summary.diagnostics.push(Diagnostic {
            severity: defect.severity(),
            rule: defect.rule(),
            message: format!("{defect} ({})", defect.clause()).into(),
            offset: Some(deviation.offset),
            entry: Some(format!("hdu/{}", deviation.hdu).into()),
        })?;
    }
    Ok(summary)
}
