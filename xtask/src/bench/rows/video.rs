//! The rows of video.
use std::ffi::OsString;
use std::process::Stdio;

use anyhow::Result;

use super::{Bench, Row, words};
use crate::make::video;

const MP4: &str = "video: every packet of 10 minutes of 720p, MP4";
const FRAGMENTED: &str = "video: the same, MP4 in fragments";
const MKV: &str = "video: the same, Matroska";
const AVI: &str = "video: the same, AVI";
const TITLES: [&str; 4] = [MP4, FRAGMENTED, MKV, AVI];

pub(super) fn rows(bench: &Bench<'_>, rows: &mut Vec<Row>) -> Result<()> {
    if !bench.wants(&TITLES) {
        return Ok(());
    }
    let Some(videos) = video::make(&bench.inputs.folder, 600 / bench.inputs.share)? else {
        eprintln!("skipped: the rows of video, whose files FFmpeg makes");
        return Ok(());
    };
    // paths count from 0
    let last = videos.frames.saturating_sub(1);
    let files =
        [(MP4, videos.mp4), (FRAGMENTED, videos.fragmented), (MKV, videos.mkv), (AVI, videos.avi)];
    for (title, file) in files {
        let mut row = bench.row(title, Some(format!("\"stream/0/packet/{last}\"")));
        let arguments = words!["ls", "--json", "--memory", "64MiB", &file];
        row.ours("narrows ls --json", bench.narrows, arguments, Stdio::piped());
        let packets = words!["-v", "error", "-show_packets", "-of", "csv", &file];
        row.peer("ffprobe csv", "ffprobe", packets);
        row.python("PyAV", words!["av-packets", &file]);
        row.floor("read 1 MiB", "read", &file);
        rows.push(row.row);
    }
    Ok(())
}
