//! Writing into charged memory.

use stream_core::ChargedVec;
use stream_memory::{Budget, OverBudget};

/// Bytes that grow by the budget's leave.
pub(crate) struct Put {
    bytes: ChargedVec<u8>,
}

type Result<T = (), E = OverBudget> = std::result::Result<T, E>;

impl Put {
    pub(crate) fn new(budget: &Budget) -> Self {
        Self { bytes: ChargedVec::new(budget) }
    }

    /// Empties it, keeping the memory.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn u8(&mut self, byte: u8) -> Result {
        self.bytes.push(byte)
    }

    pub(crate) fn bool(&mut self, is: bool) -> Result {
        self.u8(u8::from(is))
    }

    /// LEB128: seven bits a byte, the lowest first.
    pub(crate) fn u64(&mut self, mut n: u64) -> Result {
        let mut digits = [0u8; 10];
        let mut len = 0usize;
        for digit in &mut digits {
            len = len.saturating_add(1);
            let low = u8::try_from(n & 0x7f).unwrap_or(0);
            n >>= 7;
            if n == 0 {
                *digit = low;
                break;
            }
            *digit = low | 0x80;
        }
        self.bytes.extend(digits.get(..len).unwrap_or_default())
    }

    pub(crate) fn usize(&mut self, n: usize) -> Result {
        self.u64(u64::try_from(n).unwrap_or(u64::MAX))
    }

    /// Zigzag: small numbers of either sign are short.
    pub(crate) fn i64(&mut self, n: i64) -> Result {
        self.u64((n.wrapping_shl(1) ^ n.wrapping_shr(63)).cast_unsigned())
    }

    pub(crate) fn f64(&mut self, x: f64) -> Result {
        self.bytes.extend(&x.to_bits().to_le_bytes())
    }

    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result {
        self.usize(bytes.len())?;
        self.bytes.extend(bytes)
    }

    pub(crate) fn str(&mut self, text: &str) -> Result {
        self.bytes(text.as_bytes())
    }

    /// Whether there is something, and then that.
    pub(crate) fn option<T>(
        &mut self,
        value: Option<T>,
        put: impl FnOnce(&mut Self, T) -> Result,
    ) -> Result {
        self.bool(value.is_some())?;
        value.map_or(Ok(()), |value| put(self, value))
    }
}
