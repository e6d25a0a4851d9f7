//! What files hold, value by value.

#![allow(clippy::unwrap_used)] // helpers of tests

#[path = "support/build.rs"]
mod build;

use std::sync::Arc;

use build::{File, ascii, be, card, every_column, groups, many};
use stream_core::memory::Budget;
use stream_core::{
    Context, Entry, Form, Format, Kind, MemorySource, Reader, ReaderExt, Region, Request, Sample,
    Severity, Value,
};
use stream_fits::{Fits, Hdu};

fn context(file: File) -> Context {
    let source = Arc::new(MemorySource::new(file.0));
    Context::new(source, &Budget::new("values", 8 << 20)).with_chunk_size(16)
}

fn open(file: File) -> Box<dyn Reader> {
    Fits.open(context(file)).unwrap()
}

/// All elements of an entry, by their places.
fn read<T: Sample + PartialEq + std::fmt::Debug>(file: File, request: &Request) -> Vec<T> {
    let mut reader = open(file);
    let mut chunks = reader.chunks(request).unwrap();
    let mut all = Vec::new();
    while let Some(chunk) = chunks.next_chunk().unwrap() {
        all.extend_from_slice(chunk.as_slice::<T>().unwrap());
    }
    all
}

fn bytes(file: File, path: &str) -> Vec<u8> {
    let mut all = Vec::new();
    open(file).copy(&Request::entry(path), &mut all).unwrap();
    all
}

fn column(name: &str) -> Request {
    Request::entry(format!("hdu/1/column/{name}"))
}

fn entries(file: File) -> Vec<Entry> {
    let mut reader = open(file);
    let all = reader.entries().collect::<Result<Vec<_>, _>>();
    all.unwrap()
}

#[test]
fn images_are_given_in_regions_with_steps() {
    let file =
        || File::image(16, &[5, 4], &[], &be(&(0..20).collect::<Vec<i16>>(), i16::to_be_bytes));
    let region: Region = "1:4:2, 1::3".parse().unwrap();
    let request = Request::entry("hdu/0").with_region(region);
    assert_eq!(read::<i16>(file(), &request), [6, 9, 16, 19]);
    assert_eq!(read::<i16>(file(), &Request::entry("hdu/0")).len(), 20);
    let raw = Request::entry("hdu/0").with_form(Form::Bytes).with_region(Region::range(2..6));
    assert_eq!(read::<u8>(file(), &raw), [0, 1, 0, 2]);
}

#[test]
fn scaled_images_have_nan_where_they_are_blank() {
    let more = [card("BSCALE", 0.5), card("BZERO", 100), card("BLANK", -32768)];
    let data = be(&[0i16, 2, -32768], i16::to_be_bytes);
    let request = Request::entry("hdu/0").with_form(Form::Scaled);
    let all = read::<f32>(File::image(16, &[3], &more, &data), &request);
    assert_eq!(all[..2], [100.0, 101.0]);
    assert!(all[2].is_nan());
}

#[test]
fn columns_of_every_kind_have_their_values() {
    let file = every_column;
    assert_eq!(read::<u8>(file(), &column("FLAG")), [1, 0, 1, 0, 1]);
    let bits = read::<u8>(file(), &column("BITS"));
    assert_eq!(bits[..10], [1, 0, 1, 0, 0, 0, 0, 0, 1, 0]);
    assert_eq!(bits[10..20], [1, 0, 1, 0, 0, 0, 0, 1, 1, 0]);
    assert_eq!(read::<u16>(file(), &column("SHORT")), [32766, 32767, 32768, 32769, 32770]);
    let scaled = column("INT").with_form(Form::Scaled);
    assert_eq!(read::<f64>(file(), &scaled), [10.0, 35_010.0, 70_010.0, 105_010.0, 140_010.0]);
    let byte = read::<f32>(file(), &column("BYTE").with_form(Form::Scaled));
    assert!(byte[3].is_nan() && byte[4] == 4.0);
    assert_eq!(read::<i64>(file(), &column("LONG"))[4], 4 << 40);
    assert_eq!(&bytes(file(), "hdu/1/column/NAME")[8..16], b"name1\0\0\0");
    assert_eq!(read::<f32>(file(), &column("VEC"))[3..6], [1.0, 1.25, 1.5]);
    assert_eq!(read::<[f32; 2]>(file(), &column("C"))[3], [1.0, -3.0]);
    assert_eq!(read::<[f64; 2]>(file(), &column("11"))[2], [2.0, 2.0]);
}

