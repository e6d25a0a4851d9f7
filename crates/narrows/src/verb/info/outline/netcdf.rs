//! The dimensions and variables of a netCDF file.

use stream_core::{Entry, Kind, Value};

use super::{Cell, Table, cut, dtype_and_shape};

/// Dimensions of a variable that a row names.
const NAMED: usize = 16;

pub(in super::super) struct Variables {
    dimensions: Table,
    variables: Table,
    facts: Vec<(&'static str, String)>,
}

impl Variables {
    pub(super) fn new() -> Self {
        let variables = &["path", "dtype", "dimensions", "shape", "units"];
        Self {
            dimensions: Table::new("dimension_table", &["path", "length", "unlimited"]),
            variables: Table::new("variable_table", variables),
            facts: Vec::new(),
        }
    }

    pub(super) fn see(&mut self, entry: &Entry) {
        let fields = entry.fields();
        match entry.kind() {
            Kind::Dimension => self.dimensions.push(|| {
                let length = fields.get("length").and_then(|v| v.as_u64());
                let unlimited = fields.get("unlimited").and_then(|v| v.as_bool());
                let unlimited = if unlimited == Some(true) { "yes" } else { "no" };
                let length = length.map_or(Cell::None, Cell::Number);
                vec![Cell::text(entry.path()), length, Cell::text(unlimited)]
            }),
            Kind::Array => self.variables.push(|| {
                let (dtype, shape) = dtype_and_shape(entry);
                let dimensions = match fields.get("dimensions") {
                    Some(Value::List(names)) => {
                        let names = names.take(NAMED).filter_map(|v| v.as_str().map(dimension));
                        Cell::Texts(names.collect())
                    }
                    _ => Cell::None,
                };
                let units = Cell::maybe(fields.get("units"));
                vec![Cell::text(entry.path()), dtype, dimensions, shape, units]
            }),
            Kind::Attribute => self.global(entry),
            _ => {}
        }
    }

    /// The attributes of the file that say what it is (netCDF user's guide, A; CF 2.6).
    fn global(&mut self, entry: &Entry) {
        let name = match entry.path() {
            "/@title" => "title",
            "/@Conventions" => "conventions",
            "/@institution" => "institution",
            "/@source" => "source",
            _ => return,
        };
        if let Some(text) = entry.fields().get("value").and_then(|v| v.as_str()) {
            self.facts.push((name, cut(text.trim_end())));
        }
    }

    pub(super) fn facts(&self) -> &[(&'static str, String)] {
        &self.facts
    }

    pub(super) fn tables(&self) -> Vec<&Table> {
        vec![&self.dimensions, &self.variables]
    }
}

/// A dimension's name, from its path.
fn dimension(path: &str) -> String {
    cut(path.rsplit('/').next().unwrap_or(path))
}
