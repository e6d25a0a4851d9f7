//! Uncompressed audio, read without a codec in the way: WAV, AIFF and CAF.
//!
//! [`Header::read`] tells what a file holds and where: the encoding of its samples, their bytes, texts, cue points. It keeps
//! positions, not values. [`Samples`] then reads any frames by position, from any thread, as `f32`. Other codecs in these
//! files (ADPCM, GSM, MP3 in WAV; `ima4` in AIFF-C; AAC, ALAC in CAF) are named, and where their packets have one size, listed.
#![deny(clippy::arithmetic_side_effects)]

mod aiff;
mod caf;
mod chunk;
mod codec;
mod companding;
mod convert;
mod cue;
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

pub(crate) use open::open;

use cue::{Cue, Loop};
use defect::{Defect, Deviation};
use encoding::Encoding;
use header::{Codec, Container, Header, Id, Piece};
use order::Order;
use samples::Samples;
use text::{Key, Text};

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
