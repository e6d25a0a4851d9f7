//! Every packet of the corpus' ISO media, and of made files, as ffprobe tells it: equal in each field and in order, or left to the
//! demuxer with a reason.
//!
//! The folder is named by `NARROWS_CORPUS`; without it, and without ffprobe and ffmpeg, the tests say that they were skipped.

#[path = "isobmff/probe.rs"]
mod probe;

use probe::{INPUT, compare, judge_corpus, judge_made, made};

/// What is left to the demuxer, by file name, and why.
const REFUSED: [(&str, &str); 23] = [
    ("bbb_800x640_768kbps_30fps_vp9.mp4", "its parser cuts and joins packets"),
    ("fragmented_captions.mp4", "how long its packets last is told by decoding"),
    ("sample_ac3_aac.mp4", "its parser cuts and joins packets"),
    ("sample_fragmented_dts_hd_ma.mp4", "how long its packets last is told by decoding"),
    ("sample_fragmented_uuid.mp4", "its first picture is no H.264"),
    ("aac20-48000-64000-init.mp4", "an index of segments refers to indexes"),
    ("bear-640x360-a_frag-cenc-key_rotation.mp4", "its samples are encrypted"),
    ("bear-640x360-v_frag-cenc-key_rotation.mp4", "its samples are encrypted"),
    ("bipbop-cenc-audioinit.mp4", "its samples are encrypted"),
    ("bipbop-cenc-videoinit.mp4", "its samples are encrypted"),
    ("bipbop_480wp_1001kbps.mp4", "how long its packets last is told by decoding"),
    ("extended_audio_object_type.mp4", "AAC of a kind that FFmpeg 5.1 does not open"),
    ("bipbop_480wp_1001kbps-cenc-video-key1-init.mp4", "its samples are encrypted"),
    ("bipbop_cbcs_audio_init.mp4", "more than one sample entry"),
    ("bipbop_cbcs_video_init.mp4", "more than one sample entry"),
    ("sine-3s-xhe-aac-44khz-mono.mp4", "AAC of a kind that FFmpeg 5.1 does not open"),
    ("tiny_av1.mp4", "its parser tells key frames"),
    ("av1-clearkey-cbcs-video.mp4", "more than one sample entry"),
    ("bipbop_nonfragment_header.mp4", "how long its packets last is told by decoding"),
    ("opus_audioinit.mp4", "how long its packets last is told by decoding"),
    ("short-cenc.mp4", "its samples are encrypted"),
    ("sony-a7-xavc.MP4", "how long its packets last is told by decoding"),
    ("8bit_pcm_to_als.mp4", "AAC of a kind that FFmpeg 5.1 does not open"),
];

const PARSER: &str = "its parser cuts and joins packets";

#[test]
fn packets_of_the_corpus_are_those_of_ffprobe() {
    judge_corpus(&["mp4", "m4a", "m4v", "mov", "3gp"], &REFUSED);
}

#[test]
fn packets_of_made_files_are_those_of_ffprobe() {
    let x = "-c:v libx264 -g 25 -bf 2 -c:a aac -shortest";
    let none = "";
    let files = [
        ("plain.mp4", format!("{INPUT} {x}"), none),
        ("faststart.mp4", format!("{INPUT} {x} -movflags +faststart"), none),
        ("fragments.mp4", format!("{INPUT} {x} -movflags frag_keyframe+empty_moov+default_base_moof"), none),
        ("separate.mp4", format!("{INPUT} {x} -movflags frag_keyframe+empty_moov+separate_moof"), none),
        ("dash.mp4", format!("{INPUT} {x} -movflags frag_keyframe+empty_moov+default_base_moof+dash"), none),
        ("indexed.mp4", format!("{INPUT} {x} -movflags cmaf+global_sidx"), none),
        ("negative.mp4", format!("{INPUT} {x} -movflags negative_cts_offsets"), none),
        ("negative-fragments.mp4", format!("{INPUT} {x} -movflags negative_cts_offsets+frag_keyframe+empty_moov"), none),
        ("hybrid.mp4", format!("{INPUT} {x} -movflags frag_keyframe"), "samples lie in the movie box and in fragments"),
        ("late.mp4", format!("-itsoffset 0.7 {INPUT} {x}"), none),
        ("late-audio.mp4", "-i plain.mp4 -itsoffset 1.3 -i plain.mp4 -map 0:v -map 1:a -c copy".to_owned(), none),
        ("cut.mp4", "-ss 1.3 -i plain.mp4 -c copy".to_owned(), none),
        ("ten.mp4", "-stream_loop 9 -i plain.mp4 -c copy".to_owned(), none),
        ("coarse.mp4", "-i plain.mp4 -c copy -video_track_timescale 600".to_owned(), none),
        ("quicktime.mov", "-i plain.mp4 -c copy".to_owned(), none),
        ("phone.3gp", "-i plain.mp4 -c copy".to_owned(), none),
        ("sound.m4a", "-i plain.mp4 -map 0:a -c copy".to_owned(), none),
        ("sound-fragments.m4a", "-i plain.mp4 -map 0:a -c copy -movflags frag_keyframe+empty_moov -frag_duration 1000000".to_owned(), none),
        ("cover.m4a", "-i plain.mp4 -f lavfi -i color=red:s=64x64:d=1 -map 0:a -map 1:v -c:a copy -c:v png -frames:v 1 -disposition:v:0 attached_pic".to_owned(), none),
        ("no-b.mp4", format!("{INPUT} -c:v libx264 -bf 0 -c:a aac -shortest"), none),
        ("open-gop.mp4", format!("{INPUT} -c:v libx264 -g 50 -bf 3 -x264opts open-gop=1 -c:a aac -shortest"), none),
        ("ntsc.mp4", "-f lavfi -i testsrc=s=160x120:r=30000/1001:d=4 -c:v libx264".to_owned(), none),
        ("mpeg4.mp4", format!("{INPUT} -c:v mpeg4 -bf 2 -c:a aac -shortest"), none),
        ("pcm.mov", format!("{INPUT} -c:v mjpeg -c:a pcm_s16le -shortest"), none),
        ("alac.mov", format!("{INPUT} -c:v prores -c:a alac -shortest"), none),
        ("flac.mp4", format!("{INPUT} -c:v libx264 -c:a flac -strict -2 -shortest"), none),
        ("opus.mp4", format!("{INPUT} -c:v libx264 -c:a libopus -shortest"), none),
        ("hevc.mp4", format!("{INPUT} -c:v libx265 -x265-params log-level=none -c:a aac -shortest"), none),
        ("ac3.mp4", format!("{INPUT} -c:v libx264 -c:a ac3 -shortest"), PARSER),
        ("vp9.mp4", format!("{INPUT} -map 0:v -c:v libvpx-vp9 -deadline realtime -cpu-used 8"), PARSER),
    ];
    judge_made(&files);
}

#[test]
fn packets_of_a_file_that_ends_early_are_those_of_ffprobe() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = format!("{INPUT} -c:v libx264 -c:a aac -shortest -movflags +faststart");
    if made(folder.path(), "whole.mp4", &arguments).is_none() {
        eprintln!("skipped: ffmpeg is not installed");
        return;
    }
    let bytes = std::fs::read(folder.path().join("whole.mp4")).unwrap();
    for part in [4, 5, 7, 9] {
        let path = folder.path().join("cut.mp4");
        std::fs::write(&path, &bytes[..bytes.len() * part / 10]).unwrap();
        let mut refused = Vec::new();
        assert!(compare(&path, "cut.mp4", &mut refused), "{refused:?}");
    }
}
