//! Streams HDF5 groups, attributes and datasets in bounded memory, decoding chunks in parallel.
#![deny(clippy::arithmetic_side_effects)]

pub mod storage;
