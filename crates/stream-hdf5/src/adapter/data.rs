//! The data of entries.

use std::sync::Arc;

use stream_core::{
    Array, Chunk, ChunkPlan, Chunks, Error, ErrorKind, Place, Planned, Request, Result, Scratch,
    no_such_entry,
};

use super::{Adapter, whole};
use crate::name::split_attribute;
use crate::object::ObjectKind;

impl Adapter {
    /// The data of the requested entries, in the order in which they are asked for.
    pub(super) fn data(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        let mut plans = Vec::with_capacity(request.entries.len());
        for (entry, path) in request.entries.iter().enumerate() {
            plans.push((self.plan(entry, path, request)?, path.as_str().into()));
        }
        Ok(Box::new(Planned::new(Arc::new(Several::new(plans)))))
    }

    fn plan(&mut self, entry: usize, path: &str, request: &Request) -> Result<Arc<dyn ChunkPlan>> {
        if let Some((path_of_object, name)) = split_attribute(path) {
            let object = self.file.object(path_of_object)?;
            let attribute = object.attribute_escaped(name)?.ok_or_else(|| no_such_entry(path))?;
            return whole::plan(self.file.context(), &attribute.value()?, entry, request);
        }
        let object = self.file.object(path)?;
        if object.kind() != ObjectKind::Dataset {
            return Err(no_such_entry(path));
        }
        let dataset = object.into_dataset()?;
        let data = match dataset.data(entry, request) {
            Ok(data) => data,
            Err(error) => {
                if !dataset.layout().is_own() && leads_elsewhere(&error) {
                    self.note_missing(path, error.message())?;
                }
                return Err(error);
            }
        };
        for missing in &data.missing {
            self.note_missing(path, missing)?;
        }
        Ok(data.plan)
    }
}

/// Whether another file was not opened.
fn leads_elsewhere(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Io | ErrorKind::Unsupported)
}

/// The plans of all entries, one after the other, whose errors say which entry it was.
struct Several {
    plans: Vec<(Arc<dyn ChunkPlan>, Box<str>)>,
    /// The number of the first chunk of each, and of all.
    starts: Vec<usize>,
}

impl Several {
    fn new(plans: Vec<(Arc<dyn ChunkPlan>, Box<str>)>) -> Self {
        let mut starts = vec![0usize];
        let mut end = 0usize;
        for (plan, _) in &plans {
            end = end.saturating_add(plan.len());
            starts.push(end);
        }
        Self { plans, starts }
    }

    /// The plan that has a chunk, and the chunk's number there.
    fn part(&self, index: usize) -> Option<(&dyn ChunkPlan, usize, &str)> {
        let plan = self.starts.partition_point(|&start| start <= index).checked_sub(1)?;
        let start = *self.starts.get(plan)?;
        let (plan, path) = self.plans.get(plan)?;
        Some((&**plan, index.checked_sub(start)?, path))
    }
}

impl ChunkPlan for Several {
    fn len(&self) -> usize {
        self.starts.last().copied().unwrap_or(0)
    }

    fn array(&self) -> Option<Array> {
        self.plans.first()?.0.array()
    }

    fn place(&self, index: usize) -> Option<Place> {
        let (plan, index, _) = self.part(index)?;
        plan.place(index)
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        let beyond = || {
            let message = format!("chunk {index} of {}", self.len());
            Error::new(ErrorKind::Request, message)
        };
        let (plan, index, path) = self.part(index).ok_or_else(beyond)?;
        plan.read(index, scratch).map_err(|error| error.in_entry(path).with_format("hdf5"))
    }
}
