//! A scope whose reservations may not pass a limit of its own.
#![deny(clippy::arithmetic_side_effects)]

use std::cell::RefCell;
use std::marker::PhantomData;

use crate::Budget;

/// Limits what is reserved from `budget` on this thread to `bytes`, until the guard is dropped.
///
/// A reservation over it fails inside the scope alone: everybody else has what `budget` has left. It holds for
/// [`Scope::budget`] on any thread, and for whoever asks [`effective`] which budget to charge, as
/// `stream_core::Context` does when it is made. Scopes nest; the innermost is charged, and those around it.
///
/// ```
/// use stream_memory::{Budget, limit};
///
/// let budget = Budget::new("memory", 100);
/// let scope = limit::scope(&budget, 10);
/// assert!(limit::effective(&budget).reserve(11).is_err());
/// assert!(budget.reserve(11).is_ok(), "who names the budget itself is not in the scope");
/// drop(scope);
/// assert!(limit::effective(&budget).reserve(11).is_ok());
/// ```
pub fn scope(budget: &Budget, bytes: u64) -> Scope {
    let limited = effective(budget).child(NAME, bytes);
    let entered = Entered { base: budget.clone(), limited: limited.clone() };
    // a thread that is about to end makes no contexts any more
    let _ = SCOPES.try_with(|scopes| scopes.borrow_mut().push(entered));
    Scope { limited, here: PhantomData }
}

/// The name of a scope's budget in refusals.
const NAME: &str = "scope";

/// Does something within a [`scope`], whose budget it is given.
pub fn within<T>(budget: &Budget, bytes: u64, act: impl FnOnce(&Budget) -> T) -> T {
    let scope = scope(budget, bytes);
    act(scope.budget())
}

/// What to charge on this thread for what is `budget`'s: the innermost [`scope`] that was made of it, else itself.
pub fn effective(budget: &Budget) -> Budget {
    let innermost = SCOPES.try_with(|scopes| {
        let scopes = scopes.borrow();
        let entered = scopes.iter().rev().find(|entered| entered.base.ptr_eq(budget))?;
        Some(entered.limited.clone())
    });
    innermost.ok().flatten().unwrap_or_else(|| budget.clone())
}

struct Entered {
    base: Budget,
    limited: Budget,
}

std::thread_local! {
    static SCOPES: RefCell<Vec<Entered>> = const { RefCell::new(Vec::new()) };
}

/// A limit that ends when this is dropped; see [`scope`].
#[must_use = "the scope ends when this is dropped"]
#[derive(Debug)]
pub struct Scope {
    limited: Budget,
    /// Of the thread that made it.
    here: PhantomData<*const ()>,
}

impl Scope {
    /// The budget with the scope's limit: a child of the one it was made of, to be handed to other threads.
    pub fn budget(&self) -> &Budget {
        &self.limited
    }
}

impl Drop for Scope {
    fn drop(&mut self) {
        let _ = SCOPES.try_with(|scopes| {
            let mut scopes = scopes.borrow_mut();
            // not always the last: guards may be dropped in any order
            if let Some(at) =
                scopes.iter().rposition(|entered| entered.limited.ptr_eq(&self.limited))
            {
                scopes.remove(at);
            }
        });
    }
}
