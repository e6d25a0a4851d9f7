//! The headers of Vorbis (Vorbis I, 4.2): how long packets last, and what a decoder will need for them.
#![deny(clippy::arithmetic_side_effects)]

mod bits;
mod setup;

use stream_core::{Error, ErrorKind, Result};

use bits::Bits;
pub(crate) use setup::Setup;

/// The most memory that codebooks may take; real ones stay under 1 MiB.
const CODEBOOKS: u64 = 32 << 20;

/// The identification header (4.2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ident {
    pub channels: u8,
    pub sample_rate: u32,
    /// Bits in a second, as the encoder aimed at; 0 or less where it did not.
    pub nominal: i32,
    /// Exponents of the two block sizes.
    blocks: [u8; 2],
}

/// Bytes of the identification header.
pub(crate) const IDENT: usize = 30;

impl Ident {
    /// Parses the packet; `None` where it breaks a rule of 4.2.2.
    pub(crate) fn parse(packet: &[u8]) -> Option<Self> {
        let packet: &[u8; IDENT] = packet.get(..IDENT)?.try_into().ok()?;
        if !packet.starts_with(b"\x01vorbis\0\0\0\0") {
            return None;
        }
        let u32_at = |at: usize| {
            let end = at.checked_add(4)?;
            packet.get(at..end)?.try_into().ok().map(u32::from_le_bytes)
        };
        let [.., sizes, framing] = *packet;
        let blocks = [sizes & 15, sizes >> 4];
        let [short, long] = blocks;
        let channels = packet.get(11).copied()?;
        let sample_rate = u32_at(12)?;
        let sound = (6..=13).contains(&short) && (short..=13).contains(&long) && framing & 1 == 1;
        (sound && channels > 0 && sample_rate > 0).then_some(Self {
            channels,
            sample_rate,
            nominal: u32_at(20)?.cast_signed(),
            blocks,
        })
    }

    fn block(self, long: bool) -> u32 {
        let [short_size, long_size] = self.blocks;
        1u32.checked_shl(u32::from(if long { long_size } else { short_size })).unwrap_or(0)
    }
}

/// How long packets last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Blocks {
    ident: Ident,
    /// Whether each mode's blocks are long.
    modes: Vec<bool>,
    mode_bits: u32,
}

impl Blocks {
    /// What identification and setup say together.
    pub(crate) fn new(ident: Ident, setup: &Setup) -> Self {
        let mode_bits = bits::ilog(u32::try_from(setup.modes.len()).unwrap_or(1).saturating_sub(1));
        Self { ident, modes: setup.modes.clone(), mode_bits }
    }

    /// The size of a packet's block by its first byte; `None` for what is no packet of sound.
    pub(crate) fn size(&self, first: u8) -> Option<u32> {
        let mut bits = Bits::new(std::slice::from_ref(&first));
        if bits.read(1)? != 0 {
            return None;
        }
        let mode = usize::try_from(bits.read(self.mode_bits)?).ok()?;
        Some(self.ident.block(*self.modes.get(mode)?))
    }
}

/// The memory that codebooks, floors and blocks take in a decoder, for `setup` as it is given to one: the identification
/// packet and the setup packet behind it.
///
/// # Errors
/// `Malformed` where the headers break their rules, `Unsupported` where they ask for too much.
pub(crate) fn memory(setup: &[u8]) -> Result<u64> {
    let broken =
        || Error::new(ErrorKind::Malformed, "Vorbis headers break the rules of Vorbis I, 4.2");
    let ident = Ident::parse(setup).ok_or_else(broken)?;
    let rest = setup.get(IDENT..).unwrap_or_default();
    let setup = Setup::parse(rest, ident.channels).ok_or_else(broken)?;
    if setup.memory > CODEBOOKS {
        let message =
            format!("Vorbis codebooks of {} bytes: at most {CODEBOOKS} are taken", setup.memory);
        return Err(Error::new(ErrorKind::Unsupported, message));
    }
    // floor, residue, block and overlap of each channel, and the windows
    let block = u64::from(ident.block(true));
    let blocks = block.saturating_mul(u64::from(ident.channels)).saturating_mul(24);
    Ok(setup.memory.saturating_add(blocks).saturating_add(block.saturating_mul(32)))
}
