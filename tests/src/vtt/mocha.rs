//! Which file vtt.js compares with which oracle: its `test.js` files say so.
use std::cell::RefCell;
use std::rc::Rc;

use crate::js::{Scope, Value, call, native, object, run};

/// A WebVTT file and the JSON that vtt.js expects of it, as paths within its tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The input.
    pub vtt: String,
    /// What it holds.
    pub json: String,
}

/// What the test runner's methods are called; they differ in how vtt.js is fed, not in what it must find.
const METHODS: [&str; 5] = [
    "jsonEqual",
    "jsonEqualAll",
    "jsonEqualAllNoStream",
    "jsonEqualParsing",
    "jsonEqualParsingNoStream",
];

/// Runs a `test.js` with a test runner that only takes notes.
///
/// # Errors
/// When the script does something unexpected.
pub fn pairs(text: &str) -> Result<Vec<Pair>, String> {
    let found: Rc<RefCell<Vec<Pair>>> = Rc::default();
    let runner = object([("init", nothing()), ("shutdown", nothing())]);
    for name in METHODS {
        let notes = Rc::clone(&found);
        let method = native(move |arguments| {
            let [Value::Text(vtt), Value::Text(json), ..] = arguments else {
                return Err(format!("two names, found {arguments:?}"));
            };
            notes.borrow_mut().push(Pair { vtt: vtt.to_string(), json: json.to_string() });
            Ok(Value::Undefined)
        });
        if let Value::Object(map) = &runner {
            map.borrow_mut().insert(name.into(), method);
        }
    }
    let scope = Scope::default();
    let made = native(move |_| Ok(runner.clone()));
    scope.set("require", native(move |_| Ok(made.clone())));
    for name in ["describe", "it"] {
        scope.set(
            name,
            native(|arguments| {
                let body = arguments.get(1).ok_or("a function is missing")?;
                call(body, &Value::Undefined, &[nothing()])
            }),
        );
    }
    scope.set("before", nothing());
    scope.set("after", nothing());
    run(text, &scope)?;
    let pairs = found.borrow().clone();
    Ok(pairs)
}

fn nothing() -> Value {
    native(|_| Ok(Value::Undefined))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_file_names_its_pairs() {
        let text = "var R = require('x'), test = new R();
            describe('d', function() {
                before(function(done) { test.init(done); });
                it('a', function(done) { test.jsonEqualAll('a.vtt', 'b.json', done); });
            });";
        let pair = Pair { vtt: "a.vtt".into(), json: "b.json".into() };
        assert_eq!(pairs(text), Ok(vec![pair]));
    }
}
