//! Spans of `tracing`.
#![deny(clippy::arithmetic_side_effects)]

use std::collections::HashSet;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::thread::{self, Token};

/// Counts spans of `tracing` in the same table as those of [`span`](super::span), while profiling is
/// [on](super::start).
///
/// A span's field `format`, given when it is made, is its format; without it, that of the span around it on the
/// thread that enters it. A span that is entered again and again, as that of a future is, is counted for
/// each time.
///
/// ```
/// use stream_memory::profile::{self, MemoryLayer};
/// use tracing_subscriber::layer::SubscriberExt;
///
/// #[tracing::instrument(fields(format = "dicom"))]
/// fn read() -> Vec<u8> {
///     vec![0; 100_000]
/// }
///
/// profile::start();
/// let subscriber = tracing_subscriber::registry().with(MemoryLayer);
/// tracing::subscriber::with_default(subscriber, || {
///     read();
/// });
/// let table = profile::table();
/// assert_eq!((&table.rows[0].span[..], &table.rows[0].format[..]), ("read", "dicom"));
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct MemoryLayer;

/// What is kept of a span while it exists.
struct Named {
    format: Option<&'static str>,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for MemoryLayer {
    fn enabled(&self, _: &Metadata<'_>, _: Context<'_, S>) -> bool {
        // other layers may want what this one does not count
        true
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, cx: Context<'_, S>) {
        if !super::is_on() {
            return;
        }
        thread::apart(|| {
            let mut named = Named { format: None };
            attributes.record(&mut named);
            if let Some(span) = cx.span(id) {
                span.extensions_mut().insert(named);
            }
        });
    }

    fn on_enter(&self, id: &Id, cx: Context<'_, S>) {
        if !super::is_on() {
            return;
        }
        if let Some(span) = cx.span(id) {
            let format = span.extensions().get::<Named>().and_then(|named| named.format);
            thread::enter(span.name(), format, Some(Token::of(id.into_u64())));
        }
    }

    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        // one that was entered before profiling began is not known
        thread::exit(Token::of(id.into_u64()));
    }
}

impl Visit for Named {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "format" {
            self.format = Some(kept(value));
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "format" {
            self.format = Some(kept(format!("{value:?}").trim_matches('"')));
        }
    }
}

/// Names of formats that are kept; the rest is one.
const MOST_FORMATS: usize = 256;

/// The same text, for ever: there are few formats.
fn kept(format: &str) -> &'static str {
    static FORMATS: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);
    let mut formats = FORMATS.lock().unwrap_or_else(PoisonError::into_inner);
    let formats = formats.get_or_insert_default();
    match formats.get(format) {
        Some(format) => format,
        None if formats.len() < MOST_FORMATS => {
            let format: &'static str = Box::leak(format.into());
            formats.insert(format);
            format
        }
        None => "other",
    }
}
