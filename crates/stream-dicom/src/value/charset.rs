//! Specific Character Set (0008,0005): bytes of text values to UTF-8.
//!
//! `dicom-encoding`'s codecs know one character set at a time, neither ISO 2022 code extensions nor Latin-5 and JIS X 0212,
//! and allocate per call; so escapes are followed here, and the tables are `encoding_rs`'s.
#![deny(clippy::arithmetic_side_effects)]

use encoding_rs::{self as rs, Encoding};

/// A repertoire of PS3.3 C.12.1.1.2, with its place in the code table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Repertoire {
    /// ISO-IR 6: nothing in the upper half.
    #[default]
    Ascii,
    Latin1,
    Table(&'static Encoding),
    /// JIS X 0201: katakana in the upper half.
    Katakana,
    /// Two bytes with the high bit: KS X 1001, GB 2312.
    Pairs(&'static Encoding),
}

/// What stands in the lower half.
#[derive(Clone, Copy, PartialEq)]
enum Lower {
    Ascii,
    /// JIS X 0208, two bytes without the high bit.
    Jis208,
    /// JIS X 0212, two bytes without the high bit.
    Jis212,
}

/// The character set in force for text values: PS3.5 6.1, PS3.3 C.12.1.1.2. Small and `Copy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CharacterSet(Set);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    /// ISO 2022: this repertoire until an escape sequence says otherwise.
    Iso2022(Repertoire),
    /// UTF-8, GB18030, GBK: no escapes.
    Whole(&'static Encoding),
}

impl Default for Set {
    fn default() -> Self {
        Self::Iso2022(Repertoire::Ascii)
    }
}

impl CharacterSet {
    /// The default repertoire, ISO-IR 6.
    pub const DEFAULT: Self = Self(Set::Iso2022(Repertoire::Ascii));

    /// The character set that a value of Specific Character Set names; `None` when a term is not known.
    ///
    /// Escape sequences say themselves what they invoke, so only the first term matters for decoding.
    pub fn from_value(value: &[u8]) -> Option<Self> {
        let mut terms = value.split(|&b| b == b'\\').map(trim);
        let first = term(terms.next().unwrap_or_default());
        let known = terms.all(|t| term(t).is_some());
        first.filter(|_| known).map(Self)
    }

    /// As [`CharacterSet::from_value`], for what it knows of a value it does not know whole.
    pub fn from_value_lossy(value: &[u8]) -> Self {
        Self(value.split(|&b| b == b'\\').map(trim).next().and_then(term).unwrap_or_default())
    }

    /// Appends `bytes` as UTF-8 to `out`; says whether every byte had a meaning. What has none becomes U+FFFD, except under
    /// the default repertoire, where such bytes are taken as UTF-8 or else Latin-1.
    ///
    /// `out` grows by at most three times the length of `bytes`.
    pub fn decode(&self, bytes: &[u8], out: &mut String) -> bool {
        if bytes.is_ascii() && !bytes.contains(&ESC) {
            out.push_str(std::str::from_utf8(bytes).unwrap_or_default());
            return true;
        }
        match self.0 {
            Set::Whole(encoding) => table(encoding, bytes, out),
            Set::Iso2022(Repertoire::Ascii) if !bytes.contains(&ESC) => {
                match std::str::from_utf8(bytes) {
                    Ok(text) => out.push_str(text),
                    Err(_) => out.extend(bytes.iter().map(|&b| char::from(b))),
                }
                false
            }
            Set::Iso2022(initial) => {
                Extended { initial, upper: initial, lower: Lower::Ascii }.run(bytes, out)
            }
        }
    }
}

const ESC: u8 = 0x1b;

/// Strips the padding of a value: spaces and NUL.
fn trim(value: &[u8]) -> &[u8] {
    let pad = |b: &u8| *b == b' ' || *b == 0;
    let from = value.iter().position(|b| !pad(b)).unwrap_or(value.len());
    let to = value.iter().rposition(|b| !pad(b)).map_or(from, |i| i.saturating_add(1));
    value.get(from..to).unwrap_or_default()
}

/// A defined term of PS3.3 tables C.12-2 to C.12-5; `ISO IR`, `ISO-IR` and `ISO_IR_` occur in real files.
fn term(term: &[u8]) -> Option<Set> {
    let text = std::str::from_utf8(term).ok()?;
    Some(match text {
        "" => Set::default(),
        "GB18030" => Set::Whole(rs::GB18030),
        "GBK" | "GB2312" => Set::Whole(rs::GBK),
        _ => {
            let rest = text.strip_prefix("ISO").map(|t| t.trim_start_matches([' ', '_', '-']))?;
            let rest =
                rest.strip_prefix("2022").unwrap_or(rest).trim_start_matches([' ', '_', '-']);
            let number = rest.strip_prefix("IR")?.trim_start_matches([' ', '_', '-']);
            match number {
                "192" => Set::Whole(rs::UTF_8),
                _ => Set::Iso2022(registration(number)?),
            }
        }
    })
}

fn registration(number: &str) -> Option<Repertoire> {
    Some(match number {
        "6" => Repertoire::Ascii,
        "100" => Repertoire::Latin1,
        "101" => Repertoire::Table(rs::ISO_8859_2),
        "109" => Repertoire::Table(rs::ISO_8859_3),
        "110" => Repertoire::Table(rs::ISO_8859_4),
        "126" => Repertoire::Table(rs::ISO_8859_7),
        "127" => Repertoire::Table(rs::ISO_8859_6),
        "138" => Repertoire::Table(rs::ISO_8859_8),
        "144" => Repertoire::Table(rs::ISO_8859_5),
        "148" => Repertoire::Table(rs::WINDOWS_1254),
        "203" => Repertoire::Table(rs::ISO_8859_15),
        "166" => Repertoire::Table(rs::WINDOWS_874),
        "13" => Repertoire::Katakana,
        // the multi-byte sets stand in the lower half or behind an escape: nothing is invoked at first
        "87" | "159" => Repertoire::Ascii,
        "149" => Repertoire::Pairs(rs::EUC_KR),
        "58" => Repertoire::Pairs(rs::GBK),
        _ => return None,
    })
}

fn table(encoding: &'static Encoding, bytes: &[u8], out: &mut String) -> bool {
    let (text, bad) = encoding.decode_without_bom_handling(bytes);
    out.push_str(&text);
    !bad
}

/// The state of ISO 2022 within one value.
struct Extended {
    initial: Repertoire,
    upper: Repertoire,
    lower: Lower,
}

impl Extended {
    fn run(mut self, mut bytes: &[u8], out: &mut String) -> bool {
        let mut good = true;
        while let Some((&b, rest)) = bytes.split_first() {
            let taken = if b == ESC {
                match self.escape(rest) {
                    Some(length) => length.saturating_add(1),
                    None => {
                        out.push('\u{fffd}');
                        good = false;
                        1
                    }
                }
            } else if b >= 0x80 {
                let length = bytes.iter().take_while(|&&b| b >= 0x80).count();
                good &= self.high(bytes.get(..length).unwrap_or_default(), out);
                length
            } else if self.lower != Lower::Ascii && b > 0x20 {
                let length = bytes.iter().take_while(|&&b| (0x21..0x7f).contains(&b)).count();
                good &= self.low(bytes.get(..length).unwrap_or_default(), out);
                length
            } else {
                // PS3.5 6.1.2.5.3: before a delimiter or a control character the first repertoire is active again
                if matches!(b, b'\\' | b'^' | b'=' | 0..0x20) {
                    self.upper = self.initial;
                    self.lower = Lower::Ascii;
                }
                out.push(char::from(b));
                1
            };
            bytes = bytes.get(taken.max(1)..).unwrap_or_default();
        }
        good
    }

    /// Follows an escape sequence; returns its length without the ESC.
    fn escape(&mut self, rest: &[u8]) -> Option<usize> {
        let three = rest.get(..3).unwrap_or_default();
        match three {
            b"$(D" => self.lower = Lower::Jis212,
            b"$)C" => self.upper = Repertoire::Pairs(rs::EUC_KR),
            b"$)A" => self.upper = Repertoire::Pairs(rs::GBK),
            _ => {
                match rest.get(..2)? {
                    b"(B" | b"(J" => self.lower = Lower::Ascii,
                    b"$B" | b"$@" => self.lower = Lower::Jis208,
                    b")I" => self.upper = Repertoire::Katakana,
                    b"-A" => self.upper = Repertoire::Latin1,
                    b"-B" => self.upper = Repertoire::Table(rs::ISO_8859_2),
                    b"-C" => self.upper = Repertoire::Table(rs::ISO_8859_3),
                    b"-D" => self.upper = Repertoire::Table(rs::ISO_8859_4),
                    b"-F" => self.upper = Repertoire::Table(rs::ISO_8859_7),
                    b"-G" => self.upper = Repertoire::Table(rs::ISO_8859_6),
                    b"-H" => self.upper = Repertoire::Table(rs::ISO_8859_8),
                    b"-L" => self.upper = Repertoire::Table(rs::ISO_8859_5),
                    b"-M" => self.upper = Repertoire::Table(rs::WINDOWS_1254),
                    b"-b" => self.upper = Repertoire::Table(rs::ISO_8859_15),
                    b"-T" => self.upper = Repertoire::Table(rs::WINDOWS_874),
                    _ => return None,
                }
                return Some(2);
            }
        }
        Some(3)
    }

    fn high(&self, run: &[u8], out: &mut String) -> bool {
        match self.upper {
            Repertoire::Ascii => {
                run.iter().for_each(|_| out.push('\u{fffd}'));
                false
            }
            Repertoire::Latin1 => {
                out.extend(run.iter().map(|&b| char::from(b)));
                true
            }
            Repertoire::Katakana => run.iter().fold(true, |good, &b| {
                // JIS X 0201: A1 to DF are U+FF61 to U+FF9F
                let kana = if (0xa1..=0xdf).contains(&b) {
                    char::from_u32(u32::from(b).saturating_add(0xfec0))
                } else {
                    None
                };
                out.push(kana.unwrap_or('\u{fffd}'));
                good && kana.is_some()
            }),
            Repertoire::Table(encoding) | Repertoire::Pairs(encoding) => table(encoding, run, out),
        }
    }

    /// A run of two-byte characters without the high bit, which EUC-JP has with it.
    fn low(&self, run: &[u8], out: &mut String) -> bool {
        run.chunks(2).fold(true, |good, pair| {
            let &[a, b] = pair else {
                out.push('\u{fffd}');
                return false;
            };
            let euc = [0x8f, a | 0x80, b | 0x80];
            let from = if self.lower == Lower::Jis212 { 0 } else { 1 };
            table(rs::EUC_JP, euc.get(from..).unwrap_or_default(), out) && good
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(set: &str, bytes: &[u8]) -> String {
        let mut out = String::new();
        assert!(CharacterSet::from_value(set.as_bytes()).unwrap().decode(bytes, &mut out), "{out}");
        out
    }

    // the examples of PS3.5 annexes H, I and K
    #[test]
    fn the_standards_japanese_examples_read() {
        let name =
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B";
        assert_eq!(text("\\ISO 2022 IR 87", name), "Yamada^Tarou=山田^太郎=やまだ^たろう");
        let name = b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x1b$B;3ED\x1b(J^\x1b$BB@O:\x1b(J";
        assert_eq!(text("ISO 2022 IR 13\\ISO 2022 IR 87", name), "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎");
    }

    #[test]
    fn the_standards_korean_and_chinese_examples_read() {
        let name = b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf";
        assert_eq!(text("\\ISO 2022 IR 149", name), "Hong^Gildong=洪^吉洞=홍^길동");
        let name = b"Wang^XiaoDong=\xcd\xf5^\xd0\xa1\xb6\xab";
        assert_eq!(text("GB18030", name), "Wang^XiaoDong=王^小东");
        let name = b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab";
        assert_eq!(text("\\ISO 2022 IR 58", name), "Zhang^XiaoDong=张^小东");
    }

    #[test]
    fn a_delimiter_returns_to_the_first_repertoire() {
        let name = b"\x1b-F\xc4\xe9\xef^Buc J\xe9r\xf4me";
        assert_eq!(text("ISO 2022 IR 100\\ISO 2022 IR 126", name), "Διο^Buc Jérôme");
    }

    #[test]
    fn a_backslash_inside_a_two_byte_character_is_not_a_delimiter() {
        // U+72D0 is 38 51, U+8868 is 49 3D: the second byte is an equals sign
        assert_eq!(text("\\ISO 2022 IR 87", b"\x1b$BI=\x1b(B"), "表");
    }

    #[test]
    fn supplementary_kanji_of_jis_x_0212_read() {
        assert_eq!(text("\\ISO 2022 IR 159", b"\x1b$(D0!\x1b(B"), "丂");
    }

    #[test]
    fn unknown_terms_are_refused_and_high_bytes_without_a_set_are_noticed() {
        assert_eq!(CharacterSet::from_value(b"ISO_IR 999"), None);
        let mut out = String::new();
        assert!(!CharacterSet::DEFAULT.decode(b"J\xe9r", &mut out));
        assert_eq!(out, "Jér");
    }
}
