//! The packet that was read last: its facts and its bytes.

use std::ffi::c_int;

use ffmpeg_next::ffi as sys;
use stream_core::{Diagnostics, Result};

use super::Demuxer;
use crate::Packet;
use crate::ffi::time;
use crate::packets::Packets;

impl Demuxer {
    /// Writes the facts of the packet that was read last.
    pub(crate) fn describe(&self, packet: &mut Packet) {
        // SAFETY: a packet of the library, whose fields are public.
        let raw = unsafe { &*self.packet };
        let has = |flag: c_int| raw.flags & flag != 0;
        *packet = Packet {
            stream: u32::try_from(raw.stream_index).unwrap_or(0),
            index: packet.index,
            pts: time(raw.pts),
            dts: time(raw.dts),
            duration: (raw.duration != 0).then_some(raw.duration),
            size: u64::try_from(raw.size).unwrap_or(0),
            position: u64::try_from(raw.pos).ok(),
            key: has(sys::AV_PKT_FLAG_KEY),
            discard: has(sys::AV_PKT_FLAG_DISCARD),
            corrupt: has(sys::AV_PKT_FLAG_CORRUPT),
            picture: None,
        };
    }

    /// The payload of the packet that was read last.
    pub(crate) fn payload(&self) -> &[u8] {
        // SAFETY: a packet of the library says how long its data is, which lives until the next is read.
        unsafe {
            let (data, size) = ((*self.packet).data, (*self.packet).size);
            match usize::try_from(size) {
                Ok(size) if !data.is_null() => std::slice::from_raw_parts(data, size),
                _ => &[],
            }
        }
    }

    /// Which stream the packet that was read last belongs to.
    pub(crate) fn stream_of_packet(&self) -> Option<usize> {
        // SAFETY: a packet of the library.
        usize::try_from(unsafe { (*self.packet).stream_index }).ok()
    }

    /// The bytes of an attached picture, or of an attached file, which stand where a codec's extra data would.
    pub(crate) fn attached(&self, at: usize, is_picture: bool) -> &[u8] {
        let Some(stream) = self.stream(at) else { return &[] };
        // SAFETY: a stream has parameters; each says how long its data is, which lives as long as the container is open.
        unsafe {
            let (data, size) = match is_picture {
                true => ((*stream).attached_pic.data, (*stream).attached_pic.size),
                false => ((*(*stream).codecpar).extradata, (*(*stream).codecpar).extradata_size),
            };
            match usize::try_from(size) {
                Ok(size) if !data.is_null() => std::slice::from_raw_parts(data, size),
                _ => &[],
            }
        }
    }

    /// The packet that was read last, as the library knows it.
    pub(crate) fn raw_packet(&self) -> *const sys::AVPacket {
        self.packet
    }
}

impl Packets for Demuxer {
    fn next(&mut self, packet: &mut Packet) -> Result<bool> {
        let more = self.read()?;
        if more {
            self.describe(packet);
        }
        Ok(more)
    }

    fn done(&self) -> u64 {
        self.io.furthest()
    }

    fn payload(&self) -> Option<&[u8]> {
        Some(Demuxer::payload(self))
    }

    fn findings(&mut self, findings: &mut Diagnostics) -> Result<()> {
        if self.log.is_empty() {
            return Ok(());
        }
        let offset = self.io.state().position();
        self.log.report(Some(offset), findings)
    }
}
