//! What classic files say and hold: values beside the bytes they were made of.

#[path = "support/read.rs"]
mod read;
#[path = "support/writer.rs"]
mod writer;

use read::{chunks, dataset, open, values};
use stream_core::{Form, ReaderExt, Request, Severity};
use stream_netcdf::{Cdl, Version};
use writer::{File, byte, double, float, int, rich, text, ubyte};

#[test]
fn the_header_is_what_ncdump_would_print() {
    let bytes = rich(1, 2).build();
    let expected = "netcdf t {
dimensions:
\ttime = UNLIMITED ; // (2 currently)
\ty = 3 ;
\tx = 5 ;
variables:
\tfloat x(x) ;
\t\tx:units = \"degrees_east\" ;
\tint scalar ;
\tchar name(x) ;
\tdouble time(time) ;
\t\ttime:units = \"days since 2000-01-01 12:00 +2:00\" ;
\t\ttime:calendar = \"noleap\" ;
\tshort t(time, y, x) ;
\t\tt:scale_factor = 0.5f ;
\t\tt:add_offset = 10.f ;
\t\tt:_FillValue = 7s ;
\t\tt:coordinates = \"x\" ;
\tbyte flag(time) ;
\t\tflag:flag_values = 0b, 1b, 2b ;
\t\tflag:flag_meanings = \"good bad ugly\" ;

// global attributes:
\t\t:title = \"a test\" ;
\t\t:Conventions = \"CF-1.11\" ;
\t\t:numbers = 1.5, -2. ;
}
";
    assert_eq!(Cdl::new(dataset(&bytes).header(), "t").to_string(), expected);
}

#[test]
fn entries_come_in_the_order_of_the_file() {
    let mut reader = open(&rich(1, 2).build());
    let paths: Vec<String> = reader.entries().map(|e| e.unwrap().path().to_owned()).collect();
    let first = ["/", "/@dim/time", "/@dim/y", "/@dim/x", "/@title", "/@Conventions", "/@numbers"];
    assert_eq!(paths[..7], first);
    assert_eq!(paths[7..11], ["/x", "/x@units", "/scalar", "/name"]);
    let summary = reader.finish().unwrap();
    assert!(summary.complete);
    assert_eq!(summary.fields.get("records").and_then(|v| v.as_u64()), Some(2));
}

#[test]
fn a_file_without_records_is_whole_where_they_would_begin() {
    let bytes = rich(1, 0).build();
    assert_eq!(values::<f64>(&bytes, "/time", "", Form::Stored), []);
    assert_eq!(values::<i16>(&bytes, "/t", "", Form::Stored), []);
    let mut reader = open(&bytes);
    reader.entries().for_each(|e| drop(e.unwrap()));
    assert!(reader.finish().unwrap().complete);
}

#[test]
fn every_version_gives_the_values_that_were_written() {
    for version in [1, 2, 5] {
        let bytes = rich(version, 4).build();
        let all: Vec<i16> = (0..60).collect();
        assert_eq!(values::<i16>(&bytes, "/t", "", Form::Stored), all);
        assert_eq!(values::<i16>(&bytes, "/t", "1:3, ::2, 3", Form::Stored), [18, 28, 33, 43]);
        assert_eq!(
            values::<f32>(&bytes, "/x", "::-1".trim_end_matches("-1"), Form::Stored).len(),
            5
        );
        assert_eq!(values::<i32>(&bytes, "/scalar", "", Form::Stored), [-7]);
        assert_eq!(values::<u8>(&bytes, "/name", "1:3", Form::Stored), b"el");
        assert_eq!(values::<f64>(&bytes, "/time", "::3", Form::Stored), [0.0, 3.0]);
        assert_eq!(values::<i8>(&bytes, "/flag", "", Form::Stored), [0, 1, 2, 0]);
        assert_eq!(values::<f64>(&bytes, "/@numbers", "", Form::Stored), [1.5, -2.0]);
        assert_eq!(values::<u8>(&bytes, "/@title", "", Form::Stored), b"a test");
    }
    let bytes = rich(5, 2).build();
    let big: Vec<u64> = (0..10).map(|i| u64::MAX - i).collect();
    assert_eq!(values::<u64>(&bytes, "big", "", Form::Stored), big);
    assert_eq!(values::<u16>(&bytes, "/small@limits", "", Form::Stored), [1, 65535]);
    assert_eq!(dataset(&bytes).header().version(), Version::Data64);
}

