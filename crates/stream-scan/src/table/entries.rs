//! Rows of entries.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;

use arrow_array::builder::{StringBuilder, UInt64Builder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::ArrowError;
use stream_core::{Entry, Value};

use super::ENTRIES;
use super::column::{Numbers, Pairs, Texts};
use super::value::text;
use crate::redact::Redactor;

/// Rows that are being gathered.
pub(crate) struct Entries {
    rows: usize,
    bytes: usize,
    scratch: String,
    file: UInt64Builder,
    path: StringBuilder,
    kind: StringBuilder,
    dtype: StringBuilder,
    shape: Numbers,
    chunk: Numbers,
    filters: Texts,
    offset: UInt64Builder,
    length: UInt64Builder,
    value: StringBuilder,
    fields: Pairs<StringBuilder>,
    measures: Pairs<Vec<f64>>,
}

/// Bytes of a row beside its texts and lists.
const ROW: usize = 96;

impl Entries {
    pub(crate) fn new() -> Self {
        Self {
            rows: 0,
            bytes: 0,
            scratch: String::new(),
            file: UInt64Builder::new(),
            path: StringBuilder::new(),
            kind: StringBuilder::new(),
            dtype: StringBuilder::new(),
            shape: Numbers::new(),
            chunk: Numbers::new(),
            filters: Texts::new(),
            offset: UInt64Builder::new(),
            length: UInt64Builder::new(),
            value: StringBuilder::new(),
            fields: Pairs::new(),
            measures: Pairs::new(),
        }
    }

    /// Adds an entry of `file`, with what was measured of its data.
    pub(crate) fn push(
        &mut self,
        file: u64,
        entry: &Entry,
        measures: &[(String, f64)],
        veil: Veil<'_>,
    ) {
        let bytes = &mut self.bytes;
        *bytes = bytes.saturating_add(ROW).saturating_add(entry.path().len());
        self.file.append_value(file);
        self.path.append_value(entry.path());
        self.kind.append_value(entry.kind().as_str());
        let array = entry.array();
        match array {
            Some(array) => {
                self.scratch.clear();
                // writing to a string does not fail
                let _ = write!(self.scratch, "{}", array.dtype);
                *bytes = bytes.saturating_add(self.scratch.len());
                self.dtype.append_value(&self.scratch);
            }
            None => self.dtype.append_null(),
        }
        self.shape.push(array.map(|a| &a.shape[..]), bytes);
        self.chunk.push(array.and_then(|a| a.chunk.as_deref()), bytes);
        self.filters.push(array.map_or(&[], |a| &a.filters), bytes);
        self.offset.append_option(entry.span().map(|span| span.offset));
        self.length.append_option(entry.span().map(|span| span.length));
        let mut valued = false;
        for (key, value) in entry.fields().iter() {
            if let Value::List(cards) = value
                && key == "cards"
            {
                for (key, value) in cards.filter_map(card) {
                    let value = text(value, &mut self.scratch);
                    if let Some(value) = veil.named(key, value) {
                        self.fields.item(key, &value, bytes);
                    }
                }
                continue;
            }
            let value = text(value, &mut self.scratch);
            let Some(value) = veil.field(entry, key, value) else { continue };
            let value = &*value;
            if key == "value" && !valued {
                valued = true;
                *bytes = bytes.saturating_add(value.len());
                self.value.append_value(value);
            } else {
                self.fields.item(key, value, bytes);
            }
        }
        if !valued {
            self.value.append_null();
        }
        self.fields.end();
        for (key, value) in measures {
            self.measures.item(key, value, bytes);
        }
        self.measures.end();
        self.rows = self.rows.saturating_add(1);
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// About how many bytes they take.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn finish(mut self) -> Result<RecordBatch, ArrowError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.file.finish()),
            Arc::new(self.path.finish()),
            Arc::new(self.kind.finish()),
            Arc::new(self.dtype.finish()),
            self.shape.finish()?,
            self.chunk.finish()?,
            self.filters.finish()?,
            Arc::new(self.offset.finish()),
            Arc::new(self.length.finish()),
            Arc::new(self.value.finish()),
            self.fields.finish()?,
            self.measures.finish()?,
        ];
        RecordBatch::try_new(ENTRIES.clone(), columns)
    }
}

/// What stands between a file's values and the table.
#[derive(Clone, Copy)]
pub(crate) struct Veil<'a> {
    pub(crate) redactor: Option<&'a Redactor>,
    pub(crate) format: &'a str,
}

impl Veil<'_> {
    fn field<'t>(&self, entry: &Entry, name: &str, value: &'t str) -> Option<Cow<'t, str>> {
        match self.redactor {
            Some(redactor) => redactor.apply(redactor.field(self.format, entry, name), value),
            None => Some(value.into()),
        }
    }

    fn named<'t>(&self, name: &str, value: &'t str) -> Option<Cow<'t, str>> {
        match self.redactor {
            Some(redactor) => redactor.apply(redactor.named(name), value),
            None => Some(value.into()),
        }
    }
}

/// Keyword and value of a card of a FITS header; one without a value has its comment.
fn card(card: Value<'_>) -> Option<(&str, Value<'_>)> {
    let Value::Map(card) = card else { return None };
    let get = |name: &str| {
        let mut card = card;
        card.find(|(key, _)| *key == name).map(|(_, value)| value)
    };
    let value = get("value").or_else(|| get("comment")).unwrap_or(Value::Null);
    Some((get("keyword")?.as_str()?, value))
}
