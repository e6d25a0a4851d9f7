//! The named facts of an entry, kept flat in reused memory.

use std::fmt;

use stream_memory::{Budget, OverBudget};

use crate::charged::{ChargedString, ChargedVec};
use crate::{Time, Value};

/// One step of the tape. Texts and bytes are ranges of the arenas; a list or map is followed by its
/// content, and says how many slots that takes.
#[derive(Clone, Copy, Debug)]
enum Slot {
    Key(&'static str),
    NamedKey { start: usize, len: usize },
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Time(Time),
    Text { start: usize, len: usize },
    Bytes { start: usize, len: usize },
    List { slots: usize },
    Map { slots: usize },
}

/// Named values in order, nested where needed. Clearing keeps the memory, so that filling it again
/// allocates nothing; every growth is charged first.
///
/// Duplicate names are kept, as the file has them.
#[derive(Debug)]
pub struct Fields {
    tape: ChargedVec<Slot>,
    text: ChargedString,
    bytes: ChargedVec<u8>,
    open: ChargedVec<usize>,
}

impl Fields {
    /// No fields; memory is charged to `budget` as they come.
    pub fn new(budget: &Budget) -> Self {
        Self {
            tape: ChargedVec::new(budget),
            text: ChargedString::new(budget),
            bytes: ChargedVec::new(budget),
            open: ChargedVec::new(budget),
        }
    }

    /// Removes all fields, keeping the memory.
    pub fn clear(&mut self) {
        self.tape.clear();
        self.text.clear();
        self.bytes.clear();
        self.open.clear();
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tape.is_empty()
    }

    /// Appends `key` with a scalar value; lists and maps are copied whole.
    ///
    /// # Errors
    /// `OverBudget`; the fields are as they were.
    pub fn push<'v>(
        &mut self,
        key: &'static str,
        value: impl Into<Value<'v>>,
    ) -> Result<(), OverBudget> {
        let before = self.mark();
        let pushed = self.tape.push(Slot::Key(key)).and_then(|()| self.item(value));
        pushed.inspect_err(|_| self.rewind(before))
    }

