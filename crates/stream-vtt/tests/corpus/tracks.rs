//! Tracks of web-platform-tests' track elements: identifiers, times, texts, placing and markup.

use stream_vtt::{Cue, Line, NodeKind, Position, Tree};

use super::support::{read, track_element};

fn cues(name: &str) -> Option<Vec<Cue>> {
    Some(read(&track_element(name)?).cues)
}

/// Identifier, start and end in seconds, text.
fn facts(cues: &[Cue]) -> Vec<(&str, f64, f64, &str)> {
    let seconds = |millis: u64| millis as f64 / 1000.0;
    cues.iter()
        .map(|c| {
            (c.id.as_str(), seconds(c.start.millis()), seconds(c.end.millis()), c.text.as_str())
        })
        .collect()
}

const BEAR: [&str; 3] =
    ["Bear is Coming!!!!!", "I said Bear is coming!!!!", "I said Bear is coming now!!!!"];

#[test]
fn headers_with_comments_and_marks_are_skipped() {
    let expected = [("1", 0.0, 30.5, BEAR[0]), ("2", 31.0, 1200.5, BEAR[1])];
    for name in ["default-styles", "bom"] {
        let Some(cues) = cues(name) else { return };
        assert_eq!(facts(&cues), expected, "{name}");
    }
    let Some(cues) = cues("utf8") else { return };
    assert_eq!(facts(&cues), [("1", 0.0, 30.5, "景気判断"), ("2", 31.0, 1200.5, "電力不足")]);
}

#[test]
fn blank_lines_separate_cues_and_so_does_an_arrow() {
    let Some(found) = cues("cues") else { return };
    let [a, b, c] = BEAR;
    assert_eq!(
        facts(&found),
        [("1", 0.0, 30.5, a), ("2", 31.0, 60.5, b), ("3", 61.0, 361_200.5, c)]
    );
    let Some(found) = cues("cues-no-separation") else { return };
    let first = "Bear is Coming!!!!!\n2";
    assert_eq!(
        facts(&found),
        [("1", 0.0, 30.5, first), ("", 31.0, 60.5, b), ("", 61.0, 361_200.5, c)]
    );
}

#[test]
fn times_have_hours_or_not_and_bad_ones_lose_the_cue() {
    let Some(found) = cues("timings-no-hour") else { return };
    let times: Vec<_> = facts(&found).into_iter().map(|(_, start, end, _)| (start, end)).collect();
    assert_eq!(times, [(0.0, 30.5), (31.0, 60.5), (61.0, 120.5), (121.0, 180.5)]);
    for name in ["timings-hour-error", "timings-no-hour-errors"] {
        assert_eq!(cues(name), Some(vec![]), "{name}");
    }
    let found = cues("timings-whitespace").unwrap_or_default();
    assert_eq!(found.len(), 12);
    assert!(facts(&found).iter().all(|(_, start, end, _)| (*start, *end) == (0.1, 1.5)));
}

fn number(line: Line) -> Option<(f64, bool)> {
    match line {
        Line::Auto => None,
        Line::Number(line) => Some((line, true)),
        Line::Percent(line) => Some((line, false)),
    }
}

fn percent(position: Position) -> Option<f64> {
    if let Position::Percent(position) = position { Some(position) } else { None }
}

#[test]
fn cues_are_placed_as_asserted() {
    let placed = |name: &str| -> Option<Vec<_>> {
        let one = |c: &Cue| {
            let s = c.settings;
            (
                number(s.line).map(|(line, _)| line),
                percent(s.position),
                s.align.as_str(),
                s.vertical.as_str(),
            )
        };
        Some(cues(name)?.iter().map(one).collect())
    };
    let Some(found) = placed("settings") else { return };
    let expected = [
        (Some(100.0), None, "start", ""),
        (Some(15.0), Some(40.0), "center", "rl"),
        (None, Some(10.0), "center", ""),
        (Some(95.0), None, "end", "lr"),
    ];
    assert_eq!(found, expected);
    let expected = [
        (Some(43.0), Some(10.0), "center", ""),
        (None, Some(50.0), "end", ""),
        (None, None, "center", ""),
        (None, Some(90.0), "center", "lr"),
    ];
    assert_eq!(placed("settings-bad-separation").unwrap_or_default(), expected);
    let positions = |name: &str| {
        placed(name).unwrap_or_default().into_iter().map(|p| (p.1, p.2)).collect::<Vec<_>>()
    };
    assert_eq!(
        positions("align-positioning"),
        [(Some(10.0), "start"), (Some(20.0), "center"), (Some(80.0), "end")]
    );
    assert_eq!(
        positions("align-positioning-bad"),
        [(Some(10.0), "center"), (None, "center"), (None, "center")]
    );
    assert_eq!(positions("positioning-bad"), [(None, "center"); 8]);
    for name in ["positioning", "positioning-ltr"] {
        let at: Vec<_> = positions(name).into_iter().map(|(at, _)| at).collect();
        assert_eq!(at, [Some(0.0), Some(50.0), None, Some(100.0)], "{name}");
    }
    let bad = cues("align-text-line-position-bad").unwrap_or_default();
    let bad: Vec<_> = bad
        .iter()
        .map(|c| (number(c.settings.line), percent(c.settings.position), c.settings.align.as_str()))
        .collect();
    assert_eq!(
        bad,
        [
            (None, None, "center"),
            (None, Some(0.0), "end"),
            (Some((-3.0, true)), Some(60.0), "center")
        ]
    );
}

