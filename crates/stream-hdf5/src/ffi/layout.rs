//! How a dataset is stored: its creation properties.

use std::ffi::{CStr, c_char, c_uint};

use hdf5_metno_sys as sys;
use stream_core::{Dims, Error, ErrorKind, Result};
use sys::h5d::{self, H5D_fill_value_t, H5D_layout_t};
use sys::h5p;

use super::file::UNDEFINED;
use super::{Extent, Id, Library, Selection};

/// Where data stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RawLayout {
    Compact,
    Contiguous { address: Option<u64> },
    Chunked { chunk: Dims, index: Option<u32> },
    External(Vec<(Vec<u8>, u64, Option<u64>)>),
    Virtual,
}

/// A filter of the pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RawFilter {
    pub(crate) id: u16,
    pub(crate) flags: u16,
    pub(crate) values: Vec<u32>,
    pub(crate) name: String,
}

/// What elements hold that were never written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FillValue {
    Undefined,
    Default,
    Defined,
}

/// One mapping of a virtual dataset.
#[derive(Clone, Debug)]
pub(crate) struct VirtualSource {
    pub(crate) file: Vec<u8>,
    pub(crate) dataset: Vec<u8>,
    /// Where in the virtual dataset.
    pub(crate) place: Selection,
    /// What of the source.
    pub(crate) source: Selection,
    /// The source's extents as they were when the mapping was made.
    pub(crate) source_shape: Dims,
}

/// Names of files and datasets take at most this: longer ones lead nowhere.
const LONGEST_NAME: usize = 4 << 10;

