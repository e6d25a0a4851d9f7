//! Chapters, covers, times of creation and colours of files that ffmpeg and mkvmerge make.
#![cfg(all(feature = "audio", feature = "video"))]
#![allow(clippy::unwrap_used)] // a test's helper may

#[path = "support/run.rs"]
mod run;

use std::path::Path;
use std::process::{Command, Stdio};

use run::{narrows, tempdir};
use serde_json::Value;

/// Runs a program in a folder; says it where that is not there or fails.
fn done(folder: &Path, program: &str, arguments: &str) -> bool {
    let run = Command::new(program)
        .args(arguments.split(' '))
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let done = run.is_ok_and(|status| status.success());
    if !done {
        println!("skipped: {program} {arguments}");
    }
    done
}

fn ffmpeg(folder: &Path, arguments: &str) -> bool {
    done(folder, "ffmpeg", &format!("-v error -y {arguments}"))
}

/// A sound, a video, a cover and chapters.
fn parts(folder: &Path) -> bool {
    let meta = ";FFMETADATA1\ntitle=Whole\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=400\ntitle=One\n\
                [CHAPTER]\nTIMEBASE=1/1000\nSTART=400\nEND=1000\ntitle=Two\n";
    std::fs::write(folder.join("meta.txt"), meta).unwrap();
    ffmpeg(folder, "-f lavfi -i sine=d=1 -c:a aac sound.m4a")
        && ffmpeg(folder, "-f lavfi -i testsrc=s=32x32:d=1 -c:v mpeg4 video.mp4")
        && ffmpeg(folder, "-f lavfi -i color=c=red:s=16x16:d=0.04 -frames:v 1 cover.png")
}

fn listed(path: &Path) -> Vec<Value> {
    let run = narrows(["ls", "--json", path.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}", run.err);
    run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn at<'l>(list: &'l [Value], path: &str) -> &'l Value {
    let found = list.iter().find(|entry| entry["path"] == path);
    found.map_or(&Value::Null, |entry| &entry["fields"])
}

#[test]
fn chapters_of_a_text_track_are_told() {
    let folder = tempdir();
    if !parts(folder.path()) {
        return;
    }
    for (name, from) in [("a.m4a", "sound.m4a"), ("v.mp4", "video.mp4"), ("v.mkv", "video.mp4")] {
        let arguments = format!("-i {from} -i meta.txt -map 0 -map_chapters 1 -c copy {name}");
        if !ffmpeg(folder.path(), &arguments) {
            continue;
        }
        let list = listed(&folder.path().join(name));
        for (chapter, title, start) in [("chapter/0", "One", 0.0), ("chapter/1", "Two", 0.4)] {
            let fields = at(&list, chapter);
            assert_eq!(fields["title"], title, "{name}");
            let found = [&fields["start_time"], &fields["start"]].into_iter();
            let found: Vec<_> = found.filter_map(Value::as_f64).collect();
            assert!(found.contains(&start), "{name}: {fields}");
        }
    }
}

