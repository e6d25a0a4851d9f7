//! The rows of audio.
use std::ffi::OsString;
use std::process::Stdio;

use anyhow::Result;

use super::{Bench, Row, words};
use crate::make::{self, audio};

const WAV: &str = "audio: RMS of each 2048 samples, an hour of stereo, WAV";
const FLAC: &str = "audio: the same, FLAC";
const MP3: &str = "audio: the same, MP3";
const VORBIS: &str = "audio: the same, Ogg Vorbis";
const HOP: &str = "audio: RMS of 2048 samples each 512, WAV";
const LOUDNESS: &str = "audio: loudness and true peak, WAV";
const TITLES: [&str; 6] = [WAV, FLAC, MP3, VORBIS, HOP, LOUDNESS];

pub(super) fn rows(bench: &Bench<'_>, rows: &mut Vec<Row>) -> Result<()> {
    if !bench.wants(&TITLES) {
        return Ok(());
    }
    let folder = &bench.inputs.folder;
    let wav = folder.join("sound.wav");
    let seconds = 3600 / bench.inputs.share;
    make::file(&wav, Some(audio::size(seconds)), |out| audio::write(out, seconds, 12))?;
    let frames = (seconds * audio::RATE).div_ceil(2048);
    let coded: [(&str, &str, &[&str]); 4] = [
        (WAV, "sound.wav", &[]),
        (FLAC, "sound.flac", &["-c:a", "flac"]),
        (MP3, "sound.mp3", &["-c:a", "libmp3lame", "-b:a", "192k"]),
        (VORBIS, "sound.ogg", &["-c:a", "libvorbis", "-q:a", "5"]),
    ];
    for (title, name, arguments) in coded {
        let file = folder.join(name);
        if !audio::convert(&wav, &file, arguments)? {
            eprintln!("skipped: {title}, whose file FFmpeg makes");
            continue;
        }
        // the name of the last frame, behind the line before it
        let last = frames.saturating_sub(1);
        let mut row = bench.row(title, Some(format!("\n{last},")));
        let rms = ["analyze", "rms", "--no-center", "--partial", "--hop", "2048", "--to", "csv"];
        let mut arguments: Vec<OsString> = rms.map(OsString::from).into();
        arguments.extend(["--memory", "32MiB"].map(OsString::from));
        arguments.push(file.clone().into());
        row.ours("narrows, 32 MiB", bench.narrows, &arguments, Stdio::piped());
        row.python("soundfile.blocks", words!["soundfile-rms", &file]);
        row.python("librosa.stream", words!["librosa-rms", &file]);
        row.peer("ffmpeg astats", "ffmpeg", &astats(&file));
        row.peer("ffmpeg, decoding alone", "ffmpeg", &decode(&file));
        if title == FLAC {
            row.peer("flac -t", "flac", words!["-t", "-s", &file]);
        }
        row.floor("read 1 MiB", "read", &file);
        rows.push(row.row);
    }

    let mut row = bench.row(HOP, None);
    let arguments = words!["analyze", "rms", "--memory", "32MiB", &wav];
    row.ours("narrows, 32 MiB", bench.narrows, arguments, Stdio::null());
    row.floor("read 1 MiB", "read", &wav);
    rows.push(row.row);

    let mut row = bench.row(LOUDNESS, Some("\"complete\":true".to_owned()));
    let arguments = words!["analyze", "loudness", "--json", "--memory", "32MiB", &wav];
    row.ours("narrows, 32 MiB", bench.narrows, arguments, Stdio::piped());
    row.peer("ffmpeg ebur128", "ffmpeg", &filter(&wav, "ebur128=peak=true:framelog=verbose"));
    row.floor("read 1 MiB", "read", &wav);
    rows.push(row.row);
    Ok(())
}

fn astats(file: &std::path::Path) -> Vec<OsString> {
    filter(file, "asetnsamples=2048,astats=metadata=1:reset=1,ametadata=print:file=/dev/null")
}

fn decode(file: &std::path::Path) -> Vec<OsString> {
    filter(file, "anull")
}

/// FFmpeg with a filter and no output.
fn filter(file: &std::path::Path, filter: &str) -> Vec<OsString> {
    let mut all: Vec<OsString> = ["-v", "error", "-nostdin", "-i"].map(OsString::from).into();
    all.push(file.into());
    all.extend(["-af", filter, "-f", "null", "-"].map(OsString::from));
    all
}
