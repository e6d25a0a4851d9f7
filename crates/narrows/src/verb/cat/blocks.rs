//! Blocks of a binary file as JSON lines.

use stream_core::Reader;

use crate::cli::Cat;
use crate::output::Out;
use crate::session::Session;

pub(super) fn stream(_: &Session, _: &Cat, _: &mut dyn Reader, _: &mut Out) -> anyhow::Result<()> {
    anyhow::bail!("x")
}
