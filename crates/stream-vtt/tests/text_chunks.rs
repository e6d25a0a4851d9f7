//! The text of cues in chunks.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test may fail

use std::fmt::Write;
use std::sync::Arc;

use proptest::prelude::*;
use stream_core::memory::Budget;
use stream_core::{Context, MemorySource};
use stream_vtt::{Boundary, Overlap, Reader, TextChunk, TextChunks, TextWindow};

/// A second for each cue.
fn chunks(texts: &[&str], window: TextWindow) -> Vec<TextChunk> {
    let mut file = String::from("WEBVTT\n\n");
    for (at, text) in texts.iter().enumerate() {
        let _ = write!(file, "00:{at:02}.000 --> 00:{:02}.000\n{text}\n\n", at + 1);
    }
    let source = Arc::new(MemorySource::new(file.into_bytes()));
    let mut reader = Reader::open(Context::new(source, &Budget::new("chunks", 1 << 20))).unwrap();
    TextChunks::new(&mut reader, window).unwrap().map(Result::unwrap).collect()
}

fn texts(texts: &[&str], window: TextWindow) -> Vec<String> {
    chunks(texts, window).into_iter().map(|chunk| chunk.text).collect()
}

const FIVE: [&str; 5] = ["one", "<b>two</b>", "three &amp; more", "four", "five"];

#[test]
fn chunks_end_behind_cues_and_have_their_exact_times() {
    let found = chunks(&FIVE, TextWindow::new(12));
    let facts: Vec<_> = found
        .iter()
        .map(|c| {
            (c.text.as_str(), c.offset, c.start.millis(), c.end.millis(), c.first_cue, c.last_cue)
        })
        .collect();
    let expected = [
        ("one\ntwo", 0, 0, 2000, 0, 1),
        ("three & more", 8, 2000, 3000, 2, 2),
        ("four\nfive", 21, 3000, 5000, 3, 4),
    ];
    assert_eq!(facts, expected);
}

#[test]
fn the_last_cues_are_repeated() {
    let window = TextWindow::new(12).with_overlap(Overlap::Cues(1));
    assert_eq!(
        texts(&["a", "b", "cccccccc", "d", "e"], window),
        ["a\nb\ncccccccc", "cccccccc\nd\ne"]
    );
    // a chunk of one cue cannot repeat it without standing still
    assert_eq!(
        texts(&["aaaaaaaa", "bbbbbbbb", "cccccccc"], window),
        ["aaaaaaaa", "bbbbbbbb", "cccccccc"]
    );
}

#[test]
fn the_last_bytes_are_repeated_by_cues_or_characters() {
    let bytes = TextWindow::new(8).with_overlap(Overlap::Bytes(3));
    assert_eq!(texts(&["aaa", "bb", "cc", "dd"], bytes), ["aaa\nbb", "bb\ncc\ndd"]);
    let words = bytes.with_boundary(Boundary::Word);
    assert_eq!(texts(&["aaa bbb ccc ddd"], words), ["aaa bbb", "bbb ccc", "ccc ddd"]);
}

#[test]
fn a_cue_longer_than_a_chunk_is_cut_behind_words_then_anywhere() {
    assert_eq!(texts(&["aaa bbb ccc", "d"], TextWindow::new(8)), ["aaa bbb", "ccc\nd"]);
    assert_eq!(texts(&["éééééééé"], TextWindow::new(5)), ["éé", "éé", "éé", "éé"]);
    let found = chunks(&["aaaa bbbb", "c"], TextWindow::new(5));
    assert_eq!(
        found.iter().map(|c| (c.start.millis(), c.end.millis())).collect::<Vec<_>>(),
        [(0, 1000), (0, 1000), (1000, 2000)]
    );
}

#[test]
fn cues_without_text_and_files_without_cues_give_nothing() {
    assert_eq!(texts(&[], TextWindow::new(8)).len(), 0);
    assert_eq!(texts(&["", "<b></b>", "a"], TextWindow::new(8)), ["a"]);
}

proptest! {
    #[test]
    fn all_text_is_there_within_the_limit(
        cues in proptest::collection::vec("[a-zé]{1,9}( [a-z]{1,12}){0,3}", 0..12),
        max in 4usize..40,
        overlap in prop_oneof![
            Just(Overlap::None), (0usize..20).prop_map(Overlap::Bytes), (0usize..4).prop_map(Overlap::Cues)
        ],
        boundary in prop_oneof![Just(Boundary::Cue), Just(Boundary::Word)],
    ) {
        let whole = cues.join("\n");
        let cues: Vec<&str> = cues.iter().map(String::as_str).collect();
        let window = TextWindow::new(max).with_overlap(overlap).with_boundary(boundary);
        let (mut covered, mut last) = (0, None);
        for chunk in chunks(&cues, window) {
            let at = usize::try_from(chunk.offset).unwrap();
            prop_assert!(!chunk.text.is_empty() && chunk.text.len() <= max);
            prop_assert_eq!(&whole[at..at + chunk.text.len()], chunk.text.as_str());
            // nothing but separators between chunks, and each goes on
            prop_assert!(at <= covered || whole[covered..at].trim().is_empty());
            prop_assert!(last < Some(at));
            covered = covered.max(at + chunk.text.len());
            last = Some(at);
        }
        prop_assert!(whole[covered..].trim().is_empty());
    }
}
