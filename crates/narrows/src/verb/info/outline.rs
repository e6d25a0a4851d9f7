//! What the big containers hold, on one screen: a table or two of the first things met, and how many more there are.
//!
//! Memory is bounded whatever the file holds: so many rows, so many characters a cell.

use std::io::{self, Write};

use stream_core::{Entry, Kind, Value};

use crate::output::human::{Paint, clean};
use crate::output::json::{self, Object};

mod fits;
mod hdf5;
mod media;
mod netcdf;

/// Rows of a table; more are counted.
const ROWS: usize = 20;
/// Characters of a cell, which is an ellipsis longer where its text was cut.
const WIDTH: usize = 60;

/// Looks at the entries of a walk.
pub(super) enum Outline {
    None,
    Fits(fits::Hdus),
    Hdf5(hdf5::Objects),
    Media(media::Streams),
    NetCdf(netcdf::Variables),
}

impl Outline {
    /// For a format, by its name.
    pub(super) fn of(format: &str) -> Self {
        match format {
            "fits" => Self::Fits(fits::Hdus::new()),
            "hdf5" => Self::Hdf5(hdf5::Objects::new()),
            "audio" | "video" => Self::Media(media::Streams::new()),
            "netcdf" => Self::NetCdf(netcdf::Variables::new()),
            _ => Self::None,
        }
    }

    pub(super) fn see(&mut self, entry: &Entry) {
        match self {
            Self::None => {}
            Self::Fits(hdus) => hdus.see(entry),
            Self::Hdf5(objects) => objects.see(entry),
            Self::Media(streams) => streams.see(entry),
            Self::NetCdf(variables) => variables.see(entry),
        }
    }

    /// Whether it says what there is better than the facts of a file's only entry.
    pub(super) fn is_some(&self) -> bool {
        !matches!(self, Self::None)
    }

    /// Facts of the file as a whole that entries tell.
    pub(super) fn facts(&self) -> &[(&'static str, String)] {
        match self {
            Self::Fits(hdus) => hdus.facts(),
            Self::Media(streams) => streams.facts(),
            Self::NetCdf(variables) => variables.facts(),
            Self::None | Self::Hdf5(_) => &[],
        }
    }

    fn tables(&self) -> Vec<&Table> {
        match self {
            Self::None => Vec::new(),
            Self::Fits(hdus) => hdus.tables(),
            Self::Hdf5(objects) => objects.tables(),
            Self::Media(streams) => streams.tables(),
            Self::NetCdf(variables) => variables.tables(),
        }
    }

    /// The tables for people.
    pub(super) fn write(&self, out: &mut impl Write, paint: Paint) -> io::Result<()> {
        self.tables().into_iter().try_for_each(|table| table.write(out, paint))
    }

    /// The tables as keys of an object: `name` with the rows, `name_more` with how many more there are.
    pub(super) fn json<W: Write>(&self, object: &mut Object<'_, W>) -> io::Result<()> {
        self.tables().into_iter().try_for_each(|table| table.json(object))
    }
}

/// What a row says under one heading.
enum Cell {
    None,
    Text(String),
    Texts(Vec<String>),
    Number(u64),
    Shape(Vec<u64>),
}

impl Cell {
    /// A text, cut to what a cell holds.
    fn text(text: &str) -> Self {
        Self::Text(cut(text))
    }

    fn maybe(value: Option<Value<'_>>) -> Self {
        value.and_then(|v| v.as_str()).map_or(Self::None, Self::text)
    }

    fn shape(shape: &[u64]) -> Self {
        Self::Shape(shape.to_vec())
    }

    fn shown(&self) -> String {
        match self {
            Self::None => "-".to_owned(),
            Self::Text(text) if text.is_empty() => "-".to_owned(),
            Self::Text(text) => clean(text),
            Self::Texts(texts) if texts.is_empty() => "-".to_owned(),
            Self::Texts(texts) => clean(&texts.join(", ")),
            Self::Number(n) => n.to_string(),
            Self::Shape(shape) => format!("{shape:?}"),
        }
    }

    fn json<W: Write>(&self, out: &mut W) -> io::Result<()> {
        match self {
            Self::None => out.write_all(b"null"),
            Self::Text(text) => json::string(out, text),
            Self::Texts(texts) => json::list(out, texts.iter(), |out, t| json::string(out, t)),
            Self::Number(n) => json::uint(out, *n),
            Self::Shape(shape) => json::list(out, shape.iter(), |out, &n| json::uint(out, n)),
        }
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Rows under headings.
struct Table {
    /// The key in JSON, and the title.
    name: &'static str,
    headings: &'static [&'static str],
    rows: Vec<Vec<Cell>>,
    more: u64,
}

impl Table {
    fn new(name: &'static str, headings: &'static [&'static str]) -> Self {
        Self { name, headings, rows: Vec::new(), more: 0 }
    }

    /// Adds a row, or counts it where there are enough.
    fn push(&mut self, row: impl FnOnce() -> Vec<Cell>) {
        if self.rows.len() < ROWS {
            self.rows.push(row());
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    fn write(&self, out: &mut impl Write, paint: Paint) -> io::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n  {}", paint.bold(self.name.replace('_', " ")))?;
        let shown: Vec<Vec<String>> =
            self.rows.iter().map(|row| row.iter().map(Cell::shown).collect()).collect();
        let width = |at: usize, heading: &str| {
            let cells = shown.iter().filter_map(|row| row.get(at));
            cells.map(|c| c.chars().count()).chain([heading.len()]).max().unwrap_or(0)
        };
        let widths: Vec<usize> =
            self.headings.iter().enumerate().map(|(at, heading)| width(at, heading)).collect();
        let line = |cells: &mut dyn Iterator<Item = &str>| {
            let padded: Vec<_> =
                cells.zip(&widths).map(|(cell, &width)| format!("{cell:<width$}")).collect();
            padded.join("  ").trim_end().to_owned()
        };
        writeln!(out, "    {}", paint.dim(line(&mut self.headings.iter().copied())))?;
        for row in &shown {
            writeln!(out, "    {}", line(&mut row.iter().map(String::as_str)))?;
        }
        if self.more > 0 {
            writeln!(out, "    … {} more: narrows ls", self.more)?;
        }
        Ok(())
    }

    fn json<W: Write>(&self, object: &mut Object<'_, W>) -> io::Result<()> {
        json::list(object.key(self.name)?, self.rows.iter(), |out, row| {
            let mut inner = Object::begin(out)?;
            for (heading, cell) in self.headings.iter().zip(row) {
                cell.json(inner.key(heading)?)?;
            }
            inner.end()
        })?;
        object.number(&format!("{}_more", self.name), self.more)
    }
}

/// Type and shape of an entry's array; a table's type is how many columns it has.
fn dtype_and_shape(entry: &Entry) -> (Cell, Cell) {
    let Some(array) = entry.array() else { return (Cell::None, Cell::None) };
    let dtype = match (&array.dtype, entry.kind()) {
        (stream_core::DType::Struct(members), Kind::Table) => {
            Cell::Text(format!("{} columns", members.len()))
        }
        (dtype, _) => Cell::text(&dtype.to_string()),
    };
    (dtype, Cell::shape(&array.shape))
}
