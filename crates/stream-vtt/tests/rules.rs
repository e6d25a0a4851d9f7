//! The file parser's rules (WebVTT 6.1), one by one, over the machine and over the reader.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test may fail

use std::sync::Arc;

use stream_core::memory::Budget;
use stream_core::{Context, ErrorKind, MemorySource};
use stream_vtt::{Block, Cue, Dialect, NoteKind, Options, Reader, Recovery, Tree};

fn open(file: &[u8], options: Options) -> stream_core::Result<Reader> {
    let source = Arc::new(MemorySource::new(file.to_vec()));
    Reader::open_with(Context::new(source, &Budget::new("rules", 1 << 20)), options)
}

/// Blocks in short, then the names of the defects.
fn read_with(file: &[u8], options: Options) -> (Vec<String>, Vec<&'static str>) {
    let mut reader = open(file, options).unwrap();
    let blocks = reader.blocks().map(|block| match block.unwrap() {
        Block::Header(h) => format!("header {:?} {:?}", h.text, h.lines),
        Block::Style(s) => format!("style {:?}", s.text),
        Block::Region(r) => format!("region {}", r.id),
        Block::Note(n) if n.kind == NoteKind::Comment => format!("note {:?}", n.text),
        Block::Note(n) => format!("{} {:?}", n.kind.as_str(), n.text),
        Block::Cue(c) => {
            format!("cue {:?} {}-{} {:?}", c.id, c.start.millis(), c.end.millis(), c.text)
        }
    });
    let blocks = blocks.collect();
    (blocks, reader.diagnostics().kept().iter().map(|d| d.defect.rule()).collect())
}

/// The blocks after the header.
fn blocks(body: &str) -> (Vec<String>, Vec<&'static str>) {
    let (mut found, defects) =
        read_with(format!("WEBVTT\n\n{body}").as_bytes(), Options::default());
    found.remove(0);
    (found, defects)
}

fn header(file: &str) -> (String, Vec<&'static str>) {
    let (mut found, defects) = read_with(file.as_bytes(), Options::default());
    (found.remove(0), defects)
}