    /// Appends a field whose name comes from the file.
    ///
    /// # Errors
    /// As [`Fields::push`].
    pub fn push_named<'v>(
        &mut self,
        key: &str,
        value: impl Into<Value<'v>>,
    ) -> Result<(), OverBudget> {
        let before = self.mark();
        let pushed = self.named(key).and_then(|()| self.item(value));
        pushed.inspect_err(|_| self.rewind(before))
    }

    /// Where tape, text and bytes end.
    fn mark(&self) -> [usize; 4] {
        [self.tape.len(), self.text.len(), self.bytes.len(), self.open.len()]
    }

    #[cold]
    fn rewind(&mut self, [tape, text, bytes, open]: [usize; 4]) {
        self.tape.truncate(tape);
        self.text.truncate(text);
        self.bytes.truncate(bytes);
        self.open.truncate(open);
    }

    fn named(&mut self, key: &str) -> Result<(), OverBudget> {
        let start = self.text.len();
        self.text.push_str(key)?;
        self.tape.push(Slot::NamedKey { start, len: key.len() })
    }

    /// Opens a list under `key`; [`Fields::item`] fills it and [`Fields::end`] closes it.
    ///
    /// # Errors
    /// As [`Fields::push`].
    pub fn begin_list(&mut self, key: &'static str) -> Result<(), OverBudget> {
        self.tape.push(Slot::Key(key))?;
        self.begin(Slot::List { slots: 0 })
    }

    /// Opens a list whose name comes from the file.
    ///
    /// # Errors
    /// As [`Fields::push`].
    pub fn begin_named_list(&mut self, key: &str) -> Result<(), OverBudget> {
        self.named(key)?;
        self.begin(Slot::List { slots: 0 })
    }

    /// Opens a map under `key`; [`Fields::push`] fills it and [`Fields::end`] closes it.
    ///
    /// # Errors
    /// As [`Fields::push`].
    pub fn begin_map(&mut self, key: &'static str) -> Result<(), OverBudget> {
        self.tape.push(Slot::Key(key))?;
        self.begin(Slot::Map { slots: 0 })
    }

    /// Opens a map whose name comes from the file.
    ///
    /// # Errors
    /// As [`Fields::push`].
    pub fn begin_named_map(&mut self, key: &str) -> Result<(), OverBudget> {
        self.named(key)?;
        self.begin(Slot::Map { slots: 0 })
    }

    /// Opens a list as an item of the open list.
    ///
    /// # Errors
    /// As [`Fields::push`].
    pub fn begin_item_list(&mut self) -> Result<(), OverBudget> {
        self.begin(Slot::List { slots: 0 })
    }

    /// Opens a map as an item of the open list.
    ///
    /// # Errors
    /// As [`Fields::push`].
    pub fn begin_item_map(&mut self) -> Result<(), OverBudget> {
        self.begin(Slot::Map { slots: 0 })
    }

    fn begin(&mut self, slot: Slot) -> Result<(), OverBudget> {
        self.open.push(self.tape.len())?;
        self.tape.push(slot)
    }

    /// Closes the list or map opened last.
    pub fn end(&mut self) {
        let Some(at) = self.open.pop() else { return };
        let inside = self.tape.len().saturating_sub(at).saturating_sub(1);
        if let Some(Slot::List { slots } | Slot::Map { slots }) =
            self.tape.as_mut_slice().get_mut(at)
        {
            *slots = inside;
        }
    }

    /// Appends a value to the open list, or after a key.
    ///
    /// # Errors
    /// As [`Fields::push`].
    pub fn item<'v>(&mut self, value: impl Into<Value<'v>>) -> Result<(), OverBudget> {
        let slot = match value.into() {
            Value::Null => Slot::Null,
            Value::Bool(b) => Slot::Bool(b),
            Value::Int(n) => Slot::Int(n),
            Value::Uint(n) => Slot::Uint(n),
            Value::Float(x) => Slot::Float(x),
            Value::Time(t) => Slot::Time(t),
            Value::Text(s) => {
                let start = self.text.len();
                self.text.push_str(s)?;
                Slot::Text { start, len: s.len() }
            }
            Value::Bytes(b) => {
                let start = self.bytes.len();
                self.bytes.extend(b)?;
                Slot::Bytes { start, len: b.len() }
            }
            Value::List(list) => {
                self.begin(Slot::List { slots: 0 })?;
                for value in list {
                    self.item(value)?;
                }
                self.end();
                return Ok(());
            }
            Value::Map(map) => {
                self.begin(Slot::Map { slots: 0 })?;
                for (key, value) in map {
                    self.push_named(key, value)?;
                }
                self.end();
                return Ok(());
            }
        };
        self.tape.push(slot)
    }

    /// Appends copies of all fields of `other`.
    ///
    /// # Errors
    /// As [`Fields::push`].
    pub fn extend(&mut self, other: &Fields) -> Result<(), OverBudget> {
        for (key, value) in other.iter() {
            self.push_named(key, value)?;
        }
        Ok(())
    }

    /// The first value under `key`.
    pub fn get(&self, key: &str) -> Option<Value<'_>> {
        self.iter().find(|(k, _)| *k == key).map(|(_, v)| v)
    }

    /// Names and values in order.
    pub fn iter(&self) -> Map<'_> {
        Map { fields: self, at: 0, end: self.tape.len() }
    }

    fn key(&self, at: usize) -> &str {
        match self.tape.get(at) {
            Some(Slot::Key(key)) => key,
            Some(&Slot::NamedKey { start, len }) => self.str(start, len),
            _ => "",
        }
    }

    fn str(&self, start: usize, len: usize) -> &str {
        self.text.as_str().get(start..start.saturating_add(len)).unwrap_or_default()
    }

    /// The value at a slot, and the slot after it.
    fn value(&self, at: usize) -> (Value<'_>, usize) {
        let next = at.saturating_add(1);
        let value = match self.tape.get(at).copied().unwrap_or(Slot::Null) {
            Slot::Null | Slot::Key(_) | Slot::NamedKey { .. } => Value::Null,
            Slot::Bool(b) => Value::Bool(b),
            Slot::Int(n) => Value::Int(n),
            Slot::Uint(n) => Value::Uint(n),
            Slot::Float(x) => Value::Float(x),
            Slot::Time(t) => Value::Time(t),
            Slot::Text { start, len } => Value::Text(self.str(start, len)),
            Slot::Bytes { start, len } => {
                Value::Bytes(self.bytes.get(start..start.saturating_add(len)).unwrap_or_default())
            }
            Slot::List { slots } => {
                let end = next.saturating_add(slots);
                return (Value::List(List { fields: self, at: next, end }), end);
            }
            Slot::Map { slots } => {
                let end = next.saturating_add(slots);
                return (Value::Map(Map { fields: self, at: next, end }), end);
            }
        };
        (value, next)
    }
}

