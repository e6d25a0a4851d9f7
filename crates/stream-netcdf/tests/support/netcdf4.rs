//! NetCDF-4 files, written through libhdf5 as the netCDF library lays them out.
// helpers of tests, each of which uses what it needs
#![allow(dead_code, unsafe_code, clippy::unwrap_used)]

use std::cell::RefCell;
use std::ffi::{CString, c_char, c_int};

use hdf5_metno_sys::h5i::{self, hid_t};
use hdf5_metno_sys::{LOCK, h5, h5a, h5d, h5f, h5g, h5p, h5s, h5t};

/// `H5R_OBJECT`, which 1.12 gave another name.
const OBJECT: c_int = 0;

unsafe extern "C" {
    fn H5Rcreate(to: *mut u64, at: hid_t, name: *const c_char, kind: c_int, space: hid_t) -> c_int;
}

fn c(text: &str) -> CString {
    CString::new(text).unwrap()
}

thread_local! {
    /// Types, spaces and lists of properties, which outlive a file.
    static MADE: RefCell<Vec<hid_t>> = const { RefCell::new(Vec::new()) };
}

/// A new identifier, released with the file; or what a call says, from 0 on.
fn sound(id: i64) -> i64 {
    assert!(id >= 0, "libhdf5 failed");
    // SAFETY: asks about any number
    if id > 1 && unsafe { h5i::H5Iis_valid(id) } > 0 {
        MADE.with_borrow_mut(|made| made.push(id));
    }
    id
}

/// A type of elements in memory and in the file.
pub(crate) trait Element: Copy {
    fn hdf5() -> hid_t;
}
macro_rules! elements {
    ($($t:ty = $hdf5:ident,)*) => {$(
        impl Element for $t {
            fn hdf5() -> hid_t {
                *h5t::$hdf5
            }
        }
    )*};
}
elements! {
    i8 = H5T_NATIVE_INT8,
    i16 = H5T_NATIVE_INT16,
    i32 = H5T_NATIVE_INT32,
    f32 = H5T_NATIVE_FLOAT,
    f64 = H5T_NATIVE_DOUBLE,
}

/// Anything that has an identifier: all of them end with the process, which writes few.
#[derive(Clone, Copy)]
pub(crate) struct Id(hid_t);

/// Makes a file, and gives its bytes.
pub(crate) fn file(fill: impl FnOnce(Id)) -> Vec<u8> {
    use h5f::H5F_libver_t::{H5F_LIBVER_V18, H5F_LIBVER_V110};
    // attributes of more than 64 KiB, as the netCDF library allows
    made([H5F_LIBVER_V18, H5F_LIBVER_V110], fill)
}

/// The same in the oldest version of the file format.
pub(crate) fn oldest(fill: impl FnOnce(Id)) -> Vec<u8> {
    use h5f::H5F_libver_t::{H5F_LIBVER_EARLIEST, H5F_LIBVER_V110};
    made([H5F_LIBVER_EARLIEST, H5F_LIBVER_V110], fill)
}

fn made([low, high]: [h5f::H5F_libver_t; 2], fill: impl FnOnce(Id)) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file.nc");
    let _lock = LOCK.lock();
    // SAFETY: the library is called under its lock, with names that end in a null byte
    unsafe {
        // the numbers of types and classes are known from here on
        sound(h5::H5open().into());
        // whatever is still open is closed with the file
        let access = sound(h5p::H5Pcreate(*h5p::H5P_CLS_FILE_ACCESS));
        h5p::H5Pset_fclose_degree(access, h5f::H5F_close_degree_t::H5F_CLOSE_STRONG);
        sound(h5p::H5Pset_libver_bounds(access, low, high).into());
        let name = c(path.to_str().unwrap());
        let id = sound(h5f::H5Fcreate(name.as_ptr(), h5f::H5F_ACC_TRUNC, 0, access));
        fill(Id(id));
        for made in MADE.take().into_iter().rev() {
            h5i::H5Idec_ref(made);
        }
    }
    std::fs::read(path).unwrap()
}

