//! Uncompressed audio, read without a codec in the way: WAV, AIFF and CAF.
//!
//! [`Header::read`] tells what a file holds and where: the encoding of its samples, their bytes, texts, cue points. It keeps
//! positions, not values. [`Samples`] then reads any frames by position, from any thread, as `f32`. Other codecs in these
//! files are named, and where their packets have one size, listed; those of ADPCM are decoded. [`decoder`] takes PCM from other
//! containers' packets.
#![deny(clippy::arithmetic_side_effects)]

mod aiff;
mod caf;
mod chunk;
mod codec;
mod companding;
mod convert;
mod cue;
mod decoder;
mod defect;
mod encoding;
mod extended;
mod fmt;
mod header;
mod open;
mod order;
mod packets;
mod run;
mod samples;
mod text;
mod wav;

pub(crate) use decoder::decoder;
pub(crate) use encoding::Encoding;
pub(crate) use open::open;
pub(crate) use order::Order;

use cue::{Cue, Loop};
use defect::{Defect, Deviation};
use header::{Codec, Container, Header, Id, Piece};
use samples::Samples;
use text::{Key, Text};

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
