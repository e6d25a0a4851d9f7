//! Where a container itself says that it ends, beside where the file does. Looked at once, behind the last packet.

mod flv;
mod matroska;
mod transport;

use stream_core::{Context, Result, Window};

/// That a file ends before its container does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Short {
    /// What was expected and found, with the clause that says so.
    pub(crate) what: String,
    /// At which byte what is cut begins.
    pub(crate) offset: u64,
}

/// Bytes read at once.
const WINDOW: usize = 8 << 10;

/// What is missing at the end, as far as Matroska, FLV and MPEG transport streams tell; `None` where they tell nothing, and for other
/// files.
///
/// # Errors
/// What the source says, `OverBudget`.
pub(crate) fn look(cx: &Context) -> Result<Option<Short>> {
    let Some(size) = cx.source().size().filter(|_| cx.is_random()) else { return Ok(None) };
    let mut window = Window::new(cx.clone(), WINDOW);
    let start = window.at(0, 4)?;
    match start.get(..4) {
        Some([0x1a, 0x45, 0xdf, 0xa3]) => matroska::look(&mut window, size),
        Some(b"FLV\x01") => flv::look(&mut window, size),
        Some(_) => transport::look(&mut window, size),
        None => Ok(None),
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
