//! What the library says of a dataset, and its values as the library reads them.
// a test's own code may panic
#![allow(clippy::unwrap_used, clippy::panic)]

use std::path::Path;
use std::sync::Arc;

use hdf5_metno::Dataset;
use hdf5_metno_sys::{h5d, h5o, h5p, h5s, h5t};
use stream_core::memory::Budget;
use stream_core::{Context, DType, Dims, FileSource, Request, Scratch, shape_of};
use stream_hdf5::storage::{
    ChunkTable, Convert, Element, Filter, Layout, Part, Stored, copy_box, locate, plan,
};

/// A context of 64 MiB over a file.
pub(crate) fn context(path: &Path) -> Context {
    let source = FileSource::open(path).unwrap();
    Context::new(Arc::new(source), &Budget::new("test", 64 << 20))
}

/// The facts of a dataset of plain numbers, which become `dtype`.
#[allow(unsafe_code)]
pub(crate) fn stored(dataset: &Dataset, dtype: DType) -> Stored {
    let id = dataset.id();
    let create = dataset.dcpl().unwrap();
    let _library = hdf5_metno_sys::LOCK.lock();
    // SAFETY: all identifiers are valid while `dataset` lives, and every buffer is as long as said
    unsafe {
        let mut info = h5o::H5O_info1_t::default();
        assert!(h5o::H5Oget_info2(id, &mut info, h5o::H5O_INFO_BASIC) >= 0);
        let space = h5d::H5Dget_space(id);
        let rank = usize::try_from(h5s::H5Sget_simple_extent_ndims(space)).unwrap();
        let (mut shape, mut max) = (vec![0u64; rank], vec![0u64; rank]);
        h5s::H5Sget_simple_extent_dims(space, shape.as_mut_ptr(), max.as_mut_ptr());
        h5s::H5Sclose(space);
        let of = h5d::H5Dget_type(id);
        let size = h5t::H5Tget_size(of);
        let big = h5t::H5Tget_order(of) == h5t::H5T_ORDER_BE;
        let swap = big && size > 1;
        let mut filters = Vec::new();
        for number in 0..u32::try_from(h5p::H5Pget_nfilters(create.id())).unwrap() {
            let (mut flags, mut used, mut values) = (0, 32usize, [0u32; 32]);
            let found = h5p::H5Pget_filter2(
                create.id(),
                number,
                &mut flags,
                &mut used,
                values.as_mut_ptr(),
                0,
                std::ptr::null_mut(),
                std::ptr::null_mut(),
            );
            filters.push(Filter {
                id: u16::try_from(found).unwrap(),
                flags: u16::try_from(flags).unwrap(),
                values: values[..used].to_vec(),
            });
        }
        let mut fill = vec![0; size];
        let native = h5t::H5Tget_native_type(of, h5t::H5T_DIR_ASCEND);
        h5p::H5Pget_fill_value(create.id(), native, fill.as_mut_ptr().cast());
        h5t::H5Tclose(native);
        h5t::H5Tclose(of);
        Stored {
            header: info.addr,
            base: dataset.file().unwrap().userblock(),
            offset_size: 8,
            length_size: 8,
            shape: Dims::from(&shape[..]),
            max_shape: Dims::from(&max[..]),
            dtype,
            element: Element {
                stored: size,
                convert: if swap { Convert::Swap(size) } else { Convert::Copy(size) },
            },
            filters,
            fill: Some(fill),
            external: Vec::new(),
        }
    }
}

/// All values as the library reads them: native, in C order.
#[allow(unsafe_code)]
pub(crate) fn library(dataset: &Dataset) -> Vec<u8> {
    let id = dataset.id();
    let _library = hdf5_metno_sys::LOCK.lock();
    // SAFETY: the buffer holds all elements of the native type, which is no longer than the stored one here
    unsafe {
        let of = h5d::H5Dget_type(id);
        let native = h5t::H5Tget_native_type(of, h5t::H5T_DIR_ASCEND);
        let mut all = vec![0u8; dataset.size() * h5t::H5Tget_size(native)];
        let all_of = h5s::H5S_ALL;
        let status = h5d::H5Dread(id, native, all_of, all_of, 0, all.as_mut_ptr().cast());
        assert!(status >= 0);
        h5t::H5Tclose(native);
        h5t::H5Tclose(of);
        all
    }
}

/// The values that `request` selects, put together from all chunks by their places.
pub(crate) fn read(cx: &Context, stored: &Stored, request: &Request) -> Vec<u8> {
    let layout = Arc::new(locate(cx, stored).unwrap());
    let plan = plan(cx, stored, &layout, 0, request).unwrap();
    let extents = request.region.resolve(&stored.shape).unwrap();
    let shape = shape_of(&extents);
    let element = stored.element.packed().unwrap();
    let mut all = vec![0xa5u8; usize::try_from(shape.elements().unwrap()).unwrap() * element];
    let mut scratch = Scratch::new();
    let (zeros, ones) = (Dims::filled(shape.len(), 0), Dims::filled(shape.len(), 1));
    for index in 0..plan.len() {
        let place = plan.place(index).unwrap();
        let chunk = plan.read(index, &mut scratch).unwrap();
        assert_eq!(&*place.shape, chunk.shape());
        let stands = place.origin.iter().zip(&extents).map(|(n, e)| e.start + n * e.step);
        assert!(stands.eq(chunk.origin().iter().copied()));
        let from = Part { shape: &place.shape, start: &zeros, step: &ones };
        let to = Part { shape: &shape, start: &place.origin, step: &ones };
        copy_box(element, (chunk.bytes(), from), (&mut all, to), &place.shape).unwrap();
    }
    all
}

/// The chunk table of a chunked dataset.
pub(crate) fn table(cx: &Context, stored: &Stored) -> ChunkTable {
    match locate(cx, stored).unwrap() {
        Layout::Chunked(table) => *table,
        other => panic!("{}", other.class()),
    }
}

/// Compares every chunk's place with what the library says, and gives how many there are.
pub(crate) fn same_chunks(dataset: &Dataset, table: &ChunkTable) -> u64 {
    let count = dataset.num_chunks().unwrap_or(0);
    for number in 0..count {
        let theirs = dataset.chunk_info(number).unwrap();
        let at: Dims =
            theirs.offset.iter().zip(table.grid().chunk().iter()).map(|(o, c)| o / c).collect();
        let ours = table.get(table.grid().cell(&at).unwrap()).unwrap();
        assert_eq!(
            (ours.address, u64::from(ours.size), ours.mask),
            (theirs.addr, theirs.size, theirs.filter_mask),
            "chunk {at:?}"
        );
    }
    u64::try_from(count).unwrap()
}