#[test]
fn bytes_are_those_of_the_file_record_by_record() {
    let bytes = rich(1, 2).build();
    assert_eq!(values::<u8>(&bytes, "/scalar", "", Form::Bytes), (-7i32).to_be_bytes());
    let raw: Vec<u8> = (0..30i16).flat_map(i16::to_be_bytes).collect();
    assert_eq!(values::<u8>(&bytes, "/t", "", Form::Bytes), raw);
}

#[test]
fn the_only_record_variable_is_not_padded() {
    let bytes = File::new(1, 3).dim("r", 0).var("b", &["r"], byte([1, 2, 3])).build();
    assert_eq!(dataset(&bytes).header().record_size(), Some(1));
    assert_eq!(values::<i8>(&bytes, "/b", "", Form::Stored), [1, 2, 3]);
    let bytes = rich(1, 3).build();
    // 8 for the time, 32 of which 30 are used, 4 of which 1 is used
    assert_eq!(dataset(&bytes).header().record_size(), Some(44));
}

#[test]
fn a_streamed_file_has_the_records_that_its_length_allows() {
    let mut bytes = rich(2, 3).streaming().build();
    bytes.truncate(bytes.len() - 5);
    let set = dataset(&bytes);
    assert_eq!(set.header().records(), 2);
    assert!(set.incomplete().is_none());
    assert_eq!(set.findings().kept()[0].rule, "records_streamed");
    assert_eq!(values::<f64>(&bytes, "/time", "", Form::Stored), [0.0, 1.0]);
}

#[test]
fn a_file_cut_short_is_said_to_be_and_never_read_as_zeros() {
    let whole = rich(1, 4).build();
    let bytes = &whole[..whole.len() - 50];
    let set = dataset(bytes);
    let short = &set.findings().kept()[0];
    assert_eq!((short.rule, short.severity), ("file_too_short", Severity::Error));
    let reason = set.incomplete().unwrap();
    let sizes = format!("file has {} bytes, its header needs {}", bytes.len(), whole.len() - 3);
    assert!(reason.starts_with(&sizes), "{reason}");
    let mut reader = open(bytes);
    let mut data = reader.chunks(&Request::entry("/time").with_chunk_size(8)).unwrap();
    for expected in [0.0, 1.0, 2.0] {
        let chunk = data.next_chunk().unwrap().unwrap();
        assert_eq!(chunk.as_slice::<f64>().unwrap(), [expected]);
    }
    let e = data.next_chunk().unwrap_err();
    assert_eq!((e.kind().as_str(), e.entry()), ("truncated", Some("/time")));
}

