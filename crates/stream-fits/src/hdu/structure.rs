//! Mandatory keywords: FITS 4.0, 4.4.1, and how long the data are.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::memory::Budget;
use stream_core::{Dims, Error, Result, Span};

use super::{Hdu, HduKind};
use crate::card::Card;
use crate::header::BLOCK;
use crate::image::{Image, Numeric, Scaling};
use crate::table::{self, Note, Place};
use crate::{Defect, Header, Word};

/// Most axes (4.4.1.1).
const MAX_AXES: i64 = 999;

/// The next multiple of a block.
pub(super) fn padded(offset: u64) -> u64 {
    offset.checked_next_multiple_of(u64::try_from(BLOCK).unwrap_or(1)).unwrap_or(u64::MAX)
}

/// The card of a mandatory keyword: where it is expected, else anywhere.
fn mandatory<'a>(
    header: &'a Header,
    root: &str,
    n: Option<usize>,
    at: usize,
    note: Note<'_>,
) -> Result<Option<Card<'a>>> {
    let raw = header.raw().get(at.saturating_mul(80)..at.saturating_add(1).saturating_mul(80));
    if let Some(raw) = raw {
        let offset = u64::try_from(at.saturating_mul(80)).unwrap_or(u64::MAX);
        let card = Card::new(raw, header.offset().saturating_add(offset));
        let found = match n {
            Some(n) => card.index(root) == Some(n),
            None => card.is(root),
        };
        if found {
            return Ok(Some(card));
        }
    }
    let card = match n {
        Some(n) => header.indexed(root, n),
        None => header.get(root),
    };
    let keyword = Word::new(root);
    match card {
        Some(card) => note(Defect::KeywordOrder { expected: keyword }, card.offset())?,
        None => note(Defect::KeywordMissing { keyword }, header.offset())?,
    }
    Ok(card)
}

/// An integer that must be there and at least 0, or -64 for BITPIX.
fn number(card: Option<Card<'_>>, name: &str, header: &Header, note: Note<'_>) -> Result<i64> {
    let Some(card) = card else {
        return Err(Error::malformed(header.offset(), format!("header without {name}")));
    };
    let value = card.value();
    if let Some(n) = value.and_then(|v| v.as_integer()) {
        if !matches!(value, Some(crate::Value::Integer(_))) {
            note(Defect::KeywordType { keyword: Word::new(name) }, card.offset())?;
        }
        return Ok(n);
    }
    // a number in quotes is what some writers make of it
    let quoted = value.and_then(|v| v.as_text()).and_then(|t| t.as_str()?.trim().parse().ok());
    if let Some(n) = quoted {
        note(Defect::KeywordType { keyword: Word::new(name) }, card.offset())?;
        return Ok(n);
    }
    Err(Error::malformed(card.offset(), format!("{name} is no integer")))
}

/// An optional count that is not negative.
fn count(header: &Header, name: &str, default: u64, required: bool, note: Note<'_>) -> Result<u64> {
    match header.get(name) {
        None => {
            if required {
                note(Defect::KeywordMissing { keyword: Word::new(name) }, header.offset())?;
            }
            Ok(default)
        }
        Some(card) => {
            let n = number(Some(card), name, header, note)?;
            u64::try_from(n).map_err(|_| {
                Error::malformed(card.offset(), format!("{name} is negative (found {n})"))
            })
        }
    }
}

