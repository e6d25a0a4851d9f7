//! Every packet of the corpus' AVI, and of made files, as ffprobe tells it: equal in each field and in order, or left to the demuxer
//! with a reason.
//!
//! The folder is named by `NARROWS_CORPUS`; without it, and without ffprobe and ffmpeg, the tests say that they were skipped.

#[path = "isobmff/probe.rs"]
mod probe;

use probe::{INPUT, compare, judge_corpus, judge_made, made};

const PARSER: &str = "its durations or keys are told by a parser";

/// What is left to the demuxer, by file name, and why.
const REFUSED: [(&str, &str); 1] = [("sample.avi", PARSER)];

#[test]
fn packets_of_the_corpus_are_those_of_ffprobe() {
    judge_corpus(&["avi"], &REFUSED);
}

#[test]
fn packets_of_made_files_are_those_of_ffprobe() {
    let none = "";
    let files = [
        ("plain.avi", format!("{INPUT} -c:v libx264 -bf 2 -c:a aac -shortest"), none),
        ("ten.avi", "-stream_loop 9 -i plain.avi -c copy".to_owned(), PARSER),
        ("no-b.avi", format!("{INPUT} -c:v libx264 -bf 0 -c:a aac -shortest"), none),
        ("pcm.avi", format!("{INPUT} -c:v mjpeg -c:a pcm_s16le -shortest"), none),
        ("picture.avi", format!("{INPUT} -map 0:v -c:v libx264"), none),
        ("mp3.avi", format!("{INPUT} -c:v mjpeg -c:a libmp3lame -shortest"), PARSER),
        ("mpeg4.avi", format!("{INPUT} -c:v mpeg4 -c:a pcm_s16le -shortest"), PARSER),
    ];
    judge_made(&files);
}

#[test]
fn a_file_that_ends_early_is_left_to_the_demuxer() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = format!("{INPUT} -c:v libx264 -c:a aac -shortest");
    if made(folder.path(), "whole.avi", &arguments).is_none() {
        eprintln!("skipped: ffmpeg is not installed");
        return;
    }
    let bytes = std::fs::read(folder.path().join("whole.avi")).unwrap();
    let path = folder.path().join("cut.avi");
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let mut refused = Vec::new();
    assert!(!compare(&path, "cut.avi", &mut refused));
    assert_eq!(refused[0].1, "its chunks are cut off, or in several lists");
}
