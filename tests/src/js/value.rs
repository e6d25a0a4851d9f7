//! Values, and what they are to each other.
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::eval::{Closure, call};

/// A function of the host: `this` and the arguments to a value.
type Native = Rc<dyn Fn(&Value, &[Value]) -> Result<Value, String>>;

/// A value of the script; arrays and objects are shared, as in the language.
#[derive(Clone)]
#[allow(missing_docs)]
pub enum Value {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(Rc<str>),
    Array(Rc<RefCell<Vec<Value>>>),
    Object(Rc<RefCell<BTreeMap<String, Value>>>),
    Closure(Closure),
    Native(Native),
}

impl Value {
    /// A string.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// A list.
    #[must_use]
    pub fn array(values: Vec<Self>) -> Self {
        Self::Array(Rc::new(RefCell::new(values)))
    }

    /// What a condition sees.
    #[must_use]
    pub fn truth(&self) -> bool {
        match self {
            Self::Undefined | Self::Null => false,
            Self::Bool(value) => *value,
            Self::Number(value) => *value != 0.0 && !value.is_nan(),
            Self::Text(text) => !text.is_empty(),
            _ => true,
        }
    }

    /// The number it is.
    ///
    /// # Errors
    /// Where it is something else.
    pub fn number(&self) -> Result<f64, String> {
        match self {
            Self::Number(value) => Ok(*value),
            other => Err(format!("{other:?} is no number")),
        }
    }
}

impl std::fmt::Debug for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Undefined => f.write_str("undefined"),
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Array(list) => f.debug_list().entries(list.borrow().iter()).finish(),
            Self::Object(map) => f.debug_map().entries(map.borrow().iter()).finish(),
            Self::Closure(_) | Self::Native(_) => f.write_str("function"),
        }
    }
}

/// An object with these properties.
#[must_use]
pub fn object<const N: usize>(properties: [(&str, Value); N]) -> Value {
    let map = properties.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    Value::Object(Rc::new(RefCell::new(map)))
}

/// A function of the host.
pub fn native(body: impl Fn(&[Value]) -> Result<Value, String> + 'static) -> Value {
    Value::Native(Rc::new(move |_, arguments| body(arguments)))
}

/// `===`: objects are equal to themselves alone.
#[must_use]
pub fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Undefined, Value::Undefined) | (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) => left == right,
        (Value::Number(left), Value::Number(right)) => left == right,
        (Value::Text(left), Value::Text(right)) => left == right,
        (Value::Array(left), Value::Array(right)) => Rc::ptr_eq(left, right),
        (Value::Object(left), Value::Object(right)) => Rc::ptr_eq(left, right),
        _ => false,
    }
}

/// A property: `value.key` or `value[key]`.
///
/// # Errors
/// Where the value has no properties.
pub fn get(value: &Value, key: &Value) -> Result<Value, String> {
    let name = match key {
        Value::Text(name) => name.to_string(),
        Value::Number(index) => format!("{index}"),
        other => return Err(format!("{other:?} is no key")),
    };
    match value {
        Value::Object(map) => Ok(map.borrow().get(&name).cloned().unwrap_or(Value::Undefined)),
        Value::Array(list) => element(list, &name),
        other => Err(format!("{other:?} has no property {name}")),
    }
}

fn element(list: &Rc<RefCell<Vec<Value>>>, name: &str) -> Result<Value, String> {
    let shared = Rc::clone(list);
    Ok(match name {
        "length" => Value::Number(list.borrow().len() as f64),
        "map" | "forEach" => native(move |arguments| {
            let body = arguments.first().ok_or("a function is missing")?;
            let mut results = Vec::new();
            for (index, one) in shared.borrow().iter().enumerate() {
                let pair = [one.clone(), Value::Number(index as f64)];
                results.push(call(body, &Value::Undefined, &pair)?);
            }
            Ok(Value::array(results))
        }),
        index => {
            let index: usize = index.parse().map_err(|_| format!("lists have no {index}"))?;
            list.borrow().get(index).cloned().unwrap_or(Value::Undefined)
        }
    })
}
