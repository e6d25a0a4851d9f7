//! What netCDF-4 files say and hold: files written through libhdf5, value by value.
#![allow(clippy::unwrap_used)] // helpers of tests

#[path = "support/netcdf4.rs"]
mod netcdf4;
#[path = "support/read.rs"]
mod read;

use netcdf4::{UNLIMITED, file, rich};
use read::{chunks, dataset, open};
use std::sync::Arc;
use stream_core::memory::Budget;
use stream_core::{Context, FileSource, Form, Format, ReaderExt, Region, Request, Sample};
use stream_netcdf::{Cdl, Netcdf, Version};

/// The elements that a region picks, put together by the places of their chunks, of any number of axes.
fn placed<T: Sample + Default>(bytes: &[u8], path: &str, region: &str, form: Form) -> Vec<T> {
    let region: Region = region.parse().unwrap();
    let request = Request::entry(path).with_region(region).with_form(form).with_chunk_size(16);
    let plan = open(bytes).chunks(&request).unwrap().plan().unwrap();
    let shape = plan.array().unwrap().shape;
    let mut all = vec![T::default(); shape.iter().product::<u64>() as usize];
    let mut seen = vec![0; all.len()];
    let mut scratch = stream_core::Scratch::new();
    for index in 0..plan.len() {
        let place = plan.place(index).unwrap();
        let chunk = plan.read(index, &mut scratch).unwrap();
        assert_eq!(&*place.shape, chunk.shape());
        for (n, value) in chunk.as_slice::<T>().unwrap().iter().enumerate() {
            let (mut rest, mut at, mut stride) = (n as u64, 0, 1);
            for axis in (0..shape.len()).rev() {
                at += (place.origin[axis] + rest % place.shape[axis]) * stride;
                rest /= place.shape[axis];
                stride *= shape[axis];
            }
            all[at as usize] = *value;
            seen[at as usize] += 1;
        }
    }
    assert!(seen.iter().all(|&n| n == 1), "each element once: {seen:?}");
    all
}

#[test]
fn the_header_is_what_ncdump_would_print() {
    let bytes = rich();
    let set = dataset(&bytes);
    assert_eq!(set.header().version(), Version::Netcdf4);
    let cdl = Cdl::new(set.header(), "t").to_string();
    for line in [
        "byte enum flag_t {good = 0, bad = 1} ;",
        "compound pair_t {",
        "int(*) list_t ;",
        "time = UNLIMITED ; // (4 currently)",
        "x = 3 ;",
        "double time(time) ;",
        "short packed(time, x) ;",
        "packed:_FillValue = -9s ;",
        "packed:scale_factor = 0.5f ;",
        "int unfilled(time) ;",
        "string names(x) ;",
        "flag_t flag(x) ;",
        "pair_t pairs(x) ;",
        "list_t lists(x) ;",
        ":title = \"a test\" ;",
        "group: inner {",
        "y = 2 ;",
        "int y(y) ;",
        "double v(y, x) ;",
    ] {
        assert!(cdl.contains(line), "{line}\n{cdl}");
    }
    for hidden in ["DIMENSION_LIST", "CLASS", "_Netcdf4Dimid", "float x("] {
        assert!(!cdl.contains(hidden), "{hidden}\n{cdl}");
    }
    assert!(set.findings().kept().is_empty(), "{:?}", set.findings().kept());
}

#[test]
fn data_that_is_shorter_than_its_dimension_goes_on_with_the_fill_value() {
    let bytes = rich();
    let entry = open(&bytes).find("/packed").unwrap().unwrap();
    assert_eq!(&*entry.array().unwrap().shape, &[4, 3]);
    let all = [0, 2, -9, 6, 8, 10, -9, -9, -9, -9, -9, -9];
    assert_eq!(placed::<i16>(&bytes, "/packed", "", Form::Stored), all);
    // the last rows, counted from the dimension's end
    assert_eq!(placed::<i16>(&bytes, "/packed", "-3:, 1:", Form::Stored), [8, 10, -9, -9, -9, -9]);
    assert_eq!(placed::<i16>(&bytes, "/packed", "3:, ::2", Form::Stored), [-9, -9]);
    let scaled = placed::<f32>(&bytes, "/packed", "0:3", Form::Scaled);
    assert_eq!(scaled[..2], [1.0, 2.0]);
    assert!(scaled[2].is_nan());
    assert_eq!(scaled[3..6], [4.0, 5.0, 6.0]);
    assert!(scaled[6..].iter().all(|x| x.is_nan()));
}

#[test]
fn without_a_fill_value_the_formats_own_is_given() {
    let own = -2_147_483_647;
    assert_eq!(placed::<i32>(&rich(), "/unfilled", "", Form::Stored), [5, own, own, own]);
}

