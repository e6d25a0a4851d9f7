//! What a parser says of a file, fed in pieces.
#![allow(dead_code)] // each test binary uses its part

use stream_vtt::{BlockRef, Options, Parsed, Parser};

/// Everything the parser says of `file`: blocks, then diagnostics. It sees `cuts` first so many bytes, then so many, and
/// then all.
pub(crate) fn transcript(
    file: &[u8],
    options: Options,
    cuts: impl IntoIterator<Item = usize>,
) -> Vec<String> {
    let mut parser = Parser::new(options.with_diagnostics(usize::MAX));
    let mut said = Vec::new();
    let mut cuts = cuts.into_iter();
    let mut seen = cuts.next().unwrap_or(file.len()).min(file.len());
    loop {
        let at = usize::try_from(parser.offset()).unwrap();
        match parser.parse(&file[at..seen], seen == file.len()) {
            Parsed::Block(BlockRef::Cue(cue)) => said.push(format!("{cue:?}")),
            Parsed::Block(block) => said.push(format!("{block:?}")),
            Parsed::Memory(bytes) => parser.allow(bytes),
            Parsed::Input => {
                assert!(seen < file.len(), "more is wanted at the end");
                seen = cuts.next().unwrap_or(file.len()).clamp(seen + 1, file.len());
            }
            Parsed::End => break,
            Parsed::Refused(why) => {
                said.push(format!("{why:?}"));
                break;
            }
        }
    }
    said.push(format!("line {}, offset {}", parser.line(), parser.offset()));
    said.extend(parser.diagnostics().kept().iter().map(|d| format!("{d} at {}", d.offset)));
    said
}

/// The same, all at once.
pub(crate) fn whole(file: &[u8], options: Options) -> Vec<String> {
    transcript(file, options, [])
}

/// The same, one byte more each time.
pub(crate) fn byte_by_byte(file: &[u8], options: Options) -> Vec<String> {
    transcript(file, options, 0..file.len())
}
