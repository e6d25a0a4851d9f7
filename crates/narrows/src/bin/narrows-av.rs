//! Reads video for the command, which links no FFmpeg: its start would cost every run.

use std::process::ExitCode;

fn main() -> ExitCode {
    narrows::worker(&[&stream_video::Video])
}
