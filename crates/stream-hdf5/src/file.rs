//! An open file.

use std::fmt;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use stream_core::memory::Reservation;
use stream_core::{Context, Error, ErrorKind, Result};

use crate::ffi::{self, Library, Limits, OpenedFile, State};
use crate::lookup;
use crate::name::unescape;
use crate::newer;
use crate::object::Object;
use crate::paths::Paths;
use crate::storage::symbols::Addresses;
use crate::superblock::Superblock;

/// What libhdf5 holds for an open file beside its metadata cache: the cache's table of 64 Ki places, lists of properties, free lists.
pub(crate) const LIBRARY: u64 = 1 << 20;

/// What a byte of the metadata cache costs in memory, at most: decoded metadata is larger than stored.
const DECODED: u64 = 4;

/// An HDF5 file, opened for reading. Clones share it.
///
/// While one lives, 1 MiB and four times the metadata cache are reserved: the cache is a 64th of the budget's limit, from 128
/// to 512 KiB, so that at most 3 MiB are.
#[derive(Clone)]
pub struct File {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    opened: OpenedFile,
    state: Arc<State>,
    cx: Context,
    superblock: Superblock,
    limits: Limits,
    paths: Mutex<Option<Arc<Paths>>>,
    root: OnceLock<u64>,
    _held: Reservation,
}

impl File {
    /// Opens the context's source, which must be random. Reads the superblock and the root group's header. A file that is marked as
    /// being written ([`Superblock::is_open`]) opens as any other: what is read of it is what stands in it then.
    ///
    /// # Errors
    /// `Malformed` or `Truncated` where it is no HDF5 file, `Passed` for a source that only goes forward, `OverBudget` (resumable),
    /// and what the source says.
    pub fn open(cx: Context) -> Result<Self> {
        let size = match cx.source().size() {
            Some(size) if cx.is_random() => size,
            _ => {
                let message = "source only goes forward: HDF5 is read by position";
                return Err(Error::new(ErrorKind::Passed, message).at(0));
            }
        };
        let superblock = Superblock::read(&cx)?;
        superblock.check()?;
        let metadata = (cx.budget().limit() / 64).clamp(128 << 10, 512 << 10);
        let held = LIBRARY.saturating_add(metadata.saturating_mul(DECODED));
        let held = cx.budget().reserve(held)?;
        let limits = Limits { metadata: usize::try_from(metadata).unwrap_or(usize::MAX) };
        let end = superblock.end.max(size).min(i64::MAX.unsigned_abs());
        let shown = superblock.unmarked(&cx)?;
        let state = Arc::new(State::new(cx.clone(), end, shown, superblock.length_size));
        let opened = OpenedFile::open(&state, limits)?;
        let paths = Mutex::new(None);
        let root = OnceLock::new();
        let inner = Inner { opened, state, cx, superblock, limits, paths, root, _held: held };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The context it is read within.
    pub fn context(&self) -> &Context {
        &self.inner.cx
    }

    /// What the superblock says.
    pub fn superblock(&self) -> &Superblock {
        &self.inner.superblock
    }

    /// Bytes before address 0: the user block.
    pub fn base(&self) -> u64 {
        self.inner.opened.base
    }

    /// The root group.
    ///
    /// # Errors
    /// `Malformed` and what the source says.
    pub fn root(&self) -> Result<Object> {
        self.object("/")
    }

    /// The object at a path, as entries are listed: names escaped. Soft links are followed, those to other files are not.
    ///
    /// # Errors
    /// `Unrecognized` where nothing is found, `Malformed`, and what the source says.
    pub fn object(&self, path: &str) -> Result<Object> {
        self.object_raw(&unescape(path), path)
    }

    /// The object at a path as the library knows it, listed at `path`.
    pub(crate) fn object_raw(&self, raw: &[u8], path: &str) -> Result<Object> {
        if let Some(address) = lookup::through_symbols(self, raw)? {
            return self.object_at(address, path);
        }
        let id = self.call(|library, opened| library.open_path(opened, &opened.id, raw));
        let id = id.map_err(|error| match error.kind() {
            ErrorKind::Malformed if error.message().contains("doesn't exist") => {
                stream_core::no_such_entry(path)
            }
            _ => error.in_entry(path),
        })?;
        Object::new(self.clone(), id, path)
    }

    /// The object whose header stands at an address, listed at `path`.
    ///
    /// # Errors
    /// As [`File::object`].
    pub(crate) fn object_at(&self, address: u64, path: &str) -> Result<Object> {
        let opened = self.call(|library, opened| library.open_at(opened, address));
        let object = opened.and_then(|id| Object::new(self.clone(), id, path));
        object.map_err(|error| newer::explained(self, address, error))
    }

    /// The path under which the walk finds the object at an address; `None` for one that no hard link leads to.
    ///
    /// The first call walks over the whole file and keeps the path of each object, charged: 64 bytes and the path, at most three
    /// times that while it grows.
    ///
    /// # Errors
    /// `OverBudget`, and what walking gives.
    pub fn path_of(&self, address: u64) -> Result<Option<String>> {
        let paths = self.paths()?;
        Ok(paths.get(address).map(str::to_owned))
    }

    pub(crate) fn paths(&self) -> Result<Arc<Paths>> {
        let mut paths = self.inner.paths.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(paths) = &*paths {
            return Ok(paths.clone());
        }
        let found = Arc::new(Paths::collect(self)?);
        *paths = Some(found.clone());
        Ok(found)
    }

    /// Calls the library.
    pub(crate) fn call<R>(&self, call: impl FnOnce(Library<'_>, &OpenedFile) -> R) -> R {
        ffi::enter(&self.inner.state, |library| call(library, &self.inner.opened))
    }

    /// The sizes of addresses and of lengths.
    pub(crate) fn sizes(&self) -> (u8, u8) {
        (self.inner.opened.offset_size, self.inner.opened.length_size)
    }

    /// How addresses are read.
    pub(crate) fn addresses(&self) -> Addresses {
        let (offset_size, length_size) = self.sizes();
        Addresses { base: self.base(), offset_size, length_size }
    }

    /// The address of the root group.
    pub(crate) fn root_address(&self) -> Result<u64> {
        if let Some(address) = self.inner.root.get() {
            return Ok(*address);
        }
        let address = self.root()?.address();
        Ok(*self.inner.root.get_or_init(|| address))
    }

    /// Compares what the library's metadata cache holds with what is reserved for it, and reserves what is more.
    ///
    /// # Errors
    /// `OverBudget`, final: the memory is taken already.
    pub(crate) fn check_cache(&self, held: &mut Option<Reservation>) -> Result<()> {
        let now = self.call(|library, opened| library.cached(&opened.id))?;
        let most = u64::try_from(self.inner.limits.metadata).unwrap_or(u64::MAX);
        let over = now.saturating_sub(most).saturating_mul(DECODED);
        if over == 0 {
            *held = None;
        } else if held.as_ref().is_none_or(|held| held.bytes() < over) {
            *held = None;
            let refused = |e| Error::from(e).as_final();
            *held = Some(self.inner.cx.budget().reserve(over).map_err(refused)?);
        }
        Ok(())
    }
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File").field("superblock", self.superblock()).finish_non_exhaustive()
    }
}
