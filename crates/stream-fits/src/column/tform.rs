//! TFORM: FITS 4.0, 7.2.1 (ASCII tables) and 7.3.1 (binary tables).
#![deny(clippy::arithmetic_side_effects)]

use stream_core::DType;

use crate::Numeric;

/// The type code of a binary table's column (table 18).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TType {
    /// `L`: `T`, `F` or zero for no value.
    Logical,
    /// `X`: bits, the highest of a byte first.
    Bit,
    /// `B`: unsigned.
    Byte,
    /// `I`: 16 bits.
    Short,
    /// `J`: 32 bits.
    Int,
    /// `K`: 64 bits.
    Long,
    /// `A`.
    Character,
    /// `E`: IEEE 754 binary32.
    Float,
    /// `D`: IEEE 754 binary64.
    Double,
    /// `C`: two `E`.
    Complex,
    /// `M`: two `D`.
    DoubleComplex,
}

impl TType {
    /// The type of a code letter.
    pub fn of(code: u8) -> Option<Self> {
        Some(match code {
            b'L' => Self::Logical,
            b'X' => Self::Bit,
            b'B' => Self::Byte,
            b'I' => Self::Short,
            b'J' => Self::Int,
            b'K' => Self::Long,
            b'A' => Self::Character,
            b'E' => Self::Float,
            b'D' => Self::Double,
            b'C' => Self::Complex,
            b'M' => Self::DoubleComplex,
            _ => return None,
        })
    }

    /// The numbers it holds; `None` for what is no plain number.
    pub fn numeric(self) -> Option<Numeric> {
        Some(match self {
            Self::Byte => Numeric::U8,
            Self::Short => Numeric::I16,
            Self::Int => Numeric::I32,
            Self::Long => Numeric::I64,
            Self::Float => Numeric::F32,
            Self::Double => Numeric::F64,
            _ => return None,
        })
    }

    /// Bytes of `n` elements; bits are padded to whole bytes.
    pub fn bytes(self, n: u64) -> Option<u64> {
        match self {
            Self::Bit => Some(n.div_ceil(8)),
            Self::Logical | Self::Byte | Self::Character => Some(n),
            Self::Short => n.checked_mul(2),
            Self::Int | Self::Float => n.checked_mul(4),
            Self::Long | Self::Double | Self::Complex => n.checked_mul(8),
            Self::DoubleComplex => n.checked_mul(16),
        }
    }
}

/// Descriptors of arrays of any length in the heap (7.3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Heap {
    /// `Q`: length and offset have 64 bits each; `P`: 32.
    pub wide: bool,
    /// The greatest length, where the form names it.
    pub max: Option<u64>,
}

/// `rTa` of a binary table, or `rPt(max)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TForm {
    /// Elements of a cell; for an array in the heap 0 or 1, the number of descriptors.
    pub repeat: u64,
    /// What they are.
    pub kind: TType,
    /// Whether they stand in the heap.
    pub heap: Option<Heap>,
    /// `rAw`: substrings of this width (a convention that 7.3.1 leaves room for).
    pub substring: Option<u32>,
}

impl TForm {
    /// Parses the value of a TFORM keyword.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = text.trim_ascii();
        let (repeat, rest) = number(text);
        let (&code, rest) = rest.split_first()?;
        let repeat = repeat.unwrap_or(1);
        let code = code.to_ascii_uppercase();
        if !matches!(code, b'P' | b'Q') {
            let kind = TType::of(code)?;
            let width = if kind == TType::Character { number(rest).0 } else { None };
            let substring = width.and_then(|w| u32::try_from(w).ok()).filter(|w| *w > 0);
            return Some(Self { repeat, kind, heap: None, substring });
        }
        let (&of, rest) = rest.split_first()?;
        let kind = TType::of(of.to_ascii_uppercase())?;
        let max = rest.strip_prefix(b"(").and_then(|rest| number(rest).0);
        let heap = Some(Heap { wide: code == b'Q', max });
        Some(Self { repeat, kind, heap, substring: None })
    }

    /// Bytes of the field in a row; `None` when that does not fit 64 bits.
    pub fn width(&self) -> Option<u64> {
        match self.heap {
            Some(heap) => self.repeat.checked_mul(if heap.wide { 16 } else { 8 }),
            None => self.kind.bytes(self.repeat),
        }
    }

    /// Bytes of one string.
    pub(crate) fn text_width(&self) -> u32 {
        self.substring.unwrap_or_else(|| u32::try_from(self.repeat).unwrap_or(u32::MAX))
    }
}

/// Leading digits, and what follows.
fn number(text: &[u8]) -> (Option<u64>, &[u8]) {
    let end = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at_checked(end).unwrap_or((text, &[]));
    let digits = std::str::from_utf8(digits).unwrap_or_default();
    (digits.parse().ok(), rest)
}

/// `Tw.d` of an ASCII table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AsciiForm {
    /// `A`, `I`, `F`, `E` or `D`.
    pub code: u8,
    /// Characters of the field.
    pub width: u32,
    /// Digits behind a decimal point that is not written (7.2.5).
    pub decimals: u32,
}

impl AsciiForm {
    /// Parses the value of a TFORM keyword.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let (&code, rest) = text.trim_ascii().split_first()?;
        let code = code.to_ascii_uppercase();
        if !matches!(code, b'A' | b'I' | b'F' | b'E' | b'D') {
            return None;
        }
        let (width, rest) = number(rest);
        let decimals = rest.strip_prefix(b".").and_then(|rest| number(rest).0).unwrap_or(0);
        let width = u32::try_from(width.unwrap_or(1)).ok()?;
        let decimals = u32::try_from(decimals).ok().filter(|d| *d <= 400)?;
        Some(Self { code, width, decimals })
    }

    /// What a field is once read: text, integers of 32 bits where nine digits suffice, else of 64; real numbers as doubles.
    pub fn dtype(&self) -> DType {
        match self.code {
            b'A' => DType::StrN(self.width),
            b'I' if self.width <= 9 => DType::I32,
            b'I' => DType::I64,
            _ => DType::F64,
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_binary_tables_are_parsed() {
        let form = TForm::parse(b"10A3 ").unwrap();
        assert_eq!((form.repeat, form.kind, form.substring), (10, TType::Character, Some(3)));
        let form = TForm::parse(b"1QE(1023)").unwrap();
        assert_eq!(form.heap, Some(Heap { wide: true, max: Some(1023) }));
        assert_eq!((form.width(), form.kind), (Some(16), TType::Float));
        assert_eq!(TForm::parse(b"13X").and_then(|f| f.width()), Some(2));
        assert_eq!(TForm::parse(b"0D").and_then(|f| f.width()), Some(0));
        assert!(TForm::parse(b"3Z").is_none() && TForm::parse(b"").is_none());
    }

    #[test]
    fn forms_of_ascii_tables_are_parsed() {
        let form = AsciiForm::parse(b"F10.4").unwrap();
        assert_eq!((form.code, form.width, form.decimals), (b'F', 10, 4));
        assert_eq!(AsciiForm::parse(b"I4").map(|f| f.dtype()), Some(DType::I32));
        assert!(AsciiForm::parse(b"X4").is_none());
    }
}
