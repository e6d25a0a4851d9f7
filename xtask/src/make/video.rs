//! A video by FFmpeg, and the same packets in other containers.
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::audio::convert;
use crate::project::{output, which};

/// Frames in a second.
const RATE: u64 = 30;

/// One video in four containers.
pub struct Videos {
    /// MP4 with its tables at the end.
    pub mp4: PathBuf,
    /// The same in fragments.
    pub fragmented: PathBuf,
    /// Matroska.
    pub mkv: PathBuf,
    /// AVI.
    pub avi: PathBuf,
    /// Frames of the picture.
    pub frames: u64,
}

/// Makes them: 1280 x 720 in H.264, with a tone in AAC; nothing where there is no FFmpeg.
///
/// # Errors
/// When FFmpeg fails.
pub fn make(folder: &Path, seconds: u64) -> Result<Option<Videos>> {
    let file = |name: &str| folder.join(name);
    let videos = Videos {
        mp4: file("video.mp4"),
        fragmented: file("fragmented.mp4"),
        mkv: file("video.mkv"),
        avi: file("video.avi"),
        frames: seconds * RATE,
    };
    if !videos.mp4.is_file() {
        if which("ffmpeg").is_none() {
            return Ok(None);
        }
        eprintln!("making {}", videos.mp4.display());
        let partial = file("partial-video.mp4");
        let picture = format!("testsrc2=size=1280x720:rate={RATE}");
        let mut ffmpeg = Command::new("ffmpeg");
        ffmpeg.args(["-hide_banner", "-loglevel", "error", "-nostdin", "-y"]);
        ffmpeg.args(["-f", "lavfi", "-i", &picture]);
        ffmpeg.args(["-f", "lavfi", "-i", "sine=440:sample_rate=48000"]);
        ffmpeg.args(["-t", &seconds.to_string(), "-pix_fmt", "yuv420p"]);
        ffmpeg.args(["-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "60"]);
        ffmpeg.args(["-c:a", "aac", "-b:a", "96k", "-bitexact"]);
        output(ffmpeg.arg(&partial))?;
        std::fs::rename(&partial, &videos.mp4).with_context(|| videos.mp4.display().to_string())?;
    }
    convert(&videos.mp4, &videos.mkv, &["-c", "copy"])?;
    convert(&videos.mp4, &videos.avi, &["-c", "copy"])?;
    let fragments = ["-c", "copy", "-movflags", "frag_keyframe+empty_moov+default_base_moof"];
    convert(&videos.mp4, &videos.fragmented, &fragments)?;
    Ok(Some(videos))
}
