//! ndarray views of Narrows chunks, without a copy.
