//! Spaces around what stands in a card: as [`trim_ascii`](<[u8]>::trim_ascii), but eight at a time, since half of a card is
//! spaces.
#![deny(clippy::arithmetic_side_effects)]

const SPACES: [u8; 8] = [b' '; 8];

pub(super) fn trim_start(mut bytes: &[u8]) -> &[u8] {
    while let Some((first, rest)) = bytes.split_first_chunk()
        && *first == SPACES
    {
        bytes = rest;
    }
    bytes.trim_ascii_start()
}

pub(super) fn trim_end(mut bytes: &[u8]) -> &[u8] {
    while let Some((rest, last)) = bytes.split_last_chunk()
        && *last == SPACES
    {
        bytes = rest;
    }
    bytes.trim_ascii_end()
}

pub(super) fn trim(bytes: &[u8]) -> &[u8] {
    trim_end(trim_start(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_is_trimmed_as_the_standard_library_trims() {
        let inner: [&[u8]; 8] =
            [b"", b"a", b"a b", b"\t", b"\x0b", b"a\t", b"\0", b"'a         b'"];
        for inner in inner {
            for before in 0..20 {
                for after in 0..20 {
                    let spaces = |n| vec![b' '; n];
                    let all = [&spaces(before)[..], inner, &spaces(after)[..]].concat();
                    assert_eq!(trim_start(&all), all.trim_ascii_start(), "{all:?}");
                    assert_eq!(trim_end(&all), all.trim_ascii_end(), "{all:?}");
                    assert_eq!(trim(&all), all.trim_ascii(), "{all:?}");
                }
            }
        }
    }
}
