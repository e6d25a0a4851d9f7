//! Native FLAC (RFC 9639), decoded here: frames are independent, so that any of them can be found by its position and
//! decoded on any thread.
//!
//! A frame is believed when its header's CRC-8 and its footer's CRC-16 fit. Where they do not, the stream is searched for the
//! next one that does, and the frames between are counted as lost.
#![deny(clippy::arithmetic_side_effects)]

mod bits;
mod crc;
mod decode;
mod emit;
mod fault;
mod find;
mod frame;
mod info;
mod locate;
mod md5;
mod meta;
mod open;
mod packets;
mod predict;
mod residual;
mod run;
mod stereo;
mod subframe;
mod verify;

pub(crate) use open::open;

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