/// Fills everything of `hdu` that follows from its header, whose END lies before `end`.
///
/// # Errors
/// `Malformed` where it cannot be told how long the data are; `OverBudget`, after which the same call may be made again.
pub(crate) fn interpret(hdu: &mut Hdu, end: u64, budget: &Budget, note: Note<'_>) -> Result<()> {
    hdu.image = None;
    hdu.table = None;
    hdu.compressed = None;
    hdu.kind = HduKind::Other;
    hdu.data = Span { offset: end, length: 0 };
    hdu.shape.clear();
    let header = &hdu.header;
    let primary = hdu.number == 0;
    if primary && header.logical("SIMPLE") != Some(true) {
        note(Defect::NotSimple, header.offset())?;
    }
    let card = mandatory(header, "BITPIX", None, 1, note)?;
    let bitpix = number(card, "BITPIX", header, note)?;
    let at = card.map_or(end, |card| card.offset());
    let numeric = Numeric::of_bitpix(bitpix)
        .ok_or_else(|| Error::malformed(at, format!("BITPIX is {bitpix}")))?;
    hdu.numeric = numeric;
    let card = mandatory(header, "NAXIS", None, 2, note)?;
    let axes = number(card, "NAXIS", header, note)?;
    if !(0..=MAX_AXES).contains(&axes) {
        let at = card.map_or(end, |card| card.offset());
        return Err(Error::malformed(at, format!("NAXIS is {axes} (expected 0 to 999)")));
    }
    let mut extents = Dims::new();
    for n in 1..=usize::try_from(axes).unwrap_or(0) {
        let card = mandatory(header, "NAXIS", Some(n), n.saturating_add(2), note)?;
        let found = number(card, "NAXISn", header, note)?;
        let found = u64::try_from(found).map_err(|_| {
            let at = card.map_or(end, |card| card.offset());
            Error::malformed(at, format!("NAXIS{n} is negative (found {found})"))
        })?;
        extents.push(found);
    }
    let groups = primary && extents.first() == Some(&0) && header.logical("GROUPS") == Some(true);
    let (pcount, gcount) = if primary && !groups {
        (0, 1)
    } else {
        let required = true;
        (count(header, "PCOUNT", 0, required, note)?, count(header, "GCOUNT", 1, required, note)?)
    };
    let counted = extents.get(usize::from(groups)..).unwrap_or_default();
    let elements = if counted.is_empty() {
        Some(0)
    } else {
        counted.iter().try_fold(1u64, |n, &d| n.checked_mul(d))
    };
    // a zero among the extents makes no elements, whatever the others are
    let elements = if counted.contains(&0) { Some(0) } else { elements };
    let group = elements.and_then(|n| n.checked_add(pcount));
    let length =
        group.and_then(|n| n.checked_mul(gcount)).and_then(|n| n.checked_mul(numeric.size()));
    // the end of the padding has to fit as well
    let length = length.filter(|n| end.checked_add(*n).is_some_and(|e| e < u64::MAX - 4096));
    let Some(length) = length else {
        return Err(Error::malformed(header.offset(), "data longer than 2^64 bytes"));
    };
    hdu.data.length = length;
    hdu.shape = extents.iter().rev().copied().collect();
    let scaling = Scaling {
        scale: header.real("BSCALE").unwrap_or(1.0),
        zero: header.real("BZERO").unwrap_or(0.0),
        null: header.integer("BLANK").filter(|_| numeric.is_integer()),
    };
    let place = Place {
        rows: extents.get(1).copied().unwrap_or(0),
        row_bytes: extents.first().copied().unwrap_or(0),
        offset: end,
        length,
    };
    if groups {
        hdu.kind = HduKind::Groups;
        let row_bytes = group.unwrap_or(0).saturating_mul(numeric.size());
        let place = Place { rows: gcount, row_bytes, ..place };
        hdu.shape = counted.iter().rev().copied().collect();
        let array = (numeric, &hdu.shape, scaling);
        hdu.table = Some(table::groups(header, place, array, budget, note)?);
        return Ok(());
    }
    let extension = header.text("XTENSION");
    let is = |names: &[&str]| extension.is_some_and(|x| names.iter().any(|name| x == *name));
    if primary || is(&["IMAGE", "IUEIMAGE"]) {
        if length == 0 {
            hdu.kind = HduKind::Empty;
            return Ok(());
        }
        hdu.kind = HduKind::Image;
        hdu.image = Some(Image { numeric, shape: hdu.shape.clone(), scaling });
        if header.get("BLANK").is_some() && !numeric.is_integer() {
            note(Defect::NullOfReal, header.offset())?;
        }
        return Ok(());
    }
    let tables = [is(&["BINTABLE", "A3DTABLE"]), is(&["TABLE"])];
    if tables == [false, false] {
        return Ok(());
    }
    if numeric != Numeric::U8 || extents.len() != 2 || gcount != 1 {
        note(Defect::Structure { keyword: Word::new("XTENSION") }, header.offset())?;
        return Ok(());
    }
    if tables == [false, true] {
        hdu.kind = HduKind::AsciiTable;
        hdu.table = Some(table::ascii(header, place, budget, note)?);
        return Ok(());
    }
    hdu.kind = match (header.logical("ZIMAGE"), header.logical("ZTABLE")) {
        (Some(true), _) => HduKind::CompressedImage,
        (_, Some(true)) => HduKind::CompressedTable,
        _ => HduKind::BinaryTable,
    };
    hdu.table = Some(table::binary(header, place, budget, note)?);
    Ok(())
}
