//! Objects, links and attributes as entries.

use stream_core::{Array, Dims, Entry, Error, Fields, Kind, Result, Span, Value};

use crate::attribute::Attribute;
use crate::dataset::{Dataset, Fill, Layout};
use crate::datatype::{Class, Datatype};
use crate::name::push_attribute;
use crate::object::{Object, ObjectKind};
use crate::superblock::Superblock;
use crate::walk::{Link, Target};

/// Values of attributes are told whole up to this many bytes; the rest of longer ones is data.
pub(super) const SHORT: u64 = 64 << 10;

fn begin(entry: &mut Entry, kind: Kind, path: &str, depth: u32) -> Result<()> {
    entry.reset(kind);
    entry.path_mut().set(path)?;
    entry.set_depth(depth);
    Ok(())
}

/// Extents of an array that may have none: a null dataspace holds no elements.
fn extents(shape: Option<Dims>) -> Dims {
    shape.unwrap_or_else(|| Dims::from([0]))
}

/// A group or a named type.
pub(super) fn object(entry: &mut Entry, object: &Object, depth: u32) -> Result<()> {
    match object.kind() {
        ObjectKind::Group => {
            begin(entry, Kind::Group, object.path(), depth)?;
            if object.path() == "/" {
                consistency_flags(entry.fields_mut(), object.file().superblock())?;
            }
            comment(entry.fields_mut(), object)
        }
        ObjectKind::Datatype => {
            begin(entry, Kind::Type, object.path(), depth)?;
            let datatype = object.named_type()?;
            stored_type(entry.fields_mut(), &datatype)?;
            comment(entry.fields_mut(), object)
        }
        _ => {
            begin(entry, Kind::Link, object.path(), depth)?;
            Ok(entry.fields_mut().push("error", "object of an unknown kind")?)
        }
    }
}

pub(super) fn link(entry: &mut Entry, link: &Link, depth: u32) -> Result<()> {
    begin(entry, Kind::Link, &link.path, depth)?;
    let fields = entry.fields_mut();
    match &link.target {
        Target::Hard(path) => {
            fields.push("link", "hard")?;
            fields.push("target", path.as_str())?;
        }
        Target::Soft { path, leads } => {
            fields.push("link", "soft")?;
            fields.push("target", &*String::from_utf8_lossy(path))?;
            if !leads {
                fields.push("dangling", true)?;
            }
        }
        Target::External { file, path } => {
            fields.push("link", "external")?;
            fields.push("file", &*String::from_utf8_lossy(file))?;
            fields.push("target", &*String::from_utf8_lossy(path))?;
        }
        Target::Other(class) => {
            fields.push("link", "user-defined")?;
            fields.push("class", i64::from(*class))?;
        }
    }
    Ok(())
}

pub(super) fn broken(entry: &mut Entry, path: &str, error: &Error, depth: u32) -> Result<()> {
    begin(entry, Kind::Link, path, depth)?;
    entry.fields_mut().push("link", "hard")?;
    Ok(entry.fields_mut().push("error", error.message())?)
}

pub(super) fn broken_attribute(
    entry: &mut Entry,
    object: &Object,
    name: &[u8],
    error: &Error,
    depth: u32,
) -> Result<()> {
    begin(entry, Kind::Attribute, object.path(), depth)?;
    push_attribute(entry.path_mut(), name)?;
    Ok(entry.fields_mut().push("error", error.message())?)
}

pub(super) fn attribute(
    entry: &mut Entry,
    object: &Object,
    name: &[u8],
    attribute: &Attribute,
    depth: u32,
) -> Result<()> {
    begin(entry, Kind::Attribute, object.path(), depth)?;
    push_attribute(entry.path_mut(), name)?;
    entry.set_array(Array::new(attribute.datatype().to_dtype(), extents(attribute.shape())));
    entry.set_has_data();
    if attribute.size().is_some_and(|size| size <= SHORT) {
        let values = attribute.value()?;
        if u64::try_from(values.bytes().len()).is_ok_and(|n| n <= SHORT) {
            values.push_to(entry.fields_mut(), "value")?;
        }
    }
    stored_type(entry.fields_mut(), attribute.datatype())?;
    if attribute.shape().is_none() {
        entry.fields_mut().push("dataspace", "null")?;
    }
    Ok(())
}

