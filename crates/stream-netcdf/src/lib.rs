//! Streams netCDF classic and netCDF-4 dimensions, variables and attributes in bounded memory.
#![deny(clippy::arithmetic_side_effects)]
