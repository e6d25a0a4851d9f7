//! The data of an HDU.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::{Array, ChunkPlan, Context, DType, Error, ErrorKind, Form, Request, Result};

use super::{Hdu, HduKind};
use crate::data::Part;
use crate::data::array::ArrayPlan;
use crate::data::bytes::Bytes;
use crate::data::rows::RowsPlan;
use crate::{Column, Field, TType, Table};

impl Hdu {
    /// What its data are as one array: of an image or compressed image its pixels, of a table its rows, of another extension
    /// its bytes. `None` without data.
    pub fn array(&self) -> Option<Array> {
        if let Some(tiled) = &self.compressed {
            let mut array = Array::new(tiled.image().stored(), tiled.image().shape.clone());
            array.chunk = Some(tiled.tile().clone());
            array.filters = vec![tiled.algorithm().as_str().to_owned()];
            return Some(array);
        }
        match (&self.image, &self.table) {
            (Some(image), _) => Some(Array::new(image.stored(), image.shape.clone())),
            (_, Some(table)) => Some(Array::new(table.row(), [table.rows])),
            _ if self.data.length > 0 => Some(Array::new(DType::U8, [self.data.length])),
            _ => None,
        }
    }

    /// Whether it has data.
    pub fn has_data(&self) -> bool {
        match &self.table {
            Some(table) if self.compressed.is_none() => {
                table.rows > 0 && table.row_bytes > 0 && !table.columns.is_empty()
            }
            _ => self.data.length > 0,
        }
    }

    /// How many columns are listed: none of a compressed image that is shown as an image.
    pub(crate) fn columns_listed(&self) -> usize {
        let table = self.table.as_ref().filter(|_| self.compressed.is_none());
        table.map_or(0, |table| table.columns.len())
    }

    /// The index of the column that is called so in paths.
    pub(crate) fn column_of(&self, label: &str) -> Option<usize> {
        let table = self.table.as_ref().filter(|_| self.compressed.is_none())?;
        let mut columns = table.columns.iter();
        columns.position(|column| match table.label(column) {
            Some(name) => escaped(name) == label,
            None => column.number.to_string() == label,
        })
    }

    pub(crate) fn column_has_data(&self, at: usize) -> bool {
        let table = self.table.as_ref();
        table.and_then(|table| Some((table, table.columns.get(at)?))).is_some_and(
            |(table, column)| {
                table.rows > 0 && column.offset.saturating_add(column.width) <= table.row_bytes
            },
        )
    }

    /// The chunks of the data, of about `chunk_size` bytes each, by index, from any thread.
    ///
    /// # Errors
    /// `Unrecognized` without data, `Request` for a region or form that does not fit, `Malformed` or `Unsupported` for a
    /// compressed image that cannot be restored.
    pub fn chunks(&self, cx: &Context, request: &Request) -> Result<Arc<dyn ChunkPlan>> {
        let chunk = request.chunk_size.unwrap_or_else(|| cx.chunk_size()).max(1);
        let plans = self.plans(cx, &[(0, Part::Whole)], request, chunk)?;
        plans.into_iter().next().map(|(_, plan)| plan).ok_or_else(no_data)
    }

    /// The chunks of several columns, given by their numbers (from 1), in one pass over the rows. A chunk's `entry` says which
    /// of `numbers` it is of.
    ///
    /// # Errors
    /// `Unrecognized` for a number that no column has, and as [`Hdu::chunks`].
    pub fn columns(
        &self,
        cx: &Context,
        numbers: &[usize],
        request: &Request,
    ) -> Result<Vec<Arc<dyn ChunkPlan>>> {
        let chunk = request.chunk_size.unwrap_or_else(|| cx.chunk_size()).max(1);
        let parts = numbers.iter().enumerate().map(|(entry, number)| {
            let table = self.table.as_ref().ok_or_else(no_data)?;
            let at = table.columns.iter().position(|column| column.number == *number);
            Ok((entry, Part::Column(at.ok_or_else(no_data)?)))
        });
        let parts = parts.collect::<Result<Vec<_>>>()?;
        Ok(self.plans(cx, &parts, request, chunk)?.into_iter().map(|(_, plan)| plan).collect())
    }

