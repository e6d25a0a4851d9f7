//! Collections of the global heap (clause III.E), looked at before the library goes over them.
//!
//! The library goes on by the length of an object, whatever that is: over free space of no bytes it stays for ever.

use stream_core::{Context, Error};

/// What a collection begins with: its signature and version.
const BEGIN: &[u8] = b"GCOL\x01";

/// Bytes that are read at once of what lies behind the first read.
const WINDOW: usize = 4 << 10;

/// What is wrong with the collection that begins `at` this place with `bytes`: free space that is shorter than its own header.
/// `None` for anything else, and where the source ends first: that is for the library to say.
pub(super) fn defect(cx: &Context, at: u64, bytes: &[u8], length_size: u8) -> Option<Error> {
    if !bytes.starts_with(BEGIN) {
        return None;
    }
    let wide = usize::from(length_size);
    let header = wide.checked_add(8)?.checked_next_multiple_of(8)?;
    let step = u64::try_from(header).ok()?;
    let size = number(bytes.get(8..wide.checked_add(8)?)?);
    let mut window = [0u8; WINDOW];
    let (mut start, mut found) = (0u64, 0usize);
    // as the collection's own header, that of an object has 8 bytes and a length, and is padded
    let mut place = step;
    while place.checked_add(step).is_some_and(|end| end <= size) {
        let ahead = |bytes: &[u8], start: u64| {
            let from = usize::try_from(place.checked_sub(start)?).ok()?;
            let head = bytes.get(from..from.checked_add(header)?)?;
            let length = number(head.get(8..wide.checked_add(8)?)?);
            Some((number(head.get(..2)?), length))
        };
        let known = ahead(bytes, 0);
        let known = known.or_else(|| ahead(window.get(..found).unwrap_or_default(), start));
        let (index, length) = match known {
            Some(object) => object,
            None => {
                start = place;
                found = cx.read_full_at(at.checked_add(place)?, &mut window).ok()?;
                ahead(window.get(..found)?, start)?
            }
        };
        let whole = match index {
            0 if length < step => {
                let message = format!(
                    "global heap collection: free space (expected at least {step} bytes, found {length}) (III.E)"
                );
                return Some(Error::malformed(at.saturating_add(place), message));
            }
            0 => length,
            _ => length.checked_next_multiple_of(8)?.checked_add(step)?,
        };
        place = place.checked_add(whole)?;
    }
    None
}

/// A little-endian number of at most 8 bytes.
fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |n: u64, &b| n.checked_shl(8).unwrap_or(0) | u64::from(b))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use stream_core::MemorySource;
    use stream_core::memory::Budget;

    use super::*;

    /// A collection of `size` bytes: its objects by index and length, each of zeros.
    fn collection(size: usize, objects: &[(u16, u64)]) -> Vec<u8> {
        let mut bytes = [BEGIN, &[0; 3], &(size as u64).to_le_bytes()].concat();
        for &(index, length) in objects {
            bytes.extend(index.to_le_bytes());
            bytes.extend([1, 0, 0, 0, 0, 0]);
            bytes.extend(length.to_le_bytes());
            let rest = match index {
                0 => length.saturating_sub(16),
                _ => length.next_multiple_of(8),
            };
            bytes.extend(vec![0; rest as usize]);
        }
        bytes.resize(size, 0);
        bytes
    }

    /// What is found of a collection of which the library reads 4 KiB first.
    fn found(bytes: &[u8]) -> Option<String> {
        let source = Arc::new(MemorySource::new(bytes.to_vec()));
        let cx = Context::new(source, &Budget::new("test", 1 << 20));
        defect(&cx, 0, &bytes[..bytes.len().min(4096)], 8).map(|error| error.to_string())
    }

    #[test]
    fn free_space_of_no_bytes_is_found_in_and_behind_what_was_read() {
        assert_eq!(found(&collection(4096, &[(1, 5), (0, 4096 - 16 - 24)])), None);
        let message =
            "global heap collection: free space (expected at least 16 bytes, found 0) (III.E)";
        let told = |at: u64| Some(format!("{message} (offset {at})"));
        assert_eq!(found(&collection(4096, &[(1, 5), (0, 0)])), told(40));
        assert_eq!(found(&collection(20_000, &[(1, 9000), (2, 3), (0, 0)])), told(9056));
    }

    #[test]
    fn what_is_no_collection_or_ends_early_is_the_librarys_to_judge() {
        assert_eq!(found(b"GCOL"), None);
        assert_eq!(found(&[0; 4096]), None);
        let mut cut = collection(20_000, &[(1, 9000), (0, 0)]);
        cut.truncate(9000);
        assert_eq!(found(&cut), None);
        let mut endless = collection(4096, &[(1, 5)]);
        endless[24..32].fill(0xff);
        assert_eq!(found(&endless), None);
    }
}
