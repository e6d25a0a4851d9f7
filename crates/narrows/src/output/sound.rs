//! Sound: levels, loudness, and files of samples.

pub(crate) mod levels;
pub(crate) mod loudness;
pub(crate) mod wav;