    /// Plans for parts of the data, each with the request's entry that it starts with. Columns are read together where that
    /// is one pass.
    pub(crate) fn plans(
        &self,
        cx: &Context,
        parts: &[(usize, Part)],
        request: &Request,
        chunk: usize,
    ) -> Result<Vec<(usize, Arc<dyn ChunkPlan>)>> {
        let mut plans: Vec<(usize, Arc<dyn ChunkPlan>)> = Vec::new();
        let mut together: Vec<(usize, &Column)> = Vec::new();
        for &(entry, part) in parts {
            match part {
                Part::Whole => plans.push((entry, self.whole(cx, entry, request, chunk)?)),
                Part::Column(at) => {
                    let column = self.table.as_ref().and_then(|table| table.columns.get(at));
                    together.push((entry, column.ok_or_else(no_data)?));
                }
            }
        }
        let Some(table) = self.table.as_ref().filter(|_| !together.is_empty()) else {
            return Ok(plans);
        };
        if one_pass(table, &together, request, chunk) {
            let first = together.first().map_or(0, |(entry, _)| *entry);
            let plan = RowsPlan::columns(cx, table, &together, request, chunk)?;
            plans.push((first, Arc::new(plan)));
            return Ok(plans);
        }
        for (entry, column) in together {
            let plan: Arc<dyn ChunkPlan> = if is_plain(column) {
                Arc::new(ArrayPlan::column(cx, table, column, entry, request, chunk)?)
            } else {
                Arc::new(RowsPlan::columns(cx, table, &[(entry, column)], request, chunk)?)
            };
            plans.push((entry, plan));
        }
        Ok(plans)
    }

    fn whole(
        &self,
        cx: &Context,
        entry: usize,
        request: &Request,
        chunk: usize,
    ) -> Result<Arc<dyn ChunkPlan>> {
        if request.form == Form::Bytes {
            let region = &request.region;
            return Ok(Arc::new(Bytes::new(cx, self.data, entry, region, chunk)?));
        }
        if let Some(tiled) = &self.compressed {
            return tiled.plan(cx, entry, request, chunk);
        }
        if let Some(image) = &self.image {
            let offset = self.data.offset;
            return Ok(Arc::new(ArrayPlan::image(cx, image, offset, entry, request, chunk)?));
        }
        if let Some(table) = &self.table {
            return Ok(Arc::new(RowsPlan::whole(cx, table, entry, request, chunk)?));
        }
        if self.kind == HduKind::Other {
            let region = &request.region;
            return Ok(Arc::new(Bytes::new(cx, self.data, entry, region, chunk)?));
        }
        Err(no_data())
    }
}

fn no_data() -> Error {
    Error::new(ErrorKind::Unrecognized, "no such data")
}

/// Whether the elements of a column stand in its rows, each by itself.
fn is_plain(column: &Column) -> bool {
    match column.field {
        Field::Binary(form) => form.heap.is_none() && form.kind != TType::Bit,
        _ => true,
    }
}

/// Whether all rows are read to pick several columns: where rows are short, or most of them is wanted.
fn one_pass(table: &Table, columns: &[(usize, &Column)], request: &Request, chunk: usize) -> bool {
    let wanted = columns.iter().fold(0u64, |n, (_, c)| n.saturating_add(c.width));
    let chunk = u64::try_from(chunk).unwrap_or(u64::MAX).max(1 << 20);
    columns.len() > 1
        && request.region.axes().len() <= 1
        && table.row_bytes <= chunk
        && (table.row_bytes <= 4096 || table.row_bytes <= wanted.saturating_mul(16))
}

/// A name as it stands in paths.
fn escaped(name: &str) -> String {
    let mut path =
        stream_core::ChargedString::new(&stream_core::memory::Budget::new("path", 1 << 20));
    // a name is no longer than a header
    let _ = stream_core::push_name(&mut path, name.as_bytes());
    path.as_str().to_owned()
}
