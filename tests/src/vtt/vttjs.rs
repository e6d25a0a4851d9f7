//! What vtt.js expects, in the words of today's standard.
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::{Cue, Node};

/// Compares cues with vtt.js's JSON; the first difference is the error.
///
/// vtt.js follows a draft of 2014. Where that draft only had other words, they are translated:
/// `middle` is `center`; a position that is not set is `auto` today and was computed from the
/// alignment then; what aligns a box at its position was `start middle end` and is
/// `line-left center line-right`. Regions were a header then and are blocks now, so a cue's region is
/// not compared.
///
/// # Errors
/// What differs.
pub fn compare(cues: &[Cue], json: &str) -> Result<()> {
    let value: Value = serde_json::from_str(json)?;
    let expected = value["cues"].as_array().context("the oracle has no cues")?;
    ensure!(cues.len() == expected.len(), "{} cues, expected {}", cues.len(), expected.len());
    for (index, (cue, expected)) in cues.iter().zip(expected).enumerate() {
        one(cue, expected).with_context(|| format!("cue {index}"))?;
    }
    Ok(())
}

fn one(cue: &Cue, expected: &Value) -> Result<()> {
    let same = |key: &str, found: &Value| {
        let wanted = today(&expected[key]);
        let equal = match (found.as_f64(), wanted.as_f64()) {
            (Some(found), Some(wanted)) => (found - wanted).abs() < 1e-9,
            _ => *found == wanted,
        };
        ensure!(equal, "{key} is {found}, expected {wanted}");
        Ok(())
    };
    same("id", &cue.id.as_str().into())?;
    same("startTime", &cue.start.into())?;
    same("endTime", &cue.end.into())?;
    same("text", &cue.text.as_str().into())?;
    same("vertical", &cue.vertical.as_str().into())?;
    same("line", &cue.line.map_or("auto".into(), Value::from))?;
    same("lineAlign", &cue.line_align.as_str().into())?;
    same("snapToLines", &cue.snap_to_lines.into())?;
    same("size", &cue.size.into())?;
    same("align", &cue.align.as_str().into())?;
    let (position, align) = match cue.align.as_str() {
        "start" | "left" => (0.0, "start"),
        "end" | "right" => (100.0, "end"),
        _ => (50.0, "center"),
    };
    same("position", &cue.position.unwrap_or(position).into())?;
    let align = match cue.position_align.as_str() {
        "line-left" => "start",
        "line-right" => "end",
        "center" => "center",
        _ => align,
    };
    same("positionAlign", &align.into())
}

/// The draft's words in today's.
fn today(value: &Value) -> Value {
    match value.as_str() {
        Some("middle") => "center".into(),
        _ => value.clone(),
    }
}

/// The payload trees that vtt.js makes of a file's cues, one for each cue that it shows.
///
/// # Errors
/// When the JSON has another shape.
pub fn trees(json: &str) -> Result<Vec<Vec<Node>>> {
    let value: Value = serde_json::from_str(json)?;
    let shown = value.as_array().context("the oracle is no list")?;
    // each cue is a box around a box around its payload
    shown.iter().map(|outer| nodes(&outer["childNodes"][0]["childNodes"])).collect()
}

fn nodes(list: &Value) -> Result<Vec<Node>> {
    list.as_array().context("the oracle has no nodes")?.iter().map(node).collect()
}

fn node(value: &Value) -> Result<Node> {
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let name = text("localName");
    if name.is_empty() {
        return Ok(Node::Text(text("data")));
    }
    Ok(Node::Element {
        name,
        classes: text("className"),
        title: text("title"),
        lang: text("lang"),
        children: nodes(&value["childNodes"])?,
    })
}
