//! Audio files of others, against what ffprobe and FFmpeg's decoders make of them, and against all that can go wrong.
use std::path::Path;

use anyhow::{Context as _, Result};
use narrows_tests::command::{entries, run};
use narrows_tests::corpus::inputs;
use narrows_tests::ffprobe::{is_there, probe, streams, tags};
use narrows_tests::report::{Known, Report, told};
use narrows_tests::samples::{self, CUT, ENDIAN, ODD, OTHER_SAMPLES, WIDE};
use narrows_tests::torture::Suite;
use serde_json::Value;

/// Files whose streams differ from those that ffprobe tells, each looked into.
const OTHER_STREAMS: &[Known] = &[
    Known { name: "hound/pcmwaveformat-24bit-4byte-48kHz-stereo.wav", reason: WIDE },
    Known { name: "hound/waveformatextensible-24bit-4byte-48kHz-stereo.wav", reason: WIDE },
    Known { name: "lofty/files/assets/minimal/full_test.spx", reason: SPEEX },
    Known { name: "tinytag/bitrate_present.spx", reason: SPEEX },
    Known { name: "tinytag/no_bitrate.spx", reason: SPEEX },
    Known { name: "scipy-wav/test-8000Hz-be-3ch-5S-24bit.wav", reason: ENDIAN },
    Known { name: "scipy-wav/test-8000Hz-le-3ch-5S-36bit.wav", reason: ODD },
    Known { name: "scipy-wav/test-8000Hz-le-3ch-5S-45bit.wav", reason: ODD },
    Known { name: "scipy-wav/test-8000Hz-le-3ch-5S-53bit.wav", reason: ODD },
    Known {
        name: "tinytag/aiff_with_image.aiff",
        reason: "ffprobe counts the pictures of the ID3 tag as streams; they are entries of their own here",
    },
];

const SPEEX: &str = "we name the layout of one and two channels of Speex";

/// Files of which we tell other tags than ffprobe, each looked into.
const OTHER_TAGS: &[Known] = &[
    Known { name: "mka/bear-opus-negative-gain.mka", reason: ENCODER },
    Known { name: "mka/bear-opus.mka", reason: ENCODER },
    Known { name: "nom-exif/mka.mka", reason: ENCODER },
    Known { name: "lofty/files/assets/minimal/m4a_codec_alac.m4a", reason: BRANDS },
    Known { name: "examples/mpeg_aac_decoder/audio_aac.m4a", reason: BRANDS },
    Known { name: "pydub/format_test.m4a", reason: BRANDS },
    Known { name: "tinytag/multi_value.m4a", reason: BRANDS },
    Known {
        name: "claxon/repeated_vorbis_comment.flac",
        reason: "ffprobe joins repeated fields, we tell each",
    },
    Known {
        name: "mux.js/test-aac-segment.aac",
        reason: "a private frame of ID3v2 that ffprobe writes out as text",
    },
];

const ENCODER: &str =
    "ffprobe makes a tag of Matroska's muxing application; here it is a fact of the container";
const BRANDS: &str = "ffprobe makes tags of the file type box and the movie header; here the brand and the time of creation are facts of the container";

/// Files that their sources read and that do not list to their end.
const UNLISTED: &[Known] = &[
    Known { name: "ogg/continued_packet_over_four_pages", reason: PIECE },
    Known { name: "ogg/continued_packet_over_two_pages", reason: PIECE },
    Known { name: "claxon/large_vendor_string.flac", reason: SHORT },
    Known { name: "claxon/large_vorbis_comment_block.flac", reason: SHORT },
    Known {
        name: "media/test/wavedata_u8.wav",
        reason: "the header claims 12,049 bytes, 10,993 are there",
    },
    Known { name: "unit/data/id3tags.mp3", reason: SHORT },
    Known { name: "tinytag/id3_comment_utf_16_with_bom.mp3", reason: SHORT },
    Known { name: "tinytag/id3v24-long-title.mp3", reason: SHORT },
];

