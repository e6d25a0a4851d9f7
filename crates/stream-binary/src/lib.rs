//! Streams any file as bytes: media type, holes, digests, entropy, in bounded memory.
