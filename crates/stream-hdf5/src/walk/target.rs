//! Where links lead that are not hard.

use stream_core::{ChargedVec, Result};

use super::{Found, Link, Target, Walk, is_not_the_files, lost};
use crate::ffi::{LinkKind, LinkTarget};
use crate::lookup;
use crate::object::Object;

/// Where a link that is not hard leads; `value` is for its bytes.
pub(super) fn target(
    group: &Object,
    name: &[u8],
    kind: LinkKind,
    value: &mut ChargedVec<u8>,
) -> Result<Target> {
    if let LinkKind::Other(class) = kind {
        return Ok(Target::Other(class));
    }
    group.file().call(|library, opened| {
        Ok(match library.link_target(opened, &group.id, name, value)? {
            LinkTarget::File { file, path } => Target::External { file, path },
            LinkTarget::Path(path) => {
                let leads = match library.info_by_name(opened, &group.id, name) {
                    Ok(_) => true,
                    Err(error) if is_not_the_files(&error) => return Err(error),
                    Err(_) => false,
                };
                Target::Soft { path, leads }
            }
        })
    })
}

impl Walk {
    /// A soft link of a group of the earliest format.
    pub(super) fn soft(&mut self, offset: u64) -> Result<Found> {
        let (file, path) = (&self.file, self.path.as_str().to_owned());
        let Some(level) = self.levels.last() else { return Err(lost()) };
        let Some((table, _)) = &level.symbols else { return Err(lost()) };
        self.value.clear();
        let around = (file.context(), file.addresses());
        match table.text(around, &mut self.pages, offset, &mut self.value) {
            Ok(()) => {}
            Err(error) if is_not_the_files(&error) => return Err(error),
            Err(error) => return Ok(Found::Broken { path, error }),
        }
        let target = self.value.to_vec();
        let address = lookup::address_of(file, &mut self.pages, level.group, &target)?;
        let leads = match address.map(|address| file.object_at(address, "")) {
            Some(Err(error)) if is_not_the_files(&error) => return Err(error),
            found => found.is_some_and(|object| object.is_ok()),
        };
        Ok(Found::Link(Link { path, target: Target::Soft { path: target, leads } }))
    }
}
