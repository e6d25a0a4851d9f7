//! Statements to effects.
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::parse::{Expression, Function, Kind, Statement, script};
use super::value::{Value, equal, get};

/// The variables of a function and, around it, of those that enclose it.
#[derive(Clone, Default)]
pub struct Scope(Rc<Frame>);

#[derive(Default)]
struct Frame {
    variables: RefCell<BTreeMap<String, Value>>,
    around: Option<Scope>,
}

/// A function of the script, with the variables it can see.
#[derive(Clone)]
pub struct Closure {
    function: Rc<Function>,
    scope: Scope,
}

impl Scope {
    /// Makes a variable here.
    pub fn set(&self, name: &str, value: Value) {
        self.0.variables.borrow_mut().insert(name.to_owned(), value);
    }

    /// Finds a variable here or around.
    ///
    /// # Errors
    /// Where there is none of that name.
    pub fn find(&self, name: &str) -> Result<Value, String> {
        if let Some(value) = self.0.variables.borrow().get(name) {
            return Ok(value.clone());
        }
        self.0.around.as_ref().ok_or_else(|| format!("nothing is named {name}"))?.find(name)
    }

    fn assign(&self, name: &str, value: Value) -> Result<(), String> {
        if let Some(place) = self.0.variables.borrow_mut().get_mut(name) {
            *place = value;
            return Ok(());
        }
        let around = self.0.around.as_ref().ok_or_else(|| format!("nothing is named {name}"))?;
        around.assign(name, value)
    }

    fn inside(&self) -> Self {
        Self(Rc::new(Frame { variables: RefCell::default(), around: Some(self.clone()) }))
    }
}

/// Runs a script in a scope that holds what the host offers.
///
/// # Errors
/// What the script could not do, or asserted in vain, with its line.
pub fn run(text: &str, scope: &Scope) -> Result<(), String> {
    block(&script(text)?, scope).map(|_| ())
}

/// Calls a function of the script or of the host.
///
/// # Errors
/// Where it is no function, or the function fails.
pub fn call(function: &Value, this: &Value, arguments: &[Value]) -> Result<Value, String> {
    match function {
        Value::Native(body) => body(this, arguments),
        Value::Closure(closure) => {
            let scope = closure.scope.inside();
            scope.set("this", this.clone());
            for (index, name) in closure.function.parameters.iter().enumerate() {
                scope.set(name, arguments.get(index).cloned().unwrap_or(Value::Undefined));
            }
            Ok(block(&closure.function.body, &scope)?.unwrap_or(Value::Undefined))
        }
        other => Err(format!("{other:?} is no function")),
    }
}

/// Runs statements; a value where one of them returned.
fn block(statements: &[Statement], scope: &Scope) -> Result<Option<Value>, String> {
    for statement in statements {
        if let Kind::Function(function) = &statement.kind
            && let Some(name) = &function.name
        {
            scope.set(name, closure(function, scope));
        }
    }
    for statement in statements {
        let done = execute(statement, scope).map_err(|why| locate(statement.line, why))?;
        if done.is_some() {
            return Ok(done);
        }
    }
    Ok(None)
}

/// Adds a line unless an inner statement has.
fn locate(line: usize, why: String) -> String {
    if why.starts_with("line ") { why } else { format!("line {line}: {why}") }
}

fn closure(function: &Rc<Function>, scope: &Scope) -> Value {
    Value::Closure(Closure { function: Rc::clone(function), scope: scope.clone() })
}

fn execute(statement: &Statement, scope: &Scope) -> Result<Option<Value>, String> {
    match &statement.kind {
        Kind::Empty | Kind::Function(_) => {}
        Kind::Expression(expression) => {
            evaluate(expression, scope)?;
        }
        Kind::Variables(list) => {
            for (name, value) in list {
                let value = value.as_ref().map(|value| evaluate(value, scope)).transpose()?;
                scope.set(name, value.unwrap_or(Value::Undefined));
            }
        }
        Kind::Block(statements) => return block(statements, scope),
        Kind::Return(None) => return Ok(Some(Value::Undefined)),
        Kind::Return(Some(value)) => return Ok(Some(evaluate(value, scope)?)),
        Kind::If(condition, then) => {
            if evaluate(condition, scope)?.truth() {
                return execute(then, scope);
            }
        }
        Kind::For(start, condition, step, body) => {
            execute(start, scope)?;
            while evaluate(condition, scope)?.truth() {
                if let Some(value) = execute(body, scope)? {
                    return Ok(Some(value));
                }
                evaluate(step, scope)?;
            }
        }
    }
    Ok(None)
}

