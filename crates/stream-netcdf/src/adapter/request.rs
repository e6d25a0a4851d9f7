//! From a request to chunks.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{
    ChunkPlan, Chunks, DType, Dims, Error, ErrorKind, Form, NoChunks, Planned, Request, Result,
    no_such_entry,
};

use super::entry::attribute_array;
use super::held::HeldPlan;
use crate::classic::Layout;
use crate::data::{Elements, Records, Together, VariablePlan};
use crate::header::names::{Target, target};
use crate::store;
use crate::{Attribute, Cf, Dataset, NcType, Variable};

/// The data that a request asks for. Record variables of a classic file that are asked for together are read in one pass.
///
/// `missing` is told of each source of a variable that is not there, with the variable's path.
pub(super) fn chunks(
    dataset: &Dataset,
    request: &Request,
    missing: &mut dyn FnMut(&str, String),
) -> Result<Box<dyn Chunks>> {
    let cx = dataset.context();
    let chunk = request.chunk_size.unwrap_or_else(|| cx.chunk_size()).max(1);
    let mut all = Together::default();
    let mut records: Vec<(VariablePlan, Box<str>)> = Vec::new();
    for (index, path) in request.entries.iter().enumerate() {
        let found = target(dataset.header(), path).ok_or_else(|| no_such_entry(path))?;
        let in_entry = |e: Error| e.in_entry(path.as_str());
        match found {
            Target::Variable(variable) if dataset.header().version().is_classic() => {
                let elements = elements(variable).map_err(in_entry)?;
                let plan = planned(dataset, index, variable, elements, request, chunk);
                let plan = plan.map_err(in_entry)?;
                if variable.is_record() && request.entries.len() > 1 {
                    records.push((plan, path.as_str().into()));
                } else {
                    all.push(Arc::new(plan), path);
                }
            }
            Target::Variable(variable) => {
                let found = stored(dataset, variable, index, request);
                if let Err(e) = &found
                    && leads_elsewhere(variable, e)
                {
                    missing(path, e.message().to_owned());
                }
                let (plan, without) = found.map_err(in_entry)?;
                without.into_iter().for_each(|source| missing(path, source));
                all.push(plan, path);
            }
            Target::Attribute(attribute) => {
                let plan = attribute_plan(dataset, attribute, index, request, chunk);
                all.push(plan.map_err(in_entry)?, path);
            }
        }
    }
    if records.len() == 1 {
        for (plan, path) in records {
            all.push(Arc::new(plan), &path);
        }
    } else if !records.is_empty() {
        all.push(Arc::new(Records::new(cx.clone(), records, &request.region, chunk)?), "");
    }
    if all.is_empty() {
        return Ok(Box::new(NoChunks));
    }
    Ok(Box::new(Planned::new(Arc::new(all))))
}

fn planned(
    dataset: &Dataset,
    index: usize,
    variable: Variable<'_>,
    elements: Elements,
    request: &Request,
    chunk: usize,
) -> Result<VariablePlan> {
    let packing = (request.form == Form::Scaled).then(|| Cf::new(variable).packing()).flatten();
    let elements = if request.form == Form::Bytes { elements.into_bytes() } else { elements };
    let cx = dataset.context().clone();
    VariablePlan::new(cx, index, elements, &request.region, (chunk, packing))
}

/// Where the elements of a classic variable lie.
fn elements(variable: Variable<'_>) -> Result<Elements> {
    let ty = variable.nc_type();
    let parts = (|| Some((Layout::of(variable)?, ty.size()?, ty.dtype()?)))();
    let (layout, size, dtype) = parts.ok_or_else(|| {
        let message = "record variable: the header is broken before the size of a record is known";
        Error::malformed(variable.header().header_size(), message)
    })?;
    Ok(Elements { layout, shape: variable.shape(), size, swap: size, dtype })
}

fn attribute_plan(
    dataset: &Dataset,
    attribute: Attribute<'_>,
    index: usize,
    request: &Request,
    chunk: usize,
) -> Result<Arc<dyn ChunkPlan>> {
    let header = dataset.header();
    let array =
        attribute_array(header, attribute).ok_or_else(|| no_such_entry(attribute.name()))?;
    let (Some(span), Some(size)) = (attribute.span(), attribute.nc_type().size()) else {
        let plan = HeldPlan::new(dataset, attribute, array, index, &request.region)?;
        return Ok(Arc::new(plan));
    };
    let text = attribute.nc_type() == NcType::Char;
    let (size, swap, shape) = match &array.dtype {
        DType::StrN(len) if text => (u64::from(*len), 1, Dims::new()),
        _ => (size, size, array.shape.clone()),
    };
    let layout = Layout::piece(span);
    let elements = Elements { layout, shape, size, swap, dtype: array.dtype };
    let elements = if request.form == Form::Bytes { elements.into_bytes() } else { elements };
    let cx = dataset.context().clone();
    Ok(Arc::new(VariablePlan::new(cx, index, elements, &request.region, (chunk, None))?))
}

/// Whether what could not be read is another file.
fn leads_elsewhere(variable: Variable<'_>, error: &Error) -> bool {
    let elsewhere = variable.storage().is_some_and(|s| matches!(s.layout, "virtual" | "external"));
    elsewhere && matches!(error.kind(), ErrorKind::Io | ErrorKind::Unsupported)
}

/// The data of a netCDF-4 variable, and which of its sources are missing.
type Stored = Result<(Arc<dyn ChunkPlan>, Vec<String>)>;

fn stored(dataset: &Dataset, variable: Variable<'_>, index: usize, request: &Request) -> Stored {
    let store = dataset.store().ok_or_else(|| no_such_entry(variable.name()))?;
    let store::Planned { plan, missing } = store.plan(variable, index, request)?;
    Ok((plan, missing))
}
