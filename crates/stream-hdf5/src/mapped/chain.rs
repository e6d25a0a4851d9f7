//! Virtual datasets whose sources are virtual: how deep, and never back to one that is being read.

use std::sync::Arc;

use stream_core::{Error, ErrorKind, Result};

use crate::object::Object;

/// More virtual datasets are not followed one through the other.
const DEEPEST: usize = 8;

/// The virtual datasets through which a source was reached.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chain {
    /// Device and inode of the file where it has those, and the address of the object's header.
    links: Arc<[Link]>,
}

type Link = (Option<(u64, u64)>, u64);

impl Chain {
    /// The chain with another virtual dataset at its end.
    ///
    /// # Errors
    /// `Malformed` for one that is in it already, `Unsupported` where it would become too long.
    pub(crate) fn with(&self, object: &Object) -> Result<Self> {
        let identity = object.file().context().source().identity()?;
        let link = (identity.map(|identity| identity.object), object.address());
        if self.links.contains(&link) {
            let at = object.file().base().saturating_add(object.address());
            return Err(Error::malformed(at, "virtual dataset: its sources lead back to it"));
        }
        if self.links.len() >= DEEPEST {
            let message = format!("virtual dataset: more than {DEEPEST} lead to one another");
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        Ok(Self { links: self.links.iter().copied().chain([link]).collect() })
    }
}
