//! Arrays and tables through the command: statistics, columns, headers. The files are FITS, byte for byte.
#![cfg(feature = "fits")]
#![allow(clippy::unwrap_used)] // a test's helper may

#[path = "support/run.rs"]
mod run;

use std::fs;

use run::{narrows, narrows_fed, tempdir};
use serde_json::{Value, json};

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Header cards, padded to blocks of 2880 bytes (FITS 3.3.1).
fn header(cards: &[&str]) -> Vec<u8> {
    let mut block: String = cards.iter().map(|card| format!("{card:<80}")).collect();
    block.push_str(&format!("{:<80}", "END"));
    let length = block.len().next_multiple_of(2880);
    format!("{block:<length$}").into_bytes()
}

/// Data, padded with zeros.
fn data(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.resize(bytes.len().next_multiple_of(2880), 0);
    bytes
}

/// An image of 2 rows of 4 pixels of 16 bits: 3 1 4 1; 5 9 2 -6.
fn image() -> Vec<u8> {
    let cards = [
        "SIMPLE  =                    T / conforms",
        "BITPIX  =                   16",
        "NAXIS   =                    2",
        "NAXIS1  =                    4",
        "NAXIS2  =                    2",
        "TELESCOP= 'Hooker  '           / 100 inch",
        "OBJECT  = 'M 31    '",
        "DATE-OBS= '1923-10-06'",
        "HISTORY a plate",
    ];
    let pixels: [i16; 8] = [3, 1, 4, 1, 5, 9, 2, -6];
    [header(&cards), data(pixels.iter().flat_map(|p| p.to_be_bytes()).collect())].concat()
}

/// A table of three rows: ID, 16 bits; FLUX, 32 bits of float; NAME, 4 characters.
fn table() -> Vec<u8> {
    let primary = [
        "SIMPLE  =                    T",
        "BITPIX  =                    8",
        "NAXIS   =                    0",
        "EXTEND  =                    T",
    ];
    let cards = [
        "XTENSION= 'BINTABLE'",
        "BITPIX  =                    8",
        "NAXIS   =                    2",
        "NAXIS1  =                   10",
        "NAXIS2  =                    3",
        "PCOUNT  =                    0",
        "GCOUNT  =                    1",
        "TFIELDS =                    3",
        "TTYPE1  = 'ID      '",
        "TFORM1  = '1I      '",
        "TTYPE2  = 'FLUX    '",
        "TFORM2  = '1E      '",
        "TUNIT2  = 'Jy      '",
        "TTYPE3  = 'NAME    '",
        "TFORM3  = '4A      '",
        "EXTNAME = 'STARS   '",
    ];
    let mut rows = Vec::new();
    for (id, flux, name) in [(7i16, 0.1f32, b"Vega"), (8, -2.5, b"Deneb".first_chunk().unwrap())] {
        rows.extend(id.to_be_bytes());
        rows.extend(flux.to_be_bytes());
        rows.extend(name);
    }
    rows.extend((-9i16).to_be_bytes());
    rows.extend(1e10f32.to_be_bytes());
    rows.extend(b"Ab\0\0");
    [header(&primary), header(&cards), data(rows)].concat()
}

fn file(dir: &tempfile::TempDir, name: &str, bytes: &[u8]) -> String {
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    path.into_os_string().into_string().unwrap()
}

