//! An element's facts as an entry's.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt::Write;

use stream_core::{Array, Entry, Fields, Kind, Span};
use stream_memory::OverBudget;

use super::native;
use crate::{Element, ElementKind, Reader, Tag, Text, Value};

/// Fills `entry`; says whether all text had a meaning in its character set.
pub(super) fn fill(
    entry: &mut Entry,
    reader: &Reader,
    element: &Element,
    text: &mut String,
) -> Result<bool, OverBudget> {
    let layout = reader
        .pixel_data()
        .and_then(|p| p.layout())
        .and_then(|l| native::shape(&l).map(|s| (l, s)));
    entry.reset(match (element.kind(), &layout) {
        (ElementKind::Item, _) => Kind::Item,
        (_, Some(_)) => Kind::Array,
        _ => Kind::Element,
    });
    let path = entry.path_mut();
    // a step is `(gggg,eeee)[4294967295]/` at most, and with room made writing cannot fail
    path.room(element.steps().len().saturating_mul(24).saturating_add(24))?;
    let _ = element.write_path(path);
    // as dcmdump indents: an item stands below its sequence, and its elements below it
    let items = element.depth().saturating_mul(2);
    let own = usize::from(element.kind() == ElementKind::Item);
    entry.set_depth(u32::try_from(items.saturating_add(own)).unwrap_or(u32::MAX));
    if let Some((layout, dims)) = layout {
        let mut array = Array::new(native::dtype(layout.sample), dims.clone());
        if layout.frames > 1 {
            let frame = std::iter::once(1).chain(dims.iter().skip(1).copied());
            array.chunk = Some(frame.collect());
        }
        entry.set_array(array);
    }
    let length = element.length().map(u64::from);
    let inflated = reader.is_inflating() && !element.is_meta();
    let value = element.kind() == ElementKind::Value;
    if let Some(length) = length.filter(|_| !inflated) {
        entry.set_span(Span { offset: element.value_offset(), length });
    }
    // fragments of anything but pixel data are no frames
    let frames = reader.pixel_data().is_some_and(|pixels| pixels.is_encapsulated());
    if (value && length != Some(0)) || frames {
        entry.set_has_data();
    }
    let fields = entry.fields_mut();
    if element.kind() != ElementKind::Item {
        fields.push("vr", element.vr().to_string())?;
    }
    if let Some(keyword) = element.keyword() {
        fields.push("keyword", keyword)?;
    }
    if let Some(length) = length {
        fields.push("length", length)?;
    }
    if let Some(creator) = element.creator() {
        fields.push("creator", creator)?;
    }
    let sound = match element.value() {
        Value::NotLoaded => true,
        Value::Empty => fields.push("value", stream_core::Value::Null).map(|()| true)?,
        Value::Text(t) => push_text(fields, &t, text)?,
        Value::Tags(n) => list(fields, n, text)?,
        Value::U16(n) => list(fields, n, text)?,
        Value::I16(n) => list(fields, n.map(i32::from), text)?,
        Value::U32(n) => list(fields, n, text)?,
        Value::I32(n) => list(fields, n, text)?,
        Value::U64(n) => list(fields, n, text)?,
        Value::I64(n) => list(fields, n, text)?,
        Value::F32(n) => list(fields, n, text)?,
        Value::F64(n) => list(fields, n, text)?,
        Value::Bytes(bytes) => fields.push("value", bytes).map(|()| true)?,
    };
    push_pixel_facts(fields, reader)?;
    Ok(sound)
}

fn push_text(fields: &mut Fields, value: &Text<'_>, text: &mut String) -> Result<bool, OverBudget> {
    text.clear();
    let sound = value.decode(text);
    if value.is_multiple() && text.contains('\\') {
        fields.begin_list("value")?;
        for one in text.split('\\') {
            fields.item(one.trim_matches(' '))?;
        }
        fields.end();
    } else {
        fields.push("value", text.as_str())?;
    }
    Ok(sound)
}

/// A number as a field; a tag as text.
trait Item {
    fn push(
        &self,
        fields: &mut Fields,
        key: Option<&'static str>,
        text: &mut String,
    ) -> Result<(), OverBudget>;
}

fn push<'v>(
    fields: &mut Fields,
    key: Option<&'static str>,
    value: stream_core::Value<'v>,
) -> Result<(), OverBudget> {
    match key {
        Some(key) => fields.push(key, value),
        None => fields.item(value),
    }
}

macro_rules! items {
    ($($t:ty),*) => {$(
        impl Item for $t {
            fn push(&self, fields: &mut Fields, key: Option<&'static str>, _: &mut String) -> Result<(), OverBudget> {
                push(fields, key, stream_core::Value::from(*self))
            }
        }
    )*};
}
items!(u16, i32, u32, u64, i64, f32, f64);

impl Item for Tag {
    fn push(
        &self,
        fields: &mut Fields,
        key: Option<&'static str>,
        text: &mut String,
    ) -> Result<(), OverBudget> {
        text.clear();
        let _ = write!(text, "{self}");
        push(fields, key, stream_core::Value::Text(text))
    }
}

fn list<T: Item>(
    fields: &mut Fields,
    mut numbers: impl Iterator<Item = T>,
    text: &mut String,
) -> Result<bool, OverBudget> {
    let Some(first) = numbers.next() else { return Ok(true) };
    let Some(second) = numbers.next() else {
        first.push(fields, Some("value"), text)?;
        return Ok(true);
    };
    fields.begin_list("value")?;
    for number in [first, second].into_iter().chain(numbers) {
        number.push(fields, None, text)?;
    }
    fields.end();
    Ok(true)
}

/// What the numbers of pixel data mean.
fn push_pixel_facts(fields: &mut Fields, reader: &Reader) -> Result<(), OverBudget> {
    let Some(pixels) = reader.pixel_data() else { return Ok(()) };
    let facts = pixels.facts();
    fields.push("encapsulated", pixels.is_encapsulated())?;
    if let Some(syntax) = pixels.syntax() {
        fields.push("transfer_syntax", syntax.uid())?;
    }
    if let Some(code) = &facts.photometric {
        fields.push("photometric", code.as_str())?;
    }
    let numbers = [
        ("frames", facts.frames),
        ("rows", facts.rows.map(u64::from)),
        ("columns", facts.columns.map(u64::from)),
        ("samples", facts.samples.map(u64::from)),
        ("bits_allocated", facts.bits_allocated.map(u64::from)),
        ("bits_stored", facts.bits_stored.map(u64::from)),
        ("high_bit", facts.high_bit.map(u64::from)),
        ("planar_configuration", facts.planar.map(u64::from)),
    ];
    for (key, number) in numbers {
        if let Some(number) = number {
            fields.push(key, number)?;
        }
    }
    if let Some(signed) = facts.signed {
        fields.push("signed", signed)?;
    }
    let reals = [
        ("rescale_slope", facts.slope),
        ("rescale_intercept", facts.intercept),
        ("window_center", facts.window_center),
        ("window_width", facts.window_width),
    ];
    for (key, number) in reals {
        if let Some(number) = number {
            fields.push(key, number)?;
        }
    }
    if let Some(padding) = facts.padding {
        fields.push("padding", padding)?;
    }
    Ok(())
}
