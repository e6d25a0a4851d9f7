//! All objects and links of a file, each object once.

mod batch;
mod target;

use std::fmt;

use stream_core::memory::Reservation;
use stream_core::{ChargedString, ChargedVec, Error, ErrorKind, Result};

use crate::ffi::LinkKind;
use crate::file::File;
use crate::name::push_member;
use crate::object::{Object, ObjectKind};
use crate::storage::symbols::{Cursor, Pages, Symbols};
use crate::visited::{Addresses, Visited};
use batch::{decode, encode};
use target::target;

/// What the walk comes upon.
#[derive(Debug)]
pub enum Found {
    /// An object, at the first path that leads to it.
    Object(Object),
    /// A link that leads to no new object.
    Link(Link),
    /// What cannot be read: an object's header, or the rest of a group's links.
    Broken {
        /// The path.
        path: String,
        /// Why.
        error: Error,
    },
}

/// A link that leads to no new object.
#[derive(Clone, Debug)]
pub struct Link {
    /// Its path, names escaped.
    pub path: String,
    /// Where it leads.
    pub target: Target,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// To an object that was found before, at this path.
    Hard(String),
    /// To a path in this file.
    Soft {
        /// The path as stored.
        path: Vec<u8>,
        /// Whether an object is there. Links to other files are not followed.
        leads: bool,
    },
    /// To a path in another file, which is not opened.
    External {
        /// The file's name as stored.
        file: Vec<u8>,
        /// The path as stored.
        path: Vec<u8>,
    },
    /// To wherever whoever defined this class of links knows.
    Other(i32),
}

/// A walk over all links from a group on, depth first: a group, then each of its members with all that is below it.
///
/// Members come in the order in which they were made where the group keeps that, else as its index has them. Objects with several
/// hard links are remembered, 32 to 64 bytes each and their path; other groups take up to 10 bytes each. The names of a group's members come in batches of a
/// 128th of the budget's limit, at most 1 MiB, halved for each level. A level takes 192 bytes.
pub struct Walk {
    file: File,
    first: Option<Object>,
    /// The group that was given last, whose members come next.
    below: Option<u64>,
    levels: ChargedVec<Level>,
    path: ChargedString,
    names: ChargedVec<u8>,
    seen: Visited,
    /// Groups that say that one link leads to them.
    single: Addresses,
    /// The group whose links were looked at last, kept open: what the library knows of it goes when it is closed.
    open: Option<Object>,
    /// Paths of what was seen, each before a zero byte.
    paths: ChargedVec<u8>,
    value: ChargedVec<u8>,
    /// What was read last of groups of the earliest format.
    pages: Pages,
    batch: usize,
    over: Option<Reservation>,
}

struct Level {
    group: u64,
    by_creation: bool,
    /// Where the path of the group ends.
    path: usize,
    /// Where its batch of names begins, the next of them, and where they end.
    start: usize,
    at: usize,
    end: usize,
    /// The number of the first link that is not in the batch; `None` when all are.
    next: Option<u64>,
    /// For a group of the earliest format, its table and where its listing stands.
    symbols: Option<(Symbols, Cursor)>,
}

impl Walk {
    /// A walk that begins with `first`.
    ///
    /// # Errors
    /// `OverBudget`.
    pub fn new(first: Object) -> Result<Self> {
        let file = first.file().clone();
        let budget = file.context().budget().clone();
        let pages = Pages::new(file.context());
        let mut path = ChargedString::new(&budget);
        path.push_str(first.path())?;
        let batch = usize::try_from(budget.limit() / 128).unwrap_or(usize::MAX);
        Ok(Self {
            file,
            first: Some(first),
            below: None,
            levels: ChargedVec::new(&budget),
            path,
            names: ChargedVec::new(&budget),
            seen: Visited::new(&budget),
            single: Addresses::new(&budget),
            open: None,
            paths: ChargedVec::new(&budget),
            value: ChargedVec::new(&budget),
            pages,
            batch: batch.clamp(16 << 10, 1 << 20),
            over: None,
        })
    }

    /// How deep the last found is below the first.
    pub fn depth(&self) -> u32 {
        u32::try_from(self.levels.len()).unwrap_or(u32::MAX)
    }

