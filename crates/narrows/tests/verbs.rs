//! What each verb prints.
#![allow(clippy::unwrap_used)] // a test's helper may

#[path = "support/run.rs"]
mod run;

use std::fs;

use run::{cues, dicom, narrows, narrows_fed, narrows_in, tempdir};
use serde_json::Value;

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn file(dir: &tempfile::TempDir, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    path.into_os_string().into_string().unwrap()
}

#[test]
fn ls_lists_cues_as_json_lines_with_exact_times() {
    let dir = tempdir();
    let path = file(&dir, "a.vtt", cues(2));
    let run = narrows(["ls", "--json", "--kind", "cue", &path]);
    assert_eq!(run.code, 0);
    let lines = lines(&run.out);
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1]["path"], "cue/1");
    assert_eq!(lines[1]["fields"]["text"], "<v Ann>cue 1 &amp; more");
    assert!(
        run.out.lines().nth(1).unwrap().contains(r#""start":1.000,"end":1.900"#),
        "{}",
        run.out
    );
}

#[test]
fn ls_of_dicom_gives_elements_and_the_pixel_array() {
    let dir = tempdir();
    let path = file(&dir, "a.dcm", dicom());
    let run = narrows(["ls", "--json", &path]);
    let lines = lines(&run.out);
    let pixels = lines.last().unwrap();
    assert_eq!(pixels["path"], "(7FE0,0010)");
    assert_eq!(pixels["dtype"], "u16");
    assert_eq!(pixels["shape"], serde_json::json!([2, 2, 3]));
    assert!(lines.iter().any(|l| l["path"] == "(0010,0010)" && l["fields"]["value"] == "Doe^Jane"));
}

#[test]
fn a_pipe_gives_what_the_file_gives() {
    let dir = tempdir();
    for (name, bytes) in [("a.vtt", cues(300).into_bytes()), ("a.dcm", dicom())] {
        let path = file(&dir, name, &bytes);
        for args in [&["ls", "--json"][..], &["cat"], &["check", "-q"]] {
            let from_file = narrows(args.iter().copied().chain([path.as_str()]));
            let from_pipe = narrows_fed(&bytes, args.iter().copied().chain(["-"]));
            assert_eq!(from_pipe.err, "", "{args:?} {name}");
            assert_eq!(
                (from_pipe.code, &from_pipe.out),
                (from_file.code, &from_file.out),
                "{args:?} {name}"
            );
        }
    }
}

#[test]
fn what_was_readable_of_a_cut_file_comes_before_the_error() {
    let dir = tempdir();
    let whole = dicom();
    let path = file(&dir, "cut.dcm", &whole[..whole.len() - 4]);
    let run = narrows(["ls", "--json", &path]);
    assert_eq!(run.code, 1);
    let lines = lines(&run.out);
    let error = &lines.last().unwrap()["error"];
    assert_eq!(error["kind"], "truncated");
    assert!(error["offset"].is_u64(), "{error}");
    assert!(lines.len() > 10);
    assert!(run.err.contains("cut.dcm"), "{}", run.err);
}

#[test]
fn cat_writes_pixels_as_raw_npy_csv_and_numbers() {
    let dir = tempdir();
    let path = file(&dir, "a.dcm", dicom());
    let pixels: Vec<u8> = (0..12u16).flat_map(u16::to_le_bytes).collect();
    assert_eq!(narrows(["cat", &path]).bytes, pixels);
    let npy = narrows(["cat", "--to", "npy", &path]).bytes;
    assert!(npy.starts_with(b"\x93NUMPY\x01\0"));
    assert!(npy.ends_with(&pixels));
    assert!(
        String::from_utf8_lossy(&npy)
            .contains("'descr': '<u2', 'fortran_order': False, 'shape': (2, 2, 3)")
    );
    assert_eq!(narrows(["cat", "--to", "csv", &path]).out, "0,1,2\n3,4,5\n6,7,8\n9,10,11\n");
    assert_eq!(
        narrows(["cat", "--to", "jsonl", "--region", "1", &path]).out,
        "[6,7,8]\n[9,10,11]\n"
    );
    let floats = narrows(["cat", "--to", "f32le", "--region", "0,1,1:", &path]).bytes;
    assert_eq!(floats, [4f32, 5.0].map(f32::to_le_bytes).concat());
}

#[test]
fn cat_writes_cues_as_text_json_and_csv() {
    let dir = tempdir();
    let path = file(&dir, "a.vtt", "WEBVTT\n\nid\n00:01.500 --> 00:02.000\na, \"b\"\n");
    assert_eq!(narrows(["cat", &path]).out, "a, \"b\"\n\n");
    assert_eq!(
        narrows(["cat", "--to", "csv", &path]).out,
        "start,end,id,text\r\n1.500,2.000,id,\"a, \"\"b\"\"\"\r\n"
    );
    let json = lines(&narrows(["cat", "--to", "jsonl", &path]).out);
    assert_eq!(json[0]["start"], 1.5);
    assert_eq!(json[0]["id"], "id");
}

