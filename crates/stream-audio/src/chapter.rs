//! Named times and named frames.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::Time;

use crate::Text;

/// A part of the sound with a title.
#[derive(Clone, Copy, Debug)]
pub struct Chapter {
    /// When it starts.
    pub start: Time,
    /// When it ends; `None` where nothing says.
    pub end: Option<Time>,
    /// Its title.
    pub title: Text,
}

/// A marked frame.
#[derive(Clone, Copy, Debug)]
pub struct CuePoint {
    /// The container's own number of the mark.
    pub id: u64,
    /// Frames before it.
    pub frame: u64,
    /// Frames that it spans, where it is a range.
    pub length: Option<u64>,
    /// Its label.
    pub label: Text,
}
