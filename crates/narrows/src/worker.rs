//! The worker processes of a run: which program reads what, and how they are kept.

use std::num::NonZeroUsize;
use std::time::Duration;

use stream_factory::Looked;
use stream_worker::{Deadlines, Executable, Rules, Sandbox, Workers};

use crate::cli::{Common, Related};
use crate::task::WORKER;

/// The programs that read what this one links no library for, by the format's name. They lie beside it.
const PROGRAMS: [(&str, &str); 3] =
    [("hdf5", "narrows-h5"), ("netcdf", "narrows-h5"), ("video", "narrows-av")];

/// The name of the program that reads `format` where a library is needed, if it is not this one.
pub(crate) fn program(format: &str) -> Option<&'static str> {
    PROGRAMS.iter().find(|(name, _)| *name == format).map(|(_, program)| *program)
}

/// The program of that name, started with `argument`, if it is there.
pub(crate) fn beside(program: &str, argument: &str) -> Option<Executable> {
    Executable::beside(program, argument)
}

/// Which program reads a file in a process of its own.
pub(crate) fn for_library(looked: &Looked) -> Option<Executable> {
    let other = program(looked.detection().format.name).and_then(|name| beside(name, WORKER));
    other.or_else(|| looked.has_library().then(this))
}

/// Which program decodes what this one has no decoder for.
pub(crate) fn for_decoder(looked: &Looked) -> Option<Executable> {
    (looked.detection().format.name == "audio").then(|| beside("narrows-av", WORKER))?
}

/// This program.
pub(crate) fn this() -> Executable {
    Executable::current(WORKER)
}

/// The workers of a run, each of which has as many seconds for an answer, and reaches what the flags say.
///
/// # Errors
/// When the deadline is none.
pub(crate) fn pool(common: &Common) -> anyhow::Result<Workers> {
    pool_of(MOST, common)
}

/// The same, with up to `most` workers at a time.
pub(crate) fn pool_of(most: NonZeroUsize, common: &Common) -> anyhow::Result<Workers> {
    let mut rules = Rules::new(most).with_sandbox(match common.related.unwrap_or_default() {
        Related::Directory => Sandbox::Directory,
        Related::Never => Sandbox::File,
    });
    if let Some(seconds) = common.deadline {
        let time = Duration::try_from_secs_f64(seconds).ok().filter(|time| !time.is_zero());
        let time = time.ok_or_else(|| {
            anyhow::anyhow!("deadline {seconds}: expected a number of seconds above 0")
        })?;
        rules = rules.with_deadlines(Deadlines::new(time));
    }
    Ok(Workers::new(rules))
}

/// Workers at a time: a verb has few files open at once, and each worker reads with as many threads as there are.
const MOST: NonZeroUsize = NonZeroUsize::new(8).unwrap();
