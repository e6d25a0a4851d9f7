//! HDUs and columns as entries.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Array, Entry, Kind, Result, push_name};

use super::cards::{self, push, push_text};
use super::facts;
use crate::image::Scaling;
use crate::{Column, Field, Hdu, HduKind};

/// The entry of an HDU.
pub(super) fn hdu(entry: &mut Entry, hdu: &Hdu) -> Result<()> {
    let kind = match hdu.kind() {
        HduKind::Empty => Kind::Group,
        HduKind::Image => Kind::Array,
        HduKind::CompressedImage if hdu.compressed().is_some() => Kind::Array,
        HduKind::Other if hdu.data().length == 0 => Kind::Group,
        HduKind::Other => Kind::Bytes,
        _ => Kind::Table,
    };
    entry.reset(kind);
    let path = entry.path_mut();
    path.push_str("hdu/")?;
    path.push_decimal(hdu.number())?;
    if let Some(array) = hdu.array() {
        entry.set_array(array);
    }
    if hdu.data().length > 0 {
        entry.set_span(hdu.data());
    }
    if hdu.has_data() {
        entry.set_has_data();
    }
    let header = hdu.header();
    let fields = entry.fields_mut();
    match hdu.extension().filter(|_| hdu.kind() == HduKind::Other) {
        Some(extension) => push_text(fields, "hdu", &extension)?,
        None => fields.push("hdu", hdu.kind().as_str())?,
    }
    if let Some(name) = hdu.name() {
        push_text(fields, "name", &name)?;
    }
    for (keyword, name) in [("EXTVER", "version"), ("EXTLEVEL", "level")] {
        if let Some(value) = header.value(keyword) {
            push(fields, name, &value)?;
        }
    }
    let extents: stream_core::Dims = match hdu.array() {
        Some(array) if kind == Kind::Array => array.shape.iter().rev().copied().collect(),
        _ => stream_core::Dims::new(),
    };
    if matches!(kind, Kind::Array | Kind::Group) || hdu.kind() == HduKind::Groups {
        facts::coordinates(fields, hdu, &extents)?;
    }
    facts::times(fields, hdu)?;
    for (keyword, name) in [
        ("BSCALE", "scale"),
        ("BZERO", "zero"),
        ("BLANK", "blank"),
        ("BUNIT", "units"),
        ("CHECKSUM", "checksum"),
        ("DATASUM", "datasum"),
    ] {
        if let Some(value) = header.value(keyword) {
            push(fields, name, &value)?;
        }
    }
    cards::fill(fields, hdu)
}

/// The entry of a column.
pub(super) fn column(entry: &mut Entry, hdu: &Hdu, at: usize) -> Result<()> {
    entry.reset(Kind::Column);
    entry.set_depth(1);
    let Some((table, column)) = hdu.table().and_then(|t| Some((t, t.columns.get(at)?))) else {
        return Ok(());
    };
    let path = entry.path_mut();
    path.push_str("hdu/")?;
    path.push_decimal(hdu.number())?;
    path.push_str("/column/")?;
    match table.label(column) {
        Some(name) => push_name(path, name.as_bytes())?,
        None => path.push_decimal(u64::try_from(column.number).unwrap_or(0))?,
    }
    let mut shape = stream_core::Dims::from([table.rows]);
    column.dims.iter().for_each(|&d| shape.push(d));
    entry.set_array(Array::new(column.stored(), shape));
    if hdu.column_has_data(at) {
        entry.set_has_data();
    }
    fill(entry, column)?;
    if hdu.kind() == HduKind::CompressedTable {
        // 10.3: what the column was before its pieces were compressed, which is not undone here
        for (root, key) in [("ZFORM", "original_form"), ("ZCTYP", "compression")] {
            let value = hdu.header().indexed(root, column.number).and_then(|card| card.value());
            if let Some(value) = value {
                push(entry.fields_mut(), key, &value)?;
            }
        }
    }
    Ok(())
}

fn fill(entry: &mut Entry, column: &Column) -> Result<()> {
    let fields = entry.fields_mut();
    fields.push("number", u64::try_from(column.number).unwrap_or(0))?;
    for (key, text) in [
        ("name", &column.name),
        ("units", &column.unit),
        ("display", &column.display),
        ("null_text", &column.null_text),
    ] {
        if let Some(text) = text {
            fields.push(key, text.as_str())?;
        }
    }
    if !column.form.is_empty() {
        fields.push("form", column.form.as_str())?;
    }
    let Scaling { scale, zero, null } = column.scaling;
    if scale != 1.0 || zero != 0.0 {
        fields.push("scale", scale)?;
        fields.push("zero", zero)?;
    }
    if let Some(null) = null {
        fields.push("null", null)?;
    }
    if let Some(heap) = column.heap() {
        fields.push("heap", true)?;
        if let Some(max) = heap.max {
            fields.push("max_elements", max)?;
        }
    }
    if let Field::Ascii(_) = column.field {
        fields.push("start", column.offset.saturating_add(1))?;
    }
    let Some(world) = &column.world else { return Ok(()) };
    fields.begin_map("wcs")?;
    for (key, text) in [("type", &world.ctype), ("unit", &world.unit)] {
        if let Some(text) = text {
            fields.push(key, text.as_str())?;
        }
    }
    for (key, x) in
        [("reference", world.reference), ("pixel", world.pixel), ("increment", world.increment)]
    {
        if let Some(x) = x {
            fields.push(key, x)?;
        }
    }
    fields.end();
    Ok(())
}
