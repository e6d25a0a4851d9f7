//! The sample entry: the codec, its dimensions and what its configuration says (ISO/IEC 14496-12, 8.5.2; 14496-14 and -15).

use stream_core::{Result, Window};

use super::Defect;
use super::avc::Avc;
use super::boxes::{Children, Frame};
use super::defects::Defects;
use super::descriptor;
use super::track::head;
use crate::index::{be16, be32};

/// The facts of a track's first sample entry.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct SampleEntry {
    /// How many sample entries there are.
    pub(crate) count: u32,
    /// Its type.
    pub(crate) kind: [u8; 4],
    /// The object type of an `esds` (ISO/IEC 14496-1, table 5), or 0.
    pub(crate) object: u8,
    /// The audio object type of AAC (ISO/IEC 14496-3, 1.5.1), or 0.
    pub(crate) audio_object: u8,
    pub(crate) width: u16,
    pub(crate) height: u16,
    pub(crate) channels: u16,
    pub(crate) bits: u16,
    pub(crate) rate: u32,
    /// The version of a QuickTime sound description.
    pub(crate) version: u16,
    /// Length of the configuration of H.264 and where it lies; what it says.
    pub(crate) avc: Option<Avc>,
    /// Whether a box inside says that samples are encrypted.
    pub(crate) encrypted: bool,
}

impl SampleEntry {
    pub(crate) fn read(w: &mut Window, f: &Frame, d: &mut Defects) -> Result<Self> {
        let mut entry = Self { count: be32(head(w, f, 8)?, 4).unwrap_or(0), ..Self::default() };
        let mut children = Children::between(f.body.saturating_add(8), f.end);
        let Some(found) = children.next(w)? else { return Ok(entry) };
        if found.cut {
            d.push(found.start, Defect::BeyondParent { kind: found.kind });
        }
        entry.kind = found.kind;
        let bytes = head(w, &found, 78)?;
        // what a video and what an audio entry say at the same bytes: the track's handler tells which counts
        entry.width = be16(bytes, 24).unwrap_or(0);
        entry.height = be16(bytes, 26).unwrap_or(0);
        entry.version = be16(bytes, 8).unwrap_or(0);
        entry.channels = be16(bytes, 16).unwrap_or(0);
        entry.bits = be16(bytes, 18).unwrap_or(0);
        entry.rate = be32(bytes, 24).unwrap_or(0).wrapping_shr(16);
        entry.encrypted =
            matches!(&found.kind, b"encv" | b"enca" | b"enct" | b"encs" | b"drms" | b"drmi");
        let audio = match entry.version {
            0 => 28,
            1 => 44,
            _ => 64,
        };
        for skip in [78u64, audio] {
            entry.extensions(w, &found, skip, d)?;
        }
        Ok(entry)
    }

    fn extensions(&mut self, w: &mut Window, f: &Frame, skip: u64, d: &mut Defects) -> Result<()> {
        let mut children = Children::between(f.body.saturating_add(skip), f.end);
        while let Some(found) = children.next(w)? {
            match &found.kind {
                b"avcC" => self.avc = Avc::read(w, &found)?,
                b"esds" => {
                    let (object, audio) = descriptor::decoder(head(w, &found, 512)?);
                    (self.object, self.audio_object) = (object, audio);
                }
                b"wave" if skip < 78 => self.extensions_of(w, &found, d)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn extensions_of(&mut self, w: &mut Window, f: &Frame, d: &mut Defects) -> Result<()> {
        let inner = Frame { start: f.start, ..*f };
        // one level: a `wave` inside a `wave` is not looked into
        let mut children = Children::of(&inner);
        while let Some(found) = children.next(w)? {
            if found.cut {
                d.push(found.start, Defect::BeyondParent { kind: found.kind });
            }
            if &found.kind == b"esds" {
                let (object, audio) = descriptor::decoder(head(w, &found, 512)?);
                (self.object, self.audio_object) = (object, audio);
            }
        }
        Ok(())
    }
}
