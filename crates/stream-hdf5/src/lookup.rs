//! Where a path leads, through groups of the earliest format without the library, which would take all of their names into memory.

use stream_core::{ChargedVec, Result, no_such_entry};

use crate::file::File;
use crate::storage::symbols::{Pages, Symbol, Symbols};
use crate::walk::is_not_the_files;

/// Soft links that a path leads through, at most: as many as the library follows.
const SOFT_LINKS: u8 = 16;

/// The address of the object to which `path` leads from the group at `from`; `None` where nothing is.
///
/// # Errors
/// What is the caller's: `OverBudget`, `Cancelled`.
pub(crate) fn address_of(
    file: &File,
    pages: &mut Pages,
    from: u64,
    path: &[u8],
) -> Result<Option<u64>> {
    let mut lookup = Lookup { file, pages, links: SOFT_LINKS, asked: false };
    match lookup.path(from, path) {
        Err(error) if is_not_the_files(&error) => Err(error),
        found => Ok(found.unwrap_or(None)),
    }
}

/// The address to which `path` leads from the root, if it is found in groups of the earliest format, or in one that such groups lead
/// to; `None` for all else: the library looks then, and says what is wrong.
///
/// # Errors
/// `Unrecognized` where the groups have no such name; `OverBudget`, `Cancelled`.
pub(crate) fn through_symbols(file: &File, path: &[u8]) -> Result<Option<u64>> {
    if names(path).next().is_none() {
        return Ok(None);
    }
    let root = file.root_address()?;
    if !matches!(Symbols::of(file.context(), file.addresses(), root), Ok(Some(_))) {
        return Ok(None);
    }
    let mut pages = Pages::new(file.context());
    let mut lookup = Lookup { file, pages: &mut pages, links: SOFT_LINKS, asked: false };
    match lookup.path(root, path) {
        // all names were looked for here: the library would find no more
        Ok(None) if !lookup.asked => Err(no_such_entry(&String::from_utf8_lossy(path))),
        Err(error) if !is_not_the_files(&error) => Ok(None),
        found => found,
    }
}

/// The names of a path.
fn names(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|&b| b == b'/').filter(|name| !name.is_empty() && *name != b".")
}

struct Lookup<'f> {
    file: &'f File,
    pages: &'f mut Pages,
    links: u8,
    /// Whether the library was asked for a name.
    asked: bool,
}

impl Lookup<'_> {
    fn path(&mut self, from: u64, path: &[u8]) -> Result<Option<u64>> {
        let mut at = if path.starts_with(b"/") { self.file.root_address()? } else { from };
        for name in names(path) {
            match self.member(at, name)? {
                Some(next) => at = next,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    /// The object to which `name` leads from the group at `group`.
    fn member(&mut self, group: u64, name: &[u8]) -> Result<Option<u64>> {
        let (cx, addresses) = (self.file.context(), self.file.addresses());
        let Some(symbols) = Symbols::of(cx, addresses, group)? else {
            return self.by_library(group, name);
        };
        match symbols.find((cx, addresses), self.pages, name)? {
            None => Ok(None),
            Some(Symbol::Hard(address)) => Ok(Some(address)),
            Some(Symbol::Soft(offset)) => {
                let Some(left) = self.links.checked_sub(1) else { return Ok(None) };
                self.links = left;
                let mut path = ChargedVec::new(cx.budget());
                symbols.text((cx, addresses), self.pages, offset, &mut path)?;
                self.path(group, &path)
            }
        }
    }

    fn by_library(&mut self, group: u64, name: &[u8]) -> Result<Option<u64>> {
        self.asked = true;
        let group = self.file.object_at(group, "")?;
        let found = self.file.call(|library, opened| {
            let id = library.open_path(opened, &group.id, name)?;
            library.object_info(&id)
        });
        Ok(Some(found?.address))
    }
}
