//! Reads video for the command, and decodes sound that it has no decoder for: it links no FFmpeg, whose start would cost every run.

use std::process::ExitCode;

/// What `stream-audio` does not decode, FFmpeg does.
#[cfg(feature = "audio")]
static AUDIO: stream_video::Decoding = stream_video::Decoding::of(&stream_audio::Audio);

fn main() -> ExitCode {
    narrows::worker(&[
        &stream_video::Video,
        #[cfg(feature = "audio")]
        &AUDIO,
    ])
}
