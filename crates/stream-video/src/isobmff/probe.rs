//! Which packets FFmpeg reads before it delivers the first: what they teach shows in the durations it tells.

use stream_core::Result;

use super::codec::{Keys, Kind};
use super::open;
use super::reader::Reader;

/// Bytes of packets after which FFmpeg stops looking (`probesize`).
const PROBE_SIZE: u64 = 5_000_000;

/// Pictures of a stream without a frame rate that FFmpeg looks at.
const PICTURES: u64 = 21;

/// Finds for each stream whether a second packet is read before FFmpeg has seen enough of all streams, and stands before the first packet
/// again. Only fragments need it: elsewhere the tables tell how long a packet lasts.
///
/// # Errors
/// What the source says.
pub(super) fn first_durations(r: &mut Reader) -> Result<()> {
    let mut size = 0u64;
    while size < PROBE_SIZE && !enough(r) {
        let Some(chosen) = r.choose()? else { break };
        let Some(lane) = r.lanes.as_mut_slice().get_mut(chosen) else { break };
        if let Some(head) = lane.head.take() {
            size = size.saturating_add(head.size.into());
            lane.delivered = lane.delivered.saturating_add(1);
        }
    }
    // bit by bit, so that the lanes can be made anew: there are at most 64
    let mut told = 0u64;
    for lane in r.lanes.iter().filter(|lane| lane.delivered > 1) {
        told |= 1u64.wrapping_shl(lane.stream);
    }
    r.lanes.clear();
    r.limit = u64::MAX;
    open::lanes(r)?;
    for lane in r.lanes.as_mut_slice() {
        lane.first_told = told.wrapping_shr(lane.stream) & 1 == 1;
    }
    Ok(())
}

fn enough(r: &Reader) -> bool {
    r.lanes.iter().all(|lane| {
        let needed = match lane.codec.kind {
            Kind::Video if lane.codec.keys == Keys::Avc => PICTURES,
            Kind::Video | Kind::Audio => 1,
            Kind::Subtitle | Kind::Data => 0,
        };
        lane.unwanted || lane.delivered >= needed
    })
}
