//! Names from files as parts of paths.

use stream_memory::OverBudget;

use crate::charged::ChargedString;

/// Appends `name` to `path`, percent-escaping what a path gives a meaning to or cannot show: `%`, `@`, `/`, `[`, `]`,
/// control characters, and bytes that are not UTF-8.
///
/// # Errors
/// `OverBudget`.
pub fn push_name(path: &mut ChargedString, name: &[u8]) -> Result<(), OverBudget> {
    for piece in name.utf8_chunks() {
        for c in piece.valid().chars() {
            if matches!(c, '%' | '@' | '/' | '[' | ']') || c.is_control() {
                let mut utf8 = [0; 4];
                push_escaped(path, c.encode_utf8(&mut utf8).as_bytes())?;
            } else {
                path.push(c)?;
            }
        }
        push_escaped(path, piece.invalid())?;
    }
    Ok(())
}

fn push_escaped(path: &mut ChargedString, bytes: &[u8]) -> Result<(), OverBudget> {
    const HEX: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    for &b in bytes {
        path.push('%')?;
        for nibble in [b >> 4, b & 15] {
            path.push(HEX.get(usize::from(nibble)).copied().unwrap_or('0'))?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use stream_memory::Budget;

    #[test]
    fn what_a_path_gives_a_meaning_to_is_escaped() {
        let mut path = ChargedString::new(&Budget::new("b", 1 << 20));
        push_name(&mut path, b"a/b%[1]@\n\xff \xc3\xa9").unwrap();
        assert_eq!(path.as_str(), "a%2Fb%25%5B1%5D%40%0A%FF é");
    }
}