/// The tree in brackets: `<b>[text]`.
fn tree(cue: &Cue) -> String {
    let mut tree = Tree::new();
    tree.parse(&cue.text);
    fn write(node: stream_vtt::Node<'_>, out: &mut String) {
        for child in node.children() {
            match child.kind() {
                NodeKind::Text => out.push_str(&format!("[{}]", child.value().replace('\n', "/"))),
                NodeKind::Timestamp => out.push('@'),
                kind => {
                    let classes: String =
                        child.classes().map(|class| format!(".{class}")).collect();
                    out.push_str(&format!("<{}{classes}>(", kind.tag()));
                    write(child, out);
                    out.push(')');
                }
            }
        }
    }
    let mut out = String::new();
    write(tree.root(), &mut out);
    out
}

#[test]
fn markup_makes_the_asserted_trees() {
    let trees = |name: &str| Some(cues(name)?.iter().map(tree).collect::<Vec<_>>());
    let Some(found) = trees("markup") else { return };
    let expected = [
        "[The following bear is bold:/]<b>([Bear])[ is Coming!!!!!]",
        "[The following bear is in italics and has a class of \"larger\":/]<i.larger>([Bear])[ is Coming!!!!!]",
        "[The following bear is underlined even though the element has a blank:/I said ]<u>([Bear])[ is coming!!!!]",
        "[The following bear is ruby annotated:/I said ]<ruby>([Bear]<rt>([bear with me]))[ is coming!!!!]",
    ];
    assert_eq!(found, expected);
    let expected = [
        "[The following bear starts bold but end is broken:/]<b>([Bear][ is Coming!!!!!])",
        "[The following bear is not in italics but the markup is removed:/][Bear][ is Coming!!!!!]",
        "[The following bear is not underlined and markup is removed:/I said ][Bear][ is coming!!!!]",
        "[The following bear is not ruby annotated and markup is removed:/I said ][Bear][bear with me][ is coming!!!!]",
    ];
    assert_eq!(trees("markup-bad").unwrap_or_default(), expected);
}

#[test]
fn texts_are_left_without_timestamps_and_unknown_tags() {
    let plain = |name: &str| {
        let one = |cue: Cue| {
            let mut tree = Tree::new();
            tree.parse(&cue.text);
            tree.plain()
        };
        Some(cues(name)?.into_iter().map(one).collect::<Vec<_>>())
    };
    let Some(found) = plain("timestamp") else { return };
    assert_eq!(found, ["This cue is painted on.", BEAR[1], BEAR[2]]);
    let expected = [
        "This cue is painted on.\nBut since the last two timestamps are out of order, they are ignored.",
        "I said Bear is coming!!!!\nAll of these timestamps are before the start of the cue, so get ignored.",
        "I said Bear is coming now!!!!\nAll of these timestamps are after the end of the cue, so get ignored.",
    ];
    assert_eq!(plain("timestamp-bad").unwrap_or_default(), expected);
    let expected = [
        "Bear is Coming!!!!!\nAnd what kind of a bear it is - just have look.",
        "\n  I said Bear is coming!!!!\n  I said Bear is still coming!!!!\n",
        "\n  I said Bear is coming now!!!!\n  \n  \n",
    ];
    assert_eq!(plain("unsupported-markup").unwrap_or_default(), expected);
}
