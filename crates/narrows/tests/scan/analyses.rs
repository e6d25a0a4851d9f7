//! What is computed of data, digests and duplicates.

use std::fs;
use std::path::Path;

use crate::run::{dicom, narrows, tempdir};
use crate::wav::stereo;
use crate::{measure, rows, scan};

const RATE: u32 = 8000;

/// 2 s of a square wave of half of full scale, the right channel a quarter.
fn square() -> Vec<u8> {
    let left: Vec<i16> = (0..RATE * 2).map(|i| if i % 16 < 8 { 16384 } else { -16384 }).collect();
    stereo(RATE, left.into_iter())
}

#[test]
fn analyses_that_are_named_stand_among_the_measures_and_no_others() {
    let dir = tempdir();
    let tree = dir.path().join("tree");
    fs::create_dir(&tree).unwrap();
    fs::write(tree.join("square.wav"), square()).unwrap();
    fs::write(tree.join("a.dcm"), dicom()).unwrap();
    let of = |name: &str, more: &[&str]| {
        let out = dir.path().join(name);
        let run = scan(&tree, &out, more);
        assert_eq!(run.code, 0, "{}", run.err);
        let (_, entries) = rows(&out);
        let at = |path: &str| entries.iter().find(|entry| entry["path"] == path).unwrap().clone();
        (at("stream/0"), at("(7FE0,0010)"))
    };
    let (sound, pixels) = of("all", &["--depth", "full", "--with", "rms,stats,loudness"]);
    let near = |name: &str, expected: f64| {
        let found = measure(&sound, name).unwrap_or(f64::NAN);
        assert!((found - expected).abs() < 1e-6, "{name}: {found}, expected {expected}");
    };
    near("count", 32_000.0);
    near("min", -0.5);
    near("max", 0.5);
    near("mean", 0.0);
    // of half the samples 1/4, of half 1/16
    near("sd", ((0.25 + 0.0625) / 2.0f64).sqrt());
    // librosa.feature.rms: 1 + 16000 / 512 frames, centred; of the mean of both channels
    near("rms.frames", 32.0);
    near("rms.max", 0.375);
    // half of the first frame lies before the sound
    near("rms.min", 0.375 / 2f64.sqrt());
    near("rms.peak", 0.5);
    near("loudness.sample_peak", 20.0 * 0.5f64.log10());
    assert!(
        measure(&sound, "loudness.integrated").is_some_and(|lufs| (-12.0..0.0).contains(&lufs))
    );
    assert_eq!((measure(&pixels, "max"), measure(&pixels, "rms.max")), (Some(11.0), None));

    // one alone, which means full depth
    let (sound, pixels) = of("rms", &["--with", "rms"]);
    assert!(measure(&sound, "rms.mean").is_some() && measure(&sound, "mean").is_none());
    assert_eq!(pixels["measures"].as_array().map(Vec::len), Some(0));
    // by default statistics
    let (sound, _) = of("full", &["--depth", "full"]);
    assert!(measure(&sound, "rms.mean").is_none() && measure(&sound, "mean").is_some());
}

#[test]
fn analyses_without_data_and_unknown_ones_are_wrong_usage() {
    let dir = tempdir();
    let run = scan(dir.path(), &dir.path().join("out"), &["--with", "rms", "--depth", "summary"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("--depth full"), "{}", run.err);
    let run = scan(dir.path(), &dir.path().join("out"), &["--with", "mood"]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("stats, rms or loudness"), "{}", run.err);
}

/// Three names for one content, two for another, and others of the same sizes.
fn copies(tree: &Path) {
    fs::create_dir_all(tree.join("deep")).unwrap();
    fs::write(tree.join("one.bin"), [1; 5000]).unwrap();
    fs::write(tree.join("deep/two.bin"), [1; 5000]).unwrap();
    fs::write(tree.join("three.dat"), [1; 5000]).unwrap();
    fs::write(tree.join("other.bin"), [2; 5000]).unwrap();
    fs::write(tree.join("a.wav"), square()).unwrap();
    fs::write(tree.join("b.wav"), square()).unwrap();
    // cut: broken files are files too
    fs::write(tree.join("cut.dcm"), &dicom()[..200]).unwrap();
    fs::write(tree.join("same.dcm"), &dicom()[..200]).unwrap();
}

#[test]
fn duplicates_are_counted_and_listed_by_their_digests() {
    let dir = tempdir();
    let tree = dir.path().join("tree");
    copies(&tree);
    let out = dir.path().join("out");
    let run = scan(&tree, &out, &["--digest", "blake3", "--depth", "full"]);
    assert_eq!(run.code, 1, "{}", run.err);
    assert!(run.out.contains("duplicates: 4 files of 3 contents"), "{}", run.out);
    let list = |more: &[&str]| {
        let words = ["scan", "duplicates", out.to_str().unwrap()];
        narrows(words.into_iter().chain(more.iter().copied()))
    };
    let text = list(&[]);
    assert_eq!(text.code, 0, "{}", text.err);
    assert!(text.out.contains("3 x") && text.out.contains("deep/two.bin"), "{}", text.out);
    assert!(!text.out.contains("other.bin"), "{}", text.out);
    let json = list(&["--json"]);
    let groups: Vec<serde_json::Value> =
        json.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let sizes: Vec<_> = groups.iter().map(|group| group["size"].as_u64().unwrap()).collect();
    // by what could be spared: 64 KB, twice 5 KB, 200 bytes
    assert_eq!(sizes, [64_044, 5000, 200]);
    assert_eq!(groups[1]["paths"].as_array().map(Vec::len), Some(3));
    assert!(groups[1]["digest"].as_str().unwrap().starts_with("blake3:"));
    let again = scan(&tree, &out, &["--digest", "blake3", "--depth", "full", "--json"]);
    let scanned: serde_json::Value = serde_json::from_str(again.out.trim()).unwrap();
    let found = &scanned["scanned"]["duplicates"];
    assert_eq!(found["groups"], 3);
    assert_eq!((found["files"].as_u64(), found["bytes"].as_u64()), (Some(4), Some(74_244)));

    let plain = dir.path().join("plain");
    scan(&tree, &plain, &[]);
    let run = narrows(["scan", "duplicates", plain.to_str().unwrap()]);
    assert_eq!(run.code, 2);
    assert!(run.err.contains("without --digest"), "{}", run.err);
}

#[test]
fn a_digest_is_the_same_however_deep_and_wherever_a_file_is_read() {
    let dir = tempdir();
    let tree = dir.path().join("tree");
    copies(&tree);
    let digests = |name: &str, more: &[&str]| {
        let out = dir.path().join(name);
        scan(&tree, &out, &[&["--digest", "xxh3"], more].concat());
        let (files, _) = rows(&out);
        let digests = files.iter().map(|row| row["digest"].as_str().unwrap().to_owned());
        digests.collect::<Vec<_>>()
    };
    let expected = digests("summary", &["--depth", "summary"]);
    assert_eq!(expected.len(), 8);
    assert!(expected.iter().all(|digest| digest.len() == 21), "{expected:?}");
    assert_eq!(digests("full", &["--depth", "full"]), expected);
    assert_eq!(digests("apart", &["--depth", "full", "--isolate", "always"]), expected);
}
