//! Digests: XXH3 with 64 bits, and BLAKE3.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;
use std::hash::Hasher as _;
use std::str::FromStr;

use stream_core::{Error, ErrorKind, Result};
use twox_hash::XxHash3_64;

/// Zeros to hash holes from, so that none is read.
pub(crate) static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

/// Which digests are computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digests {
    /// XXH3, 64 bits, seed 0: notices accidents, at the speed of memory.
    pub xxh3: bool,
    /// BLAKE3, 256 bits: notices malice as well.
    pub blake3: bool,
}

impl Digests {
    /// None.
    pub const NONE: Self = Self { xxh3: false, blake3: false };
    /// XXH3 alone.
    pub const XXH3: Self = Self { xxh3: true, blake3: false };
    /// BLAKE3 alone.
    pub const BLAKE3: Self = Self { xxh3: false, blake3: true };
    /// Both.
    pub const ALL: Self = Self { xxh3: true, blake3: true };

    /// Whether nothing is to be computed.
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }
}

impl FromStr for Digests {
    type Err = Error;

    /// Reads names separated by commas: `xxh3`, `blake3`, `xxh3,blake3`; `none` or nothing for none.
    fn from_str(text: &str) -> Result<Self> {
        let mut all = Self::NONE;
        for name in text.split(',') {
            match name.trim() {
                "xxh3" => all.xxh3 = true,
                "blake3" => all.blake3 = true,
                "" | "none" => {}
                other => {
                    let message = format!("digest {other:?}: not one of xxh3, blake3");
                    return Err(Error::new(ErrorKind::Request, message));
                }
            }
        }
        Ok(all)
    }
}

/// Computed digests. Displayed in hexadecimal, most significant digit first, as `xxhsum -H3` and `b3sum` do.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct Digest {
    /// XXH3, 64 bits, if asked for.
    pub xxh3: Option<u64>,
    /// BLAKE3, 32 bytes, if asked for.
    pub blake3: Option<[u8; 32]>,
}

impl Digest {
    /// The digests of one slice.
    pub fn of(digests: Digests, bytes: &[u8]) -> Self {
        Self {
            xxh3: digests.xxh3.then(|| XxHash3_64::oneshot(bytes)),
            blake3: digests.blake3.then(|| *blake3::hash(bytes).as_bytes()),
        }
    }

    /// The digests of `n` zeros, of which none is read.
    pub fn of_zeros(digests: Digests, n: u64) -> Self {
        let mut hasher = Hasher::new(digests);
        hasher.update_zeros(n);
        hasher.digest()
    }

    /// XXH3 as 16 hexadecimal digits.
    pub fn xxh3_hex(&self) -> Option<String> {
        self.xxh3.map(|hash| format!("{hash:016x}"))
    }

    /// BLAKE3 as 64 hexadecimal digits.
    pub fn blake3_hex(&self) -> Option<String> {
        self.blake3.map(|hash| blake3::Hash::from_bytes(hash).to_hex().to_string())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Digest")
            .field("xxh3", &self.xxh3_hex())
            .field("blake3", &self.blake3_hex())
            .finish()
    }
}

/// Digests of bytes that come in order.
#[derive(Clone)]
pub(crate) struct Hasher {
    xxh3: Option<XxHash3_64>,
    blake3: Option<blake3::Hasher>,
}

impl Hasher {
    pub(crate) fn new(digests: Digests) -> Self {
        Self {
            xxh3: digests.xxh3.then(|| XxHash3_64::with_seed(0)),
            blake3: digests.blake3.then(blake3::Hasher::new),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        if let Some(xxh3) = &mut self.xxh3 {
            xxh3.write(bytes);
        }
        if let Some(blake3) = &mut self.blake3 {
            blake3.update(bytes);
        }
    }

    pub(crate) fn update_zeros(&mut self, mut n: u64) {
        if self.xxh3.is_none() && self.blake3.is_none() {
            return;
        }
        while n > 0 {
            let len = usize::try_from(n).map_or(ZEROS.len(), |n| n.min(ZEROS.len()));
            self.update(ZEROS.get(..len).unwrap_or(&ZEROS));
            n = n.saturating_sub(u64::try_from(len).unwrap_or(u64::MAX));
        }
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest {
            xxh3: self.xxh3.as_ref().map(XxHash3_64::finish),
            blake3: self.blake3.as_ref().map(|hasher| *hasher.finalize().as_bytes()),
        }
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn published_digests_of_nothing_and_of_abc_come_out() {
        let nothing = Digest::of(Digests::ALL, b"");
        assert_eq!(nothing.xxh3_hex().unwrap(), "2d06800538d394c2");
        assert_eq!(
            nothing.blake3_hex().unwrap(),
            "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
        );
        let abc = Digest::of(Digests::ALL, b"abc");
        assert_eq!(abc.xxh3_hex().unwrap(), "78af5f94892f3950");
        assert_eq!(
            abc.blake3_hex().unwrap(),
            "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"
        );
    }

    #[test]
    fn names_are_read_and_others_refused() {
        assert_eq!("xxh3, blake3".parse::<Digests>().unwrap(), Digests::ALL);
        assert_eq!("none".parse::<Digests>().unwrap(), Digests::NONE);
        let e = "md5".parse::<Digests>().unwrap_err();
        assert_eq!(e.to_string(), "digest \"md5\": not one of xxh3, blake3");
    }

    #[test]
    fn zeros_that_nobody_reads_hash_like_zeros() {
        let zeros = vec![0; 200_001];
        assert_eq!(Digest::of_zeros(Digests::ALL, 200_001), Digest::of(Digests::ALL, &zeros));
    }

    proptest! {
        #[test]
        fn any_split_hashes_like_the_whole(
            bytes in proptest::collection::vec(any::<u8>(), 0..5000),
            size in 1usize..1500,
        ) {
            let mut hasher = Hasher::new(Digests::ALL);
            bytes.chunks(size).for_each(|part| hasher.update(part));
            prop_assert_eq!(hasher.digest(), Digest::of(Digests::ALL, &bytes));
        }
    }
}
