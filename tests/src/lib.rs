//! The integration suite: what its tests share.
pub mod command;
pub mod corpus;
pub mod js;
pub mod vtt;