const PIECE: &str = "pages of Ogg without a stream, which ffprobe refuses too";
const SHORT: &str = "cut within its tags, which ffprobe refuses too";

/// Files that their sources read and in which `check` finds something all the same.
const BROKEN: &[Known] = &[
    Known { name: "ogg/continued_packet_over_four_pages", reason: PIECE },
    Known { name: "ogg/continued_packet_over_two_pages", reason: PIECE },
    Known { name: "claxon/large_vendor_string.flac", reason: SHORT },
    Known { name: "claxon/large_vorbis_comment_block.flac", reason: SHORT },
    Known {
        name: "claxon/non_subset.flac",
        reason: "its first frame is numbered 1: one frame before it is missing",
    },
    Known {
        name: "media/test/wavedata_u8.wav",
        reason: "the header claims 12,049 bytes, 10,993 are there",
    },
    Known { name: "unit/data/id3tags.mp3", reason: SHORT },
    Known { name: "unit/data/detodos.mp3", reason: CUT },
    Known { name: "tinytag/cut_off_titles.mp3", reason: CUT },
    Known { name: "tinytag/id3_comment_utf_16_with_bom.mp3", reason: SHORT },
    Known { name: "tinytag/id3v24-long-title.mp3", reason: SHORT },
    Known { name: "amr/sample_wb_with_silence_frames.amr", reason: FFMPEG },
    Known { name: "amr/sine-nb.amr", reason: FFMPEG },
];

const FFMPEG: &str = "decoded by FFmpeg, which asks for 20 MiB where it has 16: exit code 3";

/// Files that need more than the budget, whole or damaged.
const DEMANDING: &[Known] = &[
    Known { name: "amr/sample_wb_with_silence_frames.amr", reason: FFMPEG },
    Known { name: "amr/sine-nb.amr", reason: FFMPEG },
];

const SUITE: Suite = Suite { folder: "audio", format: "audio", memory: 16, cuts: 8, flips: 6 };

#[test]
fn streams_and_tags_are_those_that_ffprobe_tells() -> Result<()> {
    if !is_there() {
        return Ok(());
    }
    let mut of_streams = Report::new("streams as ffprobe tells them", OTHER_STREAMS);
    let mut of_tags = Report::new("tags as ffprobe tells them", OTHER_TAGS);
    for sample in inputs("audio")?.into_iter().filter(|sample| sample.good) {
        let theirs = match probe(&sample.path, false) {
            Ok(theirs) => theirs,
            Err(why) => {
                of_streams.skip(&sample.name, &format!("{why:#}"));
                continue;
            }
        };
        let ours = entries(&run(&["ls", "--json", "--format", "audio"], &sample.path)?)?;
        of_streams.note(&sample.name, told(&streams(&ours, &theirs)));
        of_tags.note(&sample.name, told(&tags(&ours, &theirs)));
    }
    of_streams.finish();
    of_tags.finish();
    Ok(())
}

fn same_samples(file: &Path, theirs: &Value) -> Result<()> {
    let stream = samples::first(theirs).context("ffprobe finds no audio")?;
    let entry = format!("stream/{}", stream["index"]);
    samples::same(file, "audio", &entry, samples::options(stream), samples::allowed(stream))
}

#[test]
fn samples_are_those_that_ffmpeg_decodes() -> Result<()> {
    if !is_there() {
        return Ok(());
    }
    let mut report = Report::new("samples as FFmpeg decodes them", OTHER_SAMPLES);
    for sample in inputs("audio")?.into_iter().filter(|sample| sample.good) {
        match probe(&sample.path, false) {
            Ok(theirs) => {
                let outcome = same_samples(&sample.path, &theirs);
                report.note(&sample.name, outcome.map_err(|why| format!("{why:#}")));
            }
            Err(why) => report.skip(&sample.name, &format!("{why:#}")),
        }
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
    SUITE.bad_files_do_no_harm(&[])
}

#[test]
fn damaged_files_do_no_harm() -> Result<()> {
    SUITE.damaged_files_do_no_harm(DEMANDING)
}
