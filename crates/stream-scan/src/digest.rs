//! Digests of whole files.

use std::hash::Hasher as _;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use stream_core::{Context, Result};
use twox_hash::XxHash3_64;

/// A digest of all bytes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Digest {
    /// XXH3, 64 bits: finds equal files that nobody made to deceive.
    Xxh3,
    /// BLAKE3, 256 bits: two files that agree are equal.
    Blake3,
}

impl FromStr for Digest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "xxh3" => Ok(Self::Xxh3),
            "blake3" => Ok(Self::Blake3),
            _ => Err("expected xxh3 or blake3".to_owned()),
        }
    }
}

/// Bytes that are read at a time.
const PIECE: usize = 256 << 10;

/// Reads all of a source, in order, and gives its digest as `name:hex`.
pub(crate) fn digest(of: Digest, cx: &Context) -> Result<String> {
    let size = cx.source().size().and_then(|n| usize::try_from(n).ok()).unwrap_or(PIECE);
    let mut buf = cx.buf(PIECE.min(size.max(1)))?;
    let (mut at, mut xxh3, mut blake3) = (0u64, XxHash3_64::new(), blake3::Hasher::new());
    loop {
        let n = cx.read_full_at(at, &mut buf)?;
        let bytes = buf.get(..n).unwrap_or_default();
        if n == 0 {
            break;
        }
        match of {
            Digest::Xxh3 => xxh3.write(bytes),
            Digest::Blake3 => drop(blake3.update(bytes)),
        }
        at = at.saturating_add(u64::try_from(n).unwrap_or(0));
    }
    Ok(match of {
        Digest::Xxh3 => format!("xxh3:{:016x}", xxh3.finish()),
        Digest::Blake3 => format!("blake3:{}", blake3.finalize().to_hex()),
    })
}