#[test]
fn variables_of_every_kind_of_type_hold_what_was_written() {
    let bytes = rich();
    assert_eq!(placed::<f64>(&bytes, "/time", "", Form::Stored), [0.0, 1.0, 2.0, 3.0]);
    assert_eq!(placed::<f64>(&bytes, "/inner/v", ":, 1:", Form::Stored), [2.0, 3.0, 5.0, 6.0]);
    assert_eq!(placed::<i32>(&bytes, "/inner/y", "", Form::Stored), [10, 20]);
    let raw = |path: &str| {
        let all = chunks(&mut *open(&bytes), &Request::entry(path));
        all.iter().flat_map(|c| c.bytes().to_vec()).collect::<Vec<u8>>()
    };
    let text = |s: &str| [&(s.len() as u32).to_ne_bytes(), s.as_bytes()].concat();
    assert_eq!(raw("/names"), [text("one"), text(""), text("three")].concat());
    assert_eq!(raw("/flag"), [0, 1, 0]);
    let pairs = [(1i32, 0.5f32), (2, 1.5), (3, 2.5)];
    let pairs = pairs.map(|(n, x)| [n.to_ne_bytes(), x.to_ne_bytes()].concat());
    assert_eq!(raw("/pairs"), pairs.concat());
    assert_eq!(raw("/lists"), [3u32, 1, 2, 3, 0, 1, 1].map(u32::to_ne_bytes).concat());
}

#[test]
fn an_attribute_that_is_too_long_to_be_kept_is_read_as_data() {
    let bytes = rich();
    let entry = open(&bytes).find("/@long").unwrap().unwrap();
    assert!(entry.has_data() && entry.fields().get("value").is_none());
    let request = Request::entry("/@long").with_region("19998:".parse().unwrap());
    let all = chunks(&mut *open(&bytes), &request);
    assert_eq!(all[0].as_slice::<i32>().unwrap(), [19998, 19999]);
    let all = chunks(&mut *open(&bytes), &Request::entry("/@long"));
    assert!(all[0].as_slice::<i32>().unwrap().iter().copied().eq(0..20_000));
}

#[test]
fn axes_without_a_scale_have_dimensions_that_are_made_up() {
    let bytes = file(|root| {
        root.dataset("a", (&[2, 3], &[2, UNLIMITED]), None, &[1i32, 2, 3, 4, 5, 6]);
        root.dataset("b", (&[2], &[2]), None, &[7i32, 8]);
    });
    let set = dataset(&bytes);
    let cdl = Cdl::new(set.header(), "t").to_string();
    assert!(cdl.contains("int a(phony_dim_0, phony_dim_1) ;"), "{cdl}");
    assert!(cdl.contains("int b(phony_dim_0) ;"), "{cdl}");
    assert_eq!(placed::<i32>(&bytes, "/a", "1, 1:", Form::Stored), [5, 6]);
}

#[test]
fn a_file_that_keeps_to_the_classic_model_says_so() {
    let bytes = file(|root| {
        root.att("_nc3_strict", &[1i32]);
    });
    assert_eq!(dataset(&bytes).header().version(), Version::Netcdf4Classic);
}

#[test]
fn a_source_that_is_missing_is_told_and_all_else_is_read() {
    let bytes = file(|f| {
        f.dataset("here", (&[3], &[3]), None, &[7i32, 8, 9]);
        f.elsewhere::<i32>("there", ("source.h5", "a"), &[3]);
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("virtual.nc");
    std::fs::write(&path, bytes).unwrap();
    let read = |name: &str| {
        let source = FileSource::open(&path).unwrap();
        let cx = Context::new(Arc::new(source), &Budget::new("test", 16 << 20));
        let mut reader = Netcdf.open(cx).unwrap();
        let mut entry = reader.context().entry();
        while reader.read_entry(&mut entry).unwrap() {}
        let mut bytes = Vec::new();
        let copied = reader.copy(&Request::entry(name), &mut bytes);
        let values: Vec<i32> =
            bytes.as_chunks::<4>().0.iter().map(|n| i32::from_ne_bytes(*n)).collect();
        (copied.map(|_| values), reader.finish().unwrap())
    };
    let (values, summary) = read("/here");
    assert_eq!((values.unwrap(), summary.complete), (vec![7, 8, 9], true));
    let (values, summary) = read("/there");
    let error = values.unwrap_err();
    assert!(error.message().contains("source.h5"), "{error}");
    assert!(!summary.complete);
    let reason = format!("{:?}", summary.fields.get("incomplete_reason"));
    assert!(reason.contains("/there") && reason.contains("source.h5"), "{reason}");
    assert!(summary.diagnostics.kept().iter().any(|one| one.rule == "source_missing"));
    let source = file(|f| {
        f.dataset("a", (&[3], &[3]), None, &[1i32, 2, 3]);
    });
    std::fs::write(folder.path().join("source.h5"), source).unwrap();
    let (values, summary) = read("/there");
    assert_eq!((values.unwrap(), summary.complete), (vec![1, 2, 3], true));
}

#[test]
fn elements_beyond_what_is_stored_are_not_read_to_verify_them() {
    let bytes = rich();
    let elements = |cx: Context| {
        let mut reader = Netcdf.open(cx).unwrap();
        let all = chunks(&mut *reader, &Request::entry("/packed"));
        all.iter().map(|chunk| chunk.elements()).sum::<u64>()
    };
    assert_eq!(elements(read::context(&bytes)), 12);
    assert_eq!(elements(read::context(&bytes).with_setting("verify", "on")), 6);
}

#[test]
fn a_file_that_is_marked_as_being_written_says_so() {
    let mut bytes = netcdf4::oldest(|f| {
        f.dataset("v", (&[1], &[1]), None, &[5i32]);
    });
    let found = |bytes: &[u8]| {
        let summary = open(bytes).finish().unwrap();
        summary.diagnostics.kept().iter().any(|one| one.rule == "still_open")
    };
    assert!(!found(&bytes));
    assert_eq!((bytes[8], bytes[20]), (0, 0), "version and flags of the superblock");
    bytes[20] = 1;
    assert!(found(&bytes));
}