    /// The next object or link; `None` after the last.
    ///
    /// # Errors
    /// `OverBudget` and `Cancelled`, both resumable, and `Io`. What the file's bytes do wrong is [`Found::Broken`].
    pub fn next_found(&mut self) -> Result<Option<Found>> {
        if let Some(first) = &self.first {
            let (address, is_group) = (first.address(), first.kind() == ObjectKind::Group);
            remember(&mut self.paths, &mut self.seen, address, first.path())?;
            self.below = is_group.then_some(address);
            return Ok(self.first.take().map(Found::Object));
        }
        loop {
            if let Some(group) = self.below {
                let end = self.names.len();
                let path = self.path.len();
                let next = Some(0);
                let (by_creation, start, at, symbols) = (false, end, end, None);
                let level = Level { group, by_creation, path, start, at, end, next, symbols };
                self.levels.push(level)?;
                self.below = None;
            }
            let Some(level) = self.levels.last() else { return Ok(None) };
            self.path.truncate(level.path);
            if level.at < level.end {
                return self.at_hand().map(Some);
            }
            if level.next.is_none() {
                self.names.truncate(level.start);
                self.levels.pop();
            } else if let Some(broken) = self.refill()? {
                return Ok(Some(broken));
            }
        }
    }

    /// Reads the next names of the group at hand.
    fn refill(&mut self) -> Result<Option<Found>> {
        let depth = self.levels.len().min(32);
        let (file, path) = (&self.file, self.path.as_str());
        let Some(level) = self.levels.as_mut_slice().last_mut() else { return Ok(None) };
        let start = level.next.unwrap_or(0);
        let most = self.batch.checked_shr(u32::try_from(depth).unwrap_or(0)).unwrap_or(0);
        let names = &mut self.names;
        names.truncate(level.start);
        (level.at, level.end) = (level.start, level.start);
        let most = level.start.saturating_add(most.max(4 << 10));
        if start == 0 {
            let table = Symbols::of(file.context(), file.addresses(), level.group);
            // what is wrong with the header is the library's to say
            level.symbols = table.ok().flatten().map(|table| (table, Cursor::default()));
        }
        let mut listed = 0u64;
        let listing = match &mut level.symbols {
            Some((table, cursor)) => {
                let around = (file.context(), file.addresses());
                let before = *cursor;
                let listed = table.list(
                    around,
                    &mut self.pages,
                    cursor,
                    &mut self.value,
                    &mut |name, symbol| {
                        if names.len() >= most {
                            return Ok(false);
                        }
                        encode(names, name, symbol.into())?;
                        Ok(true)
                    },
                );
                if listed.as_ref().is_err_and(is_not_the_files) {
                    *cursor = before;
                }
                listed
            }
            None => opened(file, &mut self.open, level.group, path).and_then(|group| {
                file.call(|library, _| {
                    if start == 0 {
                        level.by_creation = library.keeps_order(&group.id, group.info.kind)?.links;
                    }
                    library.links(&group.id, level.by_creation, start, &mut |name, kind| {
                        if names.len() >= most {
                            return Ok(false);
                        }
                        encode(names, name, kind)?;
                        listed = listed.saturating_add(1);
                        Ok(true)
                    })
                })
            }),
        };
        match listing {
            Ok(stopped) => {
                // a table's listing stands where its cursor does
                level.next = stopped.then(|| start.saturating_add(listed).max(1));
                level.end = self.names.len();
                self.file.check_cache(&mut self.over)?;
                Ok(None)
            }
            Err(error) if is_not_the_files(&error) => {
                names.truncate(level.start);
                Err(error)
            }
            Err(error) => {
                level.next = None;
                level.end = names.len();
                Ok(Some(Found::Broken { path: self.path.as_str().to_owned(), error }))
            }
        }
    }

