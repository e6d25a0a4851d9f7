//! Folds chunks into statistics that do not depend on chunk size or threads.
#![deny(clippy::arithmetic_side_effects)]
