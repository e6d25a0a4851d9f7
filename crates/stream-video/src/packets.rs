//! Where the facts of packets come from: the library's demuxer, or a reader of a container's own tables.

mod typed;

use stream_core::{Diagnostics, Result};

use crate::Packet;
pub(crate) use typed::Typed;

/// Facts of packets in the order in which FFmpeg's demuxer delivers them, over all streams.
///
/// Two kinds implement it: FFmpeg's demuxer, which reads the payloads to tell their facts, and readers of a container's own index
/// (sample tables of ISO media, cues and clusters of Matroska, `idx1` of AVI), which read no payload. Both deliver the same packets
/// in the same order, down to every number: what a reader of tables cannot tell so, it leaves to the demuxer by refusing the file
/// before its first packet.
///
/// What a source fills in, in full, for each packet (a [`Packet`] is reused, so that each field is written each time):
///
/// - `stream`: the index of FFmpeg's stream, which counts the container's tracks in order; tracks that FFmpeg makes no stream of
///   count for nothing.
/// - `pts`, `dts`, `duration`: ticks of FFmpeg's time base for the stream (ISO media: the track's timescale), after edit lists and
///   composition offsets; `duration` is `None` for 0.
/// - `size`: bytes of payload; `position`: what FFmpeg calls `pos`, `None` for -1.
/// - `key`, `discard`, `corrupt`: FFmpeg's flags.
/// - `picture`: `None`, but for [`Typed`]; `index`: left alone, the [`Reader`](crate::Reader) counts.
pub(crate) trait Packets: Send {
    /// Fills `packet` with the next one; `Ok(false)` at the end. Nothing is allocated once warm.
    ///
    /// # Errors
    /// Any kind. Resumable only where nothing moved; after any other, the end.
    fn next(&mut self, packet: &mut Packet) -> Result<bool>;

    /// Bytes of the source that are behind it: never shrinks, for progress only.
    fn done(&self) -> u64;

    /// The payload of the packet delivered last, where it was read anyway; `None` where its bytes were never looked at.
    fn payload(&self) -> Option<&[u8]> {
        None
    }

    /// Appends what was found unusual since the last call.
    ///
    /// # Errors
    /// `OverBudget`.
    fn findings(&mut self, _findings: &mut Diagnostics) -> Result<()> {
        Ok(())
    }

    /// What a reader of tables found lacking: that fewer packets lie in the file than its tables claim. `None` where nothing lacks,
    /// and for the demuxer. Asked at the end.
    fn incomplete(&self) -> Option<&str> {
        None
    }
}
