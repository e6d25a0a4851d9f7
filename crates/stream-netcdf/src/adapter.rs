//! The dataset as a [`stream_core::Reader`]: group by group its types, dimensions, attributes and variables.
#![deny(clippy::arithmetic_side_effects)]

mod entry;
mod fields;
mod held;
mod request;
mod walk;

use stream_core::{
    Chunks, Context, Diagnostic, Entry, Progress, Request, Result, Severity, Summary,
};

use crate::store::Open;
use crate::{Dataset, Options};
use walk::Walk;

pub(crate) struct Adapter {
    dataset: Dataset,
    walk: Walk,
    entries: u64,
    total: u64,
    /// Whether the header was read to its end.
    whole: bool,
    ended: bool,
}

impl Adapter {
    /// Opens a dataset, a netCDF-4 one by `netcdf4`.
    pub(crate) fn open(cx: Context, netcdf4: Open) -> Result<Self> {
        let mut options = Options::default();
        let limit = cx.setting("netcdf.value_limit").and_then(|text| text.parse().ok());
        if let Some(bytes) = limit {
            options = options.with_value_limit(bytes);
        }
        let dataset = Dataset::open_by(cx, &options, netcdf4);
        let dataset = dataset.map_err(|e| e.with_format("netcdf"))?;
        let whole = dataset.failed().is_none();
        let total = walk::count(dataset.header());
        Ok(Self { dataset, walk: Walk::default(), entries: 0, total, whole, ended: false })
    }

    fn is_complete(&self) -> bool {
        self.ended && self.whole && self.dataset.incomplete().is_none()
    }
}

impl stream_core::Reader for Adapter {
    fn context(&self) -> &Context {
        self.dataset.context()
    }

    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool> {
        self.context().cancel().check()?;
        let Some(item) = self.walk.item(self.dataset.header()) else {
            self.ended = true;
            return match self.dataset.take_failure() {
                Some(e) => Err(e.with_format("netcdf")),
                None => Ok(false),
            };
        };
        entry::fill(entry, self.dataset.header(), item)?;
        self.walk.advance(self.dataset.header());
        self.entries = self.entries.saturating_add(1);
        Ok(true)
    }

    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        let mut missing: Vec<(String, String)> = Vec::new();
        let chunks = request::chunks(&self.dataset, request, &mut |path, source| {
            missing.push((path.to_owned(), source));
        });
        for (path, source) in missing {
            self.dataset.note_missing(path, source)?;
        }
        chunks.map_err(|e| e.with_format("netcdf"))
    }

    fn progress(&self) -> Progress {
        // where the header is broken, what is missing is not known
        let total = self.whole.then_some(self.total);
        Progress { done: self.entries, total, complete: self.is_complete() }
    }

    fn finish(&mut self) -> Result<Summary> {
        let header = self.dataset.header();
        let mut summary = Summary::new(self.context().budget());
        summary.entries = self.entries;
        summary.complete = self.is_complete();
        let fields = &mut summary.fields;
        fields.push("netcdf", header.version().as_str())?;
        if let Some(text) = header.root().attribute("Conventions").and_then(|a| a.text()) {
            fields.push("conventions", text)?;
        }
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        fields.push("groups", count(header.groups.len()))?;
        fields.push("dimensions", count(header.dims.len()))?;
        fields.push("variables", count(header.vars.len()))?;
        fields.push("attributes", count(header.atts.len()))?;
        if header.version().is_classic() {
            fields.push("records", header.records())?;
            fields.push("header_size", header.header_size())?;
            if let Some(bytes) = header.record_size().filter(|&bytes| bytes > 0) {
                fields.push("record_size", bytes)?;
            }
        }
        if let Some(reason) = self.dataset.incomplete() {
            fields.push("incomplete_reason", reason)?;
        }
        let findings = self.dataset.findings();
        for one in findings.kept() {
            summary.diagnostics.push(one.clone())?;
        }
        if findings.dropped() > 0 {
            summary.diagnostics.push(Diagnostic {
                severity: Severity::Warning,
                rule: "findings_dropped",
                message: format!("{} more findings were not kept", findings.dropped()).into(),
                offset: None,
                entry: None,
            })?;
        }
        Ok(summary)
    }
}
