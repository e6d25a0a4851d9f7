//! The part of JavaScript in which W3C's web-platform-tests state what a parser must find.
//!
//! Enough for those files and no more: values, functions, `for`, `if`, and the array methods that
//! they use. Anything else is an error that names its line, so no assertion is passed over unseen.
mod eval;
mod lex;
mod parse;
mod value;

pub use eval::{Scope, call, run};
pub use value::{Value, equal, get, native, object};
