//! Sound that the command itself does not decode: `narrows-av` does, and nothing else changes. Files are made by ffmpeg.
#![cfg(all(feature = "audio", feature = "video"))]
#![allow(clippy::unwrap_used)] // a test's helper may

#[path = "support/run.rs"]
mod run;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use run::{narrows, tempdir};
use serde_json::Value;

/// Codecs and containers that stream-audio has no decoder for, by the file's name.
const MADE: [(&str, &[&str]); 9] = [
    ("six.m4a", &["-ac", "6", "-c:a", "aac"]),
    ("six.aac", &["-ac", "6", "-c:a", "aac"]),
    ("ac3.m4a", &["-c:a", "ac3", "-f", "mp4", "-brand", "M4A "]),
    ("adpcm.wav", &["-c:a", "adpcm_ms"]),
    ("ima.wav", &["-c:a", "adpcm_ima_wav"]),
    ("ac3.mka", &["-c:a", "ac3"]),
    ("pcm.m4a", &["-c:a", "pcm_s16le", "-f", "mov", "-brand", "M4A "]),
    ("speech.spx", &["-ar", "16000", "-ac", "1", "-c:a", "libspeex"]),
    ("media.wma", &["-c:a", "wmav2"]),
];

fn made(folder: &Path, name: &str, options: &[&str]) -> Option<PathBuf> {
    let path = folder.join(name);
    let sound = "aevalsrc=0.4*sin(400*t*(1+t))|0.3*sin(900*t):s=48000:d=1.1";
    let run = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", sound, "-strict", "-2"])
        .args(["-metadata", "title=A title", "-metadata", "artist=Somebody"])
        .args(options)
        .arg(&path)
        .stderr(Stdio::null())
        .status();
    let done = run.is_ok_and(|status| status.success());
    if !done {
        println!("skipped: ffmpeg does not make {name}");
    }
    done.then_some(path)
}

fn ffmpeg(path: &Path) -> Vec<u8> {
    let said = Command::new("ffmpeg")
        .args(["-v", "quiet", "-nostdin", "-i"])
        .arg(path)
        .args(["-map", "0:a:0", "-f", "f32le", "-"])
        .output();
    said.unwrap().stdout
}

fn listed(path: &Path, isolate: &str) -> Vec<Value> {
    let path = path.to_str().unwrap();
    let run = narrows(["ls", "--json", "--isolate", isolate, "--format", "audio", path]);
    run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn samples_are_those_of_the_ffmpeg_command() {
    let folder = tempdir();
    for (name, options) in MADE {
        let Some(path) = made(folder.path(), name, options) else { continue };
        let run = narrows(["cat", "--to", "f32le", path.to_str().unwrap()]);
        assert_eq!(run.code, 0, "{name}: {}", run.err);
        let expected = ffmpeg(&path);
        assert_eq!(run.bytes.len(), expected.len(), "{name}");
        assert!(run.bytes == expected, "{name}");
        for verb in [&["check"][..], &["stats"], &["analyze", "rms"], &["analyze", "loudness"]] {
            let run = narrows(verb.iter().copied().chain([path.to_str().unwrap()]));
            assert_eq!(run.code, 0, "{name}: {verb:?}: {}", run.err);
        }
    }
}

#[test]
fn no_fact_is_lost_where_ffmpeg_decodes() {
    let folder = tempdir();
    for (name, options) in MADE {
        let Some(path) = made(folder.path(), name, options) else { continue };
        // in the process itself the reader of sound is alone
        let (alone, helped) = (listed(&path, "never"), listed(&path, "auto"));
        if alone.iter().any(|entry| entry.get("error").is_some()) {
            // a container that only FFmpeg reads
            let tags: Vec<_> = helped.iter().filter(|entry| entry["kind"] == "tag").collect();
            let title = tags.iter().any(|tag| tag["fields"]["value"] == "A title");
            assert!(title, "{name}: {tags:?}");
            continue;
        }
        assert_eq!(alone.len(), helped.len(), "{name}");
        for (alone, helped) in alone.iter().zip(&helped) {
            assert_eq!(alone["path"], helped["path"], "{name}");
            for (key, value) in alone["fields"].as_object().unwrap() {
                let found = &helped["fields"][key];
                let replaced = ["undecodable", "profile", "sample_fmt", "channel_layout"];
                assert!(found == value || replaced.contains(&key.as_str()), "{name}: {key}");
            }
        }
    }
}

#[test]
fn without_the_program_the_error_says_what_would_help() {
    let folder = tempdir();
    let Some(path) = made(folder.path(), MADE[0].0, MADE[0].1) else { return };
    let run = narrows(["cat", "--isolate", "never", "--entry", "stream/0", path.to_str().unwrap()]);
    // this process has no FFmpeg unless another package of the same build asked for it: then it decodes here
    if run.code == 0 {
        let whole = narrows(["cat", "--entry", "stream/0", path.to_str().unwrap()]);
        assert!(run.bytes.len() > 48_000 && run.bytes == whole.bytes);
        return;
    }
    assert_eq!(run.code, 1);
    assert!(run.err.contains("feature \"video\""), "{}", run.err);
}
