//! From the typed reader to the one that all formats share.

mod data;
mod fill;
mod whole;

use stream_core::{
    Chunks, Context, Diagnostic, Diagnostics, Entry, Error, ErrorKind, Progress, Request, Result,
    Severity, Summary,
};

use crate::attribute::Attribute;
use crate::dataset::Dataset;
use crate::defect::Defect;
use crate::file::File;
use crate::object::{AttributeNames, Object, ObjectKind};
use crate::walk::{Found, Walk, is_not_the_files};

/// [`stream_core::Reader`] over a [`Walk`].
pub(crate) struct Adapter {
    file: File,
    walk: Walk,
    /// What was found and is not delivered yet: a refusal can be tried again.
    pending: Option<Pending>,
    /// The object delivered last, whose attributes come next.
    current: Option<Current>,
    counts: Counts,
    findings: Diagnostics,
    /// Which file something needs is missing: the first one.
    missing: Option<String>,
    /// What went wrong behind the entry delivered last.
    failed: Option<Error>,
    /// Whether an error ended the reading.
    ended: bool,
    complete: bool,
}

enum Pending {
    Found(Found),
    Dataset(Box<Dataset>),
}

struct Current {
    object: Object,
    names: AttributeNames,
    depth: u32,
}

#[derive(Default)]
struct Counts {
    entries: u64,
    groups: u64,
    datasets: u64,
    types: u64,
    links: u64,
    attributes: u64,
}

impl Adapter {
    pub(crate) fn open(file: File) -> Result<Self> {
        let walk = Walk::new(file.root()?)?;
        let mut findings = Diagnostics::new(file.context().budget());
        let (expected, found) =
            (file.superblock().end, file.context().source().size().unwrap_or(0));
        if found < expected {
            findings.push(finding(
                Severity::Error,
                &Defect::EndsEarly { expected, found },
                None,
            ))?;
        }
        if file.superblock().is_open() {
            findings.push(finding(Severity::Note, &Defect::StillOpen, None))?;
        }
        Ok(Self {
            file,
            walk,
            pending: None,
            current: None,
            counts: Counts::default(),
            findings,
            missing: None,
            failed: None,
            ended: false,
            complete: false,
        })
    }

    /// Whether the end was reached and nothing was missing or broken on the way.
    fn is_whole(&self) -> bool {
        self.complete && self.findings.count(Severity::Error) == 0
    }

    fn read(&mut self, entry: &mut Entry) -> Result<bool> {
        if self.complete || self.ended {
            return Ok(false);
        }
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        if self.read_attribute(entry)? {
            return Ok(true);
        }
        if self.pending.is_none() {
            self.current = None;
            self.pending = self.walk.next_found()?.map(Pending::Found);
        }
        let Some(pending) = self.pending.take() else {
            self.file.call(|library, _| library.intact())?;
            self.complete = true;
            return Ok(false);
        };
        self.deliver(pending, entry)?;
        self.counts.entries = self.counts.entries.saturating_add(1);
        Ok(true)
    }

    /// Fills `entry` with what was found; on a refusal it is pending again.
    fn deliver(&mut self, pending: Pending, entry: &mut Entry) -> Result<()> {
        let depth = self.walk.depth();
        let object = match self.opened(pending)? {
            Pending::Dataset(dataset) => {
                if let Err(error) = fill::dataset(entry, &dataset, depth) {
                    self.pending = Some(Pending::Dataset(dataset));
                    return Err(error);
                }
                count(&mut self.counts.datasets);
                for missing in dataset.missing() {
                    self.note_missing(dataset.object().path(), missing)?;
                }
                dataset.into_object()
            }
            Pending::Found(found) => {
                if let Err(error) = self.fill(entry, &found, depth) {
                    self.pending = Some(Pending::Found(found));
                    return Err(error);
                }
                match found {
                    Found::Object(object) => object,
                    _ => return Ok(()),
                }
            }
        };
        self.attributes_next(object, depth)
    }

    /// Opens a dataset that was found. One that cannot be opened is what is broken.
    fn opened(&mut self, pending: Pending) -> Result<Pending> {
        match pending {
            Pending::Found(Found::Object(object)) if object.kind() == ObjectKind::Dataset => {
                match Dataset::open(object) {
                    Ok(dataset) => Ok(Pending::Dataset(Box::new(dataset))),
                    Err((object, error)) if is_not_the_files(&error) => {
                        self.pending = Some(Pending::Found(Found::Object(*object)));
                        Err(error)
                    }
                    Err((object, error)) => {
                        let path = object.path().to_owned();
                        Ok(Pending::Found(Found::Broken { path, error }))
                    }
                }
            }
            other => Ok(other),
        }
    }

    fn fill(&mut self, entry: &mut Entry, found: &Found, depth: u32) -> Result<()> {
        match found {
            Found::Object(object) => {
                fill::object(entry, object, depth)?;
                match object.kind() {
                    ObjectKind::Datatype => count(&mut self.counts.types),
                    _ => count(&mut self.counts.groups),
                }
            }
            Found::Link(link) => {
                fill::link(entry, link, depth)?;
                count(&mut self.counts.links);
            }
            Found::Broken { path, error } => {
                fill::broken(entry, path, error, depth)?;
                let message = error.message().to_owned();
                let mut finding = finding(Severity::Error, &Defect::Object { message }, Some(path));
                finding.offset = error.offset();
                self.findings.push(finding)?;
            }
        }
        Ok(())
    }

