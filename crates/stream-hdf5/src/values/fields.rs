//! Values as fields of an entry.

use stream_core::{Fields, Result, Value};

use super::{Leaf, Step, Values};

impl Values {
    /// Appends the value under `key`: a single value for a scalar, a list in C order for an array, nothing for a null dataspace.
    ///
    /// # Errors
    /// `OverBudget`.
    pub fn push_to(&self, fields: &mut Fields, key: &'static str) -> Result<()> {
        let Some(shape) = &self.shape else { return Ok(fields.push(key, Value::Null)?) };
        let mut sink = Sink { fields, key: Some(Key::Static(key)) };
        let is_list = !shape.is_empty();
        if is_list {
            sink.open_list()?;
        }
        self.visit(&mut |step| sink.see(step))?;
        if is_list {
            sink.fields.end();
        }
        Ok(())
    }
}

/// The name under which the next value goes; none inside of a list.
enum Key<'a> {
    Static(&'static str),
    Member(&'a str),
}

struct Sink<'f, 'a> {
    fields: &'f mut Fields,
    key: Option<Key<'a>>,
}

impl<'a> Sink<'_, 'a> {
    fn see(&mut self, step: Step<'a>) -> Result<()> {
        match step {
            Step::Leaf(leaf) => self.leaf(leaf)?,
            Step::List(_) => self.open_list()?,
            Step::Struct => match self.key.take() {
                Some(Key::Static(key)) => self.fields.begin_map(key)?,
                Some(Key::Member(key)) => self.fields.begin_named_map(key)?,
                None => self.fields.begin_item_map()?,
            },
            Step::Member(name) => self.key = Some(Key::Member(name)),
            Step::End => self.fields.end(),
        }
        Ok(())
    }

    fn open_list(&mut self) -> Result<()> {
        match self.key.take() {
            Some(Key::Static(key)) => self.fields.begin_list(key)?,
            Some(Key::Member(key)) => self.fields.begin_named_list(key)?,
            None => self.fields.begin_item_list()?,
        }
        Ok(())
    }

    fn leaf(&mut self, leaf: Leaf<'a>) -> Result<()> {
        let lossy;
        let value = match leaf {
            Leaf::Int(n) => match (i64::try_from(n), u64::try_from(n)) {
                (Ok(n), _) => Value::Int(n),
                (_, Ok(n)) => Value::Uint(n),
                _ => Value::Float(n as f64),
            },
            Leaf::Float(x) => Value::Float(x),
            Leaf::Complex(re, im) => {
                self.open_list()?;
                self.fields.item(re)?;
                self.fields.item(im)?;
                self.fields.end();
                return Ok(());
            }
            Leaf::Text(text) => {
                lossy = String::from_utf8_lossy(text);
                Value::Text(&lossy)
            }
            Leaf::Bytes(bytes) => Value::Bytes(bytes),
            Leaf::Reference(path) => Value::Text(path),
        };
        match self.key.take() {
            Some(Key::Static(key)) => self.fields.push(key, value)?,
            Some(Key::Member(key)) => self.fields.push_named(key, value)?,
            None => self.fields.item(value)?,
        }
        Ok(())
    }
}