impl Library<'_> {
    pub(crate) fn dataset_type(self, dataset: &Id) -> Result<Id> {
        // SAFETY: an open dataset.
        let raw = unsafe { h5d::H5Dget_type(dataset.raw()) };
        self.id(raw, || "dataset: asking for its type".into())
    }

    pub(crate) fn dataset_space(self, dataset: &Id) -> Result<Id> {
        // SAFETY: an open dataset.
        let raw = unsafe { h5d::H5Dget_space(dataset.raw()) };
        self.id(raw, || "dataset: asking for its dataspace".into())
    }

    pub(crate) fn dataset_creation(self, dataset: &Id) -> Result<Id> {
        // SAFETY: an open dataset.
        let raw = unsafe { h5d::H5Dget_create_plist(dataset.raw()) };
        self.id(raw, || "dataset: asking for its creation properties".into())
    }

    /// Bytes that the data takes in the file. For chunked data the library walks all of the index.
    pub(crate) fn storage_size(self, dataset: &Id) -> u64 {
        // SAFETY: an open dataset.
        let size = unsafe { h5d::H5Dget_storage_size(dataset.raw()) };
        if size == 0 {
            // none, or a failure that looks the same
            self.forget_errors();
        }
        size
    }

    /// The layout; the kind of chunk index only where `extent` is simple.
    pub(crate) fn layout(self, dataset: &Id, creation: &Id, extent: &Extent) -> Result<RawLayout> {
        // SAFETY: a list of dataset creation properties.
        let layout = unsafe { h5p::H5Pget_layout(creation.raw()) };
        match layout {
            H5D_layout_t::H5D_COMPACT => Ok(RawLayout::Compact),
            H5D_layout_t::H5D_CONTIGUOUS => self.contiguous(dataset, creation),
            H5D_layout_t::H5D_CHUNKED => self.chunked(dataset, creation, extent),
            H5D_layout_t::H5D_VIRTUAL => Ok(RawLayout::Virtual),
            _ => Err(self.failed("dataset: asking for its layout")),
        }
    }

    fn contiguous(self, dataset: &Id, creation: &Id) -> Result<RawLayout> {
        // SAFETY: a list of dataset creation properties.
        let count = unsafe { h5p::H5Pget_external_count(creation.raw()) };
        let count =
            self.count(i64::from(count), || "dataset: counting its external files".into())?;
        if count == 0 {
            // unlike all other addresses, this one has the base added to it
            // SAFETY: an open dataset.
            let address = unsafe { h5d::H5Dget_offset(dataset.raw()) };
            if address == UNDEFINED {
                self.forget_errors();
            }
            return Ok(RawLayout::Contiguous {
                address: (address != UNDEFINED).then_some(address),
            });
        }
        let mut files = Vec::new();
        let mut name = vec![0u8; LONGEST_NAME];
        for file in 0..u32::try_from(count).unwrap_or(u32::MAX) {
            let (mut offset, mut size) = (0, 0);
            let room = name.len().saturating_sub(1);
            // SAFETY: a list of dataset creation properties, room for one byte less than there is, places for numbers.
            let status = unsafe {
                let name = name.as_mut_ptr().cast();
                h5p::H5Pget_external(creation.raw(), file, room, name, &mut offset, &mut size)
            };
            self.done(status, || format!("dataset: asking for its external file {file}"))?;
            let offset = u64::try_from(offset).unwrap_or(u64::MAX);
            let plain = name.split(|&b| b == 0).next().unwrap_or_default().to_vec();
            files.push((plain, offset, (size != u64::MAX).then_some(size)));
        }
        Ok(RawLayout::External(files))
    }

    fn chunked(self, dataset: &Id, creation: &Id, extent: &Extent) -> Result<RawLayout> {
        let mut chunk = [0u64; 33];
        // SAFETY: a list of creation properties of a chunked dataset, and more places than the highest rank.
        let rank = unsafe { h5p::H5Pget_chunk(creation.raw(), 33, chunk.as_mut_ptr()) };
        let rank =
            self.count(i64::from(rank), || "dataset: asking for its chunks' extents".into())?;
        let rank = usize::try_from(rank).unwrap_or(0);
        let chunk = Dims::from(chunk.get(..rank).unwrap_or_default());
        let mut index = 0;
        let simple = matches!(extent, Extent::Simple { .. });
        let status = match simple {
            // SAFETY: an open chunked dataset and a place for a number.
            true => unsafe { h5d::H5Dget_chunk_index_type(dataset.raw(), &mut index) },
            false => -1,
        };
        if status < 0 {
            self.forget_errors();
        }
        Ok(RawLayout::Chunked { chunk, index: (status >= 0).then_some(index) })
    }

    pub(crate) fn filters(self, creation: &Id) -> Result<Vec<RawFilter>> {
        let attempt = || "dataset: asking for its filters".to_owned();
        // SAFETY: a list of dataset creation properties.
        let count = unsafe { h5p::H5Pget_nfilters(creation.raw()) };
        let count = self.count(i64::from(count), attempt)?;
        let mut filters = Vec::new();
        for filter in 0..u32::try_from(count).unwrap_or(u32::MAX) {
            // room for as many values as any registered filter has; the library says how many there are
            let (mut flags, mut values, mut config) = (0 as c_uint, vec![0 as c_uint; 32], 0);
            let mut name = [0 as c_char; 256];
            let mut room = values.len();
            let mut id = 0;
            for _ in 0..2 {
                room = values.len();
                // SAFETY: a list of dataset creation properties, and room for as much as is said.
                id = unsafe {
                    h5p::H5Pget_filter2(
                        creation.raw(),
                        filter,
                        &mut flags,
                        &mut room,
                        values.as_mut_ptr(),
                        name.len(),
                        name.as_mut_ptr(),
                        &mut config,
                    )
                };
                if id < 0 {
                    return Err(self.failed(&attempt()));
                }
                // clause IV.A.2.l: the number of values has 16 bits
                let found = room.min(usize::from(u16::MAX));
                if found <= values.len() {
                    break;
                }
                values.resize(found, 0);
            }
            values.truncate(room);
            if let Some(last) = name.last_mut() {
                *last = 0;
            }
            // SAFETY: the last of its bytes is zero.
            let text = unsafe { CStr::from_ptr(name.as_ptr()) };
            filters.push(RawFilter {
                id: u16::try_from(id).unwrap_or(u16::MAX),
                flags: u16::try_from(flags & 0xffff).unwrap_or(0),
                values,
                name: text.to_string_lossy().into_owned(),
            });
        }
        Ok(filters)
    }

    pub(crate) fn fill_kind(self, creation: &Id) -> Result<FillValue> {
        let mut kind = H5D_fill_value_t::H5D_FILL_VALUE_DEFAULT;
        // SAFETY: a list of dataset creation properties and a place for the answer.
        let status = unsafe { h5p::H5Pfill_value_defined(creation.raw(), &mut kind) };
        self.done(status, || "dataset: asking for its fill value".into())?;
        Ok(match kind {
            H5D_fill_value_t::H5D_FILL_VALUE_UNDEFINED => FillValue::Undefined,
            H5D_fill_value_t::H5D_FILL_VALUE_USER_DEFINED => FillValue::Defined,
            _ => FillValue::Default,
        })
    }

    /// The fill value as an element of `of` in memory; `bytes` is as long as one.
    pub(crate) fn fill_value(self, creation: &Id, of: &Id, bytes: &mut [u8]) -> Result<()> {
        // SAFETY: a list of dataset creation properties, a type, and room for one element of it.
        let status =
            unsafe { h5p::H5Pget_fill_value(creation.raw(), of.raw(), bytes.as_mut_ptr().cast()) };
        self.done(status, || "dataset: reading its fill value".into())
    }

    /// How many mappings a virtual dataset has.
    pub(crate) fn virtual_count(self, creation: &Id) -> Result<usize> {
        let mut count = 0;
        // SAFETY: a list of creation properties of a virtual dataset and a place for a number.
        let status = unsafe { h5p::H5Pget_virtual_count(creation.raw(), &mut count) };
        self.done(status, || "dataset: counting its sources".into())?;
        Ok(count)
    }

    /// A mapping of a virtual dataset.
    pub(crate) fn virtual_source(self, creation: &Id, index: usize) -> Result<VirtualSource> {
        let attempt = || format!("dataset: asking for its source {index}");
        // SAFETY: a list of creation properties of a virtual dataset that has this mapping.
        let (place, source) = unsafe {
            (
                h5p::H5Pget_virtual_vspace(creation.raw(), index),
                h5p::H5Pget_virtual_srcspace(creation.raw(), index),
            )
        };
        let (place, source) = (self.id(place, attempt), self.id(source, attempt));
        let (place, source) = (place?, source?);
        let source_shape = match self.extent(&source)? {
            Extent::Simple { shape, .. } => shape,
            _ => Dims::new(),
        };
        // SAFETY: as above; the first call asks for the length, the second has room for it.
        let name = |call: unsafe extern "C" fn(i64, usize, *mut c_char, usize) -> isize| unsafe {
            let length = call(creation.raw(), index, std::ptr::null_mut(), 0);
            let length = usize::try_from(length).ok().filter(|&n| n < LONGEST_NAME);
            let length = length.ok_or_else(|| self.failed(&attempt()))?;
            let mut bytes = vec![0u8; length.saturating_add(1)];
            let status = call(creation.raw(), index, bytes.as_mut_ptr().cast(), bytes.len());
            if status < 0 {
                return Err(self.failed(&attempt()));
            }
            bytes.truncate(length);
            Ok(bytes)
        };
        Ok(VirtualSource {
            file: name(h5p::H5Pget_virtual_filename)?,
            dataset: name(h5p::H5Pget_virtual_dsetname)?,
            place: self.selection(&place)?,
            source: self.selection(&source)?,
            source_shape,
        })
    }

    /// Whether the library has all filters that the data went through.
    pub(crate) fn has_filters(self, creation: &Id) -> Result<()> {
        // SAFETY: a list of dataset creation properties.
        let answer = unsafe { h5p::H5Pall_filters_avail(creation.raw()) };
        match self.truth(answer, || "dataset: asking for its filters".into())? {
            true => Ok(()),
            false => {
                let message = "filter: one of the dataset's is neither known here nor to libhdf5";
                Err(Error::new(ErrorKind::Unsupported, message))
            }
        }
    }
}
