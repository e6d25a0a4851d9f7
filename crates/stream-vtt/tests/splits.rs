//! However a file is cut into pieces, the parser says the same: blocks, places and diagnostics.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test may fail

#[path = "support/transcript.rs"]
mod transcript;

use proptest::prelude::*;
use stream_vtt::{Dialect, Options, Recovery};
use transcript::{byte_by_byte, transcript, whole};

const FILES: &[&[u8]] = &[
    b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n",
    b"\xef\xbb\xbfWEBVTT text\r\nKind: captions\r\n\r\nSTYLE\r\na\r\nb\r\n\r\nREGION\r\nid:a\r\nlines:3 id:b\r\n\r\n1\r\n00:01.000 --> 00:02.000 region:a\r\none\r\ntwo\r\n\r\n2\r\n00:03.000 --> 00:04.000\r\nx\r\n",
    b"WEBVTT\r\rNOTE\rcomment\r\r00:01.000 --> 00:02.000\ra\n\nid\n00:01.000 --> 00:02.000\n\r\nb\n\r",
    b"WEBVTT\n\nid\n\nx --> y\ntext\n00:01.000 --> 00:02.000\ntext\n00:03.000 --> 00:04.000 -->\nmore\n7\n00:05.000 --> 00:06.000\nend",
    b"WEBVTT\n\n\xff\xc3\n00:01.000 --> 00:02.000 region:\xff\n\xe2\x82\n\xac\0\n\n00:02.000 --> 00:03.000\n\xf0\x9f\x98\x80",
    b"1\n00:00:01,000 --> 00:00:02,000\na\n2\n00:00:03,5 --> 00:00:04\nb --> c\n\n\n3\n00:00:05,000 --> 00:00:06,000\n",
    b"00:01.000 --> 00:02.000\nno signature\n",
    b"WEBVTT\n00:01.000 --> 00:02.000\ncue in the header\n\nSTYLE\nlate\n\nREGION\n\n",
    b"WEBVTT",
    b"WEBVTT\n",
    b"WEBVTTx\n",
    b"",
];

fn options() -> [Options; 3] {
    let plain = Options::default();
    [plain, plain.with_recovery(Recovery::On), plain.with_dialect(Dialect::SubRip)]
}

#[test]
fn one_byte_at_a_time_says_what_all_at_once_says() {
    for options in options() {
        for file in FILES {
            assert_eq!(
                byte_by_byte(file, options),
                whole(file, options),
                "{}",
                file.escape_ascii()
            );
        }
    }
}

#[test]
fn two_pieces_cut_anywhere_say_the_same() {
    for options in options() {
        for file in FILES {
            let expected = whole(file, options);
            for cut in 0..file.len() {
                assert_eq!(
                    transcript(file, options, [cut]),
                    expected,
                    "{} at {cut}",
                    file.escape_ascii()
                );
            }
        }
    }
}

/// Pieces of which files are made, so that random files are full of what the rules look at.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let words: Vec<&'static [u8]> = vec![
        b"\n",
        b"\n\n",
        b"\r",
        b"\r\n",
        b"-->",
        b" --> ",
        b"00:01.000",
        b"00:00:02.500",
        b"1:2,3",
        b"7",
        b"NOTE",
        b"STYLE",
        b"REGION",
        b"id:a",
        b" region:a",
        b" line:5%",
        b"x",
        b" ",
        b"\t",
        b"<b>",
        b"&amp;",
        b"\0",
        b"\xc3",
        b"\xa9",
        b"00:01.000 --> 00:02.000",
        b"WEBVTT",
    ];
    prop_oneof![
        20 => proptest::sample::select(words).prop_map(<[u8]>::to_vec),
        1 => proptest::collection::vec(any::<u8>(), 1..4),
    ]
}

fn file() -> impl Strategy<Value = Vec<u8>> {
    let body = proptest::collection::vec(piece(), 0..40).prop_map(|pieces| pieces.concat());
    (any::<bool>(), body).prop_map(|(signed, body)| {
        let mut file = if signed { b"WEBVTT\n\n".to_vec() } else { Vec::new() };
        file.extend(body);
        file
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_files_in_random_pieces_say_the_same(
        file in file(),
        cuts in proptest::collection::vec(0usize..200, 0..8),
    ) {
        let mut cuts = cuts;
        cuts.sort_unstable();
        for options in options() {
            let expected = whole(&file, options);
            prop_assert_eq!(transcript(&file, options, cuts.iter().copied()), expected.clone());
            prop_assert_eq!(byte_by_byte(&file, options), expected);
        }
    }

    #[test]
    fn any_bytes_are_parsed_without_a_panic(file in proptest::collection::vec(any::<u8>(), 0..300)) {
        for options in options() {
            let _ = whole(&file, options);
        }
    }

    #[test]
    fn any_text_makes_a_tree(text in ".{0,80}|[<>/&;.a-z0-9: \n]{0,80}") {
        let mut tree = stream_vtt::Tree::new();
        tree.parse(&text);
        let known = tree.nodes().count();
        prop_assert!(known <= text.len());
        prop_assert_eq!(tree.nodes().filter(|node| node.parent().is_none()).count(), 0);
    }
}