#[test]
fn packed_values_are_scaled_and_missing_ones_are_nan() {
    let bytes = rich(1, 1).build();
    let scaled = values::<f32>(&bytes, "/t", "0, 1", Form::Scaled);
    assert_eq!(scaled[..2], [12.5, 13.0]);
    assert!(scaled[2].is_nan());
    assert_eq!(scaled[3..], [14.0, 14.5]);
    let file = File::new(5, 0)
        .dim("x", 4)
        .var("valid", &["x"], int([-5, 0, 5, -2_147_483_647]))
        .att("valid_min", int([-1]))
        .var("several", &["x"], double([1.0, 2.0, 3.0, 9.969_209_968_386_869e36]))
        .att("missing_value", double([1.0, 3.0]))
        .var("unsigned", &["x"], byte([-1, -2, 0, 1]))
        .att("_Unsigned", text("true"))
        .att("_FillValue", byte([-1]))
        .att("scale_factor", double([2.0]))
        .var("text", &["x"], text("abcd"))
        .var("unpacked", &["x"], ubyte([0, 1, 2, 3]))
        .att("scale_factor", double([10.0]))
        .att("valid_range", double([10.0, 20.0]))
        .build();
    let nan = |path: &str| -> Vec<Option<f64>> {
        let all = values::<f64>(&file, path, "", Form::Scaled);
        all.into_iter().map(|x| (!x.is_nan()).then_some(x)).collect()
    };
    assert_eq!(nan("/valid"), [None, Some(0.0), Some(5.0), None]);
    assert_eq!(nan("/several"), [None, Some(2.0), None, None]);
    assert_eq!(nan("/unsigned"), [None, Some(508.0), Some(0.0), Some(2.0)]);
    assert_eq!(nan("/unpacked"), [None, Some(10.0), Some(20.0), None]);
    assert_eq!(values::<u8>(&file, "/text", "", Form::Scaled), b"abcd");
}

#[test]
fn a_malformed_convention_is_a_finding_and_nothing_else() {
    let bytes = File::new(1, 0)
        .dim("x", 2)
        .var("v", &["x"], float([1.0, 2.0]))
        .att("scale_factor", text("two"))
        .att("valid_range", float([1.0]))
        .att("coordinates", text("lat lon"))
        .var("time", &["x"], double([0.0, 1.0]))
        .att("units", text("days since yesterday"))
        .att("calendar", text("martian"))
        .build();
    let set = dataset(&bytes);
    let rules: Vec<_> = set.findings().kept().iter().map(|d| d.rule).collect();
    assert_eq!(
        rules,
        [
            "convention_value",
            "convention_value",
            "convention_reference",
            "convention_reference",
            "calendar_unknown"
        ]
    );
    assert_eq!(values::<f32>(&bytes, "/v", "", Form::Scaled), [1.0, 2.0]);
}

#[test]
fn record_variables_asked_for_together_come_block_by_block_in_one_pass() {
    let bytes = rich(2, 100).build();
    let mut reader = open(&bytes);
    let before = reader.context().counters().bytes_read();
    let request = Request::entries(["/flag", "/x", "/t", "/time"]).with_chunk_size(1 << 20);
    let all = chunks(&mut *reader, &request);
    let read = reader.context().counters().bytes_read() - before;
    assert_eq!(all.iter().map(|c| c.entry()).collect::<Vec<_>>(), [1, 0, 2, 3]);
    assert!(read <= 100 * 44 + 20, "{read}");
    assert_eq!(all[2].as_slice::<i16>().unwrap()[1499], 499);
    let plan = reader.chunks(&request).unwrap().plan().unwrap();
    assert_eq!(plan.len(), all.len());
    for (index, chunk) in all.iter().enumerate() {
        let place = plan.place(index).unwrap();
        assert_eq!((&*place.origin, &*place.shape), (chunk.origin(), chunk.shape()));
        assert_eq!(place.entry, chunk.entry());
    }
}

#[test]
fn names_that_repeat_have_paths_of_their_own() {
    let bytes = File::new(1, 0)
        .dim("x", 1)
        .var("a", &["x"], int([1]))
        .var("a", &["x"], int([2]))
        .var("b@c/d", &["x"], int([3]))
        .build();
    assert_eq!(values::<i32>(&bytes, "/a", "", Form::Stored), [1]);
    assert_eq!(values::<i32>(&bytes, "/a[1]", "", Form::Stored), [2]);
    assert_eq!(values::<i32>(&bytes, "/b%40c%2Fd", "", Form::Stored), [3]);
    assert_eq!(dataset(&bytes).findings().kept()[0].rule, "name_repeated");
}