    /// What the name at hand leads to; goes on to the next one.
    fn at_hand(&mut self) -> Result<Found> {
        let Some(level) = self.levels.last() else { return Err(lost()) };
        let (kind, name, next) = decode(&self.names, level.at).ok_or_else(lost)?;
        push_member(&mut self.path, name)?;
        let found = match kind {
            LinkKind::Hard(address) => self.hard(address)?,
            LinkKind::Stored(offset) => self.soft(offset)?,
            other => {
                let group = opened(&self.file, &mut self.open, level.group, "");
                let target = group.and_then(|group| target(group, name, other, &mut self.value));
                match target {
                    Ok(target) => Found::Link(Link { path: self.path.as_str().to_owned(), target }),
                    Err(error) if is_not_the_files(&error) => return Err(error),
                    Err(error) => Found::Broken { path: self.path.as_str().to_owned(), error },
                }
            }
        };
        if let Found::Object(object) = &found
            && object.kind() == ObjectKind::Group
        {
            self.below = Some(object.address());
        }
        if let Some(level) = self.levels.as_mut_slice().last_mut() {
            level.at = next;
        }
        Ok(found)
    }

    fn hard(&mut self, address: u64) -> Result<Found> {
        let path = self.path.as_str();
        if let Some(at) = self.seen.get(address) {
            let target = Target::Hard(text_at(&self.paths, at));
            return Ok(Found::Link(Link { path: path.to_owned(), target }));
        }
        // a group's claim to have one link is not believed: a cycle of such groups would have no end
        if self.single.contains(address) {
            return Ok(self.again(address));
        }
        let object = match self.file.object_at(address, path) {
            Ok(object) => object,
            Err(error) if is_not_the_files(&error) => return Err(error),
            Err(error) => return Ok(Found::Broken { path: path.to_owned(), error }),
        };
        if object.links() > 1 {
            remember(&mut self.paths, &mut self.seen, address, path)?;
        } else if object.kind() == ObjectKind::Group {
            self.single.insert(address)?;
        }
        Ok(Found::Object(object))
    }

    /// A link to a group that was found before, although it says that it has one link only. Where it was found is known of those
    /// in which the walk is.
    fn again(&self, address: u64) -> Found {
        let path = self.path.as_str().to_owned();
        let around = self.levels.iter().find(|level| level.group == address);
        match around.and_then(|level| self.path.as_str().get(..level.path)) {
            Some(found) => Found::Link(Link { path, target: Target::Hard(found.to_owned()) }),
            None => {
                let message = "group: found before at another path, although its header says that it has one link";
                Found::Broken { path, error: Error::malformed(address, message) }
            }
        }
    }
}

impl fmt::Debug for Walk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walk").field("path", &self.path).field("depth", &self.depth()).finish()
    }
}

/// The group at an address: the one that is open, or another in its place.
fn opened<'a>(
    file: &File,
    open: &'a mut Option<Object>,
    address: u64,
    path: &str,
) -> Result<&'a Object> {
    if open.as_ref().is_some_and(|open| open.address() != address) {
        *open = None;
    }
    match open {
        Some(open) => Ok(open),
        none => Ok(none.insert(file.object_at(address, path)?)),
    }
}

/// Notes where an object was found.
fn remember(
    paths: &mut ChargedVec<u8>,
    seen: &mut Visited,
    address: u64,
    path: &str,
) -> Result<()> {
    let start = paths.len();
    paths.room(path.len().saturating_add(1))?;
    paths.extend(path.as_bytes())?;
    paths.push(0)?;
    let noted = seen.insert(address, u64::try_from(start).unwrap_or(u64::MAX));
    noted.inspect_err(|_| paths.truncate(start))
}

fn text_at(paths: &[u8], at: u64) -> String {
    let rest = usize::try_from(at).ok().and_then(|at| paths.get(at..)).unwrap_or_default();
    let path = rest.split(|&b| b == 0).next().unwrap_or_default();
    String::from_utf8_lossy(path).into_owned()
}

/// Errors that say nothing about any file.
pub(crate) fn is_the_callers(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::OverBudget | ErrorKind::Cancelled)
}

/// Errors that say nothing about this file: that of a source that failed too.
pub(crate) fn is_not_the_files(error: &Error) -> bool {
    is_the_callers(error) || error.kind() == ErrorKind::Io
}

fn lost() -> Error {
    Error::new(ErrorKind::Malformed, "walk: lost its place")
}
