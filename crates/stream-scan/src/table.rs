//! Rows as Arrow columns.

mod column;
mod entries;
mod files;
mod value;

pub(crate) use value::text;

pub(crate) use entries::{Entries, Veil};
pub(crate) use files::Files;

use std::sync::{Arc, LazyLock};

use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef, TimeUnit};

/// The columns of `files`.
pub(crate) static FILES: LazyLock<SchemaRef> = LazyLock::new(|| {
    use DataType::{Binary, Float64, UInt32, UInt64, Utf8};
    let time = DataType::Timestamp(TimeUnit::Nanosecond, Some("UTC".into()));
    Arc::new(Schema::new(vec![
        Field::new("id", UInt64, false),
        Field::new("path", Utf8, false),
        Field::new("path_bytes", Binary, true),
        Field::new("size", UInt64, false),
        Field::new("modified", time, false),
        Field::new("format", Utf8, true),
        Field::new("detected_by", Utf8, true),
        Field::new("compression", Utf8, true),
        Field::new("media_type", Utf8, true),
        Field::new("status", Utf8, false),
        Field::new("error_kind", Utf8, true),
        Field::new("error_message", Utf8, true),
        Field::new("error_entry", Utf8, true),
        Field::new("error_offset", UInt64, true),
        Field::new("error_stage", Utf8, true),
        Field::new("error_signal", Utf8, true),
        Field::new("incomplete_reason", Utf8, true),
        Field::new("entries", UInt64, false),
        Field::new("arrays", UInt64, false),
        Field::new("findings", UInt64, false),
        Field::new("claimed", UInt64, true),
        Field::new("counted", UInt64, true),
        Field::new("bytes_read", UInt64, false),
        Field::new("peak_memory", UInt64, false),
        Field::new("elapsed", Float64, false),
        Field::new("attempts", UInt32, false),
        Field::new("digest", Utf8, true),
        Field::new("title", Utf8, true),
        Field::new("created", Utf8, true),
        Field::new("instrument", Utf8, true),
        Field::new("modality", Utf8, true),
        Field::new("duration", Float64, true),
        Field::new("dimensions", list(UInt64), false),
        Field::new("facts", pairs(Utf8), false),
    ]))
});

/// The columns of `entries`.
pub(crate) static ENTRIES: LazyLock<SchemaRef> = LazyLock::new(|| {
    use DataType::{Float64, UInt64, Utf8};
    Arc::new(Schema::new(vec![
        Field::new("file", UInt64, false),
        Field::new("path", Utf8, false),
        Field::new("kind", Utf8, false),
        Field::new("dtype", Utf8, true),
        Field::new("shape", list(UInt64), true),
        Field::new("chunk", list(UInt64), true),
        Field::new("filters", list(Utf8), false),
        Field::new("offset", UInt64, true),
        Field::new("length", UInt64, true),
        Field::new("value", Utf8, true),
        Field::new("fields", pairs(Utf8), false),
        Field::new("measures", pairs(Float64), false),
    ]))
});

fn list(of: DataType) -> DataType {
    DataType::List(item(of))
}

fn item(of: DataType) -> Arc<Field> {
    Arc::new(Field::new("item", of, false))
}

/// A list of keys and values.
fn pairs(of: DataType) -> DataType {
    list(DataType::Struct(pair(of)))
}

fn pair(of: DataType) -> Fields {
    vec![Field::new("key", DataType::Utf8, false), Field::new("value", of, false)].into()
}
