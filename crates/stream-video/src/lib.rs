//! Streams video containers: streams, chapters, tags, packets, and frames on request, in bounded memory.
#![deny(clippy::arithmetic_side_effects)]
