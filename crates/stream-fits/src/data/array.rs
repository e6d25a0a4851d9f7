//! Arrays of elements of one size: images, and columns of plain values.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{
    Array, Chunk, ChunkPlan, Context, Dims, Error, ErrorKind, Form, Place, Request, Result,
    Scratch, shape_of,
};

use super::blocks::Blocks;
use super::convert::Convert;
use super::gather::{Axis, Gather};
use crate::{Column, Image, Table};

/// Blocks of an array whose elements lie at fixed distances.
pub(crate) struct ArrayPlan {
    cx: Context,
    entry: usize,
    /// Where the first element of the array stands.
    offset: u64,
    /// Bytes from one index to the next, by axis.
    strides: Dims,
    blocks: Blocks,
    convert: Convert,
    chunk: usize,
}

impl ArrayPlan {
    /// The array of an image whose data start at `offset`.
    pub(crate) fn image(
        cx: &Context,
        image: &Image,
        offset: u64,
        entry: usize,
        request: &Request,
        chunk: usize,
    ) -> Result<Self> {
        let convert = Convert::image(image, request.form);
        Self::new(cx, offset, &image.shape, None, convert, entry, request, chunk)
    }

    /// A column of values that stand in the rows: rows, then the extents of a cell.
    pub(crate) fn column(
        cx: &Context,
        table: &Table,
        column: &Column,
        entry: usize,
        request: &Request,
        chunk: usize,
    ) -> Result<Self> {
        let mut shape: Dims = Dims::from([table.rows]);
        let convert = if request.form == Form::Bytes {
            Convert::raw(column.width)
        } else {
            column.dims.iter().for_each(|&d| shape.push(d));
            Convert::column(column, request.form)
        };
        let offset = table.offset.saturating_add(column.offset);
        let stride = Some(table.row_bytes);
        Self::new(cx, offset, &shape, stride, convert, entry, request, chunk)
    }

    #[allow(clippy::too_many_arguments)] // what a plan is made of
    fn new(
        cx: &Context,
        offset: u64,
        shape: &Dims,
        stride: Option<u64>,
        convert: Convert,
        entry: usize,
        request: &Request,
        chunk: usize,
    ) -> Result<Self> {
        let extents = request.region.resolve(shape)?;
        let mut strides = Dims::filled(shape.len(), 0);
        let mut bytes = convert.from;
        for (stride, &extent) in strides.iter_mut().zip(shape.iter()).rev() {
            *stride = bytes;
            bytes = bytes.saturating_mul(extent);
        }
        let mut row = 0;
        if let (Some(slot), Some(stride)) = (strides.first_mut(), stride) {
            // what is read between the values counts, up to where they are read one by one
            row = stride.min(slot.saturating_mul(16));
            *slot = stride;
        }
        let wide = u64::try_from(chunk).unwrap_or(u64::MAX);
        let blocks = Blocks::new(extents, convert.size(), row, wide);
        Ok(Self { cx: cx.clone(), entry, offset, strides, blocks, convert, chunk })
    }
}

impl ChunkPlan for ArrayPlan {
    fn len(&self) -> usize {
        self.blocks.len()
    }

    fn array(&self) -> Option<Array> {
        Some(Array::new(self.convert.dtype.clone(), shape_of(&self.blocks.extents)))
    }

    fn place(&self, index: usize) -> Option<Place> {
        let (picked, origin) = self.blocks.pick(index)?;
        Some(Place { entry: self.entry, origin, shape: shape_of(&picked) })
    }

    fn read(&self, index: usize, scratch: &mut Scratch) -> Result<Chunk> {
        let (picked, _) = self.blocks.pick(index).ok_or_else(|| {
            Error::new(ErrorKind::Request, format!("chunk {index} of {}", self.len()))
        })?;
        let origin: Dims = picked.iter().map(|e| e.start).collect();
        let shape = shape_of(&picked);
        let count = shape.elements().unwrap_or(u64::MAX);
        let bytes = |size: u64| usize::try_from(count.saturating_mul(size)).unwrap_or(usize::MAX);
        let axes: Vec<Axis> =
            picked.iter().zip(self.strides.iter()).map(|(e, s)| Axis::new(e, *s)).collect();
        let at = picked
            .iter()
            .zip(self.strides.iter())
            .fold(self.offset, |at, (e, s)| at.saturating_add(e.start.saturating_mul(*s)));
        let gather = Gather::new(&self.cx, self.convert.from, self.chunk);
        let mut buf = self.cx.buf(bytes(self.convert.from))?;
        gather.read(&axes, at, &mut buf, scratch)?;
        let dtype = self.convert.dtype.clone();
        if self.convert.is_in_place() {
            self.convert.in_place(&mut buf);
            return Chunk::new(self.entry, origin, shape, dtype, buf);
        }
        let mut out = self.cx.buf(bytes(self.convert.size()))?;
        self.convert.apply(&buf, &mut out, at)?;
        Chunk::new(self.entry, origin, shape, dtype, out)
    }
}
