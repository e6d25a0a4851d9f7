//! A long WebVTT file with the mix that captions have: identifiers, settings, voices, notes, entities.
use std::io::{self, Write};

use super::random::Random;

/// Words of one, two and three-byte-and-more UTF-8.
const WORDS: [&str; 20] = [
    "a",
    "river",
    "runs",
    "under",
    "the",
    "old",
    "stone",
    "bridge",
    "and",
    "nobody",
    "in",
    "town",
    "remembers",
    "who",
    "built",
    "it",
    "señora",
    "élève",
    "Straße",
    "橋",
];

/// The settings that a quarter of the cues each carry.
const SETTINGS: [&str; 4] =
    ["", " align:start line:90%", " position:10%,line-left size:35%", " region:r1"];

/// Writes a file of `cues` cues. Every second cue has an identifier, every hundredth is preceded by
/// a note; times grow and never overlap.
///
/// # Errors
/// When `out` fails.
pub fn write(out: &mut impl Write, cues: u64, seed: u64) -> io::Result<()> {
    out.write_all(b"WEBVTT - made\nKind: captions\nLanguage: en\n\n")?;
    out.write_all(b"STYLE\n::cue(v) { color: yellow }\n\n")?;
    out.write_all(b"REGION\nid:r1\nwidth:40%\nlines:3\n\n")?;
    blocks(out, cues, seed)
}

/// Writes the same cues without style and region, before which some readers stop.
///
/// # Errors
/// When `out` fails.
pub fn write_plain(out: &mut impl Write, cues: u64, seed: u64) -> io::Result<()> {
    out.write_all(b"WEBVTT\n\n")?;
    blocks(out, cues, seed)
}

fn blocks(out: &mut impl Write, cues: u64, seed: u64) -> io::Result<()> {
    let mut random = Random::new(seed);
    let mut words = String::new();
    let mut start = 0;
    for cue in 0..cues {
        let chance = random.next_u64();
        let end = start + 500 + chance % 2500;
        if cue % 100 == 99 {
            write!(out, "NOTE block {cue}\nsecond line of the note\n\n")?;
        }
        if cue % 2 == 0 {
            writeln!(out, "{cue}")?;
        }
        time(out, start)?;
        out.write_all(b" --> ")?;
        time(out, end)?;
        writeln!(out, "{}", SETTINGS[pick(chance >> 12, 4)])?;
        phrase(&mut words, chance >> 16);
        match pick(chance >> 40, 3) {
            0 => write!(out, "<v Speaker {}>{words}</v>\n\n", (chance >> 44) % 7)?,
            1 => write!(out, "{words}\n- <i>{words}</i>\n\n")?,
            _ => write!(out, "{words} &amp; {words}\n\n")?,
        }
        start = end + 40;
    }
    Ok(())
}

/// Puts two to five neighbouring words into `words`.
fn phrase(words: &mut String, chance: u64) {
    words.clear();
    let first = pick(chance, WORDS.len());
    for step in 0..2 + pick(chance >> 8, 4) {
        if step > 0 {
            words.push(' ');
        }
        words.push_str(WORDS[(first + step) % WORDS.len()]);
    }
}

/// Writes milliseconds as `hh:mm:ss.ttt`.
fn time(out: &mut impl Write, millis: u64) -> io::Result<()> {
    let (hours, minutes, seconds) = (millis / 3_600_000, millis / 60_000 % 60, millis / 1000 % 60);
    write!(out, "{hours:02}:{minutes:02}:{seconds:02}.{:03}", millis % 1000)
}

fn pick(chance: u64, of: usize) -> usize {
    (chance % 1024) as usize % of
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_short_file_has_a_header_and_its_cues() {
        let mut bytes = Vec::new();
        super::write(&mut bytes, 100, 7).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(text.starts_with("WEBVTT - made\n"));
        assert_eq!(text.matches(" --> ").count(), 100);
        assert_eq!(text.matches("NOTE block 99").count(), 1);
        assert!(text.contains("00:00:00.000 --> 00:00:0"));
    }
}
