//! Video files of others, against what ffprobe says of them, and against all that can go wrong.
use std::path::Path;

use anyhow::Result;
use narrows_tests::command::{entries, run};
use narrows_tests::corpus::inputs;
use narrows_tests::ffprobe::{is_there, packets, probe, streams, tags};
use narrows_tests::report::{Known, Report, told};
use narrows_tests::samples;
use narrows_tests::torture::Suite;
use serde_json::Value;

/// Files whose packets differ from those that ffprobe tells, each looked into.
const OTHER_PACKETS: &[Known] = &[];

/// Files whose streams differ from those that ffprobe tells, each looked into.
const OTHER_STREAMS: &[Known] = &[];

/// Files of which we tell other tags than ffprobe, each looked into.
const OTHER_TAGS: &[Known] = &[];

/// Files whose samples differ from those that FFmpeg decodes, each looked into.
const OTHER_SAMPLES: &[Known] = &[
    Known { name: "mp4/sample_fpcm_64le.mp4", reason: BYTES },
    Known { name: "mp4/sample_mhm1_lcbl_configchange.mp4", reason: BYTES },
    Known { name: "mp4/sample_fragmented_uuid.mp4", reason: LOCKED },
    Known { name: "test/bear-640x360-a_frag-cenc-key_rotation.mp4", reason: LOCKED },
    Known { name: "tests/short-cenc.mp4", reason: LOCKED },
];

const LOCKED: &str = "ffmpeg decodes nothing of it: its samples are encrypted, or its pieces miss";

const BYTES: &str = "FFmpeg 5.1 has no decoder for it: here its packets' bytes are had";

/// Files that their sources read and that do not list to their end.
const UNLISTED: &[Known] = &[
    Known { name: "mediasource/test/aac20-48000-64000-init.mp4", reason: PIECE },
    Known { name: "mp4parse_capi/tests/bipbop_nonfragment_header.mp4", reason: HEADER },
    Known { name: "nom-exif/sony-a7-xavc.MP4", reason: HEADER },
    Known { name: "nestegg/dancer1.webm", reason: CUT },
    Known { name: "nestegg/demo_short.webm", reason: CUT },
];

const CUT: &str = "cut: its segment says that it is longer than the file";

const PIECE: &str = "the first piece of a stream alone, which ffprobe refuses too";
const HEADER: &str = "a header alone: the packets that it claims are not there";

/// Files that their sources read and in which `check` finds something all the same.
const BROKEN: &[Known] = &[
    Known { name: "mediasource/test/aac20-48000-64000-init.mp4", reason: PIECE },
    Known { name: "mp4parse_capi/tests/bipbop_nonfragment_header.mp4", reason: HEADER },
    Known { name: "nom-exif/sony-a7-xavc.MP4", reason: HEADER },
    Known { name: "nestegg/dancer1.webm", reason: CUT },
    Known { name: "nestegg/demo_short.webm", reason: CUT },
    Known { name: "mp4/sample_fragmented_uuid.mp4", reason: LOCKED },
    Known { name: "test/bear-640x360-a_frag-cenc-key_rotation.mp4", reason: LOCKED },
    Known { name: "tests/short-cenc.mp4", reason: LOCKED },
    Known { name: "testdata/tracks.webm", reason: REFUSED },
    Known { name: "tests/sine-3s-xhe-aac-44khz-mono.mp4", reason: REFUSED },
];

const REFUSED: &str = "FFmpeg 5.1 opens no decoder for its sound";

/// Bad files that ask for more than the budget of 64 MiB and say so with exit code 3.
const DEMANDING: &[Known] = &[Known {
    name: "crashtests/1414444.mp4",
    reason: "claims a packet of a size that FFmpeg has no room for: exit code 3",
}];

const SUITE: Suite = Suite { folder: "video", format: "video", memory: 64, cuts: 4, flips: 3 };

fn listed(file: &Path) -> Result<Vec<Value>> {
    entries(&run(&["ls", "--json", "--format", "video"], file)?)
}

#[test]
fn packets_streams_and_tags_are_those_that_ffprobe_tells() -> Result<()> {
    if !is_there() {
        return Ok(());
    }
    let mut of_packets = Report::new("packets as ffprobe tells them", OTHER_PACKETS);
    let mut of_streams = Report::new("streams as ffprobe tells them", OTHER_STREAMS);
    let mut of_tags = Report::new("tags as ffprobe tells them", OTHER_TAGS);
    let mut compared = 0;
    for sample in inputs("video")?.into_iter().filter(|sample| sample.good) {
        let theirs = match probe(&sample.path, true) {
            Ok(theirs) => theirs,
            Err(why) => {
                of_packets.skip(&sample.name, &format!("{why:#}"));
                continue;
            }
        };
        let ours = listed(&sample.path)?;
        compared += theirs["packets"].as_array().map_or(0, Vec::len);
        of_packets.note(&sample.name, told(&packets(&ours, &theirs)));
        of_streams.note(&sample.name, told(&streams(&ours, &theirs)));
        of_tags.note(&sample.name, told(&tags(&ours, &theirs)));
    }
    println!("{compared} packets compared");
    for report in [of_packets, of_streams, of_tags] {
        report.finish();
    }
    Ok(())
}

#[test]
fn samples_of_sound_are_those_that_ffmpeg_decodes() -> Result<()> {
    if !is_there() {
        return Ok(());
    }
    let mut report = Report::new("samples as FFmpeg decodes them", OTHER_SAMPLES);
    for sample in inputs("video")?.into_iter().filter(|sample| sample.good) {
        let Ok(theirs) = probe(&sample.path, false) else { continue };
        let Some(stream) = samples::first(&theirs) else { continue };
        let entry = format!("stream/{}", stream["index"]);
        // the same library decodes: to the bit
        let outcome = samples::same(&sample.path, "video", &entry, &[], 0.0);
        report.note(&sample.name, outcome.map_err(|why| format!("{why:#}")));
    }
    report.finish();
    Ok(())
}

#[test]
fn good_files_read_to_their_end() -> Result<()> {
    SUITE.good_files_read_to_their_end(UNLISTED, BROKEN)
}

#[test]
fn bad_files_do_no_harm() -> Result<()> {
    SUITE.bad_files_do_no_harm(DEMANDING)
}

#[test]
fn damaged_files_do_no_harm() -> Result<()> {
    SUITE.damaged_files_do_no_harm(&[])
}
