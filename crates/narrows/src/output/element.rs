//! Elements of arrays as JSON values and as cells of csv.

use std::io::{self, Write};

use stream_core::{DType, Element, Elements, Error};

use super::json;

/// An error of the data, carried through writing.
fn bad(e: Error) -> io::Error {
    e.into_io()
}

/// A JSON value: complex numbers as `[re,im]`, structs as objects, lists as arrays, bytes as `base64:`.
pub(crate) fn json<W: Write + ?Sized>(mut out: &mut W, element: Element<'_>) -> io::Result<()> {
    match element {
        Element::Bool(b) => out.write_all(if b { b"true" } else { b"false" }),
        Element::Int(n) => json::int(&mut out, n),
        Element::Uint(n) => json::uint(&mut out, n),
        Element::Single(x) => single(out, x),
        Element::Double(x) => json::float(&mut out, x),
        Element::ComplexSingle(re, im) => {
            out.write_all(b"[")?;
            single(out, re)?;
            out.write_all(b",")?;
            single(out, im)?;
            out.write_all(b"]")
        }
        Element::ComplexDouble(re, im) => {
            out.write_all(b"[")?;
            json::float(&mut out, re)?;
            out.write_all(b",")?;
            json::float(&mut out, im)?;
            out.write_all(b"]")
        }
        Element::Text(text) | Element::Ref(text) => match std::str::from_utf8(text) {
            Ok(text) => json::string(&mut out, text),
            Err(_) => json::bytes(&mut out, text),
        },
        Element::Bytes(bytes) => json::bytes(&mut out, bytes),
        Element::List(items) => list(out, items),
        Element::Struct(members) => {
            out.write_all(b"{")?;
            for (i, (name, value)) in members.enumerate() {
                if i > 0 {
                    out.write_all(b",")?;
                }
                json::string(&mut out, name)?;
                out.write_all(b":")?;
                json(out, value.map_err(bad)?)?;
            }
            out.write_all(b"}")
        }
        _ => out.write_all(b"null"),
    }
}

/// Elements between brackets.
pub(crate) fn list<W: Write + ?Sized>(out: &mut W, items: Elements<'_>) -> io::Result<()> {
    out.write_all(b"[")?;
    for (i, item) in items.enumerate() {
        if i > 0 {
            out.write_all(b",")?;
        }
        json(out, item.map_err(bad)?)?;
    }
    out.write_all(b"]")
}

/// Shortest for 32 bits: 0.1 rather than 0.10000000149011612.
pub(crate) fn single<W: Write + ?Sized>(mut out: &mut W, x: f32) -> io::Result<()> {
    if x.is_finite() {
        out.write_all(zmij::Buffer::new().format_finite(x).as_bytes())
    } else {
        json::float(&mut out, x.into())
    }
}

/// A cell of csv (RFC 4180), or several for a struct: one a member, those of nested structs in their place. What is no number
/// or text is its JSON, quoted.
pub(crate) fn csv<W: Write + ?Sized>(out: &mut W, element: Element<'_>) -> io::Result<()> {
    match element {
        Element::Int(n) => out.write_all(itoa::Buffer::new().format(n).as_bytes()),
        Element::Uint(n) => out.write_all(itoa::Buffer::new().format(n).as_bytes()),
        Element::Single(x) if x.is_finite() => single(out, x),
        Element::Single(x) => write!(out, "{x}"),
        Element::Double(x) if x.is_finite() => {
            out.write_all(zmij::Buffer::new().format_finite(x).as_bytes())
        }
        Element::Double(x) => write!(out, "{x}"),
        Element::ComplexSingle(re, im) => write!(out, "{re}{im:+}j"),
        Element::ComplexDouble(re, im) => write!(out, "{re}{im:+}j"),
        Element::Text(text) | Element::Ref(text) => quoted(out, &String::from_utf8_lossy(text)),
        Element::Struct(members) => {
            for (i, (_, value)) in members.enumerate() {
                if i > 0 {
                    out.write_all(b",")?;
                }
                csv(out, value.map_err(bad)?)?;
            }
            Ok(())
        }
        other => {
            let mut text = Vec::new();
            json(&mut text, other)?;
            quoted(out, &String::from_utf8_lossy(&text))
        }
    }
}

/// A list as one cell.
pub(crate) fn csv_list<W: Write + ?Sized>(out: &mut W, items: Elements<'_>) -> io::Result<()> {
    let mut text = Vec::new();
    list(&mut text, items)?;
    quoted(out, &String::from_utf8_lossy(&text))
}

/// Text of a cell, in quotation marks where it needs them.
pub(crate) fn quoted<W: Write + ?Sized>(out: &mut W, text: &str) -> io::Result<()> {
    if !text.contains(['"', ',', '\r', '\n']) {
        return out.write_all(text.as_bytes());
    }
    out.write_all(b"\"")?;
    for (i, piece) in text.split('"').enumerate() {
        if i > 0 {
            out.write_all(b"\"\"")?;
        }
        out.write_all(piece.as_bytes())?;
    }
    out.write_all(b"\"")
}

/// The names of the cells of an element; one without a name is `name` itself.
pub(crate) fn columns(dtype: &DType, name: &str, names: &mut Vec<String>) {
    match dtype {
        DType::Struct(members) => {
            for member in members.iter() {
                let nested = match name {
                    "" => member.name.clone(),
                    outer => format!("{outer}.{}", member.name),
                };
                columns(&member.dtype, &nested, names);
            }
        }
        _ => names.push(name.to_owned()),
    }
}

/// The header of csv.
pub(crate) fn header<W: Write + ?Sized>(out: &mut W, names: &[String]) -> io::Result<()> {
    for (i, name) in names.iter().enumerate() {
        if i > 0 {
            out.write_all(b",")?;
        }
        quoted(out, name)?;
    }
    out.write_all(b"\n")
}