/// Values in order.
#[derive(Clone, Copy)]
pub struct List<'a> {
    fields: &'a Fields,
    at: usize,
    end: usize,
}

impl<'a> Iterator for List<'a> {
    type Item = Value<'a>;
    fn next(&mut self) -> Option<Value<'a>> {
        if self.at >= self.end {
            return None;
        }
        let (value, next) = self.fields.value(self.at);
        self.at = next;
        Some(value)
    }
}

impl fmt::Debug for List<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(*self).finish()
    }
}

/// Named values in order.
#[derive(Clone, Copy)]
pub struct Map<'a> {
    fields: &'a Fields,
    at: usize,
    end: usize,
}

impl<'a> Iterator for Map<'a> {
    type Item = (&'a str, Value<'a>);
    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.end {
            return None;
        }
        let key = self.fields.key(self.at);
        let (value, next) = self.fields.value(self.at.saturating_add(1));
        self.at = next;
        Some((key, value))
    }
}

impl fmt::Debug for Map<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(*self).finish()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn fields() -> Fields {
        Fields::new(&Budget::new("b", 1 << 20))
    }

    #[test]
    fn nested_values_come_back_in_order() {
        let mut f = fields();
        f.push("a", 1u64).unwrap();
        f.begin_list("l").unwrap();
        f.item("x").unwrap();
        f.begin_item_map().unwrap();
        f.push("y", true).unwrap();
        f.end();
        f.end();
        f.push_named("z", &b"\0"[..]).unwrap();
        let text = format!("{:?}", f.iter());
        assert_eq!(
            text,
            r#"{"a": Uint(1), "l": List([Text("x"), Map({"y": Bool(true)})]), "z": Bytes([0])}"#
        );
    }

    #[test]
    fn filling_again_allocates_nothing() {
        let budget = Budget::new("b", 1 << 20);
        let mut f = Fields::new(&budget);
        f.push("key", "some text").unwrap();
        let held = budget.used();
        for _ in 0..100 {
            f.clear();
            f.push("key", "other txt").unwrap();
        }
        assert_eq!(budget.used(), held);
    }

    #[test]
    fn a_refused_field_leaves_no_trace() {
        let budget = Budget::new("b", 4096);
        let mut f = Fields::new(&budget);
        f.push("a", 1u64).unwrap();
        let before = format!("{:?}", f.iter());
        assert!(f.push_named("b", "x".repeat(5000).as_str()).is_err());
        assert!(f.push("c", &[0u8; 5000][..]).is_err());
        assert_eq!(format!("{:?}", f.iter()), before);
        f.push("d", 2u64).unwrap();
        assert!(f.get("d").is_some());
    }

    #[test]
    fn a_copy_of_nested_fields_is_equal() {
        let mut a = fields();
        a.begin_list("l").unwrap();
        a.item(1.5).unwrap();
        a.end();
        let mut b = fields();
        b.extend(&a).unwrap();
        assert_eq!(format!("{:?}", a.iter()), format!("{:?}", b.iter()));
    }
}