#[test]
fn statistics_of_an_image_are_those_counted_by_hand() {
    let dir = tempdir();
    let path = file(&dir, "a.fits", &image());
    let run = narrows(["stats", "--json", "--form", "stored", &path]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    let found = &lines(&run.out)[0];
    assert_eq!(found["path"], "hdu/0");
    assert_eq!(found["dtype"], "i16");
    assert_eq!(found["count"], 8);
    assert_eq!(found["missing"], 0);
    assert_eq!((&found["min"], &found["min_at"]), (&json!(-6), &json!([1, 3])));
    assert_eq!((&found["max"], &found["max_at"]), (&json!(9), &json!([1, 1])));
    assert_eq!(found["sum"], 19);
    assert_eq!(found["mean"], 19.0 / 8.0);
    // of the population: squares add up to 173
    assert_eq!(found["variance"], 173.0 / 8.0 - (19.0 / 8.0) * (19.0 / 8.0));
    let counts = found["histogram"]["counts"].as_array().unwrap();
    assert_eq!(counts.iter().map(|n| n.as_u64().unwrap()).sum::<u64>(), 8);
}

#[test]
fn statistics_for_people_say_value_and_place() {
    let dir = tempdir();
    let path = file(&dir, "a.fits", &image());
    let run = narrows(["stats", "--form", "stored", &path]);
    assert!(run.out.starts_with("hdu/0  i16\n"), "{}", run.out);
    for fact in ["-6 at [1, 3]", "9 at [1, 1]", "2.375"] {
        assert!(run.out.contains(fact), "{fact}: {}", run.out);
    }
    let path = file(&dir, "t.fits", &table());
    let run = narrows(["stats", "--entry", "hdu/1/column/FLUX", "--region", "0:2", &path]);
    assert!(run.out.contains(" 0.1 at [0]"), "{}", run.out);
}

#[test]
fn a_region_and_measures_narrow_the_statistics() {
    let dir = tempdir();
    let path = file(&dir, "a.fits", &image());
    let run = narrows(["stats", "--json", "--form", "stored", "--region", "0,1:4", &path]);
    let found = &lines(&run.out)[0];
    assert_eq!((&found["count"], &found["sum"]), (&json!(3), &json!(6)));
    assert_eq!(found["max"], 4);
    assert_eq!(found["max_at"], json!([0, 2]), "places are those of the whole array");

    let run = narrows(["stats", "--json", "--form", "stored", "--measures", "count,min", &path]);
    let found = lines(&run.out).remove(0);
    assert_eq!((&found["count"], &found["min"]), (&json!(8), &json!(-6)));
    for absent in ["sum", "mean", "quantiles", "histogram"] {
        assert!(found.get(absent).is_none(), "{absent}: {found}");
    }
}

#[test]
fn statistics_of_a_pipe_are_those_of_the_file() {
    let dir = tempdir();
    for bytes in [image(), table()] {
        let path = file(&dir, "a.fits", &bytes);
        let from_file = narrows(["stats", "--json", &path]);
        let from_pipe = narrows_fed(&bytes, ["stats", "--json", "-"]);
        assert_eq!(from_file.out, from_pipe.out);
        assert_eq!((from_pipe.code, from_pipe.err.as_str()), (0, ""));
    }
}

#[test]
fn statistics_of_a_table_are_those_of_its_columns_of_numbers() {
    let dir = tempdir();
    let path = file(&dir, "t.fits", &table());
    let run = narrows(["stats", "--json", &path]);
    let found = lines(&run.out);
    let paths: Vec<_> = found.iter().map(|l| l["path"].as_str().unwrap()).collect();
    assert_eq!(paths, ["hdu/1/column/ID", "hdu/1/column/FLUX"]);
    assert_eq!(
        (&found[0]["min"], &found[0]["sum"]),
        (&json!(-9.0), &json!(6.0)),
        "scaled, so floats"
    );
    assert_eq!(found[1]["min"], -2.5);
}

#[test]
fn columns_side_by_side_as_csv_json_lines_and_npy() {
    let dir = tempdir();
    let path = file(&dir, "t.fits", &table());
    let two = ["--entry", "hdu/1/column/FLUX", "--entry", "hdu/1/column/ID", &path];
    let cat = |to| narrows(["cat", "--to", to].into_iter().chain(two));
    assert_eq!(cat("csv").out, "FLUX,ID\n0.1,7\n-2.5,8\n10000000000.0,-9\n");
    let objects = lines(&cat("jsonl").out);
    assert_eq!(objects[0], json!({"FLUX": 0.1, "ID": 7}));
    assert_eq!(objects[2]["ID"], -9);

    let npy = cat("npy").bytes;
    let (head, rows) = npy.split_at(npy.len() - 18);
    assert_eq!(&head[..8], b"\x93NUMPY\x01\0");
    assert_eq!(head.len() % 64, 0);
    let text = String::from_utf8_lossy(&head[10..]);
    let descr =
        "{'descr': [('FLUX', '<f4'), ('ID', '<i2')], 'fortran_order': False, 'shape': (3,), }";
    assert_eq!(text.trim_end(), descr);
    let mut expected = Vec::new();
    for (flux, id) in [(0.1f32, 7i16), (-2.5, 8), (1e10, -9)] {
        expected.extend(flux.to_le_bytes());
        expected.extend(id.to_le_bytes());
    }
    assert_eq!(rows, expected);
}

#[test]
fn a_table_is_a_struct_in_npy_and_csv() {
    let dir = tempdir();
    let path = file(&dir, "t.fits", &table());
    let npy = narrows(["cat", "--entry", "hdu/1", "--to", "npy", &path]).bytes;
    let text = String::from_utf8_lossy(&npy);
    let descr = "[('ID', '<i2'), ('FLUX', '<f4'), ('NAME', '|S4')]";
    assert!(text.contains(descr), "{text}");
    assert_eq!(&npy[npy.len() - 30..npy.len() - 24], [&[7, 0][..], &0.1f32.to_le_bytes()].concat());
    let csv = narrows(["cat", "--entry", "hdu/1", "--to", "csv", &path]).out;
    assert_eq!(csv, "ID,FLUX,NAME\n7,0.1,Vega\n8,-2.5,Dene\n-9,10000000000.0,Ab\n");
}

#[test]
fn ls_shows_every_card_of_a_header() {
    let dir = tempdir();
    let path = file(&dir, "a.fits", &image());
    let run = narrows(["ls", "-l", &path]);
    for card in [
        "SIMPLE  = true / conforms",
        "BITPIX  = 16",
        "NAXIS1  = 4",
        "NAXIS2  = 2",
        "TELESCOP= 'Hooker' / 100 inch",
        "OBJECT  = 'M 31'",
        "DATE-OBS= '1923-10-06'",
        "HISTORY",
        "a plate",
    ] {
        assert!(run.out.contains(card), "{card}:\n{}", run.out);
    }
}

#[test]
fn info_shows_the_hdus_and_what_was_observed() {
    let dir = tempdir();
    let path = file(&dir, "a.fits", &image());
    let run = narrows(["info", &path]);
    for fact in ["Hooker", "M 31", "1923-10-06", "[2, 4]", "i16"] {
        assert!(run.out.contains(fact), "{fact}:\n{}", run.out);
    }
    let path = file(&dir, "t.fits", &table());
    let info = lines(&narrows(["info", "--json", &path]).out).remove(0);
    assert_eq!(
        info["hdu_table"],
        json!([
            {"number": 0, "name": null, "kind": "none", "shape": null, "dtype": null},
            {"number": 1, "name": "STARS", "kind": "table", "shape": [3], "dtype": "3 columns"},
        ])
    );
    assert_eq!(info["hdu_table_more"], 0);
}

#[test]
fn a_worker_gives_the_same_tables_statistics_and_outlines() {
    let dir = tempdir();
    for (name, bytes) in [("a.fits", image()), ("t.fits", table())] {
        let path = file(&dir, name, &bytes);
        for verb in [
            &["stats"][..],
            &["stats", "--json"],
            &["stats", "--measures", "sum"],
            &["info"],
            &["info", "--json"],
            &["ls", "-l"],
            &["cat", "--entry", "hdu/1", "--to", "csv"],
            &["cat", "--entry", "hdu/1/column/ID", "--entry", "hdu/1/column/FLUX", "--to", "npy"],
        ] {
            let run = |when| narrows(verb.iter().copied().chain(["--isolate", when, &path]));
            let (here, there) = (run("never"), run("always"));
            assert_eq!((here.code, here.err), (there.code, there.err), "{verb:?} {name}");
            assert!(here.bytes == there.bytes, "{verb:?} {name}:\n{}\n{}", here.out, there.out);
        }
    }
}
