//! The data of one dataset, chunk by chunk, by index, from any thread.

mod chunked;
mod gather;
mod linear;

use std::sync::Arc;

use stream_core::{ChunkPlan, Context, DType, Dims, Error, ErrorKind, Form, Request, Result};

use super::filter::Pipeline;
use super::{Element, Layout, Stored};

/// What all chunks of a plan need.
struct Common {
    cx: Context,
    /// Which of the request's entries the chunks belong to.
    entry: usize,
    shape: Dims,
    dtype: DType,
    element: Element,
    /// Bytes of an element once read.
    packed: usize,
    fill: Option<Vec<u8>>,
}

/// The chunks of a dataset that `request` wants, as the `entry`-th entry of it. A chunked dataset gives one chunk for each of its own
/// that the region meets, in C order of the grid, cut to array and region; any other one slabs of about the request's or the
/// context's chunk size.
///
/// Reading one takes one positioned read of the file, at most: a chunk's buffer, and, where filters or a cut need it,
/// scratch memory of about twice the chunk. Chunks of a few KiB each cost a read and a buffer of at least 4 KiB all the same:
/// such a dataset is read at some hundred thousand chunks a second and thread, not at the speed of its bytes.
///
/// With the setting `verify` on, chunks that are not stored are left out of an array taken whole: they would be fill values.
///
/// [`Form::Bytes`] gives the bytes as stored, and takes a region of bytes; a chunked dataset has no such form.
///
/// # Errors
/// `Request` for a region or a form that does not fit, `Unsupported` for a layout or a filter that only the library knows, and for
/// an external file what [`Context::related`] says.
pub fn plan(
    cx: &Context,
    stored: &Stored,
    layout: &Arc<Layout>,
    entry: usize,
    request: &Request,
) -> Result<Arc<dyn ChunkPlan>> {
    let no_size = || Error::new(ErrorKind::Unsupported, "element too large for memory");
    let packed = stored.element.packed().ok_or_else(no_size)?;
    let fits = stored.element.convert.reach().is_some_and(|reach| reach <= stored.element.stored);
    if stored.dtype.size() != Some(packed) || !fits {
        let message = format!("element of {packed} bytes stored in {}", stored.element.stored);
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    let fill = stored.fill.clone().filter(|fill| fill.len() == packed);
    let common = Common {
        cx: cx.clone(),
        entry,
        shape: stored.shape.clone(),
        dtype: stored.dtype.clone(),
        element: stored.element.clone(),
        packed,
        fill,
    };
    if let Layout::Chunked(table) = &**layout {
        if request.form == Form::Bytes {
            return Err(Error::new(ErrorKind::Request, "chunked data has no bytes of its own"));
        }
        let pipeline = Pipeline::new(&stored.filters, stored.element.stored).map_err(|id| {
            Error::new(ErrorKind::Unsupported, format!("filter {id} is not undone here"))
        })?;
        let grid = table.grid().clone();
        let base = stored.base;
        let extents = request.region.resolve(&stored.shape)?;
        let chunked =
            chunked::Chunked::new(common, (layout.clone(), grid), pipeline, base, extents)?;
        return Ok(Arc::new(chunked));
    }
    let values = linear::Values::new(cx, stored, layout)?;
    let common = if request.form == Form::Bytes {
        let bytes = values.length(stored);
        Common {
            shape: Dims::from([bytes]),
            dtype: DType::U8,
            element: Element::native(1),
            packed: 1,
            fill: None,
            ..common
        }
    } else {
        common
    };
    let extents = request.region.resolve(&common.shape)?;
    let size = request.chunk_size.unwrap_or_else(|| cx.chunk_size());
    Ok(Arc::new(linear::Linear::new(common, values, extents, size)))
}

/// Fills `to` with copies of `pattern`; with zeros where there is none.
pub(crate) fn fill(pattern: Option<&[u8]>, to: &mut [u8]) {
    let Some(pattern) = pattern.filter(|p| !p.is_empty() && p.len() <= to.len()) else {
        to.fill(0);
        return;
    };
    let mut done = pattern.len();
    if let Some(first) = to.get_mut(..done) {
        first.copy_from_slice(pattern);
    }
    // what is filled doubles
    while done < to.len() {
        let more = done.min(to.len().saturating_sub(done));
        to.copy_within(..more, done);
        done = done.saturating_add(more);
    }
}
