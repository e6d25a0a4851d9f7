//! Errors, with all that a caller can act on.

use std::error::Error as StdError;
use std::fmt;

use stream_core::{Error, ErrorKind};
use stream_factory::formats;
use stream_memory::{Holder, OverBudget};

use super::take::Result;
use super::{Flaw, Put, Take};

/// Causes of causes that cross.
const CAUSES: usize = 8;
/// Bytes of a message that cross.
const MESSAGE: usize = 16 << 10;
/// Holders that a refusal names.
const HOLDERS: usize = 16;

pub(crate) fn put_error(put: &mut Put, e: &Error) -> Result<(), OverBudget> {
    let kind = ErrorKind::ALL.iter().position(|k| *k == e.kind()).unwrap_or(0);
    put.u8(u8::try_from(kind).unwrap_or(0))?;
    put.bool(e.resumable())?;
    put.str(cut(e.message()))?;
    put.option(e.format(), Put::str)?;
    put.option(e.entry(), |put, path| put.str(cut(path)))?;
    put.option(e.offset(), Put::u64)?;
    put.option(e.over_budget(), put_refusal)?;
    let mut causes = Vec::new();
    let mut cause = e.source().filter(|_| e.over_budget().is_none());
    while let Some(this) = cause.filter(|_| causes.len() < CAUSES) {
        causes.push(this.to_string());
        cause = this.source();
    }
    put.usize(causes.len())?;
    causes.iter().try_for_each(|text| put.str(cut(text)))
}

/// The longest beginning that may cross.
fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MESSAGE)).unwrap_or(text)
}

pub(crate) fn take_error(take: &mut Take<'_>) -> Result<Error> {
    let kind = *ErrorKind::ALL
        .get(usize::from(take.u8()?))
        .ok_or(Flaw::Wrong("an unknown kind of error"))?;
    let resumable = take.bool()?;
    let message = text(take)?.to_owned();
    let format = take.option(text)?;
    let entry = take.option(text)?;
    let offset = take.option(Take::u64)?;
    let refusal = take.option(take_refusal)?;
    let count = take.count(CAUSES)?;
    let causes = (0..count).map(|_| text(take)).collect::<Result<Vec<_>>>()?;
    let mut e = Error::new(kind, message);
    if let Some(name) = format.and_then(known) {
        e = e.with_format(name);
    }
    if let Some(path) = entry {
        e = e.in_entry(path);
    }
    if let Some(offset) = offset {
        e = e.at(offset);
    }
    if let Some(refusal) = refusal {
        e = e.with_source(refusal);
    } else if let Some(cause) = Cause::chain(&causes) {
        e = e.with_source(cause);
    }
    Ok(if resumable { e.as_resumable() } else { e })
}

fn text<'a>(take: &mut Take<'a>) -> Result<&'a str> {
    let text = take.str()?;
    if text.len() > MESSAGE {
        return Err(Flaw::Wrong("a message beyond its ceiling"));
    }
    Ok(text)
}

/// The name of a format as it is known here.
fn known(name: &str) -> Option<&'static str> {
    formats().iter().map(|k| k.descriptor().name).find(|known| *known == name)
}

fn put_refusal(put: &mut Put, refusal: &OverBudget) -> Result<(), OverBudget> {
    put.str(cut(refusal.budget()))?;
    for n in [refusal.requested(), refusal.used(), refusal.limit(), refusal.needed()] {
        put.u64(n)?;
    }
    put.bool(refusal.is_by_system())?;
    let holders = refusal.holders();
    let holders = holders.get(..HOLDERS).unwrap_or(holders);
    put.usize(holders.len())?;
    holders.iter().try_for_each(|holder| {
        put.str(cut(&holder.name))?;
        put.u64(holder.bytes)
    })
}

fn take_refusal(take: &mut Take<'_>) -> Result<OverBudget> {
    let name = text(take)?;
    let numbers = [take.u64()?, take.u64()?, take.u64()?, take.u64()?];
    let by_system = take.bool()?;
    let count = take.count(HOLDERS)?;
    let holders = (0..count)
        .map(|_| Ok(Holder { name: text(take)?.to_owned(), bytes: take.u64()? }))
        .collect::<Result<Vec<_>>>()?;
    Ok(OverBudget::told(name, numbers, holders, by_system))
}

/// What an error came from, in the other process's words.
#[derive(Debug)]
struct Cause {
    text: String,
    cause: Option<Box<Cause>>,
}

impl Cause {
    fn chain(texts: &[&str]) -> Option<Self> {
        let (first, rest) = texts.split_first()?;
        Some(Self { text: (*first).to_owned(), cause: Self::chain(rest).map(Box::new) })
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Cause {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause.as_deref().map(|c| c as &(dyn StdError + 'static))
    }
}
