//! vtt.js' expectations. It follows a draft of 2013: values that were renamed since are translated, and what was changed
//! is listed by name.

use std::path::{Path, PathBuf};

use serde_json::Value;
use stream_vtt::{Align, Cue, Line, NodeKind, Position, PositionAlign, Tree};

use super::support::{Track, corpus, read};

/// Files that vtt.js reads otherwise than the rules of today, with the reason.
const KNOWN: &[(&str, &str)] = &[
    (
        "cue-settings/line/bad-line-align",
        "a bad alignment makes the whole setting invalid (WebVTT 6.3)",
    ),
    (
        "cue-settings/line/line-middle-align",
        "`middle` is `center` today, and the whole setting invalid",
    ),
    (
        "cue-settings/position/position-start-align",
        "`start` is `line-left` today, and the whole setting invalid",
    ),
    ("cue-settings/region/valid", "regions are blocks today, no header lines"),
    ("cue-times/minimum-spots-over-sixty", MINUTES),
    (
        "integration/cue-content",
        "the expectation lacks the last tags of the text that is in the file",
    ),
    ("regions/id/arrows", "regions are blocks today, no header lines"),
    ("regions/scroll/correct", "regions are blocks today, no header lines"),
    ("regions/viewportanchor/correct", "regions are blocks today, no header lines"),
];

/// Files whose trees vtt.js makes otherwise.
const TREES: &[(&str, &str)] = &[
    ("cue-times/minimum-spots-over-sixty", MINUTES),
    (
        "cuetext/escape-characters/incorrect",
        "references may end without a semicolon, as in HTML (WebVTT 6.4)",
    ),
];

const MINUTES: &str = "three digits are hours, which minutes must follow (WebVTT 6.3)";

/// All files of a folder with this ending, by their path below it without the ending.
pub(crate) fn files(root: &Path, ending: &str) -> Vec<(String, PathBuf)> {
    let (mut found, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for item in std::fs::read_dir(&folder).expect("a folder") {
            let path = item.expect("an item").path();
            if path.is_dir() {
                folders.push(path);
            } else if let Some(name) =
                path.strip_prefix(root).ok().and_then(|p| p.to_str()?.strip_suffix(ending))
            {
                found.push((name.to_owned(), path.clone()));
            }
        }
    }
    found.sort();
    found
}

fn cue(cue: &Cue) -> Value {
    let s = &cue.settings;
    let (line, snap) = match s.line {
        Line::Auto => (Value::from("auto"), true),
        Line::Number(line) => (line.into(), true),
        Line::Percent(line) => (line.into(), false),
    };
    // the draft's words and defaults: where nothing else is said, the position follows the alignment
    let old = |word: &'static str| if matches!(word, "center" | "auto") { "middle" } else { word };
    let (mut position, mut position_align) = match s.align {
        Align::Start | Align::Left => (0.0, "start"),
        Align::End | Align::Right => (100.0, "end"),
        Align::Center => (50.0, "middle"),
    };
    if let Position::Percent(at) = s.position {
        position = at;
    }
    if s.position_align != PositionAlign::Auto {
        position_align = old(s.position_align.as_str());
    }
    serde_json::json!({
        "align": old(s.align.as_str()),
        "endTime": cue.end.millis() as f64 / 1000.0,
        "id": cue.id,
        "line": line,
        "lineAlign": old(s.line_align.as_str()),
        "pauseOnExit": false,
        "position": position,
        "positionAlign": position_align,
        "region": cue.region,
        "size": s.size.0,
        "snapToLines": snap,
        "startTime": cue.start.millis() as f64 / 1000.0,
        "text": cue.text,
        "vertical": s.vertical.as_str(),
    })
}

/// Numbers as doubles, so that 2 and 2.0 are one.
fn normal(value: &Value) -> Value {
    match value {
        Value::Number(n) => Value::from(n.as_f64()),
        Value::Array(items) => items.iter().map(normal).collect(),
        Value::Object(map) => map.iter().map(|(k, v)| (k.clone(), normal(v))).collect(),
        other => other.clone(),
    }
}

