//! Streams WebVTT and SubRip exactly as the W3C parser rules say, in bounded memory.