#[test]
fn covers_are_pictures_with_their_bytes() {
    let folder = tempdir();
    if !parts(folder.path()) {
        return;
    }
    let cover = std::fs::read(folder.path().join("cover.png")).unwrap();
    let made = [
        (
            "ffmpeg",
            "a.m4a",
            "-i sound.m4a -i cover.png -map 0 -map 1 -c copy -disposition:v attached_pic",
        ),
        (
            "ffmpeg",
            "a.mp3",
            "-i sound.m4a -i cover.png -map 0 -map 1 -c:v copy -c:a mp3 -id3v2_version 3",
        ),
        (
            "ffmpeg",
            "a.flac",
            "-i sound.m4a -i cover.png -map 0 -map 1 -c:v copy -c:a flac -disposition:v attached_pic",
        ),
        (
            "ffmpeg",
            "v.mp4",
            "-i video.mp4 -i cover.png -map 0 -map 1 -c copy -disposition:v:1 attached_pic",
        ),
        ("mkvmerge", "v.mkv", "--attachment-mime-type image/png --attach-file cover.png video.mp4"),
        ("mkvmerge", "a.mka", "--attachment-mime-type image/png --attach-file cover.png sound.m4a"),
    ];
    for (program, name, arguments) in made {
        let is_made = match program {
            "ffmpeg" => ffmpeg(folder.path(), &format!("{arguments} {name}")),
            _ => done(folder.path(), program, &format!("-q -o {name} {arguments}")),
        };
        if !is_made {
            continue;
        }
        let path = folder.path().join(name);
        let list = listed(&path);
        let entry = if at(&list, "picture/0").is_null() { "attachment/0" } else { "picture/0" };
        assert_eq!(at(&list, entry)["media_type"], "image/png", "{name}");
        let run = narrows(["cat", "--entry", entry, path.to_str().unwrap()]);
        assert!(run.bytes == cover, "{name}: {} bytes: {}", run.bytes.len(), run.err);
    }
}

#[test]
fn the_time_of_creation_is_told() {
    let folder = tempdir();
    if !parts(folder.path()) {
        return;
    }
    let time = "2020-02-29T12:34:56.000000Z";
    let arguments = format!("-c copy -metadata creation_time={time}");
    if ffmpeg(folder.path(), &format!("-i sound.m4a {arguments} a.m4a")) {
        let list = listed(&folder.path().join("a.m4a"));
        assert_eq!(at(&list, "container")["creation_time"], time);
    }
    if ffmpeg(folder.path(), &format!("-i video.mp4 {arguments} v.mp4")) {
        let list = listed(&folder.path().join("v.mp4"));
        let told = list.iter().any(|entry| {
            entry["fields"]["key"] == "creation_time" && entry["fields"]["value"] == time
        });
        assert!(told, "{list:?}");
    }
}

#[test]
fn the_display_that_a_video_was_mastered_on_is_told() {
    let folder = tempdir();
    if !parts(folder.path()) {
        return;
    }
    let colours = "--chromaticity-coordinates 0:0.68,0.32,0.265,0.69,0.15,0.06 \
                   --white-colour-coordinates 0:0.3127,0.329 --max-luminance 0:1000 --min-luminance 0:0.01 \
                   --max-content-light 0:1000 --max-frame-light 0:400 \
                   --colour-transfer-characteristics 0:16 --colour-primaries 0:9";
    if !done(folder.path(), "mkvmerge", &format!("-q -o hdr.mkv {colours} video.mp4")) {
        return;
    }
    let mut names = vec!["hdr.mkv"];
    if ffmpeg(folder.path(), "-i hdr.mkv -c copy hdr.mp4") {
        names.push("hdr.mp4");
    }
    for name in names {
        let list = listed(&folder.path().join(name));
        let fields = at(&list, "stream/0");
        let light = &fields["content_light_level"];
        assert_eq!((&light["max_content"], &light["max_average"]), (&1000.into(), &400.into()));
        let display = &fields["mastering_display"];
        let value = |key: &str| {
            let (over, under) = display[key].as_str().unwrap().split_once('/').unwrap();
            over.parse::<f64>().unwrap() / under.parse::<f64>().unwrap()
        };
        let expected = [
            ("red_x", 0.68),
            ("red_y", 0.32),
            ("green_x", 0.265),
            ("blue_y", 0.06),
            ("white_point_x", 0.3127),
            ("max_luminance", 1000.0),
            ("min_luminance", 0.01),
        ];
        for (key, expected) in expected {
            assert!((value(key) - expected).abs() < 1e-4, "{name}: {key} {display}");
        }
        // ffmpeg writes no box of colours beside it
        if name == "hdr.mkv" {
            assert_eq!(fields["color_transfer"], "smpte2084");
        }
    }
}
