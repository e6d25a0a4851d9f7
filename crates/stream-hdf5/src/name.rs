//! Names of links and attributes as parts of paths, and back.

use stream_core::memory::OverBudget;
use stream_core::{ChargedString, push_name};

/// Appends a link's name to the path of its group.
pub(crate) fn push_member(path: &mut ChargedString, name: &[u8]) -> Result<(), OverBudget> {
    if path.as_str() != "/" {
        path.push('/')?;
    }
    push_name(path, name)
}

/// Appends an attribute's name to the path of its object.
pub(crate) fn push_attribute(path: &mut ChargedString, name: &[u8]) -> Result<(), OverBudget> {
    path.push('@')?;
    push_name(path, name)
}

/// The path as the library knows it: percent escapes undone.
pub(crate) fn unescape(path: &str) -> Vec<u8> {
    let mut raw = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let escaped = match (first, after) {
            (b'%', [high, low, ..]) => digit(*high).zip(digit(*low)),
            _ => None,
        };
        match escaped {
            Some((high, low)) => {
                raw.push(high << 4 | low);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                raw.push(first);
                rest = after;
            }
        }
    }
    raw
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|n| u8::try_from(n).ok())
}

/// Takes the path of an attribute apart: its object's path, and its name.
pub(crate) fn split_attribute(path: &str) -> Option<(&str, &str)> {
    // an at sign within a name is escaped
    path.split_once('@')
}

#[cfg(test)]
mod tests {
    use super::*;
    use stream_core::memory::Budget;

    #[test]
    fn escaped_names_come_back() {
        let mut path = ChargedString::new(&Budget::new("b", 4096));
        path.push('/').unwrap();
        push_member(&mut path, b"a%b@c").unwrap();
        push_member(&mut path, b"\xff[1]").unwrap();
        assert_eq!(path.as_str(), "/a%25b%40c/%FF%5B1%5D");
        assert_eq!(unescape(&path), b"/a%b@c/\xff[1]");
        push_attribute(&mut path, b"x@y").unwrap();
        assert_eq!(split_attribute(&path), Some(("/a%25b%40c/%FF%5B1%5D", "x%40y")));
    }
}
