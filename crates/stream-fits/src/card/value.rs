//! Values of cards, in fixed and free format: FITS 4.0, 4.2.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

use super::{Text, blanks};
use crate::Defect;

/// What stands behind the value indicator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing (4.1.2.3): the keyword is there and its value is not defined.
    Undefined,
    /// `T` or `F` (4.2.2).
    Logical(bool),
    /// An integer (4.2.3); of more than 38 digits it is a real number.
    Integer(i128),
    /// A real number (4.2.4), with exponent `E` or `D`.
    Real(f64),
    /// A complex number (4.2.5, 4.2.6).
    Complex(f64, f64),
    /// A character string (4.2.1).
    Text(Text<'a>),
    /// What is none of these, as it stands.
    Unknown(Text<'a>),
}

impl<'a> Value<'a> {
    /// The integer; a real number without a fraction is taken too.
    pub fn as_integer(&self) -> Option<i64> {
        match *self {
            Self::Integer(n) => i64::try_from(n).ok(),
            // bounds that a double holds exactly
            #[allow(clippy::cast_possible_truncation)]
            Self::Real(x) if x.fract() == 0.0 && x.abs() < 9.0e15 => Some(x as i64),
            _ => None,
        }
    }

    /// The number, rounded to a double.
    pub fn as_real(&self) -> Option<f64> {
        match *self {
            // rounds beyond 2^53, as a real number in a card does
            Self::Integer(n) => Some(n as f64),
            Self::Real(x) => Some(x),
            _ => None,
        }
    }

    /// The truth value.
    pub fn as_logical(&self) -> Option<bool> {
        if let Self::Logical(b) = *self { Some(b) } else { None }
    }

    /// The string.
    pub fn as_text(&self) -> Option<Text<'a>> {
        if let Self::Text(text) = *self { Some(text) } else { None }
    }
}

impl fmt::Display for Value<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undefined => Ok(()),
            Self::Logical(b) => f.write_str(if *b { "T" } else { "F" }),
            Self::Integer(n) => n.fmt(f),
            Self::Real(x) => x.fmt(f),
            Self::Complex(re, im) => write!(f, "({re}, {im})"),
            Self::Text(text) | Self::Unknown(text) => text.fmt(f),
        }
    }
}

pub(super) struct Parsed<'a> {
    pub(super) value: Value<'a>,
    pub(super) comment: Text<'a>,
    pub(super) defect: Option<Defect>,
}

/// Takes a value field apart: everything behind the equals sign.
pub(super) fn parse(field: &[u8]) -> Parsed<'_> {
    if let Some((text, rest, closed)) = quoted(field) {
        let after = blanks::trim_start(rest);
        let defect = if !closed {
            Some(Defect::QuoteMissing)
        } else if !after.is_empty() && after.first() != Some(&b'/') {
            Some(Defect::SlashMissing)
        } else {
            None
        };
        let value = Value::Text(Text::quoted(text));
        return Parsed { value, comment: Text::plain(comment(rest)), defect };
    }
    let slash = memchr::memchr(b'/', field).unwrap_or(field.len());
    let (token, rest) = field.split_at_checked(slash).unwrap_or((field, &[]));
    let token = blanks::trim(token);
    let (value, defect) = scalar(token);
    Parsed { value, comment: Text::plain(comment(rest)), defect }
}

/// A value that is no string.
fn scalar(token: &[u8]) -> (Value<'_>, Option<Defect>) {
    match token {
        [] => return (Value::Undefined, None),
        b"T" => return (Value::Logical(true), None),
        b"F" => return (Value::Logical(false), None),
        [b'(', inner @ .., b')'] => {
            let mut parts = inner.split(|&b| b == b',');
            let number = |part: Option<&[u8]>| real(part?.trim_ascii());
            if let (Some(re), Some(im), None) =
                (number(parts.next()), number(parts.next()), parts.next())
            {
                return (Value::Complex(re, im), None);
            }
        }
        _ => {}
    }
    if let Some(n) = integer(token) {
        return (Value::Integer(n), None);
    }
    if let Some(x) = real(token) {
        // 4.2.4: letters of the exponent are upper case
        let lower = token.iter().any(u8::is_ascii_lowercase);
        return (Value::Real(x), lower.then_some(Defect::ExponentCase));
    }
    (Value::Unknown(Text::plain(token)), Some(Defect::Value))
}