fn space(shape: &[u64], most: &[u64]) -> hid_t {
    let rank = i32::try_from(shape.len()).unwrap();
    // SAFETY: both arrays are of the rank
    sound(unsafe { h5s::H5Screate_simple(rank, shape.as_ptr(), most.as_ptr()) })
}

/// An axis that can grow.
pub(crate) const UNLIMITED: u64 = u64::MAX;

impl Id {
    pub(crate) fn group(self, name: &str) -> Id {
        // SAFETY: as in `file`, within whose call this is
        Id(sound(unsafe { h5g::H5Gcreate2(self.0, c(name).as_ptr(), 0, 0, 0) }))
    }

    /// A dataset with values; chunked where an axis can grow.
    pub(crate) fn dataset<T: Element>(
        self,
        name: &str,
        (shape, most): (&[u64], &[u64]),
        fill: Option<T>,
        values: &[T],
    ) -> Id {
        let id = self.typed(name, T::hdf5(), (shape, most), fill.as_ref().map(|f| f as *const T));
        id.write(T::hdf5(), values);
        id
    }

    /// A dataset of any type, without values.
    pub(crate) fn typed<T>(
        self,
        name: &str,
        of: hid_t,
        (shape, most): (&[u64], &[u64]),
        fill: Option<*const T>,
    ) -> Id {
        // SAFETY: as in `file`; a fill value is one element of the type
        unsafe {
            let create = sound(h5p::H5Pcreate(*h5p::H5P_CLS_DATASET_CREATE));
            if most.contains(&UNLIMITED) {
                let chunk: Vec<u64> = shape.iter().map(|&n| n.clamp(1, 2)).collect();
                let rank = i32::try_from(chunk.len()).unwrap();
                h5p::H5Pset_chunk(create, rank, chunk.as_ptr());
                h5p::H5Pset_shuffle(create);
                h5p::H5Pset_deflate(create, 1);
            }
            if let Some(fill) = fill {
                h5p::H5Pset_fill_value(create, of, fill.cast());
            }
            let space = space(shape, most);
            Id(sound(h5d::H5Dcreate2(self.0, c(name).as_ptr(), of, space, 0, create, 0)))
        }
    }

    /// A dataset all of whose elements stand in a dataset of the same extents in another file.
    pub(crate) fn elsewhere<T: Element>(self, name: &str, (file, of): (&str, &str), shape: &[u64]) {
        // SAFETY: as in `file`; the library copies names and dataspaces
        unsafe {
            let create = sound(h5p::H5Pcreate(*h5p::H5P_CLS_DATASET_CREATE));
            let space = space(shape, shape);
            let (file, of) = (c(file), c(of));
            h5p::H5Pset_virtual(create, space, file.as_ptr(), of.as_ptr(), space);
            sound(h5d::H5Dcreate2(self.0, c(name).as_ptr(), T::hdf5(), space, 0, create, 0));
        }
    }

    pub(crate) fn write<T>(self, of: hid_t, values: &[T]) {
        let all = h5s::H5S_ALL;
        // SAFETY: the caller gives as many values as the dataset has
        let done = unsafe { h5d::H5Dwrite(self.0, of, all, all, 0, values.as_ptr().cast()) };
        sound(done.into());
    }

    /// An attribute of values in a row, as netCDF writes them.
    pub(crate) fn att<T: Element>(self, name: &str, values: &[T]) -> Id {
        let shape = [values.len() as u64];
        self.attribute(name, T::hdf5(), space(&shape, &shape), values.as_ptr().cast())
    }

