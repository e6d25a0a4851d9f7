//! The setup header (Vorbis I, 4.2.4): walked over for the modes at its end and for the size of its codebooks.
#![deny(clippy::arithmetic_side_effects)]

use super::bits::{Bits, ilog};

/// What is taken of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Setup {
    /// Whether each mode's blocks are long.
    pub modes: Vec<bool>,
    /// Bytes that a decoder needs for the codebooks.
    pub memory: u64,
}

/// Bytes of an entry in a decoder's tree, beside its values.
const ENTRY: u64 = 256;

impl Setup {
    /// Parses the packet; `None` where it breaks its rules.
    pub(crate) fn parse(packet: &[u8], channels: u8) -> Option<Self> {
        let mut bits = Bits::new(packet.strip_prefix(b"\x05vorbis")?);
        let bits = &mut bits;
        let mut memory = 0u64;
        for _ in 0..counted(bits, 8)? {
            memory = memory.checked_add(codebook(bits)?)?;
        }
        for _ in 0..counted(bits, 6)? {
            bits.skip(16)?;
        }
        for _ in 0..counted(bits, 6)? {
            floor(bits)?;
        }
        for _ in 0..counted(bits, 6)? {
            residue(bits)?;
        }
        for _ in 0..counted(bits, 6)? {
            mapping(bits, channels)?;
        }
        let mut modes = Vec::new();
        for _ in 0..counted(bits, 6)? {
            modes.push(bits.flag()?);
            bits.skip(40)?;
        }
        bits.flag()?.then_some(Self { modes, memory })
    }
}

/// A count that is stored one less.
fn counted(bits: &mut Bits<'_>, width: u32) -> Option<u32> {
    bits.read(width)?.checked_add(1)
}

/// 3.2.1: what one codebook needs.
fn codebook(bits: &mut Bits<'_>) -> Option<u64> {
    if bits.read(24)? != 0x56_43_42 {
        return None;
    }
    let dimensions = bits.read(16)?;
    let entries = bits.read(24)?;
    if bits.flag()? {
        bits.skip(5)?;
        let mut done = 0u32;
        while done < entries {
            let number = bits.read(ilog(entries.checked_sub(done)?))?;
            done = done.checked_add(number)?;
        }
        if done > entries {
            return None;
        }
    } else {
        let sparse = bits.flag()?;
        for _ in 0..entries {
            if !sparse || bits.flag()? {
                bits.skip(5)?;
            }
        }
    }
    let kind = bits.read(4)?;
    let values = u64::from(entries).checked_mul(u64::from(dimensions))?;
    if kind > 2 {
        return None;
    }
    if kind > 0 {
        bits.skip(64)?;
        let width = counted(bits, 4)?;
        bits.skip(1)?;
        let stored = if kind == 1 { u64::from(lookup1(entries, dimensions)) } else { values };
        bits.skip(stored.checked_mul(u64::from(width))?)?;
    }
    let table = if kind > 0 { values.checked_mul(4)? } else { 0 };
    u64::from(entries).checked_mul(ENTRY)?.checked_add(table)
}

/// 9.2.3: the largest number whose power `dimensions` is not above `entries`.
fn lookup1(entries: u32, dimensions: u32) -> u32 {
    let fits = |n: u32| {
        u64::from(n).checked_pow(dimensions).is_some_and(|power| power <= u64::from(entries))
    };
    let (mut low, mut high) = (0u32, entries);
    while low < high {
        let middle = low.saturating_add(high.saturating_sub(low).div_ceil(2));
        if fits(middle) {
            low = middle;
        } else {
            high = middle.saturating_sub(1);
        }
    }
    low
}

/// 6.2.1 and 7.2.2.
fn floor(bits: &mut Bits<'_>) -> Option<()> {
    match bits.read(16)? {
        0 => {
            bits.skip(54)?;
            let books = counted(bits, 4)?;
            bits.skip(u64::from(books).checked_mul(8)?)
        }
        1 => {
            let partitions = bits.read(5)?;
            let mut classes = Vec::new();
            for _ in 0..partitions {
                classes.push(bits.read(4)?);
            }
            let count = classes.iter().max().map_or(0, |most| most.saturating_add(1));
            let mut dimensions = Vec::new();
            for _ in 0..count {
                dimensions.push(counted(bits, 3)?);
                let subclasses = bits.read(2)?;
                if subclasses > 0 {
                    bits.skip(8)?;
                }
                bits.skip(8u64.checked_shl(subclasses)?)?;
            }
            bits.skip(2)?;
            let range = bits.read(4)?;
            for class in classes {
                let points = dimensions.get(usize::try_from(class).ok()?)?;
                bits.skip(u64::from(*points).checked_mul(u64::from(range))?)?;
            }
            Some(())
        }
        _ => None,
    }
}

/// 8.6.1.
fn residue(bits: &mut Bits<'_>) -> Option<()> {
    if bits.read(16)? > 2 {
        return None;
    }
    bits.skip(72)?;
    let classifications = counted(bits, 6)?;
    bits.skip(8)?;
    let mut books = 0u32;
    for _ in 0..classifications {
        let low = bits.read(3)?;
        let high = if bits.flag()? { bits.read(5)? } else { 0 };
        books = books.checked_add(low.count_ones())?.checked_add(high.count_ones())?;
    }
    bits.skip(u64::from(books).checked_mul(8)?)
}

/// 4.2.4, mappings.
fn mapping(bits: &mut Bits<'_>, channels: u8) -> Option<()> {
    if bits.read(16)? != 0 {
        return None;
    }
    let submaps = if bits.flag()? { counted(bits, 4)? } else { 1 };
    if bits.flag()? {
        let steps = counted(bits, 8)?;
        let width = ilog(u32::from(channels).checked_sub(1)?);
        bits.skip(u64::from(steps).checked_mul(u64::from(width))?.checked_mul(2)?)?;
    }
    if bits.read(2)? != 0 {
        return None;
    }
    if submaps > 1 {
        bits.skip(u64::from(channels).checked_mul(4)?)?;
    }
    bits.skip(u64::from(submaps).checked_mul(24)?)
}