#[test]
fn arrays_in_the_heap_come_with_their_lengths() {
    let mut expected = Vec::new();
    for n in 0..5u32 {
        expected.extend(n.to_ne_bytes());
        (0..n as i16).for_each(|k| expected.extend((k * 100).to_ne_bytes()));
    }
    assert_eq!(bytes(every_column(), "hdu/1/column/HEAP"), expected);
    let text = bytes(every_column(), "hdu/1/column/TEXT");
    assert_eq!((&text[..4], &text[4..7], text.len()), (&3u32.to_ne_bytes()[..], &b"abc"[..], 35));
}

#[test]
fn several_columns_are_one_pass() {
    let rows: Vec<Vec<u8>> =
        (0..1000u32).map(|i| [i.to_be_bytes(), (i * 2).to_be_bytes()].concat()).collect();
    let file = File::empty().table(&[("A", "J", &[]), ("B", "J", &[])], &rows, &[], &[]);
    let cx = context(file).with_chunk_size(800);
    let mut reader = Fits.open(cx.clone()).unwrap();
    let mut chunks =
        reader.chunks(&Request::entries(["hdu/1/column/B", "hdu/1/column/A"])).unwrap();
    let mut sums = [0i64; 2];
    let before = cx.counters().bytes_read();
    while let Some(chunk) = chunks.next_chunk().unwrap() {
        sums[chunk.entry()] +=
            chunk.as_slice::<i32>().unwrap().iter().map(|x| i64::from(*x)).sum::<i64>();
    }
    assert_eq!(sums, [999_000, 499_500]);
    assert_eq!(cx.counters().bytes_read() - before, 8000);
}

#[test]
fn rows_are_whole_elements() {
    let rows: Vec<Vec<u8>> =
        vec![[&1i16.to_be_bytes()[..], b"ab"].concat(), [&2i16.to_be_bytes()[..], b"cd"].concat()];
    let file = File::empty().table(&[("N", "I", &[]), ("S", "2A", &[])], &rows, &[], &[]);
    let listed = entries(File(file.0.clone()));
    assert_eq!(listed[1].array().unwrap().dtype.to_string(), "struct{N:i16,S:str:2}");
    let all = bytes(file, "hdu/1");
    let expected = [&1i16.to_ne_bytes()[..], b"ab", &2i16.to_ne_bytes(), b"cd"].concat();
    assert_eq!(all, expected);
}

#[test]
fn ascii_tables_become_numbers() {
    assert_eq!(read::<i32>(ascii(), &column("N")), [1, 2, 0]);
    assert_eq!(bytes(ascii(), "hdu/1/column/NAME"), b"alphabeta gamma");
    let x = read::<f64>(ascii(), &column("X"));
    assert_eq!(x[..2], [1.5, -2.25]);
    assert!(x[2].is_nan());
    // a point that is not written, an exponent, and a blank field
    assert_eq!(read::<f64>(ascii(), &column("Y")), [12.345, 1000.0, 0.0]);
}

#[test]
fn random_groups_are_a_table_of_parameters_and_arrays() {
    let listed = entries(groups());
    let paths: Vec<_> = listed.iter().map(|e| e.path().to_owned()).collect();
    assert_eq!(paths, ["hdu/0", "hdu/0/column/UU", "hdu/0/column/VV", "hdu/0/column/DATA"]);
    assert_eq!(&listed[3].array().unwrap().shape[..], [4, 2, 3]);
    let request = Request::entry("hdu/0/column/UU").with_form(Form::Scaled);
    assert_eq!(read::<f32>(groups(), &request), [0.0, 200.0, 400.0, 600.0]);
    let data = read::<f32>(groups(), &Request::entry("hdu/0/column/DATA"));
    assert_eq!((data.len(), data[6], data[11]), (24, 102.0, 107.0));
}

