//! The values that a reader delivers, put into C order whatever the order of its chunks, and digested.
use std::ops::Range;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use stream_core::memory::Budget;
use stream_core::{Chunk, DType, Form, Kind, Reader, Request};
use stream_factory::{Options, open_path};

/// An array's values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values {
    /// Its path, as listed.
    pub path: String,
    /// Its type, as listed.
    pub dtype: String,
    /// The type of the elements as delivered: another one in some forms. As listed where there are none.
    pub delivered: String,
    /// Its extents.
    pub shape: Vec<u64>,
    /// The elements packed one after the other, or why they cannot be had.
    pub packed: Result<Vec<u8>, String>,
}

/// The budget of a file's values, which a test holds beside it.
const BUDGET: usize = 64 << 20;

/// What no test holds in memory.
const LARGEST: u64 = 64 << 20;

/// The values of every array, table and column of a file, in listed order, and whether the reader found the file complete.
///
/// # Errors
/// When the file does not open or its listing breaks off.
pub fn arrays(file: &Path, form: Form) -> Result<(Vec<Values>, bool)> {
    let budget = Budget::new("values", BUDGET as u64);
    let mut reader = open_path(file, &Options::new().with_budget(&budget))?;
    let mut entry = reader.context().entry();
    let mut listed = Vec::new();
    while reader.read_entry(&mut entry)? {
        if let (Kind::Array | Kind::Table | Kind::Column, Some(array), true) =
            (entry.kind(), entry.array(), entry.has_data())
        {
            listed.push((entry.path().to_owned(), array.dtype.clone(), array.shape.to_vec()));
        }
    }
    let mut found = Vec::new();
    for (path, dtype, shape) in listed {
        let mut delivered = dtype.clone();
        let packed = packed(&mut *reader, &path, &mut delivered, &shape, form);
        let packed = packed.map_err(|why| format!("{why:#}"));
        let (dtype, delivered) = (dtype.to_string(), delivered.to_string());
        found.push(Values { path, dtype, delivered, shape, packed });
    }
    let complete = reader.finish()?.complete;
    Ok((found, complete))
}

fn packed(
    reader: &mut dyn Reader,
    path: &str,
    dtype: &mut DType,
    shape: &[u64],
    form: Form,
) -> Result<Vec<u8>> {
    let elements = shape.iter().product::<u64>();
    let bytes = elements * dtype.size().unwrap_or(1) as u64;
    ensure!(bytes <= LARGEST, "too large for a test");
    let mut chunks = reader.chunks(&Request::entry(path).with_form(form))?;
    let mut whole = Whole::new(shape, usize::try_from(elements)?);
    while let Some(chunk) = chunks.next_chunk()? {
        whole.put(&chunk)?;
        dtype.clone_from(chunk.dtype());
    }
    whole.packed()
}

/// An array whose elements come in any order.
struct Whole<'a> {
    shape: &'a [u64],
    bytes: Vec<u8>,
    elements: Vec<Option<Range<usize>>>,
}

impl<'a> Whole<'a> {
    fn new(shape: &'a [u64], elements: usize) -> Self {
        Self { shape, bytes: Vec::new(), elements: vec![None; elements] }
    }

    fn put(&mut self, chunk: &Chunk) -> Result<()> {
        let (origin, shape) = (chunk.origin(), chunk.shape());
        ensure!(shape.len() == self.shape.len(), "a chunk of rank {}", shape.len());
        let bytes = chunk.bytes();
        let mut at = 0;
        let mut index = vec![0; shape.len()];
        for _ in 0..chunk.elements() {
            let end = end_of(chunk.dtype(), bytes, at)?;
            let place = place(self.shape, origin, &index)?;
            let start = self.bytes.len();
            self.bytes.extend_from_slice(bytes.get(at..end).context("a chunk is too short")?);
            let slot = self.elements.get_mut(place).context("a chunk outside of its array")?;
            ensure!(slot.is_none(), "element {place} comes twice");
            *slot = Some(start..self.bytes.len());
            at = end;
            step(&mut index, shape);
        }
        ensure!(at == bytes.len(), "{} bytes behind the last element", bytes.len() - at);
        Ok(())
    }

    fn packed(self) -> Result<Vec<u8>> {
        let mut packed = Vec::with_capacity(self.bytes.len());
        for (place, element) in self.elements.into_iter().enumerate() {
            let range = element.with_context(|| format!("element {place} never came"))?;
            packed.extend_from_slice(self.bytes.get(range).unwrap_or_default());
        }
        Ok(packed)
    }
}

/// The next index in C order.
fn step(index: &mut [u64], shape: &[u64]) {
    for (at, extent) in index.iter_mut().zip(shape).rev() {
        *at += 1;
        if *at < *extent {
            return;
        }
        *at = 0;
    }
}

/// Where in C order an element of a chunk stands.
fn place(shape: &[u64], origin: &[u64], index: &[u64]) -> Result<usize> {
    let mut place = 0;
    for ((extent, origin), index) in shape.iter().zip(origin).zip(index) {
        let at = origin + index;
        if at >= *extent {
            bail!("index {at} of an axis of {extent}");
        }
        place = place * extent + at;
    }
    Ok(usize::try_from(place)?)
}

/// Where an element ends that begins at `at`.
fn end_of(dtype: &DType, bytes: &[u8], at: usize) -> Result<usize> {
    if let Some(size) = dtype.size() {
        return Ok(at + size);
    }
    let count = || {
        let four = bytes.get(at..at + 4).and_then(|four| four.try_into().ok());
        let count = four.map(u32::from_ne_bytes).context("a chunk ends within a count")?;
        Ok::<_, anyhow::Error>(count as usize)
    };
    match dtype {
        DType::Str | DType::Ref => Ok(at + 4 + count()?),
        DType::Vlen(of) => (0..count()?).try_fold(at + 4, |at, _| end_of(of, bytes, at)),
        DType::Array(of, dims) => {
            (0..dims.iter().product::<u64>()).try_fold(at, |at, _| end_of(of, bytes, at))
        }
        DType::Struct(members) => {
            members.iter().try_fold(at, |at, member| end_of(&member.dtype, bytes, at))
        }
        other => bail!("no size of {other}"),
    }
}

/// The CRC-32 of ISO 3309, as zlib and Python compute it.
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_usual_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn elements_of_any_size_are_told_apart() {
        let text = DType::Vlen(std::sync::Arc::new(DType::Str));
        let mut bytes = Vec::new();
        for part in [&2_u32.to_ne_bytes()[..], &1_u32.to_ne_bytes(), b"a", &0_u32.to_ne_bytes()] {
            bytes.extend_from_slice(part);
        }
        assert_eq!(end_of(&text, &bytes, 0).unwrap(), bytes.len());
    }

    #[test]
    fn places_count_in_c_order() {
        let mut index = [0, 2];
        step(&mut index, &[2, 3]);
        assert_eq!(index, [1, 0]);
        assert_eq!(place(&[4, 5], &[1, 2], &index).unwrap(), 12);
    }
}
