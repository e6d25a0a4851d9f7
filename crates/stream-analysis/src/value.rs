//! One number of any type.

use std::cmp::Ordering;

/// An integer, exactly, or a floating-point number that is not NaN and whose zero is positive.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// Of an integer type.
    Integer(i128),
    /// Of a floating-point type.
    Float(f64),
}

impl Value {
    /// The number, rounded to a double.
    pub fn to_f64(self) -> f64 {
        match self {
            Self::Integer(n) => n as f64,
            Self::Float(x) => x,
        }
    }

    pub(crate) fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a.cmp(b),
            _ => self.to_f64().total_cmp(&other.to_f64()),
        }
    }
}
