//! Files of the web-platform-tests, with what W3C asserts of them; skipped with a message where `NARROWS_CORPUS` does not
//! name the folder that holds them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // a test may fail

#[path = "corpus/support.rs"]
mod support;

#[path = "corpus/all.rs"]
mod all;
#[path = "corpus/settings.rs"]
mod settings;
#[path = "corpus/tracks.rs"]
mod tracks;
#[path = "corpus/vttjs.rs"]
mod vttjs;

use stream_vtt::{Line, Region, Scroll, Settings};
use support::{file_parsing, read};

/// The regions that cues name, in the order of the cues: of regions with one name the last.
fn regions(name: &str) -> Option<Vec<Option<Region>>> {
    let track = read(&file_parsing(name)?);
    let region = |id: &str| track.regions.iter().rev().find(|region| region.id == id).cloned();
    Some(track.cues.iter().map(|cue| region(&cue.region)).collect())
}

fn lines(name: &str) -> Option<Vec<u128>> {
    Some(
        regions(name)?
            .into_iter()
            .map(|region| region.expect("a cue without its region").lines)
            .collect(),
    )
}

#[test]
fn identifiers_keep_their_spaces() {
    let Some(file) = file_parsing("ids") else { return };
    let ids: Vec<_> = read(&file).cues.into_iter().map(|cue| cue.id).collect();
    assert_eq!(ids, [" leading space", "trailing space ", "-- >", "->", " "]);
}

#[test]
fn every_newline_ends_a_line() {
    let Some(file) = file_parsing("newlines") else { return };
    let cues: Vec<_> = read(&file).cues.into_iter().map(|cue| (cue.id, cue.text)).collect();
    let expected = [("cr", "text0"), ("lf", "text1"), ("crlf", "text2"), ("lfcr", "text3")];
    assert_eq!(cues, expected.map(|(id, text)| (id.to_owned(), text.to_owned())));
}

#[test]
fn nulls_are_replaced_and_spoil_times_and_settings() {
    let Some(file) = file_parsing("nulls") else { return };
    let cues = read(&file).cues;
    let expected = [
        ("", "text0", "center"),
        ("\u{fffd} (null in id)", "text1", "center"),
        ("\u{fffd} (null in cue data)", "\u{fffd}text\u{fffd}2", "center"),
        ("", "text3", "center"),
        ("", "text4", "center"),
        ("", "text5", "center"),
        ("", "text6", "end"),
    ];
    let found: Vec<_> =
        cues.iter().map(|c| (c.id.as_str(), c.text.as_str(), c.settings.align.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn region_identifiers_are_any_text_and_the_last_holds() {
    if let Some(lines) = lines("regions-id") {
        assert_eq!(lines, [2, 1, 3, 4]);
    }
}

#[test]
fn region_lines_are_digits() {
    if let Some(lines) = lines("regions-lines") {
        let large = [4_294_967_296, 18_446_744_073_709_552_000, 10u128.pow(34)];
        let [a, b, c] = large;
        assert_eq!(lines, [0, 1, 100, 101, 65536, a, b, c, 2, 3, 3, 3, 3]);
    }
}

#[test]
fn region_edge_cases_are_as_asserted() {
    let Some(found) = regions("regions-edge-case") else { return };
    let found: Vec<_> = found.into_iter().flatten().map(|r| (r.id, r.lines)).collect();
    let expected = [("foo", 1), ("bill", 2), ("jill", 3), ("jack", 4)];
    assert_eq!(found, expected.map(|(id, lines)| (id.to_owned(), lines)));
}

#[test]
fn regions_of_old_drafts_are_none() {
    if let Some(found) = regions("regions-old") {
        assert_eq!(found, [None, None]);
    }
}

#[test]
fn region_anchors_are_two_percentages() {
    let valid = [(0.0, 100.0), (0.0, 0.0), (1.0, 1.0), (100.0, 0.0), (0.0, 100.0), (100.0, 100.0)];
    let expected: Vec<_> = valid.into_iter().chain([(0.0, 100.0); 14]).collect();
    if let Some(found) = regions("regions-regionanchor") {
        assert_eq!(found.into_iter().flatten().map(|r| r.anchor).collect::<Vec<_>>(), expected);
    }
    if let Some(found) = regions("regions-viewportanchor") {
        let found: Vec<_> = found.into_iter().flatten().map(|r| r.viewport_anchor).collect();
        assert_eq!(found, expected);
    }
}

#[test]
fn regions_scroll_up_or_not() {
    let Some(found) = regions("regions-scroll") else { return };
    let up: Vec<_> = found.into_iter().flatten().map(|r| r.scroll == Scroll::Up).collect();
    assert_eq!(up, [false, true, true, false, false, true]);
}

#[test]
fn cues_take_the_region_named_last_if_it_is_defined() {
    let Some(file) = file_parsing("settings-region") else { return };
    let track = read(&file);
    let named: Vec<_> = track.cues.iter().map(|cue| cue.region.as_str()).collect();
    assert_eq!(named, ["foo", "bar", "bar", "", "foo", "", "", "", ""]);
    assert_eq!(
        track.regions.iter().map(|r| r.repeated).collect::<Vec<_>>(),
        [false, false, true, false]
    );
}

#[test]
fn several_settings_stand_in_one_line() {
    let Some(file) = file_parsing("settings-multiple") else { return };
    let found: Vec<Settings> = read(&file).cues.into_iter().map(|cue| cue.settings).collect();
    let [first, second] = found.as_slice() else { panic!("{} cues", found.len()) };
    assert_eq!((first.line, first.size.0), (Line::Percent(1.0), 50.0));
    assert_eq!((first.align.as_str(), first.vertical.as_str()), ("start", "lr"));
    assert_eq!((second.line, second.size.0), (Line::Number(1.0), 0.0));
    assert_eq!((second.align.as_str(), second.vertical.as_str()), ("center", "rl"));
}
