//! Which files there are.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs::Metadata;
use std::io::BufRead;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use globset::{Glob, GlobSet, GlobSetBuilder};
use ignore::WalkBuilder;
use serde::{Deserialize, Serialize};
use stream_core::{Error, ErrorKind, Result};

use crate::fault::Doing as _;
use crate::halt::Halt;

/// What is walked, and what of it is wanted. By default every regular file, hidden ones too, links not followed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    roots: Vec<PathBuf>,
    only: Vec<String>,
    without: Vec<String>,
    smallest: Option<u64>,
    largest: Option<u64>,
    follow: bool,
}

/// How many files were seen and not taken, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// By a glob.
    pub by_glob: u64,
    /// Smaller or larger than wanted.
    pub by_size: u64,
    /// Other names of files that were taken.
    pub hard_links: u64,
    /// Symbolic links that were not followed.
    pub links: u64,
    /// Sockets, FIFOs and devices.
    pub special: u64,
}

/// What was found at a path.
pub(crate) struct Found {
    pub(crate) path: PathBuf,
    pub(crate) size: u64,
    pub(crate) modified: i64,
    pub(crate) error: Option<String>,
}

impl Walk {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Walks this file or folder too. One that lies in another that is walked is walked once.
    pub fn with_root(mut self, root: impl Into<PathBuf>) -> Self {
        self.roots.push(root.into());
        self
    }

    /// Takes only files that one of these globs matches: against the name where the glob has no `/`, else against the path.
    pub fn with_only(mut self, globs: impl IntoIterator<Item = String>) -> Self {
        self.only.extend(globs);
        self
    }

    /// Leaves out files and whole folders that one of these globs matches.
    pub fn with_without(mut self, globs: impl IntoIterator<Item = String>) -> Self {
        self.without.extend(globs);
        self
    }

    /// Takes only files of this many bytes at least, and at most.
    pub fn with_sizes(mut self, smallest: Option<u64>, largest: Option<u64>) -> Self {
        (self.smallest, self.largest) = (smallest, largest);
        self
    }

    /// Follows symbolic links; one that leads to a folder above itself is an error in its row.
    pub fn following_links(mut self) -> Self {
        self.follow = true;
        self
    }

    /// Gives each file to `take`: the roots in their order, the files of each by name, folder by folder. `avoid` and what is
    /// below it is left out.
    pub(crate) fn each(
        &self,
        list: Option<&mut dyn BufRead>,
        avoid: &Path,
        halt: &Halt,
        take: &mut dyn FnMut(Found) -> Result<()>,
    ) -> Result<LeftOut> {
        let mut walker = Walker {
            walk: self,
            only: globs(&self.only)?,
            without: globs(&self.without)?,
            avoid: std::fs::metadata(avoid).ok().map(|facts| (facts.dev(), facts.ino())),
            linked: HashSet::new(),
            left_out: LeftOut::default(),
            halt,
            take,
        };
        for root in outermost(&self.roots) {
            walker.root(root)?;
        }
        if let Some(list) = list {
            let mut line = Vec::new();
            loop {
                line.clear();
                let at = Path::new("list of paths");
                if list.read_until(b'\n', &mut line).doing(at, "reading")? == 0 {
                    break;
                }
                let end = if line.last() == Some(&b'\n') { 1 } else { 0 };
                line.truncate(line.len().saturating_sub(end));
                if !line.is_empty() {
                    walker.root(Path::new(&OsString::from_vec(line.clone())))?;
                }
            }
        }
        Ok(walker.left_out)
    }
}

struct Walker<'a> {
    walk: &'a Walk,
    only: Globs,
    without: Globs,
    avoid: Option<(u64, u64)>,
    /// Files with several names that were taken already.
    linked: HashSet<(u64, u64)>,
    left_out: LeftOut,
    halt: &'a Halt,
    take: &'a mut dyn FnMut(Found) -> Result<()>,
}

