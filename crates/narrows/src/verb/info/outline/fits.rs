//! The HDUs of a FITS file, and who observed what, when.

use stream_core::{Entry, Kind, Value};

use super::{Cell, Table, cut, dtype_and_shape};

/// Keywords that tell what was observed (FITS 4.4.2), and the names of the facts.
const KEYWORDS: [(&str, &str); 7] = [
    ("TELESCOP", "telescope"),
    ("INSTRUME", "instrument"),
    ("OBSERVER", "observer"),
    ("OBJECT", "object"),
    ("DATE-OBS", "date_obs"),
    ("DATE-END", "date_end"),
    ("ORIGIN", "origin"),
];

pub(in super::super) struct Hdus {
    hdus: Table,
    facts: Vec<(&'static str, String)>,
}

impl Hdus {
    pub(super) fn new() -> Self {
        let headings = &["number", "name", "kind", "shape", "dtype"];
        Self { hdus: Table::new("hdu_table", headings), facts: Vec::new() }
    }

    pub(super) fn see(&mut self, entry: &Entry) {
        if entry.kind() == Kind::Column {
            return;
        }
        let Some(number) = entry.path().strip_prefix("hdu/").and_then(|n| n.parse().ok()) else {
            return;
        };
        self.hdus.push(|| {
            let (dtype, shape) = dtype_and_shape(entry);
            let name = Cell::maybe(entry.fields().get("name"));
            vec![Cell::Number(number), name, Cell::maybe(entry.fields().get("hdu")), shape, dtype]
        });
        self.cards(entry);
    }

    /// The first of each keyword is taken.
    fn cards(&mut self, entry: &Entry) {
        if self.facts.len() == KEYWORDS.len() {
            return;
        }
        let Some(Value::List(cards)) = entry.fields().get("cards") else { return };
        for card in cards {
            let Value::Map(card) = card else { continue };
            let get = |key: &str| card.into_iter().find(|(k, _)| *k == key).map(|(_, v)| v);
            let Some(Value::Text(keyword)) = get("keyword") else { continue };
            let Some((_, name)) = KEYWORDS.iter().find(|(k, _)| *k == keyword) else { continue };
            if let Some(Value::Text(text)) = get("value")
                && !text.trim().is_empty()
                && self.facts.iter().all(|(known, _)| known != name)
            {
                self.facts.push((name, cut(text.trim_end())));
            }
        }
    }

    pub(super) fn facts(&self) -> &[(&'static str, String)] {
        &self.facts
    }

    pub(super) fn tables(&self) -> Vec<&Table> {
        vec![&self.hdus]
    }
}
