//! The rows of WebVTT.
use std::ffi::OsString;
use std::process::Stdio;

use super::{Bench, Row, program, words};

pub(super) fn rows(bench: &Bench<'_>, rows: &mut Vec<Row>) {
    let (narrows, inputs) = (bench.narrows, bench.inputs);
    let quiet = || Stdio::null();
    let captions = &inputs.captions;
    let scratch = |name: &str| inputs.scratch.join(name);
    let mut lines = bench.row("VTT: each cue as a JSON line to a file", None);
    let arguments = words!["cat", "--to", "jsonl", "--memory", "16MiB", captions];
    lines.ours("narrows cat", narrows, arguments, quiet());
    for entrant in &mut lines.row.entrants {
        entrant.sink = Some(scratch("cues.jsonl"));
    }
    lines.python("webvtt-py", words!["webvtt-py", captions, scratch("webvtt-py.jsonl")]);
    let converted = scratch("ffmpeg.srt");
    let head = ["-hide_banner", "-loglevel", "error", "-y", "-i"].map(OsString::from);
    let arguments = [&head, words![&inputs.plain_captions, converted] as &[OsString]].concat();
    lines.peer("ffmpeg to SubRip, no styles or regions", "ffmpeg", &arguments);
    lines.floor("read, count lines", "lines", captions);
    rows.push(lines.row);

    let mut cues = bench.row("VTT: cues without output", Some(inputs.cue_count.to_string()));
    let count = program("count");
    cues.ours("library, borrowed", &count, words!["borrowed", captions], Stdio::piped());
    cues.ours("library, cues", &count, words!["cues", captions], Stdio::piped());
    cues.ours("library, with trees", &count, words!["trees", captions], Stdio::piped());
    cues.floor("read, count lines", "lines", captions);
    rows.push(cues.row);
}
