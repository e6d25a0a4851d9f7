//! Cue settings, file by file.

use stream_vtt::{Line, Position, Settings};

use super::support::{file_parsing, read};

fn settings(name: &str) -> Option<Vec<Settings>> {
    Some(read(&file_parsing(name)?).cues.into_iter().map(|cue| cue.settings).collect())
}

#[test]
fn lines_are_numbers_or_percentages() {
    let Some(found) = settings("settings-line") else { return };
    let numbers = [
        -1.0,
        0.0,
        0.0,
        1.0,
        100.0,
        101.0,
        65536.0,
        4_294_967_296.0,
        18_446_744_073_709_552_000.0,
        1e34,
        1.5,
        f64::MAX,
        -f64::MAX,
        f64::from_bits(1),
        0.0,
    ];
    let percents = [0.0, 0.0, 100.0, 100.0, 100.0, 100.0, f64::from_bits(1), 0.0];
    let expected: Vec<Line> = (numbers.into_iter().map(Line::Number))
        .chain([Line::Auto; 23])
        .chain(percents.into_iter().map(Line::Percent))
        .collect();
    assert_eq!(found.iter().map(|s| s.line).collect::<Vec<_>>(), expected);
    let zeros = found
        .iter()
        .filter(|s| matches!(s.line, Line::Number(n) if n == 0.0 && n.is_sign_negative()));
    assert_eq!(zeros.count(), 0);
    let aligned: Vec<_> = found[40..44].iter().map(|s| s.line_align.as_str()).collect();
    assert_eq!(aligned, ["start", "start", "center", "end"]);
}

#[test]
fn positions_are_percentages_with_an_alignment() {
    let Some(found) = settings("settings-position") else { return };
    let valid = [
        (1.0, "auto"),
        (100.0, "auto"),
        (1.0, "auto"),
        (1.5, "auto"),
        (1.0, "line-left"),
        (1.0, "center"),
        (1.0, "line-right"),
        (1.0, "auto"),
    ];
    let expected: Vec<_> = (valid.into_iter().map(|(at, align)| (Position::Percent(at), align)))
        .chain([(Position::Auto, "auto"); 14])
        .collect();
    let found: Vec<_> = found.iter().map(|s| (s.position, s.position_align.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn sizes_are_percentages() {
    let Some(found) = settings("settings-size") else { return };
    let valid = [100.0, 2.0, 0.0, 0.0, 100.0, 50.0, 1.5];
    let expected: Vec<f64> = valid.into_iter().chain([100.0; 9]).collect();
    assert_eq!(found.iter().map(|s| s.size.0).collect::<Vec<_>>(), expected);
}

#[test]
fn directions_are_two_words() {
    let Some(found) = settings("settings-vertical") else { return };
    let found: Vec<_> = found.iter().map(|s| s.vertical.as_str()).collect();
    assert_eq!(found, ["", "lr", "rl", "lr", "", "", "", ""]);
}

#[test]
fn alignments_are_five_words() {
    let Some(found) = settings("settings-align") else { return };
    let found: Vec<_> = found.iter().map(|s| s.align.as_str()).collect();
    let start = ["center", "start", "center", "end", "left", "right"];
    let expected: Vec<_> = start.into_iter().chain(["end"; 6]).chain(["center"]).collect();
    assert_eq!(found, expected);
}