    /// An attribute of characters: one text of fixed length.
    pub(crate) fn text(self, name: &str, text: &str) -> Id {
        // SAFETY: as in `file`
        let (of, one) = unsafe {
            let of = sound(h5t::H5Tcopy(*h5t::H5T_C_S1));
            h5t::H5Tset_size(of, text.len());
            (of, sound(h5s::H5Screate(h5s::H5S_class_t::H5S_SCALAR)))
        };
        self.attribute(name, of, one, text.as_ptr().cast())
    }

    fn attribute(self, name: &str, of: hid_t, space: hid_t, values: *const std::ffi::c_void) -> Id {
        // SAFETY: as in `file`; the callers give as many values as the space has
        unsafe {
            let id = sound(h5a::H5Acreate2(self.0, c(name).as_ptr(), of, space, 0, 0));
            sound(h5a::H5Awrite(id, of, values).into());
        }
        self
    }

    /// Makes the dataset the scale of a dimension with this number, and a coordinate variable.
    pub(crate) fn scale(self, name: &str, dimid: i32) -> Id {
        self.text("CLASS", "DIMENSION_SCALE\0").text("NAME", name).att("_Netcdf4Dimid", &[dimid])
    }

    /// Makes the dataset a dimension alone.
    pub(crate) fn dimension(self, length: u64, dimid: i32) -> Id {
        let name = format!("This is a netCDF dimension but not a netCDF variable.{length:10}\0");
        self.scale(&name, dimid)
    }

    /// Says which scales the axes have: `DIMENSION_LIST`.
    pub(crate) fn along(self, file: Id, scales: &[&str]) -> Id {
        let mut references = vec![0u64; scales.len()];
        let mut lists = Vec::new();
        for (reference, path) in references.iter_mut().zip(scales) {
            let to: *mut u64 = reference;
            // SAFETY: a reference to an object is an address of 8 bytes
            sound(unsafe { H5Rcreate(to, file.0, c(path).as_ptr(), OBJECT, -1) }.into());
            lists.push(h5t::hvl_t { len: 1, p: to.cast() });
        }
        let shape = [scales.len() as u64];
        // SAFETY: as in `file`
        let of = sound(unsafe { h5t::H5Tvlen_create(*h5t::H5T_STD_REF_OBJ) });
        self.attribute("DIMENSION_LIST", of, space(&shape, &shape), lists.as_ptr().cast())
    }

    /// A variable of texts of any length.
    pub(crate) fn strings(self, name: &str, texts: &[&str]) -> Id {
        // SAFETY: as in `file`
        let of = unsafe {
            let of = sound(h5t::H5Tcopy(*h5t::H5T_C_S1));
            h5t::H5Tset_size(of, h5t::H5T_VARIABLE);
            of
        };
        let texts: Vec<CString> = texts.iter().map(|text| c(text)).collect();
        let pointers: Vec<_> = texts.iter().map(|text| text.as_ptr()).collect();
        let shape = [texts.len() as u64];
        let id = self.typed::<u8>(name, of, (&shape, &shape), None);
        id.write(of, &pointers);
        id
    }

    /// A named enum of bytes.
    pub(crate) fn enumeration(self, name: &str, members: &[(&str, i8)]) -> hid_t {
        // SAFETY: as in `file`
        unsafe {
            let of = sound(h5t::H5Tenum_create(i8::hdf5()));
            for (member, value) in members {
                let value: *const i8 = value;
                h5t::H5Tenum_insert(of, c(member).as_ptr(), value.cast());
            }
            self.commit(name, of)
        }
    }

    /// A named compound of an `int` and a `float`.
    pub(crate) fn compound(self, name: &str, members: [&str; 2]) -> hid_t {
        // SAFETY: as in `file`
        unsafe {
            let of = sound(h5t::H5Tcreate(h5t::H5T_class_t::H5T_COMPOUND, 8));
            h5t::H5Tinsert(of, c(members[0]).as_ptr(), 0, i32::hdf5());
            h5t::H5Tinsert(of, c(members[1]).as_ptr(), 4, f32::hdf5());
            self.commit(name, of)
        }
    }

