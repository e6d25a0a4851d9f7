//! Every file of the corpus, whole and cut at every byte: read or refused, never a panic.

use stream_vtt::{Dialect, Options, Recovery};

use super::support::corpus;
use super::vttjs::files;

#[path = "../support/transcript.rs"]
mod transcript;

#[test]
fn no_file_and_no_part_of_one_makes_the_parser_panic() {
    let (Some(good), Some(bad)) = (corpus("good"), corpus("bad")) else { return };
    let plain = Options::default();
    let all = [plain, plain.with_recovery(Recovery::On), plain.with_dialect(Dialect::SubRip)];
    let (mut read, mut parts) = (0, 0);
    for (name, path) in files(&good, "").into_iter().chain(files(&bad, "")) {
        let file = std::fs::read(&path).expect("a file");
        for options in all {
            let said = transcript::whole(&file, options);
            assert_eq!(transcript::byte_by_byte(&file, options), said, "{name}");
            // long files are cut at fewer places
            for cut in (0..file.len()).step_by(1 + file.len() / 500) {
                transcript::whole(&file[..cut], options);
                parts += 1;
            }
        }
        read += 1;
    }
    println!("{read} files read, {parts} parts of them");
    assert!(read > 150);
}