#[test]
fn cues_are_as_vtt_js_expects() {
    let (Some(oracles), Some(good), Some(bad)) =
        (corpus("oracle/vtt.js"), corpus("good/vtt.js"), corpus("bad/vtt.js"))
    else {
        return;
    };
    let inputs: Vec<_> = files(&good, ".vtt").into_iter().chain(files(&bad, ".vtt")).collect();
    let (mut compared, mut known) = (0, 0);
    for (name, path) in inputs {
        let oracle = oracles.join(format!("{name}.json"));
        let Ok(text) = std::fs::read_to_string(&oracle) else { continue };
        let expected: Value = serde_json::from_str(&text).expect("json");
        let Track { cues, regions } = read(&path);
        let found: Vec<Value> = cues.iter().map(cue).collect();
        let same = normal(&found.clone().into()) == normal(&expected["cues"])
            && expected["regions"].as_array().is_some_and(|list| list.len() == regions.len());
        let listed = KNOWN.iter().any(|(known, _)| *known == name);
        assert_eq!(same, !listed, "{name}: {:#} {:#}", expected["cues"], Value::from(found));
        compared += 1;
        known += usize::from(listed);
    }
    println!("{compared} files compared, {known} differ as listed");
    assert_eq!(known, KNOWN.len());
}

/// The text and tags of a tree, in order.
fn flat(cue: &Cue) -> Vec<String> {
    let mut tree = Tree::new();
    tree.parse(&cue.text);
    let one = |node: stream_vtt::Node<'_>| match node.kind() {
        NodeKind::Text => Some(format!("text {}", node.value())),
        NodeKind::Timestamp => None,
        NodeKind::Class | NodeKind::Voice | NodeKind::Language => {
            let classes: Vec<_> = node.classes().collect();
            let only = |kind| if node.kind() == kind { node.value() } else { "" };
            let (title, lang) = (only(NodeKind::Voice), only(NodeKind::Language));
            Some(format!("span class={} title={title} lang={lang}", classes.join(" ")))
        }
        kind => Some(format!(
            "{} class={} title= lang=",
            kind.tag(),
            node.classes().collect::<Vec<_>>().join(" ")
        )),
    };
    tree.nodes().filter_map(one).collect()
}

/// The same of an element that vtt.js rendered.
fn flat_json(node: &Value, out: &mut Vec<String>) {
    for child in node["childNodes"].as_array().into_iter().flatten() {
        let text = |key: &str| child[key].as_str().unwrap_or_default();
        match text("localName") {
            "" => out.push(format!("text {}", text("data"))),
            name => out.push(format!(
                "{name} class={} title={} lang={}",
                text("className"),
                text("title"),
                text("lang")
            )),
        }
        flat_json(child, out);
    }
}

#[test]
fn trees_are_as_vtt_js_renders_them() {
    let (Some(oracles), Some(good), Some(bad)) =
        (corpus("oracle/vtt.js"), corpus("good/vtt.js"), corpus("bad/vtt.js"))
    else {
        return;
    };
    let mut compared = 0;
    for (name, path) in files(&good, ".vtt").into_iter().chain(files(&bad, ".vtt")) {
        let Ok(text) = std::fs::read_to_string(oracles.join(format!("{name}-proc.json"))) else {
            continue;
        };
        let expected: Value = serde_json::from_str(&text).expect("json");
        let cues = read(&path).cues;
        // each cue is a box with a box for its text
        let mut expected: Vec<Vec<String>> = expected
            .as_array()
            .into_iter()
            .flatten()
            .map(|cue| {
                let mut out = Vec::new();
                flat_json(&cue["childNodes"][0], &mut out);
                out
            })
            .collect();
        let mut found: Vec<Vec<String>> = cues.iter().map(flat).collect();
        // boxes come in the order of their lines
        expected.sort();
        found.sort();
        let listed = TREES.iter().any(|(known, _)| *known == name);
        assert_eq!(found == expected, !listed, "{name}: {expected:?} {found:?}");
        compared += 1;
    }
    println!("{compared} trees compared");
    assert!(compared > 40);
}
