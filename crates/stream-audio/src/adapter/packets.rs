//! Packets as entries.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Entry, Kind, Result};

use super::Adapter;
use super::entry::seconds;
use crate::{Header, Packet};

impl Adapter {
    /// The next packet's entry; `false` at the end, or where packets are not asked for.
    pub(super) fn packet(&mut self, entry: &mut Entry) -> Result<bool> {
        if !self.shared.cx.switched_on("packets") {
            return Ok(false);
        }
        if self.packets.is_none() {
            self.packets = Some(self.shared.container.packets()?);
        }
        if self.waiting.is_none() {
            let Some(packets) = &mut self.packets else { return Ok(false) };
            let mut packet = Packet::default();
            if !packets.next(&mut packet)? {
                return Ok(false);
            }
            self.waiting = Some(packet);
        }
        if let Some(packet) = &self.waiting {
            fill(entry, self.shared.container.header(), packet)?;
        }
        self.at_hand = self.waiting.take();
        let position = self.packets.as_ref().map_or(0, |p| p.position());
        self.done = self.done.max(position);
        Ok(true)
    }
}

fn fill(entry: &mut Entry, header: &Header, packet: &Packet) -> Result<()> {
    entry.reset(Kind::Packet);
    entry.set_depth(1);
    let path = entry.path_mut();
    path.push_str("stream/")?;
    path.push_decimal(u64::from(packet.stream))?;
    path.push_str("/packet/")?;
    path.push_decimal(packet.index)?;
    let index = usize::try_from(packet.stream).unwrap_or(usize::MAX);
    let base = header.streams.get(index).map_or((0, 0), |s| s.time_base);
    let fields = entry.fields_mut();
    let duration = i64::try_from(packet.duration).unwrap_or(i64::MAX);
    fields.push("stream", u64::from(packet.stream))?;
    fields.push("pts", packet.pts)?;
    fields.push("dts", packet.pts)?;
    fields.push("duration", packet.duration)?;
    fields.push("pts_time", seconds(packet.pts, base))?;
    fields.push("dts_time", seconds(packet.pts, base))?;
    fields.push("duration_time", seconds(duration, base))?;
    fields.push("key", true)?;
    if packet.discard {
        fields.push("discard", true)?;
    }
    match packet.span() {
        Some(span) => entry.set_span(span),
        None => {
            fields.push("pos", packet.at.offset)?;
            fields.push("size", packet.at.length)?;
        }
    }
    entry.set_has_data();
    Ok(())
}
