//! Samples of sound, against those that the ffmpeg command decodes.
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::command::narrows;
use crate::report::Known;

/// Audio files whose samples differ from those that FFmpeg decodes, each looked into.
pub const OTHER_SAMPLES: &[Known] = &[
    Known { name: "webcodecs/sfx-vorbis.ogg", reason: GRANULE },
    Known { name: "tinytag/detect_ogg.x", reason: GRANULE },
    Known { name: "unit/data/detodos.mp3", reason: CUT },
    Known { name: "tinytag/cut_off_titles.mp3", reason: CUT },
    Known { name: "hound/pcmwaveformat-24bit-4byte-48kHz-stereo.wav", reason: WIDE },
    Known { name: "hound/waveformatextensible-24bit-4byte-48kHz-stereo.wav", reason: WIDE },
    Known { name: "examples/mpeg_aac_decoder/audio_aac.m4a", reason: PADDING },
    Known { name: "tinytag/multi_value.m4a", reason: PADDING },
    Known { name: "rust-id3/multi-tags.mp3", reason: PADDING },
    Known { name: "tinytag/mpeg2_id3v1.mp3", reason: PADDING },
    Known { name: "tinytag/vbr_xing_header_short.mp3", reason: PADDING },
    Known { name: "nom-exif/mka.mka", reason: "FFmpeg's decoder of MP2 clips at full scale" },
    Known { name: "scipy-wav/test-8000Hz-be-3ch-5S-24bit.wav", reason: ENDIAN },
    Known { name: "scipy-wav/test-8000Hz-le-3ch-5S-36bit.wav", reason: ODD },
    Known { name: "scipy-wav/test-8000Hz-le-3ch-5S-45bit.wav", reason: ODD },
    Known { name: "scipy-wav/test-8000Hz-le-3ch-5S-53bit.wav", reason: ODD },
];

/// Why samples of such files differ.
pub const WIDE: &str = "24 bits in 4 bytes: ffprobe takes them for floats of 24 bits, we for 32 bits with the value on the left";
/// Why samples of such files differ.
pub const ENDIAN: &str = "RIFX is big-endian, which FFmpeg overlooks for 24 bits";
/// Why samples of such files differ.
pub const ODD: &str = "samples of 36, 45 and 53 bits, which FFmpeg does not know";
/// Why samples of such files differ.
pub const CUT: &str =
    "the last packet is cut short: FFmpeg decodes what is there of it, we report it";
const GRANULE: &str = "as many frames as the last granule position says; FFmpeg gives a block's part fewer than it tells itself";
const PADDING: &str = "without the padding at the end that the header tells; FFmpeg leaves it in";

/// Codecs whose samples are the same for every decoder, by ffprobe's names.
const LOSSLESS: [&str; 3] = ["flac", "alac", "pcm_"];

/// How far samples of other codecs may lie apart: two decoders round differently, 16 bits deep.
const TOLERANCE: f32 = 1.0 / 8192.0;

fn codec(stream: &Value) -> &str {
    stream["codec_name"].as_str().unwrap_or_default()
}

/// How far samples of a stream of ffprobe's may lie apart.
#[must_use]
pub fn allowed(stream: &Value) -> f32 {
    let lossless = LOSSLESS.iter().any(|name| codec(stream).starts_with(name));
    if lossless { 0.0 } else { TOLERANCE }
}

/// What ffmpeg is told so that it decodes a stream as its standard says.
#[must_use]
pub fn options(stream: &Value) -> &'static [&'static str] {
    // FFmpeg's own decoder of Opus differs from the one that RFC 6716 stands for
    if codec(stream) == "opus" { &["-c:a", "libopus"] } else { &[] }
}

/// The samples of the first audio stream as ffmpeg decodes them, and how far others may lie apart.
///
/// # Errors
/// When it fails.
pub fn decoded(file: &Path, stream: &Value) -> Result<(Vec<f32>, f32)> {
    Ok((theirs(file, options(stream))?, allowed(stream)))
}

fn theirs(file: &Path, options: &[&str]) -> Result<Vec<f32>> {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "quiet"]).args(options).arg("-i").arg(file);
    ffmpeg.args(["-map", "0:a:0", "-f", "f32le", "-"]);
    floats(&mut ffmpeg).context("ffmpeg")
}

/// What a program writes to standard output as floats, little-endian.
fn floats(command: &mut Command) -> Result<Vec<f32>> {
    let done = command.stdin(Stdio::null()).stderr(Stdio::null()).output()?;
    ensure!(done.status.success(), "ends with {}", done.status);
    Ok(done.stdout.as_chunks::<4>().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect())
}

/// The first audio stream that ffprobe tells of a file.
#[must_use]
pub fn first(theirs: &Value) -> Option<&Value> {
    theirs["streams"].as_array()?.iter().find(|stream| stream["codec_type"] == "audio")
}

/// Compares the samples of an entry with those of the first audio stream, decoded by ffmpeg with more `options`.
///
/// # Errors
/// When their number differs, or a sample by more than `allowed`.
pub fn same(file: &Path, format: &str, entry: &str, options: &[&str], allowed: f32) -> Result<()> {
    let mut ours = Command::new(narrows()?);
    ours.args(["cat", "--to", "f32le", "--format", format, "--entry", entry]).arg(file);
    let ours = floats(&mut ours).context("narrows")?;
    let theirs = theirs(file, options)?;
    ensure!(ours.len() == theirs.len(), "{} samples, FFmpeg has {}", ours.len(), theirs.len());
    // what is no number on both sides is the same
    let difference = |a: f32, b: f32| if a.to_bits() == b.to_bits() { 0.0 } else { (a - b).abs() };
    let apart = ours.iter().zip(&theirs).map(|(a, b)| difference(*a, *b));
    let (at, worst) = apart.enumerate().fold((0, 0.0f32), |worst, (at, apart)| {
        if apart > worst.1 || apart.is_nan() { (at, apart) } else { worst }
    });
    ensure!(worst <= allowed, "sample {at}: {worst} apart from FFmpeg's");
    Ok(())
}
