//! The path of each object, by the address of its header: for references.

use stream_core::{ChargedVec, Result};

use crate::file::File;
use crate::visited::Visited;
use crate::walk::{Found, Walk};

/// Paths by address.
pub(crate) struct Paths {
    /// All paths, one after the other, each before a zero byte.
    text: ChargedVec<u8>,
    places: Visited,
}

impl Paths {
    /// Walks over the whole file. What cannot be read is left out.
    pub(crate) fn collect(file: &File) -> Result<Self> {
        let budget = file.context().budget();
        let mut paths = Self { text: ChargedVec::new(budget), places: Visited::new(budget) };
        let mut walk = Walk::new(file.root()?)?;
        while let Some(found) = walk.next_found()? {
            let Found::Object(object) = found else { continue };
            let start = u64::try_from(paths.text.len()).unwrap_or(u64::MAX);
            paths.text.extend(object.path().as_bytes())?;
            paths.text.push(0)?;
            paths.places.insert(object.address(), start)?;
        }
        Ok(paths)
    }

    /// The path of the object at `address`.
    pub(crate) fn get(&self, address: u64) -> Option<&str> {
        let start = usize::try_from(self.places.get(address)?).ok()?;
        let path = self.text.get(start..)?.split(|&b| b == 0).next()?;
        std::str::from_utf8(path).ok()
    }
}
