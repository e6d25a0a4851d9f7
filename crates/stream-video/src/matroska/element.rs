//! EBML elements: identifiers, sizes, values (RFC 8794, sections 4 to 7).

use stream_core::{Result, Window};

/// Where an element lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    pub(crate) id: u32,
    pub(crate) start: u64,
    pub(crate) body: u64,
    /// Byte after it; `None` where its size is not known.
    pub(crate) end: Option<u64>,
}

impl Element {
    /// Byte after it, at most `limit`.
    pub(crate) fn end_in(&self, limit: u64) -> u64 {
        self.end.map_or(limit, |end| end.min(limit))
    }
}

/// The longest header: an identifier of 4 bytes and a size of 8.
const HEADER: usize = 12;

/// The element at `at`; `None` where no identifier or no size stands there.
///
/// # Errors
/// What the source says.
pub(crate) fn element(window: &mut Window, at: u64) -> Result<Option<Element>> {
    let bytes = window.at(at, HEADER)?;
    Ok(parse(bytes, at))
}

fn parse(bytes: &[u8], at: u64) -> Option<Element> {
    let (id, used) = vint(bytes, 4, true)?;
    let (size, more) = vint(bytes.get(used..)?, 8, false)?;
    let used = used.saturating_add(more);
    let body = at.saturating_add(u64::try_from(used).unwrap_or(0));
    let bits = u32::try_from(more).unwrap_or(8).saturating_mul(7);
    let unknown = 1u64.wrapping_shl(bits).wrapping_sub(1);
    let end = (size != unknown).then(|| body.saturating_add(size));
    Some(Element { id: u32::try_from(id).ok()?, start: at, body, end })
}

/// A number of variable length and how many bytes it takes; `keep` keeps the marker of its length, as identifiers do.
pub(crate) fn vint(bytes: &[u8], most: usize, keep: bool) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = usize::try_from(first.leading_zeros()).ok()?.saturating_add(1);
    if length > most {
        return None;
    }
    let marker = 0x80u8.checked_shr(u32::try_from(length).ok()?.saturating_sub(1))?;
    let first = if keep { first } else { first & !marker };
    let rest = bytes.get(1..length)?;
    let value = rest.iter().fold(u64::from(first), |n, b| n.wrapping_shl(8) | u64::from(*b));
    Some((value, length))
}

/// The elements of a master element.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Children {
    at: u64,
    end: u64,
}

impl Children {
    /// Those from `at` to `end`.
    pub(crate) fn between(at: u64, end: u64) -> Self {
        Self { at, end }
    }

    /// The next one, cut to its parent; `None` at the end, and where none stands.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn next(&mut self, window: &mut Window) -> Result<Option<Element>> {
        if self.at >= self.end {
            return Ok(None);
        }
        let found = element(window, self.at)?;
        self.at = found.map_or(self.end, |e| e.end_in(self.end));
        Ok(found.map(|e| Element { end: Some(e.end_in(self.end)), ..e }))
    }
}

/// An unsigned integer of up to 8 bytes.
///
/// # Errors
/// What the source says.
pub(crate) fn unsigned(window: &mut Window, e: &Element) -> Result<u64> {
    let length = usize::try_from(e.end_in(u64::MAX).saturating_sub(e.body)).unwrap_or(9);
    if length > 8 {
        return Ok(0);
    }
    let bytes = window.at(e.body, length)?.get(..length).unwrap_or_default();
    Ok(bytes.iter().fold(0u64, |n, b| n.wrapping_shl(8) | u64::from(*b)))
}

/// A floating-point number of 4 or 8 bytes.
///
/// # Errors
/// What the source says.
pub(crate) fn float(window: &mut Window, e: &Element) -> Result<f64> {
    let bits = unsigned(window, e)?;
    Ok(match e.end_in(u64::MAX).saturating_sub(e.body) {
        4 => f64::from(f32::from_bits(u32::try_from(bits).unwrap_or(0))),
        8 => f64::from_bits(bits),
        _ => 0.0,
    })
}

/// Up to `most` bytes of an element's body.
///
/// # Errors
/// What the source says.
pub(crate) fn bytes<'w>(window: &'w mut Window, e: &Element, most: usize) -> Result<&'w [u8]> {
    let length = usize::try_from(e.end_in(u64::MAX).saturating_sub(e.body)).unwrap_or(usize::MAX);
    let want = length.min(most);
    let found = window.at(e.body, want)?;
    Ok(found.get(..want.min(found.len())).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_keep_their_marker_and_sizes_do_not() {
        assert_eq!(vint(&[0x1a, 0x45, 0xdf, 0xa3], 4, true), Some((0x1a45_dfa3, 4)));
        assert_eq!(vint(&[0x40, 0x02], 8, false), Some((2, 2)));
        assert_eq!(vint(&[0x08, 0, 0, 0, 0], 4, true), None);
        assert_eq!(vint(&[], 4, true), None);
    }

    #[test]
    fn a_size_of_all_ones_is_unknown() {
        let e = parse(&[0xa3, 0xff], 7).unwrap();
        assert_eq!((e.id, e.start, e.body, e.end), (0xa3, 7, 9, None));
        let e = parse(&[0xa3, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 0).unwrap();
        assert_eq!((e.body, e.end), (9, None));
        assert_eq!(parse(&[0xa3, 0x82], 0).unwrap().end, Some(4));
    }
}