#[test]
fn the_header_is_the_signature_line_and_the_lines_below_it() {
    assert_eq!(header("WEBVTT\n").0, r#"header "" """#);
    assert_eq!(header("WEBVTT").0, r#"header "" """#);
    assert_eq!(header("\u{feff}WEBVTT - text\r\n\r\n").0, r#"header "- text" """#);
    let (found, defects) = header("WEBVTT\tx\nKind: captions\nmore\n\n");
    assert_eq!(
        (found.as_str(), defects.as_slice()),
        (r#"header "x" "Kind: captions\nmore""#, &["header_lines"][..])
    );
}

#[test]
fn an_arrow_ends_the_header_and_may_start_a_cue() {
    let (found, defects) =
        read_with(b"WEBVTT\nx\n00:01.000 --> 00:02.000\ntext\n", Options::default());
    assert_eq!(found, [r#"header "" "x""#, r#"cue "" 1000-2000 "text""#]);
    assert_eq!(defects, ["header_lines", "arrow_in_header"]);
    // but not on the signature's own line
    assert_eq!(header("WEBVTT --> x\n\n").0, r#"header "--> x" """#);
}

#[test]
fn without_the_signature_nothing_is_read() {
    for file in [
        "",
        "x",
        "WEBVT",
        "WEBVTTx",
        "webvtt\n",
        " WEBVTT\n",
        "\u{feff}\u{feff}WEBVTT\n",
        "00:01.000 --> 00:02.000\nx",
    ] {
        let error = open(file.as_bytes(), Options::default()).err().unwrap();
        assert_eq!((error.kind(), error.offset()), (ErrorKind::Malformed, Some(0)), "{file:?}");
    }
}

#[test]
fn other_encodings_are_refused_by_name() {
    let wide: Vec<u8> = "\u{feff}WEBVTT\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let error = open(&wide, Options::default()).err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("UTF-16LE"), "{error}");
}

#[test]
fn a_cue_has_an_identifier_or_not_and_text_up_to_a_blank_line() {
    let (found, defects) = blocks(
        "id\n00:01.000 --> 00:02.000\na\nb\n\n\n\n00:02.000 --> 00:03.000\n\n00:03.000 --> 00:04.000\n",
    );
    assert_eq!(
        found,
        [r#"cue "id" 1000-2000 "a\nb""#, r#"cue "" 2000-3000 """#, r#"cue "" 3000-4000 """#]
    );
    assert_eq!(defects.len(), 0);
}

#[test]
fn an_arrow_in_the_text_starts_a_new_block() {
    let (found, defects) =
        blocks("00:01.000 --> 00:02.000\na\n2\n00:02.000 --> 00:03.000\nb\n--> x\nc\n");
    assert_eq!(
        found,
        [r#"cue "" 1000-2000 "a\n2""#, r#"cue "" 2000-3000 "b""#, r#"bad_cue "--> x\nc""#]
    );
    assert_eq!(defects, ["arrow_in_block", "arrow_in_block", "start_time"]);
}

#[test]
fn an_arrow_below_a_failed_one_starts_a_block_too() {
    let (found, _) = blocks("x --> y\n00:02.000 --> 00:03.000\nb\n");
    assert_eq!(found, [r#"bad_cue "x --> y""#, r#"cue "" 2000-3000 "b""#]);
    // the second line may have the timings only if the first has no arrow
    let (found, _) = blocks("id\nx --> y\n00:02.000 --> 00:03.000\nb\n");
    assert_eq!(found, [r#"bad_cue "id\nx --> y""#, r#"cue "" 2000-3000 "b""#]);
}

#[test]
fn style_and_region_are_read_before_the_first_cue_only() {
    let (found, defects) = blocks(
        "STYLE \t\na {}\nb {}\n\nREGION\nid:x\n\n00:01.000 --> 00:02.000\n\nSTYLE\na\n\nREGION\nid:y\n\n",
    );
    assert_eq!(found[..2], [r#"style "a {}\nb {}""#, "region x"]);
    assert_eq!(found[3..], [r#"late_style "STYLE\na""#, r#"late_region "REGION\nid:y""#]);
    assert_eq!(defects, ["late_style", "late_region"]);
    // a cue that failed is none
    assert_eq!(blocks("x --> y\n\nSTYLE\na\n\n").0[1], r#"style "a""#);
}

#[test]
fn style_and_region_need_their_word_alone_and_lines_below() {
    let (found, defects) =
        blocks("STYLE\n\nREGION\n\nSTYLES\na\n\nSTYLE x\na\n\nREGION\nREGION\nid:x\n\n");
    assert_eq!(
        found,
        [
            r#"unknown "STYLE""#,
            r#"unknown "REGION""#,
            r#"unknown "STYLES\na""#,
            r#"unknown "STYLE x\na""#,
            "region x"
        ]
    );
    assert_eq!(defects[..4], ["empty_block", "empty_block", "unknown_block", "unknown_block"]);
}

#[test]
fn an_arrow_ends_a_style_sheet_and_makes_its_word_an_identifier_on_the_second_line() {
    assert_eq!(blocks("STYLE\na\nx --> y\nb\n").0, [r#"style "a""#, r#"bad_cue "x --> y\nb""#]);
    assert_eq!(blocks("STYLE\n00:01.000 --> 00:02.000\nx\n").0, [r#"cue "STYLE" 1000-2000 "x""#]);
}

#[test]
fn notes_are_comments_with_their_text() {
    let (found, defects) =
        blocks("NOTE\n\nNOTE one\n\nNOTE\ttwo\nlines\n\nNOTE\na\nb\n\nNOTES\n\n");
    assert_eq!(
        found,
        [
            r#"note """#,
            r#"note "one""#,
            r#"note "two\nlines""#,
            r#"note "a\nb""#,
            r#"unknown "NOTES""#
        ]
    );
    assert_eq!(defects, ["unknown_block"]);
}

#[test]
fn what_is_unusual_about_times_is_said_with_its_place() {
    let file = b"WEBVTT\n\n00:05.000-->00:04.000\n\nid\n0:00:01.000 --> 00:00:02.000x\n\n";
    let mut reader = open(file, Options::default()).unwrap();
    assert_eq!(
        reader.cues().map(|cue| cue.unwrap().start.millis()).collect::<Vec<_>>(),
        [5000, 1000]
    );
    let found: Vec<_> =
        reader.diagnostics().kept().iter().map(|d| (d.defect.rule(), d.line, d.offset)).collect();
    let expected = [
        ("arrow_spacing", 3, 8),
        ("end_not_after_start", 3, 8),
        ("short_hours", 6, 34),
        ("start_decreases", 6, 34),
        ("settings_spacing", 6, 62),
        ("unknown_setting", 6, 62),
    ];
    assert_eq!(found, expected);
}

#[test]
fn bytes_that_are_no_text_are_replaced_and_counted_by_line() {
    let file = b"WEBVTT\r\n\r\n00:01.000 --> 00:02.000\r\none\r\nt\xffo\r\n\0\r\n\r\n";
    let mut reader = open(file, Options::default()).unwrap();
    assert_eq!(reader.cues().next().unwrap().unwrap().text, "one\nt\u{fffd}o\n\u{fffd}");
    let found: Vec<_> =
        reader.diagnostics().kept().iter().map(|d| (d.defect.rule(), d.line, d.offset)).collect();
    assert_eq!(found, [("invalid_utf8", 5, 41), ("null_character", 6, 45)]);
}

#[test]
fn subrip_is_read_as_it_is_meant() {
    let file = "1\n00:00:01,000 --> 00:00:02,500 X1:40 X2:600\nHello\n<i>you</i>\n\n\n3\n00:00:03 --> 00:00:04.5\n\n00:01:39 --> 00:01:41,04\nno number\n";
    let (found, defects) = read_with(file.as_bytes(), Options::default());
    assert_eq!(
        found,
        [
            r#"cue "1" 1000-2500 "Hello\n<i>you</i>""#,
            r#"cue "3" 3000-4500 """#,
            r#"cue "" 99000-101040 "no number""#
        ]
    );
    assert_eq!(
        defects,
        ["subrip_time"; 2]
            .into_iter()
            .chain(["subrip_time", "subrip_time", "missing_sequence"])
            .collect::<Vec<_>>()
    );
}

#[test]
fn subrip_without_blank_lines_is_taken_apart_at_its_numbers() {
    let file = "1\n00:00:01,000 --> 00:00:02,000\na --> b\n2\n00:00:03,000 --> 00:00:04,000\nc\n\nstray\n\n";
    let (found, defects) = read_with(file.as_bytes(), Options::default());
    assert_eq!(
        found,
        [r#"cue "1" 1000-2000 "a --> b""#, r#"cue "2" 3000-4000 "c""#, r#"unknown "stray""#]
    );
    assert_eq!(defects, ["missing_blank_line", "unknown_block"]);
}

#[test]
fn subrip_is_what_the_caller_says_it_is() {
    let options = Options::default().with_dialect(Dialect::SubRip);
    assert_eq!(read_with(b"", options).0.len(), 0);
    assert_eq!(
        read_with(b"x\n00:00:01.000 --> 00:00:02,000\n", options).0,
        [r#"cue "x" 1000-2000 """#]
    );
    assert!(
        open(
            b"1\n00:00:01,000 --> 00:00:02,000\n",
            Options::default().with_dialect(Dialect::WebVtt)
        )
        .is_err()
    );
}

#[test]
fn recovery_reads_on_where_the_rules_lose_cues() {
    let on = Options::default().with_recovery(Recovery::On);
    let (found, defects) = read_with(b"00:01.000 --> 00:02.000\na\n", on);
    assert_eq!(
        (found.as_slice(), defects.as_slice()),
        (&[r#"cue "" 1000-2000 "a""#.to_owned()][..], &["missing_signature"][..])
    );
    let body =
        b"WEBVTT\n\n1\n00:00:01,000 --> 00:02.5\na\nx --> y\n2\n00:03.000 --> 00:04.000\nb\n";
    let (found, defects) = read_with(body, on);
    assert_eq!(found[1..], [r#"cue "1" 1000-2500 "a\nx --> y""#, r#"cue "2" 3000-4000 "b""#]);
    assert_eq!(defects, ["recovered_time", "recovered_time", "missing_blank_line"]);
    // off, the rules decide
    let (found, _) = read_with(body, Options::default());
    assert_eq!(
        found[1..],
        [
            r#"bad_cue "1\n00:00:01,000 --> 00:02.5\na""#,
            r#"bad_cue "x --> y\n2""#,
            r#"cue "" 3000-4000 "b""#
        ]
    );
}

#[test]
fn a_block_beyond_the_budget_is_refused_and_read_with_more() {
    let mut file = b"WEBVTT\n\n00:01.000 --> 00:02.000\n".to_vec();
    file.resize(100_000, b'x');
    let budget = Budget::new("small", 64 << 10);
    let cx = Context::new(Arc::new(MemorySource::new(file)), &budget);
    let mut reader = Reader::open(cx).unwrap();
    let mut block = Block::default();
    assert!(reader.read_block(&mut block).unwrap());
    let error = reader.read_block(&mut block).unwrap_err();
    assert_eq!(
        (error.kind(), error.resumable(), error.offset()),
        (ErrorKind::OverBudget, true, Some(8))
    );
    assert!(error.message().starts_with("block at line 3 is longer than"), "{error}");
    budget.set_limit(2 << 20);
    assert!(reader.read_block(&mut block).unwrap());
    let Block::Cue(cue) = block else { panic!("no cue") };
    assert_eq!(cue.text.len(), 100_000 - 32);
}

#[test]
fn markup_defects_stand_at_their_place_in_the_file() {
    let file = b"WEBVTT\n\n00:01.000 --> 00:02.000\nab\nc<x>d\n";
    let mut reader = open(file, Options::default()).unwrap();
    let (mut cue, mut tree) = (Cue::default(), Tree::new());
    assert!(reader.read_cue(&mut cue).unwrap());
    reader.read_tree(&cue, &mut tree).unwrap();
    let found: Vec<_> =
        reader.diagnostics().kept().iter().map(|d| (d.defect.rule(), d.line, d.offset)).collect();
    assert_eq!(found, [("unknown_tag", 5, 36)]);
    assert_eq!(tree.plain(), "ab\ncd");
}

#[test]
fn memory_for_cues_waits_while_the_block_is_something_else() {
    let file =
        b"WEBVTT\n\n00:01.000 --> 00:02.000\ntext\n\nNOTE x\n\n00:03.000 --> 00:04.000\ntext\n";
    let mut reader = open(file, Options::default()).unwrap();
    let (mut block, mut places) = (Block::default(), Vec::new());
    while reader.read_block(&mut block).unwrap() {
        if let Block::Cue(cue) = &block {
            places.push(cue.text.as_ptr());
        }
    }
    assert_eq!(places.len(), 2);
    assert_eq!(places[0], places[1]);
}
