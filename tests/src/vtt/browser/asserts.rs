//! The assertions of testharness.js and of the tests' `track-helpers.js`.
use std::rc::Rc;

use super::{Count, wrap};
use crate::js::{Scope, Value, call, equal, get, native, object};

type Assertion = fn(&[Value]) -> Result<bool, String>;

const ASSERTIONS: [(&str, Assertion); 9] = [
    ("assert_equals", |of| Ok(equal(at(of, 0), at(of, 1)))),
    ("assert_not_equals", |of| Ok(!equal(at(of, 0), at(of, 1)))),
    ("assert_true", |of| Ok(equal(at(of, 0), &Value::Bool(true)))),
    ("assert_false", |of| Ok(equal(at(of, 0), &Value::Bool(false)))),
    ("assert_cues_equal", cues_match),
    ("assert_cues_match", cues_match),
    ("assert_cues_html_content", html_content),
    ("assert_cue_fragment", |of| fragment_is(of, "children")),
    ("assert_cue_fragment_as_textcontent", |of| fragment_is(of, "textContent")),
];

/// Puts all of them into a scope; those that hold are counted, those that do not are errors.
pub(super) fn install(scope: &Scope, count: &Count) {
    for (name, holds) in ASSERTIONS {
        let count = Rc::clone(count);
        scope.set(
            name,
            native(move |arguments| {
                // the cues of a file that is not at hand
                if matches!(at(arguments, 0), Value::Null) && name.starts_with("assert_cue") {
                    return Ok(Value::Undefined);
                }
                if !holds(arguments)? {
                    return Err(format!("{name}{arguments:?} does not hold"));
                }
                *count.borrow_mut() += 1;
                Ok(Value::Undefined)
            }),
        );
    }
    scope.set("createFragment", native(|of| Ok(wrap(at(of, 0).clone(), &content(at(of, 0))?))));
}

fn at(arguments: &[Value], index: usize) -> &Value {
    arguments.get(index).unwrap_or(&Value::Undefined)
}

/// Every property of every expected cue, and as many cues.
fn cues_match(arguments: &[Value]) -> Result<bool, String> {
    let (Value::Array(cues), Value::Array(expected)) = (at(arguments, 0), at(arguments, 1)) else {
        return Err("two lists are compared".into());
    };
    let (cues, expected) = (cues.borrow(), expected.borrow());
    if cues.len() != expected.len() {
        return Ok(false);
    }
    for (index, (cue, expected)) in cues.iter().zip(expected.iter()).enumerate() {
        let Value::Object(expected) = expected else { return Err("a cue is an object".into()) };
        for (key, wanted) in expected.borrow().iter() {
            let found = get(cue, &Value::text(key))?;
            if !equal(&found, wanted) {
                return Err(format!("cue {index}: {key} is {found:?}, expected {wanted:?}"));
            }
        }
    }
    Ok(true)
}

/// Each expectation says how to read a cue, and what that gives.
fn html_content(arguments: &[Value]) -> Result<bool, String> {
    let (Value::Array(cues), Value::Array(expected)) = (at(arguments, 0), at(arguments, 1)) else {
        return Err("two lists are compared".into());
    };
    for (cue, expected) in cues.borrow().iter().zip(expected.borrow().iter()) {
        let read = get(expected, &Value::text("innerHTML"))?;
        let found = call(&read, &Value::Undefined, std::slice::from_ref(cue))?;
        if !equal(&found, &get(expected, &Value::text("expected"))?) {
            return Err(format!("content is {found:?}, expected {expected:?}"));
        }
    }
    Ok(cues.borrow().len() == expected.borrow().len())
}

/// Whether a cue's tree is the given one, by structure or by its text alone.
fn fragment_is(arguments: &[Value], by: &str) -> Result<bool, String> {
    let cue = at(arguments, 0);
    let found = call(&get(cue, &Value::text("getCueAsHTML"))?, cue, &[])?;
    let children = at(arguments, 1);
    let wanted = wrap(children.clone(), &content(children)?);
    let part = |value: &Value| get(value, &Value::text(by)).map(|part| format!("{part:?}"));
    Ok(part(&found)? == part(&wanted)?)
}

/// All text inside a list of nodes.
fn content(nodes: &Value) -> Result<String, String> {
    let Value::Array(list) = nodes else { return Err(format!("{nodes:?} is no list of nodes")) };
    let mut text = String::new();
    for node in list.borrow().iter() {
        match get(node, &Value::text("value"))? {
            Value::Text(part) => text.push_str(&part),
            inside => text.push_str(&content(&inside)?),
        }
    }
    Ok(text)
}

/// What a test's `t` offers: its steps run at once.
pub(super) fn steps() -> Value {
    let first = || native(|of: &[Value]| Ok(at(of, 0).clone()));
    let nothing = || native(|_: &[Value]| Ok(Value::Undefined));
    object([
        ("step", nothing()),
        ("step_func", first()),
        ("step_func_done", first()),
        ("done", nothing()),
    ])
}
