//! A catalogue as text that two runs can be compared by.

use std::path::Path;

use arrow_array::cast::AsArray as _;
use arrow_array::types::UInt64Type;
use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use serde_json::{Map, Value, json};
use stream_core::Result;
use stream_memory::Budget;

use crate::part::{TABLES, part_path};
use crate::{Plan, journal, rows};

/// Columns that differ from run to run: they tell time, memory, attempts, and how much was read ahead with the memory at hand.
const VARYING: [&str; 4] = ["bytes_read", "peak_memory", "elapsed", "attempts"];

/// The rows of a catalogue as lines of JSON, in the order of the plan: of each file its row and then its entries, in file order;
/// without the columns that tell time, memory and attempts. Two catalogues of the same tree, however they came to be, give the
/// same lines.
///
/// Holds all lines in memory: for comparing, not for work.
///
/// # Errors
/// `Io`, `Malformed`.
pub fn canonical(catalogue: &Path) -> Result<Vec<String>> {
    let plan = Plan::open(catalogue)?;
    let past = journal::past(catalogue, &plan, &Budget::new("canonical", u64::MAX))?;
    let mut lines: Vec<(u64, u8, String)> = Vec::new();
    for (order, (table, id)) in (0u8..).zip(TABLES.into_iter().zip(["id", "file"])) {
        for name in &past.parts {
            rows::each(part_path(catalogue, table, name), None, |rows| {
                let ids = rows.numbers(id)?;
                let all = (0..rows.len())
                    .map(|row| (ids.value(row), order, line(&rows.batch, row, &VARYING)));
                lines.extend(all);
                Ok(())
            })?;
        }
    }
    // stable: entries of a file stay in their order
    lines.sort_by_key(|(id, order, _)| (*id, *order));
    Ok(lines.into_iter().map(|(_, _, line)| line).collect())
}

/// A row as a JSON object, without the columns in `without` and what is null.
pub(crate) fn line(batch: &RecordBatch, row: usize, without: &[&str]) -> String {
    let schema = batch.schema_ref();
    let mut object = Map::new();
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        if !without.contains(&field.name().as_str()) && column.is_valid(row) {
            object.insert(field.name().clone(), value(column, row));
        }
    }
    Value::Object(object).to_string()
}

/// A cell as JSON; null where there is nothing.
pub(crate) fn cell(column: &dyn Array, row: usize) -> Value {
    if column.is_valid(row) { value(column, row) } else { Value::Null }
}

fn value(column: &dyn Array, row: usize) -> Value {
    use arrow_array::types::{Float64Type, TimestampNanosecondType, UInt32Type};
    match column.data_type() {
        DataType::Utf8 => column.as_string::<i32>().value(row).into(),
        DataType::Binary => column.as_binary::<i32>().value(row).into(),
        DataType::UInt64 => column.as_primitive::<UInt64Type>().value(row).into(),
        DataType::UInt32 => column.as_primitive::<UInt32Type>().value(row).into(),
        DataType::Timestamp(..) => {
            column.as_primitive::<TimestampNanosecondType>().value(row).into()
        }
        DataType::Float64 => match column.as_primitive::<Float64Type>().value(row) {
            x if x.is_finite() => x.into(),
            x => format!("{x:?}").into(),
        },
        DataType::List(_) => {
            let items = column.as_list::<i32>().value(row);
            (0..items.len()).map(|at| value(&items, at)).collect()
        }
        DataType::Struct(fields) => {
            let columns = column.as_struct().columns();
            let pairs = fields.iter().zip(columns).map(|(f, c)| (f.name().clone(), value(c, row)));
            Value::Object(pairs.collect())
        }
        other => json!({ "unexpected": other.to_string() }),
    }
}
