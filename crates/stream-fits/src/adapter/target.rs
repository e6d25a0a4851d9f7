//! What the data of a path is, and where.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Chunks, Error, ErrorKind, Request, Result, no_such_entry};

use super::Adapter;
use super::combined::Combined;
use crate::data::Part;
use crate::{Hdu, Reader};

/// A path taken apart: `hdu/2` or `hdu/2/column/RA`.
struct Target<'p> {
    /// Which of the request's entries it is.
    entry: usize,
    hdu: u64,
    column: Option<&'p str>,
}

impl<'p> Target<'p> {
    fn parse(entry: usize, path: &'p str) -> Option<Self> {
        let rest = path.strip_prefix("hdu/")?;
        let (number, column) = match rest.split_once('/') {
            Some((number, rest)) => (number, Some(rest.strip_prefix("column/")?)),
            None => (rest, None),
        };
        let canonical = number == "0" || !number.starts_with('0');
        let digits = canonical && number.bytes().all(|b| b.is_ascii_digit());
        Some(Self { entry, hdu: number.parse().ok().filter(|_| digits)?, column })
    }
}

/// The data of all that is asked for.
pub(super) fn chunks(
    adapter: &mut Adapter,
    request: &Request,
    chunk: usize,
) -> Result<Box<dyn Chunks>> {
    let mut targets = Vec::with_capacity(request.entries.len());
    for (entry, path) in request.entries.iter().enumerate() {
        targets.push(Target::parse(entry, path).ok_or_else(|| no_such_entry(path))?);
    }
    let cx = adapter.reader.context().clone();
    let mut combined = Combined::new(request.entries.clone());
    let mut other: Option<(Reader, Hdu)> = None;
    let mut rest: &[Target<'_>] = &targets;
    // neighbours of one HDU are read in one pass
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|t| t.hdu == first.hdu).count();
        let (these, after) = rest.split_at_checked(same).unwrap_or((rest, &[]));
        rest = after;
        let path = request.entries.get(first.entry).map_or("", String::as_str);
        let hdu = find(adapter, &mut other, first.hdu, path)?;
        let mut parts = Vec::with_capacity(these.len());
        for target in these {
            let path = request.entries.get(target.entry).map_or("", String::as_str);
            parts.push((target.entry, part(hdu, target).ok_or_else(|| no_such_entry(path))?));
        }
        let plans = hdu.plans(&cx, &parts, request, chunk).map_err(|e| e.in_entry(path))?;
        for (entry, plan) in plans {
            combined.push(plan, entry == 0);
        }
    }
    Ok(combined.into_chunks(cx.is_random()))
}

/// What of an HDU a path names.
fn part(hdu: &Hdu, target: &Target<'_>) -> Option<Part> {
    match target.column {
        None => hdu.has_data().then_some(Part::Whole),
        Some(label) => {
            let at = hdu.column_of(label)?;
            hdu.column_has_data(at).then_some(Part::Column(at))
        }
    }
}

/// The HDU at hand, or one that is found by a walk of its own.
fn find<'h>(
    adapter: &'h Adapter,
    other: &'h mut Option<(Reader, Hdu)>,
    number: u64,
    path: &str,
) -> Result<&'h Hdu> {
    let cx = adapter.reader.context();
    if adapter.has_hdu && adapter.hdu.number() == number {
        return Ok(&adapter.hdu);
    }
    if !cx.is_random() {
        let message = format!("{path} is not at hand, and the source only goes forward");
        return Err(Error::new(ErrorKind::Passed, message).at(adapter.reader.progress().done));
    }
    let (at, offset) = adapter.marks.before(number);
    let behind = match other {
        Some((reader, hdu)) => reader.number() > number && hdu.number() != number,
        None => true,
    };
    if behind || other.as_ref().is_some_and(|(reader, _)| reader.number() < at) {
        let reader = Reader::open_at(cx.clone(), at, offset)?;
        *other = Some((reader, Hdu::new(cx)));
    }
    let Some((reader, hdu)) = other else { return Err(no_such_entry(path)) };
    while reader.number() <= number {
        if !reader.read_hdu(hdu)? {
            return Err(no_such_entry(path));
        }
    }
    Ok(hdu)
}