    /// A named sequence of `int`s.
    pub(crate) fn sequence(self, name: &str) -> hid_t {
        // SAFETY: as in `file`
        unsafe { self.commit(name, sound(h5t::H5Tvlen_create(i32::hdf5()))) }
    }

    /// # Safety
    /// `of` is a type that is not named yet.
    unsafe fn commit(self, name: &str, of: hid_t) -> hid_t {
        // SAFETY: as in `file`
        sound(unsafe { h5t::H5Tcommit2(self.0, c(name).as_ptr(), of, 0, 0, 0) }.into());
        of
    }
}

/// Dimensions, coordinates, packed data that is shorter than its dimension, texts, types of all kinds, a group inside.
pub(crate) fn rich() -> Vec<u8> {
    rich_with(20_000)
}

/// The same with an attribute of so many values.
pub(crate) fn rich_with(values: i32) -> Vec<u8> {
    file(|root| {
        root.text("title", "a test").text("Conventions", "CF-1.11");
        root.att("long", &(0..values).collect::<Vec<i32>>());
        let grows: (&[u64], &[u64]) = (&[4], &[UNLIMITED]);
        let time = root.dataset("time", grows, None, &[0.0f64, 1.0, 2.0, 3.0]);
        time.scale("time", 0).text("units", "days since 2000-01-01");
        root.dataset("x", (&[3], &[3]), None, &[0.0f32; 3]).dimension(3, 1);
        let short: (&[u64], &[u64]) = (&[2, 3], &[UNLIMITED, 3]);
        root.dataset("packed", short, Some(-9i16), &[0, 2, -9, 6, 8, 10])
            .along(root, &["/time", "/x"])
            .att("_FillValue", &[-9i16])
            .att("scale_factor", &[0.5f32])
            .att("add_offset", &[1.0f32]);
        root.dataset("unfilled", (&[1], &[UNLIMITED]), None, &[5i32]).along(root, &["/time"]);
        root.strings("names", &["one", "", "three"]).along(root, &["/x"]);
        let flags = root.enumeration("flag_t", &[("good", 0), ("bad", 1)]);
        let flag = root.typed::<u8>("flag", flags, (&[3], &[3]), None).along(root, &["/x"]);
        flag.write(flags, &[0i8, 1, 0]);
        let pair = root.compound("pair_t", ["count", "mean"]);
        let pairs = root.typed::<u8>("pairs", pair, (&[3], &[3]), None).along(root, &["/x"]);
        pairs.write(pair, &[(1i32, 0.5f32), (2, 1.5), (3, 2.5)]);
        let list = root.sequence("list_t");
        let lists = root.typed::<u8>("lists", list, (&[3], &[3]), None).along(root, &["/x"]);
        let numbers = [1i32, 2, 3];
        let (none, p) = (std::ptr::null_mut(), numbers.as_ptr().cast_mut().cast());
        let sequence = |len, p| h5t::hvl_t { len, p };
        lists.write(list, &[sequence(3, p), sequence(0, none), sequence(1, p)]);
        let inner = root.group("inner");
        inner.dataset("y", (&[2], &[2]), None, &[10i32, 20]).scale("y", 2);
        inner
            .dataset("v", (&[2, 3], &[2, 3]), None, &[1.0f64, 2.0, 3.0, 4.0, 5.0, 6.0])
            .along(root, &["/inner/y", "/x"]);
    })
}

/// `n` variables along one dimension.
pub(crate) fn many(n: usize) -> Vec<u8> {
    file(|root| {
        root.dataset("x", (&[3], &[3]), None, &[0.0f32; 3]).dimension(3, 0);
        for i in 0..n {
            let v = root.dataset(&format!("v{i}"), (&[3], &[3]), None, &[1i32, 2, 3]);
            v.along(root, &["/x"]).text("units", "m");
        }
    })
}