/// Digits with an optional sign.
pub(crate) fn integer(token: &[u8]) -> Option<i128> {
    let (negative, digits) = match token {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 38 {
        return None;
    }
    // nearly all: of so few digits none overflows, and arithmetic of 64 bits is a tenth of the work
    if digits.len() <= 18 {
        let n = digits.iter().try_fold(0i64, |n, &b| {
            let digit = i64::from(b.checked_sub(b'0').filter(|d| *d <= 9)?);
            Some(n.wrapping_mul(10).wrapping_add(digit))
        })?;
        return Some(i128::from(if negative { n.wrapping_neg() } else { n }));
    }
    let n = digits.iter().try_fold(0i128, |n, &b| {
        let digit = i128::from(b.checked_sub(b'0').filter(|d| *d <= 9)?);
        n.checked_mul(10)?.checked_add(digit)
    })?;
    if negative { n.checked_neg() } else { Some(n) }
}

/// Digits with an optional sign, point and exponent `E` or `D`; nothing that FITS does not know as a number.
pub(crate) fn real(token: &[u8]) -> Option<f64> {
    let mut copy = [0u8; 72];
    let to = copy.get_mut(..token.len())?;
    let mut digits = false;
    for (to, &b) in to.iter_mut().zip(token) {
        *to = match b {
            b'0'..=b'9' => {
                digits = true;
                b
            }
            b'+' | b'-' | b'.' => b,
            b'E' | b'e' | b'D' | b'd' if digits => b'E',
            _ => return None,
        };
    }
    std::str::from_utf8(to).ok()?.parse().ok()
}

/// The text between quotes, what follows, and whether the closing quote is there. `None` where no quote opens.
pub(crate) fn quoted(field: &[u8]) -> Option<(&[u8], &[u8], bool)> {
    let text = blanks::trim_start(field).strip_prefix(b"'")?;
    let mut from = 0usize;
    loop {
        let rest = text.get(from..).unwrap_or_default();
        let Some(at) = memchr::memchr(b'\'', rest) else {
            return Some((blanks::trim_end(text), &[], false));
        };
        let at = from.saturating_add(at);
        let after = text.get(at.saturating_add(1)..).unwrap_or_default();
        if after.first() == Some(&b'\'') {
            from = at.saturating_add(2);
            continue;
        }
        return Some((text.get(..at).unwrap_or_default(), after, true));
    }
}

/// The comment behind a slash, without the spaces around it.
pub(super) fn comment(rest: &[u8]) -> &[u8] {
    let rest = blanks::trim(rest);
    rest.strip_prefix(b"/").map_or(rest, blanks::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_up_to_38_digits_and_nothing_but_digits() {
        for n in [0, 7, -1, 999_999_999_999_999_999, -999_999_999_999_999_999] {
            assert_eq!(integer(n.to_string().as_bytes()), Some(n));
            // one digit more is beyond the short way
            assert_eq!(integer(format!("{n}5").as_bytes()), format!("{n}5").parse().ok());
        }
        assert_eq!(integer(b"+0012"), Some(12));
        assert_eq!(integer("9".repeat(38).as_bytes()), "9".repeat(38).parse().ok());
        for text in ["", "-", "+", "--1", "1 2", "12:", "1/", "0x1", "1.", &"9".repeat(39)] {
            assert_eq!(integer(text.as_bytes()), None, "{text}");
        }
    }
}
