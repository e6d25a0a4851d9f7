//! Streams audio: streams, tags, pictures, packets and samples in bounded memory.
#![deny(clippy::arithmetic_side_effects)]
