//! Streams FITS headers, images, tables and compressed tiles in bounded memory.
#![deny(clippy::arithmetic_side_effects)]
