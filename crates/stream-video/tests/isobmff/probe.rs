//! What ffprobe says of packets, beside what a reader of tables says.
#![allow(clippy::unwrap_used, clippy::panic, clippy::type_complexity)]

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use serde_json::Value;
use stream_core::memory::Budget;
use stream_core::{Context, FileSource};
use stream_video::{Packet, Refusal, avi, isobmff, matroska};

/// One packet in one line: stream, pts, dts, duration, size, position, flags.
pub(crate) type Lines = Vec<String>;

fn text(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

/// ffprobe's packets; `None` where it is not installed.
pub(crate) fn ffprobe(path: &Path) -> Option<Lines> {
    let said = Command::new("ffprobe")
        .args(["-v", "quiet", "-of", "json", "-show_entries"])
        .arg("packet=stream_index,pts,dts,duration,size,pos,flags")
        .arg(path)
        .output()
        .ok()?;
    let said: Value = serde_json::from_slice(&said.stdout).unwrap_or_default();
    let none = Vec::new();
    let packets = said["packets"].as_array().unwrap_or(&none);
    let field = |packet: &Value, name: &str| match &packet[name] {
        Value::String(s) => s.clone(),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    };
    let line = |packet: &Value| {
        ["stream_index", "pts", "dts", "duration", "size", "pos", "flags"]
            .map(|name| field(packet, name))
            .join(" ")
    };
    Some(packets.iter().map(line).collect())
}

/// A packet as a line.
pub(crate) fn line(p: &Packet) -> String {
    let flags = format!("{}{}", if p.key { 'K' } else { '_' }, if p.discard { 'D' } else { '_' });
    [
        p.stream.to_string(),
        text(p.pts),
        text(p.dts),
        text(p.duration),
        p.size.to_string(),
        text(p.position),
        flags,
    ]
    .join(" ")
}

/// A reader's packets, or why it leaves the file to the demuxer.
pub(crate) fn tables(path: &Path) -> Result<Lines, String> {
    let budget = Budget::new("tables", 4 << 20);
    let source = FileSource::open(path).unwrap();
    let cx = Context::new(Arc::new(source), &budget);
    let refused = |r: Option<&Refusal>| r.map_or(Ok(()), |r| Err(r.reason.to_owned()));
    let mut next: Box<dyn FnMut(&mut Packet) -> stream_core::Result<bool>> =
        match path.extension().and_then(|e| e.to_str()) {
            Some("mkv" | "mka" | "webm") => {
                let mut reader = matroska::Reader::open(&cx).map_err(|e| e.to_string())?;
                refused(reader.refusal())?;
                Box::new(move |p| reader.read_packet(p))
            }
            Some("avi") => {
                let mut reader = avi::Reader::open(&cx).map_err(|e| e.to_string())?;
                refused(reader.refusal())?;
                Box::new(move |p| reader.read_packet(p))
            }
            _ => {
                let mut reader = isobmff::Reader::open(&cx).map_err(|e| e.to_string())?;
                refused(reader.refusal())?;
                Box::new(move |p| reader.read_packet(p))
            }
        };
    let mut lines = Vec::new();
    let mut packet = Packet::default();
    while next(&mut packet).map_err(|e| e.to_string())? {
        lines.push(line(&packet));
    }
    Ok(lines)
}

/// Compares both; what is refused is added to `refused` with its reason, what differs makes a panic. Whether it was listed.
pub(crate) fn compare(path: &Path, name: &str, refused: &mut Vec<(String, String)>) -> bool {
    match tables(path) {
        Err(reason) => {
            refused.push((name.to_owned(), reason));
            false
        }
        Ok(found) => {
            let expected = ffprobe(path).unwrap();
            let differs = expected.iter().zip(&found).position(|(e, f)| e != f);
            if let Some(at) = differs {
                panic!("{name}: packet {at}: ffprobe {:?}, tables {:?}", expected[at], found[at]);
            }
            assert_eq!(expected.len(), found.len(), "{name}: number of packets");
            true
        }
    }
}

/// All files below a folder with one of the extensions, in order.
pub(crate) fn files(folder: &Path, extensions: &[&str], found: &mut Vec<std::path::PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, extensions, found);
        } else {
            let name = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
            if extensions.contains(&name.as_str()) {
                found.push(path);
            }
        }
    }
}

/// The corpus' good files of these extensions, by the path below the corpus; `None`, and said so, without it or without ffprobe.
pub(crate) fn corpus(extensions: &[&str]) -> Option<Vec<(std::path::PathBuf, String)>> {
    let Some(corpus) = std::env::var_os("NARROWS_CORPUS") else {
        eprintln!("skipped: NARROWS_CORPUS is not set");
        return None;
    };
    if Command::new("ffprobe").arg("-version").output().is_err() {
        eprintln!("skipped: ffprobe is not installed");
        return None;
    }
    let corpus = Path::new(&corpus);
    let mut found = Vec::new();
    for folder in ["video/good", "audio/good"] {
        files(&corpus.join(folder), extensions, &mut found);
    }
    let named = |path: std::path::PathBuf| {
        let name = path.strip_prefix(corpus).unwrap().display().to_string();
        (path, name)
    };
    Some(found.into_iter().map(named).collect())
}

/// Makes `name` with ffmpeg in `folder` and compares. `None` where ffmpeg, or an encoder, is not installed.
pub(crate) fn made(folder: &Path, name: &str, arguments: &str) -> Option<Result<(), String>> {
    let path = folder.join(name);
    let said = Command::new("ffmpeg")
        .current_dir(folder)
        .args(["-nostdin", "-v", "error", "-y"])
        .args(arguments.split_whitespace())
        .arg(&path)
        .output()
        .ok()?;
    if !said.status.success() {
        eprintln!("skipped: {name}: {}", String::from_utf8_lossy(&said.stderr));
        return None;
    }
    let mut refused = Vec::new();
    compare(&path, name, &mut refused);
    Some(refused.pop().map_or(Ok(()), |(_, reason)| Err(reason)))
}

/// Compares every file of the corpus with one of these extensions; what is left to the demuxer has to be among `known`, by the end of
/// its name, for the reason given there.
pub(crate) fn judge_corpus(extensions: &[&str], known: &[(&str, &str)]) {
    let Some(files) = corpus(extensions) else { return };
    let mut refused = Vec::new();
    let listed = files.iter().filter(|(path, name)| compare(path, name, &mut refused)).count();
    eprintln!("{listed} of {} listed", files.len());
    for (name, reason) in &refused {
        let known = known.iter().any(|(known, why)| name.ends_with(known) && why == reason);
        assert!(known, "{name}: {reason}");
    }
}

/// Makes each file by ffmpeg's arguments and compares it; the reason is why it is left to the demuxer, empty where it is not.
pub(crate) fn judge_made(files: &[(&str, String, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    for (name, arguments, reason) in files {
        let Some(found) = made(folder.path(), name, arguments) else {
            eprintln!("skipped: {name}: ffmpeg does not make it");
            continue;
        };
        let expected = if reason.is_empty() { Ok(()) } else { Err((*reason).to_owned()) };
        assert_eq!(found, expected, "{name}");
    }
}

/// Inputs of all made files.
pub(crate) const INPUT: &str =
    "-f lavfi -i testsrc=s=160x120:r=25:d=4 -f lavfi -i sine=440:r=48000:d=4";
