//! Samples of sound, against those that the ffmpeg command decodes.
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::command::narrows;

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
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-v", "quiet"]).args(options).arg("-i").arg(file);
    ffmpeg.args(["-map", "0:a:0", "-f", "f32le", "-"]);
    let theirs = floats(&mut ffmpeg).context("ffmpeg")?;
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
