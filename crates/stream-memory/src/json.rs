//! The little JSON that reports need.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt::Write as _;

/// An object, written member by member.
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Object {
        Object(String::from("{"))
    }

    fn key(&mut self, key: &str) -> &mut String {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        quote(&mut self.0, key);
        self.0.push(':');
        &mut self.0
    }

    pub(crate) fn text(&mut self, key: &str, text: &str) {
        quote(self.key(key), text);
    }

    pub(crate) fn number(&mut self, key: &str, number: u64) {
        // a `String` takes everything
        let _ = write!(self.key(key), "{number}");
    }

    pub(crate) fn signed(&mut self, key: &str, number: i64) {
        let _ = write!(self.key(key), "{number}");
    }

    /// A value that is JSON already.
    pub(crate) fn value(&mut self, key: &str, json: &str) {
        self.key(key).push_str(json);
    }

    /// What JSON cannot hold becomes null.
    pub(crate) fn float(&mut self, key: &str, number: f64) {
        let text = self.key(key);
        let _ = if number.is_finite() { write!(text, "{number}") } else { write!(text, "null") };
    }

    /// A list of values that are JSON already.
    pub(crate) fn list(&mut self, key: &str, values: impl Iterator<Item = String>) {
        let text = self.key(key);
        text.push('[');
        for (index, value) in values.enumerate() {
            if index > 0 {
                text.push(',');
            }
            text.push_str(&value);
        }
        text.push(']');
    }

    pub(crate) fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

fn quote(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::Object;

    #[test]
    fn an_object_holds_each_kind_of_value() {
        let mut object = Object::new();
        object.text("te\"xt", "a\\b\n\u{e9}");
        object.number("n", u64::MAX);
        object.signed("s", -5);
        object.float("f", 0.5);
        object.float("none", f64::NAN);
        object.value("value", "[]");
        object.list("list", ["1".to_owned(), "{}".to_owned()].into_iter());
        let text = "{\"te\\\"xt\":\"a\\\\b\\u000a\u{e9}\",\"n\":18446744073709551615,\"s\":-5,\"f\":0.5,\
                    \"none\":null,\"value\":[],\"list\":[1,{}]}";
        assert_eq!(object.end(), text);
    }
}
