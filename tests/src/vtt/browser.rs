//! A browser for web-platform-tests: tracks as objects, and the helpers that the tests call.
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;

use super::{Cue, Node, Region, Track};
use crate::js::{Scope, Value, equal, get, native, object};

mod asserts;
mod page;

pub use page::{assertions, page};

/// How many assertions held.
pub type Count = Rc<RefCell<usize>>;

/// What gives the track of a file that a test names; `None` where the file is not at hand.
pub type Load = Rc<dyn Fn(&Path) -> Result<Option<Track>, String>>;

/// What came of a page.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// How many assertions held.
    pub held: usize,
    /// Files that the page names and that are not at hand: what it asserts of them was passed over.
    pub absent: Vec<String>,
}

fn number(value: f64) -> Value {
    Value::Number(value)
}

fn or_auto(value: Option<f64>) -> Value {
    value.map_or_else(|| Value::text("auto"), Value::Number)
}

/// The cues of a track as the list of objects that scripts see; cues of one region share its object.
fn cues(track: &Track) -> Value {
    let mut regions = BTreeMap::new();
    for region in &track.regions {
        // of regions with one name the last counts
        regions.insert(region.id.clone(), region_object(region));
    }
    Value::array(track.cues.iter().map(|cue| cue_object(cue, &regions)).collect())
}

fn region_object(region: &Region) -> Value {
    object([
        ("id", Value::text(&region.id)),
        ("width", number(region.width)),
        ("lines", number(region.lines)),
        ("regionAnchorX", number(region.region_anchor.0)),
        ("regionAnchorY", number(region.region_anchor.1)),
        ("viewportAnchorX", number(region.viewport_anchor.0)),
        ("viewportAnchorY", number(region.viewport_anchor.1)),
        ("scroll", Value::text(&region.scroll)),
    ])
}

fn cue_object(cue: &Cue, regions: &BTreeMap<String, Value>) -> Value {
    let region = cue.region.as_ref().and_then(|id| regions.get(id)).cloned();
    let tree = fragment(&cue.tree);
    object([
        ("id", Value::text(&cue.id)),
        ("startTime", number(cue.start)),
        ("endTime", number(cue.end)),
        ("text", Value::text(&cue.text)),
        ("vertical", Value::text(&cue.vertical)),
        ("line", or_auto(cue.line)),
        ("snapToLines", Value::Bool(cue.snap_to_lines)),
        ("lineAlign", Value::text(&cue.line_align)),
        ("position", or_auto(cue.position)),
        ("positionAlign", Value::text(&cue.position_align)),
        ("size", number(cue.size)),
        ("align", Value::text(&cue.align)),
        ("region", region.unwrap_or(Value::Null)),
        ("getCueAsHTML", native(move |_| Ok(tree.clone()))),
    ])
}

/// A payload's tree in the shape in which the tests write theirs, behind the methods that they call.
/// Timestamps are left out: the tests compare as HTML, where there are none.
fn fragment(nodes: &[Node]) -> Value {
    wrap(Value::array(nodes.iter().filter_map(node_object).collect()), &Node::content(nodes))
}

fn node_object(node: &Node) -> Option<Value> {
    match node {
        Node::Text(text) => {
            Some(object([("type", Value::text("text")), ("value", Value::text(text))]))
        }
        Node::Timestamp(_) => None,
        Node::Element { name, classes, children, .. } => {
            let inside = children.iter().filter_map(node_object).collect();
            let made = object([("type", Value::text(name)), ("value", Value::array(inside))]);
            if let (Value::Object(map), false) = (&made, classes.is_empty()) {
                map.borrow_mut().insert("className".into(), Value::text(classes));
            }
            Some(made)
        }
    }
}

/// A document fragment over a list of nodes.
fn wrap(children: Value, text: &str) -> Value {
    let (one, other) = (children.clone(), children.clone());
    object([
        ("children", children),
        ("textContent", Value::text(text)),
        (
            "querySelector",
            native(move |arguments| {
                let wanted = arguments.first().cloned().unwrap_or(Value::Undefined);
                let Value::Array(list) = &one else { return Ok(Value::Null) };
                let found = list.borrow().iter().find_map(|node| {
                    let kind = get(node, &Value::text("type")).ok()?;
                    equal(&kind, &wanted).then(|| node.clone())
                });
                Ok(found.unwrap_or(Value::Null))
            }),
        ),
        (
            "isEqualNode",
            native(move |arguments| {
                let theirs = arguments.first().cloned().unwrap_or(Value::Undefined);
                let theirs = get(&theirs, &Value::text("children"))?;
                Ok(Value::Bool(format!("{other:?}") == format!("{theirs:?}")))
            }),
        ),
    ])
}

/// The scope with everything that testharness.js and the track helpers offer.
fn scope(count: &Count) -> Scope {
    let scope = Scope::default();
    asserts::install(&scope, count);
    let limits = [("MAX_VALUE", number(f64::MAX)), ("MIN_VALUE", number(5e-324))];
    scope.set("Number", object(limits));
    scope.set(
        "Array",
        object([("from", native(|list| Ok(list.first().cloned().unwrap_or(Value::Undefined))))]),
    );
    scope
}
