//! H.265: how many pictures stand between decoding and presentation (ITU-T H.265, 7.3.2.2; ISO/IEC 14496-15, 8.3.3).

use crate::index::{Bits, be16};

/// The largest number of pictures that are reordered, by the first sequence parameter set of a decoder configuration record; `None` where
/// it cannot be read.
pub(crate) fn reorder(record: &[u8]) -> Option<u8> {
    let arrays = *record.get(22)?;
    let mut at = 23usize;
    for _ in 0..arrays {
        let kind = record.get(at)? & 63;
        let count = be16(record, at.checked_add(1)?)?;
        at = at.checked_add(3)?;
        for _ in 0..count {
            let length = usize::from(be16(record, at)?);
            at = at.checked_add(2)?;
            let unit = record.get(at..at.checked_add(length)?)?;
            if kind == 33 {
                return parameters(unit.get(2..)?);
            }
            at = at.checked_add(length)?;
        }
    }
    None
}

fn parameters(set: &[u8]) -> Option<u8> {
    let mut b = Bits::escaped(set);
    b.bits(4)?;
    let layers = b.bits(3)?;
    b.bit()?;
    profile(&mut b, layers)?;
    b.ue()?;
    if b.ue()? == 3 {
        b.bit()?;
    }
    b.ue()?;
    b.ue()?;
    if b.bit()? {
        for _ in 0..4 {
            b.ue()?;
        }
    }
    b.ue()?;
    b.ue()?;
    b.ue()?;
    let each = b.bit()?;
    let mut reorder = 0;
    for _ in 0..if each { layers.saturating_add(1) } else { 1 } {
        b.ue()?;
        reorder = b.ue()?;
        b.ue()?;
    }
    u8::try_from(reorder).ok().filter(|n| *n <= 16)
}

/// Passes over profile, tier and level of all layers (7.3.3).
fn profile(b: &mut Bits<'_>, layers: u32) -> Option<()> {
    b.bits(32)?;
    b.bits(32)?;
    b.bits(32)?;
    let mut told = [(false, false); 8];
    for layer in told.iter_mut().take(usize::try_from(layers).ok()?) {
        *layer = (b.bit()?, b.bit()?);
    }
    if layers > 0 {
        for _ in layers..8 {
            b.bits(2)?;
        }
    }
    for (profile, level) in told {
        if profile {
            b.bits(32)?;
            b.bits(32)?;
            b.bits(24)?;
        }
        if level {
            b.bits(8)?;
        }
    }
    Some(())
}
