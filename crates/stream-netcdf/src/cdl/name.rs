//! Names in CDL.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt::{self, Write};

/// A name, with a backslash before what CDL gives a meaning to.
#[derive(Clone, Copy)]
pub(super) struct Name<'a>(pub(super) &'a str);

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, c) in self.0.chars().enumerate() {
            match c {
                c if c.is_ascii_control() => {
                    write!(f, "\\%{:02x}", u32::from(c))?;
                    continue;
                }
                ' ' | '!' | '"' | '#' | '$' | '%' | '&' | '\'' | '(' | ')' | '*' | ',' | ':'
                | ';' | '<' | '=' | '>' | '?' | '[' | ']' | '\\' | '^' | '`' | '{' | '|' | '}'
                | '~' => {
                    f.write_char('\\')?;
                }
                '0'..='9' if at == 0 => f.write_char('\\')?,
                _ => {}
            }
            f.write_char(c)?;
        }
        Ok(())
    }
}