#[test]
fn info_says_format_size_and_totals() {
    let dir = tempdir();
    let path = file(&dir, "wrong.dcm", cues(3));
    let run = narrows(["info", "--json", &path]);
    let info = &lines(&run.out)[0];
    assert_eq!(info["format"], "vtt", "content decides, not the extension");
    assert_eq!(info["detected_by"], "content");
    assert_eq!(info["kinds"]["cue"], 3);
    assert_eq!(info["complete"], true);
    let run = narrows(["info", &path]);
    assert!(run.out.contains("WebVTT"), "{}", run.out);
}

#[test]
fn check_tells_a_cut_file_from_a_whole_one() {
    let dir = tempdir();
    let whole = dicom();
    let good = file(&dir, "good.dcm", &whole);
    let cut = file(&dir, "cut.dcm", &whole[..whole.len() - 1]);
    let run = narrows(["check", &good]);
    assert_eq!((run.code, run.out), (0, format!("{good}: ok\n")));
    let run = narrows(["check", &cut]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("broken"), "{}", run.out);
}

#[test]
fn a_flag_overrules_the_environment_and_that_the_file() {
    let dir = tempdir();
    fs::write(dir.path().join("narrows.toml"), "memory = \"3MiB\"\njson = true\n").unwrap();
    let budget = |env: &[(&str, &str)], args: &[&str]| {
        let run = narrows_in(dir.path(), env, args);
        assert_eq!(run.code, 0, "{}", run.err);
        lines(&run.out)[0]["budget"].as_u64().unwrap() >> 20
    };
    assert_eq!(budget(&[], &["memory"]), 3);
    assert_eq!(budget(&[("NARROWS_MEMORY", "5MiB")], &["memory"]), 5);
    assert_eq!(budget(&[("NARROWS_MEMORY", "5MiB")], &["memory", "--memory", "7MiB"]), 7);
    fs::write(dir.path().join("narrows.toml"), "memroy = 1").unwrap();
    let run = narrows_in(dir.path(), &[], ["memory"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("memroy"), "{}", run.err);
}

#[test]
fn formats_lists_all_eight_and_says_what_is_read() {
    let run = narrows(["formats", "--json"]);
    let formats = lines(&run.out);
    let names: Vec<_> = formats.iter().map(|f| f["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["dicom", "fits", "hdf5", "netcdf", "audio", "video", "vtt", "binary"]);
}

#[test]
fn a_known_format_whose_reader_lies_elsewhere_is_named() {
    let dir = tempdir();
    let path = file(&dir, "a.mp4", "\0\0\0\x20ftypisom\0\0\0\0".repeat(10));
    // without the feature, or in this process, which has no FFmpeg unless another package of the same build asked for it
    let run = narrows(["info", "--json", "--isolate", "never", &path]);
    assert_eq!(run.code, 1);
    let error = lines(&run.out)[0]["error"].clone();
    assert_eq!(error["format"], "video");
    if error["kind"] == "not_enabled" {
        assert!(run.err.contains("narrows-av"), "{}", run.err);
    } else {
        assert_eq!(error["kind"], "truncated", "{error}");
    }
}

#[test]
fn bytes_are_told_block_by_block() {
    let dir = tempdir();
    let path =
        file(&dir, "a.unknown", [vec![0u8; 4096], (0..=255).cycle().take(1000).collect()].concat());
    let args = ["cat", "--to", "jsonl", "--chunk", "4096", "--set", "binary.entropy=on", &path];
    let lines = lines(&narrows(args).out);
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0]["length"], 4096);
    assert_eq!(lines[0]["entropy"], 0.0);
    assert_eq!(lines[1]["offset"], 4096);
    assert_eq!(lines[2]["total"]["length"], 5096);
    // what the reference implementation says: head -c 4096 /dev/zero | xxhsum -H3
    assert_eq!(lines[0]["xxh3"], "93d76fe148c689ba");
}

#[test]
fn a_long_listing_is_the_same_for_any_number_of_threads_and_any_memory() {
    let dir = tempdir();
    let path = file(&dir, "long.vtt", cues(5000));
    for verb in [&["ls", "--json"][..], &["cat", "--to", "jsonl"]] {
        let all = |flags: &[&str]| {
            let run = narrows(verb.iter().chain(flags).copied().chain([path.as_str()]));
            assert_eq!(run.code, 0, "{}", run.err);
            run.out
        };
        let one = all(&["--threads", "1"]);
        assert_eq!(one.lines().count(), if verb.len() == 2 { 5001 } else { 5000 });
        assert!(all(&["--threads", "2"]) == one, "two threads");
        // no room for batches beside the reader's window
        assert!(all(&["--threads", "2", "--memory", "300KiB"]) == one, "short of memory");
    }
}

#[test]
fn decoded_frames_are_written_as_npy_with_their_shape() {
    let dir = tempdir();
    let path = file(&dir, "rle.dcm", run::dicom_rle());
    let run = narrows(["cat", "--form", "decoded", "--to", "npy", &path]);
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        String::from_utf8_lossy(&run.bytes)
            .contains("'descr': '|u1', 'fortran_order': False, 'shape': (2, 4)")
    );
    assert!(run.bytes.ends_with(&[7, 7, 7, 7, 1, 2, 3, 4]));
}
