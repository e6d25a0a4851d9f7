//! What `narrows ls --json` lists of a WebVTT file, as a track.
use anyhow::{Context as _, Result};
use serde_json::Value;
use stream_vtt::{NodeKind, Tree};

use super::{Cue, Node, Region, Track};

/// Gathers cues and regions from the listed entries. The tree of a cue is parsed from its listed text.
///
/// # Errors
/// When an entry lacks what its kind must have.
pub fn track(entries: &[Value]) -> Result<Track> {
    let mut track = Track::default();
    for entry in entries {
        let path = entry["path"].as_str().context("an entry without path")?;
        let fields = &entry["fields"];
        if path.starts_with("cue/") {
            track.cues.push(cue(fields).with_context(|| path.to_owned())?);
        } else if path.starts_with("region") {
            track.regions.push(region(fields).with_context(|| path.to_owned())?);
        }
    }
    // a region that the file does not define, or defines after the cue, is none
    for cue in &mut track.cues {
        let known = |id: &String| track.regions.iter().any(|region| region.id == *id);
        cue.region = cue.region.take().filter(known);
    }
    Ok(track)
}

fn text(fields: &Value, key: &str, default: &str) -> String {
    fields[key].as_str().unwrap_or(default).to_owned()
}

/// A number; one that JSON readers would round stands as a string.
fn number(fields: &Value, key: &str, default: f64) -> f64 {
    let value = &fields[key];
    let written = || value.as_str().and_then(|text| text.parse().ok());
    value.as_f64().or_else(written).unwrap_or(default)
}

fn pair(fields: &Value, key: &str, default: (f64, f64)) -> (f64, f64) {
    let at = |index: usize| fields[key][index].as_f64();
    at(0).zip(at(1)).unwrap_or(default)
}

fn cue(fields: &Value) -> Result<Cue> {
    let seconds = |key: &str| fields[key].as_f64().with_context(|| format!("no {key}"));
    let payload = fields["text"].as_str().context("no text")?;
    Ok(Cue {
        id: text(fields, "id", ""),
        start: seconds("start")?,
        end: seconds("end")?,
        vertical: text(fields, "vertical", ""),
        line: fields["line"].as_f64(),
        snap_to_lines: fields["snap_to_lines"].as_bool().unwrap_or(true),
        line_align: text(fields, "line_align", "start"),
        position: fields["position"].as_f64(),
        position_align: text(fields, "position_align", "auto"),
        size: number(fields, "size", 100.0),
        align: text(fields, "align", "center"),
        region: fields["region"].as_str().map(str::to_owned),
        tree: tree(payload),
        text: payload.to_owned(),
    })
}

fn region(fields: &Value) -> Result<Region> {
    Ok(Region {
        id: text(fields, "id", ""),
        width: number(fields, "width", 100.0),
        lines: number(fields, "lines", 3.0),
        region_anchor: pair(fields, "region_anchor", (0.0, 100.0)),
        viewport_anchor: pair(fields, "viewport_anchor", (0.0, 100.0)),
        scroll: text(fields, "scroll", ""),
    })
}

/// The payload's tree by the library, in the DOM's words.
fn tree(payload: &str) -> Vec<Node> {
    let mut tree = Tree::new();
    tree.parse(payload);
    tree.root().children().map(node).collect()
}

fn node(node: stream_vtt::Node<'_>) -> Node {
    let name = match node.kind() {
        NodeKind::Text => return Node::Text(node.value().to_owned()),
        NodeKind::Timestamp => {
            let millis = node.timestamp().map_or(0, |time| time.millis());
            return Node::Timestamp(millis as f64 / 1000.0);
        }
        NodeKind::Class | NodeKind::Voice | NodeKind::Language | NodeKind::List => "span",
        other => other.tag(),
    };
    let only = |kind| if node.kind() == kind { node.value().to_owned() } else { String::new() };
    Node::Element {
        name: name.to_owned(),
        classes: node.classes().collect::<Vec<_>>().join(" "),
        title: only(NodeKind::Voice),
        lang: only(NodeKind::Language),
        children: node.children().map(self::node).collect(),
    }
}
