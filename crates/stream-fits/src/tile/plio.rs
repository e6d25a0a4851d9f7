//! PLIO_1: IRAF's pixel lists, runs of equal values for masks (10.4.3).
#![deny(clippy::arithmetic_side_effects)]

use super::TileDefect;

/// Words of the short form of header.
const SHORT_HEADER: usize = 3;

/// Decodes a list, words of 16 bits in big-endian order, into `out`; pixels that it does not reach are 0.
///
/// # Errors
/// `PixelList` where the header or an instruction is not whole.
pub(super) fn decode(bytes: &[u8], out: &mut [i32]) -> Result<(), TileDefect> {
    let (words, _) = bytes.as_chunks::<2>();
    let word = |at: usize| {
        let word = words.get(at).map(|word| i32::from(i16::from_be_bytes(*word)));
        word.ok_or(TileDefect::PixelList { at })
    };
    // the first form of header has the length in its third word; the second zero or less there, the length in two words,
    // and its own length in the second word
    let (start, end) = match word(2)? {
        length if length > 0 => (SHORT_HEADER, length),
        _ => {
            let (low, high) = (word(3)?, word(4)?);
            let length = high.checked_shl(15).and_then(|high| high.checked_add(low));
            let start = usize::try_from(word(1)?).map_err(|_| TileDefect::PixelList { at: 1 })?;
            (start, length.ok_or(TileDefect::PixelList { at: 3 })?)
        }
    };
    let end = usize::try_from(end).map_err(|_| TileDefect::PixelList { at: 3 })?;
    let mut rest = out;
    let mut value = 1i32;
    let mut at = start;
    while at < end && !rest.is_empty() {
        let instruction = word(at)?;
        let (code, data) = ((instruction >> 12) & 15, instruction & 0xfff);
        at = at.saturating_add(1);
        match code {
            // a run of zeros, of the value, or of zeros with the value at the end
            0 | 4 | 5 => {
                let wanted = usize::try_from(data).unwrap_or(0);
                let whole = wanted <= rest.len();
                let (run, behind) = rest.split_at_mut(wanted.min(rest.len()));
                run.fill(if code == 4 { value } else { 0 });
                if let (5, true, Some(last)) = (code, whole, run.last_mut()) {
                    *last = value;
                }
                rest = behind;
            }
            // the value anew, its upper half in the next word
            1 => {
                value = word(at)?.wrapping_shl(12).wrapping_add(data);
                at = at.saturating_add(1);
            }
            // the value changed, and with 6 and 7 one pixel of it
            2 | 6 => value = value.wrapping_add(data),
            3 | 7 => value = value.wrapping_sub(data),
            _ => return Err(TileDefect::PixelList { at: at.saturating_sub(1) }),
        }
        if matches!(code, 6 | 7)
            && let Some((pixel, behind)) = std::mem::take(&mut rest).split_first_mut()
        {
            *pixel = value;
            rest = behind;
        }
    }
    rest.fill(0);
    Ok(())
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn list(instructions: &[u16]) -> Vec<u8> {
        let length = u16::try_from(7 + instructions.len()).unwrap();
        let header = [0, 7, (-100i16) as u16, length, 0, 0, 0];
        header.iter().chain(instructions).flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn every_instruction_does_what_iraf_says() {
        // 2 zeros; value 1 + 4 = 5; 2 of it; value 0x3000 + 2; 1 zero and it; one more of 3 more; one of 4 fewer
        let bytes =
            list(&[0x0002, 0x2004, 0x4002, 0x1002, 0x0003, 0x5002, 0x6003, 0x7004, 0x3001, 0x4001]);
        let mut out = [9i32; 10];
        decode(&bytes, &mut out).unwrap();
        assert_eq!(out, [0, 0, 5, 5, 0, 0x3002, 0x3005, 0x3001, 0x3000, 0]);
    }

    #[test]
    fn a_short_header_is_taken_too() {
        let words = [0u16, 0, 5, 0x4003, 0x0001];
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        let mut out = [9i32; 4];
        decode(&bytes, &mut out).unwrap();
        assert_eq!(out, [1, 1, 1, 0]);
    }

    #[test]
    fn a_run_beyond_the_tile_is_cut() {
        let mut out = [9i32; 3];
        decode(&list(&[0x5fff]), &mut out).unwrap();
        assert_eq!(out, [0; 3]);
    }

    #[test]
    fn a_list_shorter_than_it_says_is_refused() {
        let mut bytes = list(&[0x4001, 0x4001]);
        bytes.truncate(bytes.len() - 2);
        assert_eq!(decode(&bytes, &mut [0; 9]), Err(TileDefect::PixelList { at: 8 }));
        assert_eq!(decode(&[], &mut [0; 9]), Err(TileDefect::PixelList { at: 2 }));
        assert!(decode(&list(&[0x8000]), &mut [0; 9]).is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..80)) {
            let _ = decode(&bytes, &mut [0; 50]);
        }
    }
}
