//! Every packet of the corpus' Matroska and WebM, and of made files, as ffprobe tells it: equal in each field and in order, or left to
//! the demuxer with a reason.
//!
//! The folder is named by `NARROWS_CORPUS`; without it, and without ffprobe, ffmpeg and mkvmerge, the tests say that they were skipped.

#[path = "isobmff/probe.rs"]
mod probe;

use probe::{INPUT, compare, judge_corpus, judge_made, made};

const PARSER: &str = "its durations or keys are told by a parser";
const DURATION: &str = "how long its pictures last is told by decoding";
const CODED: &str = "its frames are compressed or encrypted";

/// What is left to the demuxer, by file name, and why.
const REFUSED: [(&str, &str); 26] = [
    ("bear-flac-16bit.mka", PARSER),
    ("mka.mka", PARSER),
    ("sample.mkv", PARSER),
    ("sample_with_ass_subtitles.mkv", PARSER),
    ("sample_with_dts.mkv", PARSER),
    ("sample_with_multiple_key_frames.mkv", PARSER),
    ("sample_with_overlapping_srt.mkv", PARSER),
    ("bipbop_360w_253kbps-clearkey-video-vp8.webm", CODED),
    ("test-a-128k-44100Hz-1ch.webm", PARSER),
    ("test-a-192k-44100Hz-1ch.webm", PARSER),
    ("chapters.webm", DURATION),
    ("colour.webm", DURATION),
    ("long_tag_string.webm", DURATION),
    ("matroska_doctype.mkv", PARSER),
    ("projection.webm", DURATION),
    ("tracks.webm", DURATION),
    ("dancer1.webm", DURATION),
    ("dancer1rb.webm", DURATION),
    ("demo_short.webm", PARSER),
    ("hdr10.webm", PARSER),
    ("projection.webm", PARSER),
    ("seek_encrypted.webm", CODED),
    ("seek_sub.webm", PARSER),
    ("bbb-vp9-opus.webm", DURATION),
    ("single_stream_av1.mkv", PARSER),
    ("av1_video.mkv", PARSER),
];

#[test]
fn packets_of_the_corpus_are_those_of_ffprobe() {
    judge_corpus(&["mkv", "mka", "webm"], &REFUSED);
}

#[test]
fn packets_of_made_files_are_those_of_ffprobe() {
    let x = "-c:v libx264 -g 25 -bf 2 -c:a aac -shortest";
    let none = "";
    let files = [
        ("plain.mkv", format!("{INPUT} {x}"), none),
        ("ten.mkv", "-stream_loop 9 -i plain.mkv -c copy".to_owned(), none),
        ("cut.mkv", "-ss 1.3 -i plain.mkv -c copy".to_owned(), none),
        ("live.mkv", "-i plain.mkv -c copy -live 1".to_owned(), none),
        ("cues-first.mkv", "-i plain.mkv -c copy -reserve_index_space 4096".to_owned(), none),
        ("one-b.mkv", format!("{INPUT} -c:v libx264 -bf 1 -c:a aac -shortest"), none),
        ("no-b.mkv", format!("{INPUT} -c:v libx264 -bf 0 -c:a aac -shortest"), none),
        (
            "open-gop.mkv",
            format!("{INPUT} -c:v libx264 -g 50 -bf 3 -x264opts open-gop=1 -c:a aac -shortest"),
            none,
        ),
        (
            "ntsc.mkv",
            "-f lavfi -i testsrc=s=160x120:r=30000/1001:d=4 -c:v libx264".to_owned(),
            none,
        ),
        (
            "hevc.mkv",
            format!("{INPUT} -c:v libx265 -x265-params log-level=none -c:a aac -shortest"),
            none,
        ),
        ("opus.mkv", format!("{INPUT} -c:v libx264 -c:a libopus -shortest"), none),
        (
            "vp9.webm",
            format!(
                "{INPUT} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -c:a libopus -shortest"
            ),
            none,
        ),
        ("vp8.webm", format!("{INPUT} -map 0:v -c:v libvpx -deadline realtime -cpu-used 8"), none),
        (
            "vorbis.webm",
            format!("{INPUT} -c:v libvpx -deadline realtime -cpu-used 8 -c:a libvorbis -shortest"),
            PARSER,
        ),
        ("flac.mkv", format!("{INPUT} -c:v libx264 -c:a flac -shortest"), PARSER),
        ("mpeg4.mkv", format!("{INPUT} -c:v mpeg4 -c:a aac -shortest"), PARSER),
    ];
    judge_made(&files);
}

#[test]
fn laced_blocks_and_groups_of_mkvmerge_are_those_of_ffprobe() {
    let folder = tempfile::tempdir().unwrap();
    for (name, codec) in [("aac", "aac"), ("opus", "libopus")] {
        let source = format!("{name}.mp4");
        let arguments = format!("{INPUT} -c:v libx264 -c:a {codec} -shortest");
        if made(folder.path(), &source, &arguments).is_none() {
            eprintln!("skipped: ffmpeg is not installed");
            return;
        }
        let path = folder.path().join(format!("{name}.mkv"));
        let merged = std::process::Command::new("mkvmerge")
            .current_dir(folder.path())
            .arg("-q")
            .arg("-o")
            .args([path.as_path(), std::path::Path::new(&source)])
            .status();
        if !merged.is_ok_and(|status| status.success()) {
            eprintln!("skipped: mkvmerge is not installed");
            return;
        }
        let mut refused = Vec::new();
        assert!(compare(&path, name, &mut refused), "{refused:?}");
    }
}

#[test]
fn packets_of_a_file_that_ends_early_are_those_of_ffprobe() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = format!("{INPUT} -c:v libx264 -c:a aac -shortest");
    if made(folder.path(), "whole.mkv", &arguments).is_none() {
        eprintln!("skipped: ffmpeg is not installed");
        return;
    }
    let bytes = std::fs::read(folder.path().join("whole.mkv")).unwrap();
    for part in [5, 7, 9] {
        let path = folder.path().join("cut.mkv");
        std::fs::write(&path, &bytes[..bytes.len() * part / 10]).unwrap();
        let mut refused = Vec::new();
        assert!(compare(&path, "cut.mkv", &mut refused), "{refused:?}");
    }
}