#[test]
fn hdus_tell_their_cards_coordinates_and_times() {
    let listed = entries(many());
    let kinds: Vec<_> = listed.iter().map(|e| e.kind()).collect();
    assert_eq!(kinds, [Kind::Array, Kind::Array, Kind::Group, Kind::Bytes, Kind::Array]);
    let first = listed[0].fields();
    let map = |name| match first.get(name) {
        Some(Value::Map(map)) => map,
        other => panic!("{other:?}"),
    };
    let get = |name: &str, key: &str| {
        map(match name {
            "wcs" => "wcs",
            _ => "time",
        })
        .find(|(k, _)| *k == key)
        .unwrap()
        .1
    };
    let Value::List(center) = get("wcs", "center") else { panic!() };
    let center: Vec<f64> = center.filter_map(|v| v.as_f64()).collect();
    assert!((center[0] - 150.0).abs() < 1e-9 && (center[1] - 2.2).abs() < 1e-9, "{center:?}");
    assert_eq!(get("time", "exptime").as_f64(), Some(30.5));
    let Some(Value::List(cards)) = first.get("cards") else { panic!() };
    let texts: Vec<String> = cards.map(|card| format!("{card:?}")).collect();
    assert!(
        texts.iter().any(|t| t.contains("LONGSTR")
            && t.contains("one two three")
            && t.contains("first last"))
    );
    assert!(texts.iter().any(|t| t.contains("ESO DET WIN1 NX")
        && t.contains("2148")
        && t.contains(r#""unit": Text("pixel")"#)));
    assert!(texts.iter().any(|t| t.contains("UNDEF") && t.contains("Null")));
    assert_eq!(texts.iter().filter(|t| t.contains("HISTORY")).count(), 2);
    assert_eq!(listed[3].fields().get("hdu").unwrap().as_str(), Some("FOREIGN"));
}

#[test]
fn wrong_sums_are_errors_and_right_ones_are_silent() {
    let good = |text: &str| {
        let more = [card("DATASUM", format!("'{text}'"))];
        let file = File::image(16, &[2], &more, &[0, 1, 0, 2]);
        let cx = context(file).with_setting("verify", "on");
        let mut reader = Fits.open(cx.clone()).unwrap();
        let mut entry = cx.entry();
        while reader.read_entry(&mut entry).unwrap() {}
        let summary = reader.finish().unwrap();
        assert!(summary.complete);
        summary.diagnostics.count(Severity::Error)
    };
    assert_eq!(good("65538"), 0);
    assert_eq!(good("65539"), 1);
}

#[test]
fn a_file_cut_short_gives_its_headers_and_then_says_where_it_ends() {
    // behind an HDU nothing tells that more should follow
    let mut file = many();
    file.0.truncate(5760);
    let cx = context(file);
    let mut reader = stream_fits::Reader::open(cx.clone()).unwrap();
    let mut hdu = Hdu::new(&cx);
    assert!(reader.read_hdu(&mut hdu).unwrap());
    assert!(!reader.read_hdu(&mut hdu).unwrap() && reader.is_complete());
    let mut file = many();
    file.0.truncate(2880 + 7);
    let cx = context(file);
    let mut reader = Fits.open(cx.clone()).unwrap();
    let mut entry = cx.entry();
    assert!(reader.read_entry(&mut entry).unwrap());
    let e = reader.read_entry(&mut entry).unwrap_err();
    assert_eq!(
        e.to_string(),
        "fits: data cut short (expected 12 bytes, found 7) (entry hdu/0, offset 2887)"
    );
    let summary = reader.finish().unwrap();
    assert!(!summary.complete && summary.fields.get("incomplete_reason").is_some());
}
