//! Named values, nested where needed.

use stream_core::{Fields, List, Map, Time, Value};
use stream_memory::OverBudget;

use super::take::Result;
use super::{DEPTH, Flaw, Put, Take};

// what a value is; a list or map ends with END
const END: u8 = 0;
const NULL: u8 = 1;
const FALSE: u8 = 2;
const TRUE: u8 = 3;
const INT: u8 = 4;
const UINT: u8 = 5;
const FLOAT: u8 = 6;
const TIME: u8 = 7;
const TEXT: u8 = 8;
const BYTES: u8 = 9;
const LIST: u8 = 10;
const MAP: u8 = 11;

pub(super) fn put_fields(put: &mut Put, fields: &Fields) -> Result<(), OverBudget> {
    map(put, fields.iter(), DEPTH)
}

fn map(put: &mut Put, map: Map<'_>, depth: usize) -> Result<(), OverBudget> {
    for (key, v) in map {
        value(put, Some(key), v, depth)?;
    }
    put.u8(END)
}

fn list(put: &mut Put, list: List<'_>, depth: usize) -> Result<(), OverBudget> {
    for v in list {
        value(put, None, v, depth)?;
    }
    put.u8(END)
}

/// What it is, its name where it has one, then the value.
fn value(put: &mut Put, key: Option<&str>, v: Value<'_>, depth: usize) -> Result<(), OverBudget> {
    let tag = match v {
        Value::Bool(false) => FALSE,
        Value::Bool(true) => TRUE,
        Value::Int(_) => INT,
        Value::Uint(_) => UINT,
        Value::Float(_) => FLOAT,
        Value::Time(_) => TIME,
        Value::Text(_) => TEXT,
        Value::Bytes(_) => BYTES,
        Value::List(_) if depth > 1 => LIST,
        Value::Map(_) if depth > 1 => MAP,
        // nothing nests as deep as the ceiling
        _ => NULL,
    };
    put.u8(tag)?;
    if let Some(key) = key {
        put.str(key)?;
    }
    let deeper = depth.saturating_sub(1);
    match v {
        Value::Int(n) => put.i64(n),
        Value::Uint(n) => put.u64(n),
        Value::Float(x) => put.f64(x),
        Value::Time(t) => {
            put.i64(t.ticks)?;
            put.u64(u64::from(t.per_second))
        }
        Value::Text(s) => put.str(s),
        Value::Bytes(b) => put.bytes(b),
        Value::List(items) if tag == LIST => list(put, items, deeper),
        Value::Map(items) if tag == MAP => map(put, items, deeper),
        _ => Ok(()),
    }
}

/// Appends the fields of a message.
pub(super) fn take_fields(take: &mut Take<'_>, into: &mut Fields) -> Result<()> {
    fields(take, into, DEPTH)
}

fn fields(take: &mut Take<'_>, into: &mut Fields, depth: usize) -> Result<()> {
    let depth = depth.checked_sub(1).ok_or(Flaw::Wrong("values nested too deep"))?;
    loop {
        let tag = take.u8()?;
        if tag == END {
            return Ok(());
        }
        let key = take.str()?;
        match tag {
            LIST => {
                into.begin_named_list(key)?;
                items(take, into, depth)?;
                into.end();
            }
            MAP => {
                into.begin_named_map(key)?;
                fields(take, into, depth)?;
                into.end();
            }
            tag => into.push_named(key, scalar(take, tag)?)?,
        }
    }
}

fn items(take: &mut Take<'_>, into: &mut Fields, depth: usize) -> Result<()> {
    let depth = depth.checked_sub(1).ok_or(Flaw::Wrong("values nested too deep"))?;
    loop {
        match take.u8()? {
            END => return Ok(()),
            LIST => {
                into.begin_item_list()?;
                items(take, into, depth)?;
                into.end();
            }
            MAP => {
                into.begin_item_map()?;
                fields(take, into, depth)?;
                into.end();
            }
            tag => into.item(scalar(take, tag)?)?,
        }
    }
}

fn scalar<'a>(take: &mut Take<'a>, tag: u8) -> Result<Value<'a>> {
    Ok(match tag {
        NULL => Value::Null,
        FALSE => Value::Bool(false),
        TRUE => Value::Bool(true),
        INT => Value::Int(take.i64()?),
        UINT => Value::Uint(take.u64()?),
        FLOAT => Value::Float(take.f64()?),
        TIME => Value::Time(Time { ticks: take.i64()?, per_second: take.u32()? }),
        TEXT => Value::Text(take.str()?),
        BYTES => Value::Bytes(take.bytes()?),
        _ => return Err(Flaw::Wrong("an unknown kind of value")),
    })
}
