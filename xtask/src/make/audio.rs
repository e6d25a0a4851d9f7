//! WAV files of 16-bit stereo, and what FFmpeg makes of them.
use std::io::{self, Write};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::random::Random;
use crate::project::{output, which};

/// Frames in a second.
pub const RATE: u64 = 44_100;
/// Bytes of a frame: two channels of 16 bits.
const FRAME: u64 = 4;

/// How large a file of so many seconds is.
#[must_use]
pub fn size(seconds: u64) -> u64 {
    44 + seconds * RATE * FRAME
}

/// Writes tones with overtones, a new one each second, under a little noise.
///
/// # Errors
/// When `out` fails.
pub fn write(out: &mut impl Write, seconds: u64, seed: u64) -> io::Result<()> {
    let data = u32::try_from(seconds * RATE * FRAME).map_err(io::Error::other)?;
    out.write_all(b"RIFF")?;
    out.write_all(&(data + 36).to_le_bytes())?;
    out.write_all(b"WAVEfmt ")?;
    let rate = RATE as u32;
    for field in [16, 2 << 16 | 1, rate, rate * 4, 16 << 16 | 4] {
        out.write_all(&u32::to_le_bytes(field))?;
    }
    out.write_all(b"data")?;
    out.write_all(&data.to_le_bytes())?;
    let wave: Vec<f64> = (0..4096)
        .map(|i| {
            let turn = f64::from(i) / 4096.0 * std::f64::consts::TAU;
            [1.0, 2.0, 3.0, 5.0].iter().map(|h| (turn * h + h).sin() / h).sum::<f64>() * 4000.0
        })
        .collect();
    let mut random = Random::new(seed);
    let mut bytes = Vec::with_capacity((RATE * FRAME) as usize);
    for second in 0..seconds {
        bytes.clear();
        let tone = 220.0 * 2f64.powf((second % 24) as f64 / 12.0);
        let step = tone / RATE as f64 * 4096.0;
        let mut at = 0.0;
        for _ in 0..RATE {
            at = (at + step) % 4096.0;
            let noise = random.next_u64();
            let left = wave[at as usize] + (noise & 2047) as f64 - 1024.0;
            let right = wave[at as usize] * 0.9 + (noise >> 32 & 2047) as f64 - 1024.0;
            bytes.extend_from_slice(&(left as i16).to_le_bytes());
            bytes.extend_from_slice(&(right as i16).to_le_bytes());
        }
        out.write_all(&bytes)?;
    }
    Ok(())
}

/// Has FFmpeg write `to` from `from`, unless it is there; whether there is an FFmpeg.
///
/// # Errors
/// When FFmpeg fails.
pub fn convert(from: &Path, to: &Path, arguments: &[&str]) -> Result<bool> {
    if to.is_file() {
        return Ok(true);
    }
    if which("ffmpeg").is_none() {
        return Ok(false);
    }
    let name = to.file_name().unwrap_or_default();
    let partial = to.with_file_name(format!("partial-{}", name.to_string_lossy()));
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y", "-i"]).arg(from);
    output(ffmpeg.args(arguments).arg("-bitexact").arg(&partial))?;
    std::fs::rename(&partial, to).with_context(|| to.display().to_string())?;
    Ok(true)
}