    /// Makes `object` the one whose attributes come next.
    fn attributes_next(&mut self, object: Object, depth: u32) -> Result<()> {
        if object.attribute_count() == 0 {
            return Ok(());
        }
        let names = AttributeNames::new(&object);
        let names = match names {
            Ok(names) => names,
            // the entry is delivered already: what follows it cannot be listed
            Err(error) if error.kind() == ErrorKind::Io => {
                self.failed = Some(error);
                return Ok(());
            }
            Err(error) => return self.attribute_lost(object.path(), &error),
        };
        self.current = Some(Current { object, names, depth });
        Ok(())
    }

    /// Fills `entry` with the next attribute of the object delivered last.
    fn read_attribute(&mut self, entry: &mut Entry) -> Result<bool> {
        let Some(Current { object, names, depth }) = &mut self.current else { return Ok(false) };
        let name = match names.peek(object) {
            Ok(Some(name)) => name,
            Ok(None) => {
                self.current = None;
                return Ok(false);
            }
            Err(error) if is_not_the_files(&error) => return Err(error),
            Err(error) => {
                let path = object.path().to_owned();
                self.current = None;
                self.attribute_lost(&path, &error)?;
                return Ok(false);
            }
        };
        let depth = depth.saturating_add(1);
        let filled = Attribute::open(object, name)
            .and_then(|attribute| fill::attribute(entry, object, name, &attribute, depth));
        match filled {
            Ok(()) => {}
            Err(error) if is_not_the_files(&error) => return Err(error),
            Err(error) => {
                fill::broken_attribute(entry, object, name, &error, depth)?;
                let message = error.message().to_owned();
                let defect = Defect::Attribute { message };
                let mut finding = finding(Severity::Error, &defect, Some(entry.path()));
                finding.offset = error.offset();
                self.findings.push(finding)?;
            }
        }
        if let Some(current) = &mut self.current {
            current.names.advance();
        }
        count(&mut self.counts.attributes);
        count(&mut self.counts.entries);
        Ok(true)
    }

    fn attribute_lost(&mut self, path: &str, error: &Error) -> Result<()> {
        let message = error.message().to_owned();
        let mut finding = finding(Severity::Error, &Defect::Attribute { message }, Some(path));
        finding.offset = error.offset();
        Ok(self.findings.push(finding)?)
    }

    /// Notes that something else is needed and not there.
    fn note_missing(&mut self, path: &str, message: &str) -> Result<()> {
        let defect = Defect::Missing { message: message.to_owned() };
        let text = defect.to_string();
        let told =
            |found: &Diagnostic| *found.message == *text && found.entry.as_deref() == Some(path);
        if self.findings.kept().iter().any(told) {
            return Ok(());
        }
        self.missing.get_or_insert_with(|| message.to_owned());
        Ok(self.findings.push(finding(Severity::Error, &defect, Some(path)))?)
    }
}

fn count(place: &mut u64) {
    *place = place.saturating_add(1);
}

fn finding(severity: Severity, defect: &Defect, entry: Option<&str>) -> Diagnostic {
    Diagnostic {
        severity,
        rule: defect.rule(),
        message: defect.to_string().into(),
        offset: None,
        entry: entry.map(Into::into),
    }
}

impl stream_core::Reader for Adapter {
    fn context(&self) -> &Context {
        self.file.context()
    }

    fn read_entry(&mut self, entry: &mut Entry) -> Result<bool> {
        let read = self.read(entry).map_err(|error| error.with_format("hdf5"));
        self.ended |= read.as_ref().is_err_and(|error| !error.resumable());
        read
    }

    fn chunks(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        self.data(request).map_err(|error| error.with_format("hdf5"))
    }

    fn progress(&self) -> Progress {
        // how many entries there are is known at the end only
        let complete = self.is_whole();
        let total = complete.then_some(self.counts.entries);
        Progress { done: self.counts.entries, total, complete }
    }

    fn finish(&mut self) -> Result<Summary> {
        let mut summary = Summary::new(self.context().budget());
        summary.entries = self.counts.entries;
        summary.complete = self.is_whole();
        let superblock = self.file.superblock();
        summary.fields.push("superblock", u64::from(superblock.version))?;
        if self.file.base() > 0 {
            summary.fields.push("user_block", self.file.base())?;
        }
        let counts = &self.counts;
        summary.fields.push("groups", counts.groups)?;
        summary.fields.push("datasets", counts.datasets)?;
        summary.fields.push("attributes", counts.attributes)?;
        summary.fields.push("types", counts.types)?;
        summary.fields.push("links", counts.links)?;
        if let Some(missing) = &self.missing {
            summary.fields.push("incomplete_reason", missing.as_str())?;
        } else if let Some(first) =
            self.findings.kept().iter().find(|finding| finding.severity == Severity::Error)
        {
            summary.fields.push("incomplete_reason", &*first.message)?;
        }
        for finding in self.findings.kept() {
            summary.diagnostics.push(finding.clone())?;
        }
        for severity in [Severity::Note, Severity::Warning, Severity::Error] {
            let kept = self.findings.kept().iter().filter(|f| f.severity == severity).count();
            let dropped =
                self.findings.count(severity).saturating_sub(u64::try_from(kept).unwrap_or(0));
            summary.diagnostics.count_dropped(severity, dropped);
        }
        Ok(summary)
    }
}