fn evaluate(expression: &Expression, scope: &Scope) -> Result<Value, String> {
    let all = |list: &[Expression]| {
        list.iter().map(|one| evaluate(one, scope)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match expression {
        Expression::Number(value) => Value::Number(*value),
        Expression::Text(text) => Value::text(text),
        Expression::Name(name) => match name.as_str() {
            "true" => Value::Bool(true),
            "false" => Value::Bool(false),
            "null" => Value::Null,
            "undefined" => Value::Undefined,
            name => scope.find(name)?,
        },
        Expression::Array(list) => Value::array(all(list)?),
        Expression::Object(list) => {
            let mut map = BTreeMap::new();
            for (key, value) in list {
                map.insert(key.clone(), evaluate(value, scope)?);
            }
            Value::Object(Rc::new(RefCell::new(map)))
        }
        Expression::Function(function) => closure(function, scope),
        Expression::Member(value, key) => get(&evaluate(value, scope)?, &evaluate(key, scope)?)?,
        Expression::Call(function, arguments) => {
            let (this, function) = match function.as_ref() {
                Expression::Member(value, key) => {
                    let this = evaluate(value, scope)?;
                    let function = get(&this, &evaluate(key, scope)?)?;
                    (this, function)
                }
                other => (Value::Undefined, evaluate(other, scope)?),
            };
            call(&function, &this, &all(arguments)?)?
        }
        Expression::Unary("!", value) => Value::Bool(!evaluate(value, scope)?.truth()),
        Expression::Unary("-", value) => Value::Number(-evaluate(value, scope)?.number()?),
        Expression::Unary(_, place) => {
            let before = evaluate(place, scope)?;
            store(place, Value::Number(before.number()? + 1.0), scope)?;
            before
        }
        Expression::Binary(sign, left, right) => binary(sign, left, right, scope)?,
        Expression::Assign(place, value) => {
            let value = evaluate(value, scope)?;
            store(place, value.clone(), scope)?;
            value
        }
    })
}

fn store(place: &Expression, value: Value, scope: &Scope) -> Result<(), String> {
    match place {
        Expression::Name(name) => scope.assign(name, value),
        Expression::Member(object, key) => {
            match (evaluate(object, scope)?, evaluate(key, scope)?) {
                (Value::Object(map), Value::Text(key)) => {
                    map.borrow_mut().insert(key.to_string(), value);
                    Ok(())
                }
                (object, key) => Err(format!("cannot set {key:?} of {object:?}")),
            }
        }
        other => Err(format!("cannot assign to {other:?}")),
    }
}

fn binary(
    sign: &str,
    left: &Expression,
    right: &Expression,
    scope: &Scope,
) -> Result<Value, String> {
    let left = evaluate(left, scope)?;
    match sign {
        "&&" if !left.truth() => return Ok(left),
        "||" if left.truth() => return Ok(left),
        _ => {}
    }
    let right = evaluate(right, scope)?;
    if let ("+", true) = (sign, [&left, &right].iter().any(|one| matches!(one, Value::Text(_)))) {
        let plain = |value: &Value| match value {
            Value::Text(text) => text.to_string(),
            other => format!("{other:?}"),
        };
        return Ok(Value::text(&(plain(&left) + &plain(&right))));
    }
    let numbers = || Ok::<_, String>((left.number()?, right.number()?));
    Ok(match sign {
        "&&" | "||" => right,
        "==" | "===" => Value::Bool(equal(&left, &right)),
        "!=" | "!==" => Value::Bool(!equal(&left, &right)),
        "in" => Value::Bool(!matches!(get(&right, &left)?, Value::Undefined)),
        "<" => numbers().map(|(left, right)| Value::Bool(left < right))?,
        "<=" => numbers().map(|(left, right)| Value::Bool(left <= right))?,
        ">" => numbers().map(|(left, right)| Value::Bool(left > right))?,
        "+" => numbers().map(|(left, right)| Value::Number(left + right))?,
        "-" => numbers().map(|(left, right)| Value::Number(left - right))?,
        "*" => numbers().map(|(left, right)| Value::Number(left * right))?,
        "/" => numbers().map(|(left, right)| Value::Number(left / right))?,
        other => return Err(format!("`{other}` is not known here")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js::native;

    #[test]
    fn the_shapes_that_the_tests_use_run() {
        let scope = Scope::default();
        let seen = Rc::new(RefCell::new(Vec::new()));
        let log = Rc::clone(&seen);
        scope.set(
            "log",
            native(move |arguments| {
                log.borrow_mut().push(format!("{arguments:?}"));
                Ok(Value::Undefined)
            }),
        );
        let text = r#"
            // a comment
            later(2);
            var pairs = [[0, 'a'], [1.5, "b\n\u0041"],];
            pairs.forEach(function(pair, index) { log(index + 1, pair[1], 'n' + pair[0]); });
            for (var i = 0; i < 2; i++) { var k = pairs.length + i; log(k, -1 * k, !!k); }
            var object = { id: "x", inner: { } };
            object.id = null;
            log(object.id === null, object.none, object.inner == object.inner);
            function later(count) { if (count != 2) return; log("later"); }
        "#;
        run(text, &scope).unwrap();
        let expected = [
            "[\"later\"]",
            "[1, \"a\", \"n0\"]",
            "[2, \"b\\nA\", \"n1.5\"]",
            "[2, -2, true]",
            "[3, -3, true]",
            "[true, undefined, true]",
        ];
        assert_eq!(*seen.borrow(), expected);
    }

    #[test]
    fn what_is_not_understood_is_an_error_with_its_line() {
        let scope = Scope::default();
        assert_eq!(
            run("var a = 1;\nnope(a);", &scope).unwrap_err(),
            "line 2: nothing is named nope"
        );
        assert!(run("var a = ;", &scope).unwrap_err().starts_with("line 1: a value"));
        assert!(run("class A {}", &scope).is_err());
    }
}
