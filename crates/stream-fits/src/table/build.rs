//! Columns out of a header, in one pass over its cards.
#![deny(clippy::arithmetic_side_effects)]

use std::sync::Arc;

use stream_core::memory::Budget;
use stream_core::{Dims, Result};

use super::{MAX_COLUMNS, Table};
use crate::column::{AsciiForm, ColumnWorld, Field, TForm, TType};
use crate::image::{Numeric, Scaling};
use crate::{Card, Column, Defect, Header, Value};

/// Finds of one header: the rule and the place.
pub(crate) type Note<'n> = &'n mut dyn FnMut(Defect, u64) -> Result<()>;

/// Where rows, heap and data lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) rows: u64,
    pub(crate) row_bytes: u64,
    pub(crate) offset: u64,
    pub(crate) length: u64,
}

impl Place {
    fn table(self, charge: stream_core::memory::Reservation) -> Table {
        let rows = self.rows.saturating_mul(self.row_bytes).min(self.length);
        Table {
            rows: self.rows,
            row_bytes: self.row_bytes,
            offset: self.offset,
            heap_offset: self.offset.saturating_add(rows),
            heap_bytes: self.length.saturating_sub(rows),
            columns: Vec::new(),
            _charge: Some(charge),
        }
    }
}

/// What the keywords of one column say.
#[derive(Default)]
struct Spec {
    name: Option<String>,
    unit: Option<String>,
    form: Option<String>,
    display: Option<String>,
    dims: Option<String>,
    null_text: Option<String>,
    start: Option<i64>,
    scaling: Scaling,
    world: Option<ColumnWorld>,
    offset: u64,
}

/// Which keyword of a column a card is; the number stands behind it.
const ROOTS: [&str; 15] = [
    "TTYPE", "TFORM", "TUNIT", "TDISP", "TDIM", "TNULL", "TBCOL", "TSCAL", "TZERO", "TCTYP",
    "TCUNI", "TCRVL", "TCRPX", "TCDLT", "PTYPE",
];

fn indexed<'a>(card: &Card<'a>) -> Option<(&'static str, usize)> {
    if !matches!(card.raw().first(), Some(b'T' | b'P')) {
        return None;
    }
    ROOTS.iter().find_map(|root| card.index(root).map(|n| (*root, n)))
}

impl Spec {
    fn take(&mut self, root: &str, card: &Card<'_>) {
        let Some(value) = card.value() else { return };
        let text = || match value {
            Value::Text(text) => Some(text.to_string()),
            _ => None,
        };
        let world = self.world.as_mut();
        match root {
            "TTYPE" => set(&mut self.name, text().map(|t| t.trim().to_owned())),
            "TFORM" => {
                set(&mut self.form, text());
                self.offset = card.offset();
            }
            "TUNIT" => set(&mut self.unit, text()),
            "TDISP" => set(&mut self.display, text()),
            "TDIM" => set(&mut self.dims, text()),
            "TNULL" => {
                set(&mut self.null_text, text());
                self.scaling.null = self.scaling.null.or(value.as_integer());
            }
            "TBCOL" => self.start = self.start.or(value.as_integer()),
            "TSCAL" => self.scaling.scale = value.as_real().unwrap_or(self.scaling.scale),
            "TZERO" => self.scaling.zero = value.as_real().unwrap_or(self.scaling.zero),
            _ => {
                let world = match world {
                    Some(world) => world,
                    None => self.world.insert(ColumnWorld::default()),
                };
                match root {
                    "TCTYP" => world.ctype = text(),
                    "TCUNI" => world.unit = text(),
                    "TCRVL" => world.reference = value.as_real(),
                    "TCRPX" => world.pixel = value.as_real(),
                    "TCDLT" => world.increment = value.as_real(),
                    _ => {}
                }
            }
        }
    }
}

/// The first of several says it.
fn set(to: &mut Option<String>, text: Option<String>) {
    if to.is_none() {
        *to = text;
    }
}

/// What all columns of a header say, and the memory that they will take: less than what is reserved here.
fn specs(
    header: &Header,
    count: usize,
    budget: &Budget,
) -> Result<(Vec<Spec>, stream_core::memory::Reservation)> {
    // a column while it is read, once it is built, as a member of a row's type, and its path; all texts together are shorter
    // than the header
    let each = size_of::<Spec>().saturating_add(size_of::<Column>()).saturating_add(512);
    let texts = header.raw().len().saturating_mul(2);
    let bytes = count.saturating_mul(each).saturating_add(texts);
    let charge = budget.reserve(u64::try_from(bytes).unwrap_or(u64::MAX))?;
    let mut specs: Vec<Spec> = Vec::new();
    specs.resize_with(count, Spec::default);
    for card in header.cards() {
        if let Some((root, n)) = indexed(&card)
            && let Some(spec) = n.checked_sub(1).and_then(|n| specs.get_mut(n))
        {
            spec.take(root, &card);
        }
    }
    Ok((specs, charge))
}

