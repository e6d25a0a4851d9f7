//! The data of classic variables: where chunks lie, and reading them with few large reads.
#![deny(clippy::arithmetic_side_effects)]

mod blocks;
mod gather;
mod plan;
mod together;

pub(crate) use blocks::{Blocks, resolve};
pub(crate) use plan::{Elements, VariablePlan};
pub(crate) use together::{Records, Together};