pub(super) fn dataset(entry: &mut Entry, dataset: &Dataset, depth: u32) -> Result<()> {
    begin(entry, Kind::Array, dataset.object().path(), depth)?;
    let mut array = Array::new(dataset.dtype(), extents(dataset.shape()));
    if let Layout::Chunked { chunk, .. } = dataset.layout() {
        array.chunk = Some(chunk.clone());
    }
    array.filters = dataset.filters().iter().map(|filter| filter.label()).collect();
    if let Some(span) = span(dataset) {
        entry.set_span(span);
    }
    entry.set_array(array);
    entry.set_has_data();
    let fields = entry.fields_mut();
    fields.push("layout", dataset.layout().as_str())?;
    if dataset.shape().is_none() {
        fields.push("dataspace", "null")?;
    }
    if !dataset.max_shape().is_empty() {
        fields.begin_list("maxshape")?;
        for most in dataset.max_shape() {
            fields.item(most.map_or(Value::Null, Value::Uint))?;
        }
        fields.end();
    }
    match dataset.fill()? {
        Fill::Value(value) => value.push_to(fields, "fill")?,
        Fill::Undefined => fields.push("fill", Value::Null)?,
        Fill::Default => {}
    }
    stored_type(fields, dataset.datatype())?;
    match dataset.layout() {
        Layout::Chunked { index: Some(index), .. } => fields.push("index", index.as_str())?,
        Layout::External(files) => {
            fields.begin_list("external")?;
            for file in files {
                fields.begin_item_map()?;
                fields.push("file", file.name.as_str())?;
                fields.push("offset", file.offset)?;
                fields.push("size", file.size.map_or(Value::Null, Value::Uint))?;
                fields.end();
            }
            fields.end();
        }
        Layout::Virtual(mappings) => {
            fields.begin_list("virtual")?;
            for mapping in mappings {
                fields.begin_item_map()?;
                fields.push("file", mapping.file().as_str())?;
                fields.push("dataset", mapping.dataset().as_str())?;
                if let Some(place) = mapping.place() {
                    fields.push("place", place.as_str())?;
                }
                if let Some(source) = mapping.source() {
                    fields.push("source", source.as_str())?;
                }
                fields.end();
            }
            fields.end();
        }
        _ => {}
    }
    comment(fields, dataset.object())?;
    let told = match dataset.layout() {
        // the library walks over the whole index of chunks for it
        Layout::Chunked { .. } => dataset.object().file().context().switched_on("verify"),
        Layout::Virtual(_) => false,
        _ => true,
    };
    if told {
        fields.push("storage_size", dataset.storage_size())?;
    }
    if dataset.way() == crate::Way::Library {
        fields.push("read_through", "libhdf5")?;
    }
    Ok(())
}

/// Which marks the superblock carries of a file that is being written, or was never closed.
fn consistency_flags(fields: &mut Fields, superblock: &Superblock) -> Result<()> {
    if !superblock.is_open() {
        return Ok(());
    }
    fields.begin_list("consistency_flags")?;
    let flags =
        [(Superblock::WRITE_ACCESS, "write_access"), (Superblock::SWMR_ACCESS, "swmr_access")];
    for (flag, name) in flags {
        if superblock.consistency_flags & flag != 0 {
            fields.item(name)?;
        }
    }
    fields.end();
    Ok(())
}

fn comment(fields: &mut Fields, object: &Object) -> Result<()> {
    match object.comment() {
        Some(text) => Ok(fields.push("comment", text.as_str())?),
        None => Ok(()),
    }
}

/// The bytes of a dataset that stands in one piece.
fn span(dataset: &Dataset) -> Option<Span> {
    let Layout::Contiguous { address: Some(address) } = dataset.layout() else { return None };
    let elements = dataset.shape()?.elements()?;
    let length = elements.checked_mul(u64::try_from(dataset.datatype().size).ok()?)?;
    // variable-length elements stand there as their places in the heap
    let fixed = !dataset.datatype().has_vlen();
    fixed.then_some(Span { offset: *address, length })
}

/// The type as h5dump prints it, and the names of an enumeration.
fn stored_type(fields: &mut Fields, datatype: &Datatype) -> Result<()> {
    fields.push("stored_type", datatype.to_string().as_str())?;
    if let Class::Enum(enumeration) = &datatype.class {
        fields.begin_map("enum")?;
        for (name, value) in &enumeration.members {
            match i64::try_from(*value) {
                Ok(value) => fields.push_named(name, value)?,
                Err(_) => fields.push_named(name, u64::try_from(*value).unwrap_or(u64::MAX))?,
            }
        }
        fields.end();
    }
    Ok(())
}