/// `TFIELDS`, at most 999.
fn fields(header: &Header, note: Note<'_>) -> Result<usize> {
    let Some(card) = header.get("TFIELDS") else {
        note(Defect::KeywordMissing { keyword: crate::Word::new("TFIELDS") }, header.offset())?;
        return Ok(0);
    };
    let found = card.value().and_then(|v| v.as_integer()).and_then(|n| u64::try_from(n).ok());
    let Some(found) = found else {
        note(Defect::KeywordType { keyword: crate::Word::new("TFIELDS") }, card.offset())?;
        return Ok(0);
    };
    let count = usize::try_from(found).unwrap_or(usize::MAX);
    if count > MAX_COLUMNS {
        note(Defect::TooManyColumns { found }, card.offset())?;
    }
    Ok(count.min(MAX_COLUMNS))
}

fn narrow(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// A binary table (7.3).
pub(crate) fn binary(
    header: &Header,
    place: Place,
    budget: &Budget,
    note: Note<'_>,
) -> Result<Table> {
    let count = fields(header, note)?;
    let (specs, charge) = specs(header, count, budget)?;
    let mut table = place.table(charge);
    table.columns.reserve_exact(count);
    let mut offset = 0u64;
    for (number, spec) in (1usize..).zip(specs) {
        let form = spec.form.as_deref().and_then(|text| TForm::parse(text.as_bytes()));
        let (Some(mut form), Some(width)) = (form, form.and_then(|form| form.width())) else {
            // where the next fields start is not known either
            note(Defect::TForm { column: narrow(number) }, spec.offset.max(header.offset()))?;
            break;
        };
        let mut dims = Dims::new();
        match spec.dims.as_deref().map(|text| cell(text, &mut form)) {
            Some(Some(found)) => dims = found,
            other => {
                if other.is_some() && form.heap.is_none() {
                    note(Defect::TDim { column: narrow(number) }, spec.offset)?;
                }
                let strings = match (form.kind, form.substring) {
                    (TType::Character, None) => 1,
                    (TType::Character, Some(w)) => {
                        form.repeat.checked_div(u64::from(w)).unwrap_or(0)
                    }
                    _ => form.repeat,
                };
                if form.heap.is_some() || strings != 1 {
                    dims.push(if form.heap.is_some() { form.repeat } else { strings });
                }
                if form.heap.is_some() && form.repeat == 1 {
                    dims.clear();
                }
            }
        }
        if spec.scaling.null.is_some() && form.kind.numeric().is_some_and(|n| !n.is_integer()) {
            note(Defect::NullOfReal, spec.offset)?;
        }
        let end = offset.saturating_add(width);
        if end > place.row_bytes {
            note(Defect::FieldBeyondRow { column: narrow(number) }, spec.offset)?;
        }
        table.columns.push(column(number, spec, Field::Binary(form), offset, width, dims));
        offset = end;
    }
    let all = table.columns.len() == count;
    if all && offset != place.row_bytes && count > 0 {
        let found = place.row_bytes;
        note(Defect::RowLength { expected: offset, found }, header.offset())?;
    }
    heap(header, place, &mut table, note)?;
    Ok(table)
}

/// `THEAP` (7.3.2).
fn heap(header: &Header, place: Place, table: &mut Table, note: Note<'_>) -> Result<()> {
    let Some(card) = header.get("THEAP") else { return Ok(()) };
    let found = card.value().and_then(|v| v.as_integer()).and_then(|n| u64::try_from(n).ok());
    let rows = place.rows.saturating_mul(place.row_bytes);
    match found {
        Some(at) if at >= rows && at <= place.length => {
            table.heap_offset = place.offset.saturating_add(at);
            table.heap_bytes = place.length.saturating_sub(at);
        }
        _ => note(Defect::HeapPlace { found: found.unwrap_or(0) }, card.offset())?,
    }
    Ok(())
}

fn column(number: usize, spec: Spec, field: Field, offset: u64, width: u64, dims: Dims) -> Column {
    Column {
        number,
        name: spec.name,
        unit: spec.unit,
        form: spec.form.unwrap_or_default(),
        display: spec.display,
        field,
        offset,
        width,
        dims,
        scaling: spec.scaling,
        null_text: spec.null_text,
        world: spec.world.map(Arc::new),
    }
}

/// The extents that TDIM names, slowest first; of strings the first is their width. `None` where they do not fit.
fn cell(text: &str, form: &mut TForm) -> Option<Dims> {
    let inner = text.trim().strip_prefix('(')?.strip_suffix(')')?;
    let mut dims: Dims = Dims::new();
    for part in inner.split(',') {
        dims.push(part.trim().parse().ok()?);
    }
    if form.heap.is_some() || dims.elements()? > form.repeat || dims.len() > MAX_COLUMNS {
        return None;
    }
    let mut axes = dims.iter();
    if form.kind == TType::Character {
        form.substring = Some(u32::try_from(*axes.next()?).ok()?);
    }
    Some(axes.rev().copied().collect())
}

/// An ASCII table (7.2).
pub(crate) fn ascii(
    header: &Header,
    place: Place,
    budget: &Budget,
    note: Note<'_>,
) -> Result<Table> {
    let count = fields(header, note)?;
    let (specs, charge) = specs(header, count, budget)?;
    let mut table = place.table(charge);
    table.columns.reserve_exact(count);
    for (number, spec) in (1usize..).zip(specs) {
        let form = spec.form.as_deref().and_then(|text| AsciiForm::parse(text.as_bytes()));
        let start = spec.start.and_then(|n| n.checked_sub(1)).and_then(|n| u64::try_from(n).ok());
        let (Some(mut form), Some(start)) = (form, start) else {
            note(Defect::TForm { column: narrow(number) }, spec.offset.max(header.offset()))?;
            continue;
        };
        if start.saturating_add(u64::from(form.width)) > place.row_bytes {
            note(Defect::FieldBeyondRow { column: narrow(number) }, spec.offset)?;
            // what is there of the field is read
            let rest = place.row_bytes.saturating_sub(start);
            form.width = u32::try_from(rest).unwrap_or(u32::MAX).min(form.width);
        }
        let (field, width) = (Field::Ascii(form), u64::from(form.width));
        let start = start.min(place.row_bytes);
        table.columns.push(column(number, spec, field, start, width, Dims::new()));
    }
    Ok(table)
}

/// Random groups (6): a column for each parameter, and one for the array.
pub(crate) fn groups(
    header: &Header,
    place: Place,
    array: (Numeric, &Dims, Scaling),
    budget: &Budget,
    note: Note<'_>,
) -> Result<Table> {
    let (numeric, shape, scaling) = array;
    let found = header.integer("PCOUNT").and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
    let count = usize::try_from(found).unwrap_or(usize::MAX).min(MAX_COLUMNS);
    if usize::try_from(found) != Ok(count) {
        note(Defect::TooManyColumns { found }, header.offset())?;
    }
    let (mut specs, charge) = specs(header, count, budget)?;
    for card in header.cards() {
        let number = |root| card.index(root).and_then(|n| n.checked_sub(1));
        if let Some(spec) = number("PTYPE").and_then(|n| specs.get_mut(n)) {
            spec.take("TTYPE", &card);
        } else if let Some(spec) = number("PSCAL").and_then(|n| specs.get_mut(n)) {
            spec.take("TSCAL", &card);
        } else if let Some(spec) = number("PZERO").and_then(|n| specs.get_mut(n)) {
            spec.take("TZERO", &card);
        } else if let Some(spec) = number("PUNIT").and_then(|n| specs.get_mut(n)) {
            spec.take("TUNIT", &card);
        }
    }
    let size = numeric.size();
    let mut table = place.table(charge);
    table.columns.reserve_exact(count.saturating_add(1));
    let field = Field::Group(numeric);
    for (number, mut spec) in (1usize..).zip(specs) {
        spec.world = None;
        let before = u64::try_from(number.saturating_sub(1)).unwrap_or(u64::MAX);
        let offset = before.saturating_mul(size);
        table.columns.push(column(number, spec, field, offset, size, Dims::new()));
    }
    let spec = Spec { name: Some("DATA".to_owned()), scaling, ..Spec::default() };
    let offset = found.saturating_mul(size);
    let width = place.row_bytes.saturating_sub(offset);
    let number = count.saturating_add(1);
    table.columns.push(column(number, spec, field, offset, width, shape.clone()));
    Ok(table)
}