impl Walker<'_> {
    fn root(&mut self, root: &Path) -> Result<()> {
        let (without, avoid) = (self.without.clone(), self.avoid);
        let walk = WalkBuilder::new(root)
            .standard_filters(false)
            .follow_links(self.walk.follow)
            .sort_by_file_name(Ord::cmp)
            .filter_entry(move |entry| {
                // an asked device number costs a call; only folders can be the one to avoid
                let folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                let avoided = folder
                    && avoid.is_some()
                    && entry.metadata().ok().map(|facts| (facts.dev(), facts.ino())) == avoid;
                let left_out = folder && entry.depth() > 0 && without.matches(entry.path());
                !(avoided || left_out)
            })
            .build();
        for entry in walk {
            self.halt.check()?;
            match entry {
                Ok(entry) => {
                    let Some(kind) = entry.file_type() else { continue };
                    if kind.is_dir() {
                        continue;
                    }
                    if kind.is_symlink() && entry.depth() > 0 {
                        self.left_out.links = self.left_out.links.saturating_add(1);
                        continue;
                    }
                    // a link that is named as a root is meant
                    let facts = match kind.is_symlink() {
                        true => std::fs::metadata(entry.path()).map_err(|e| said(&e)),
                        false => entry.metadata().map_err(|e| innermost(&e)),
                    };
                    match facts {
                        Ok(facts) => self.file(entry.into_path(), &facts)?,
                        Err(message) => self.failed(entry.into_path(), message)?,
                    }
                }
                Err(e) => {
                    let path = place(&e).unwrap_or(root).to_owned();
                    self.failed(path, innermost(&e))?;
                }
            }
        }
        Ok(())
    }

    fn file(&mut self, path: PathBuf, facts: &Metadata) -> Result<()> {
        let count = |n: &mut u64| *n = n.saturating_add(1);
        if !facts.is_file() {
            count(&mut self.left_out.special);
            return Ok(());
        }
        let wanted = self.only.is_empty() || self.only.matches(&path);
        if !wanted || self.without.matches(&path) {
            count(&mut self.left_out.by_glob);
            return Ok(());
        }
        let (least, most) = (self.walk.smallest.unwrap_or(0), self.walk.largest);
        if facts.len() < least || most.is_some_and(|most| facts.len() > most) {
            count(&mut self.left_out.by_size);
            return Ok(());
        }
        if facts.nlink() > 1 && !self.linked.insert((facts.dev(), facts.ino())) {
            count(&mut self.left_out.hard_links);
            return Ok(());
        }
        let modified =
            facts.mtime().saturating_mul(1_000_000_000).saturating_add(facts.mtime_nsec());
        (self.take)(Found { path, size: facts.len(), modified, error: None })
    }

    fn failed(&mut self, path: PathBuf, message: String) -> Result<()> {
        (self.take)(Found { path, size: 0, modified: 0, error: Some(message) })
    }
}

/// The roots without those that lie in another.
fn outermost(roots: &[PathBuf]) -> impl Iterator<Item = &Path> {
    let real: Vec<_> =
        roots.iter().map(|root| root.canonicalize().unwrap_or_else(|_| root.clone())).collect();
    let inside = move |at: usize| {
        let Some(this) = real.get(at) else { return false };
        real.iter().enumerate().any(|(other, root)| {
            (other < at && this == root) || (other != at && this != root && this.starts_with(root))
        })
    };
    roots.iter().enumerate().filter(move |(at, _)| !inside(*at)).map(|(_, root)| root.as_path())
}

/// Globs for names, and globs for paths.
#[derive(Clone)]
struct Globs {
    names: GlobSet,
    paths: GlobSet,
}

impl Globs {
    fn is_empty(&self) -> bool {
        self.names.is_empty() && self.paths.is_empty()
    }

    fn matches(&self, path: &Path) -> bool {
        path.file_name().is_some_and(|name| self.names.is_match(name)) || self.paths.is_match(path)
    }
}

fn globs(texts: &[String]) -> Result<Globs> {
    let (mut names, mut paths) = (GlobSetBuilder::new(), GlobSetBuilder::new());
    for text in texts {
        let wrong = |e: globset::Error| {
            Error::new(ErrorKind::Request, format!("glob {text:?}: {}", e.kind()))
        };
        match text.contains('/') {
            true => paths.add(Glob::new(text).map_err(wrong)?),
            false => names.add(Glob::new(text).map_err(wrong)?),
        };
    }
    let built = |set: GlobSetBuilder| {
        set.build().map_err(|e| Error::new(ErrorKind::Request, format!("globs: {e}")))
    };
    Ok(Globs { names: built(names)?, paths: built(paths)? })
}

fn said(e: &std::io::Error) -> String {
    e.to_string().split(" (os error").next().unwrap_or_default().to_lowercase()
}

fn innermost(e: &ignore::Error) -> String {
    match e {
        ignore::Error::WithPath { err, .. }
        | ignore::Error::WithDepth { err, .. }
        | ignore::Error::WithLineNumber { err, .. } => innermost(err),
        ignore::Error::Io(e) => said(e),
        ignore::Error::Loop { ancestor, .. } => {
            format!("a link to {}, which is above it", ancestor.display())
        }
        other => other.to_string(),
    }
}

fn place(e: &ignore::Error) -> Option<&Path> {
    match e {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::Loop { child, .. } => Some(child),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            place(err)
        }
        _ => None,
    }
}
