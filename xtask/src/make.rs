//! Makes the large inputs of `demo` and `bench` on the spot: always the same bytes, no download.
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use anyhow::{Context as _, Result, bail};

pub mod arrays;
pub mod audio;
pub mod dicom;
pub mod field;
pub mod fits;
pub mod hdf5;
pub mod members;
pub mod netcdf;
pub mod random;
pub mod video;
pub mod vtt;

/// Writes a file with a writer of its own; one that has the wanted size already is kept.
///
/// # Errors
/// When the file cannot be written.
pub fn file(
    path: &Path,
    size: Option<u64>,
    write: impl FnOnce(&mut BufWriter<File>) -> std::io::Result<()>,
) -> Result<u64> {
    let about = || format!("cannot write {}", path.display());
    if let (Some(wanted), Ok(found)) = (size, std::fs::metadata(path))
        && found.len() == wanted
    {
        return Ok(wanted);
    }
    let partial = path.with_extension("partial");
    let mut out = BufWriter::with_capacity(1 << 18, File::create(&partial).with_context(about)?);
    write(&mut out).and_then(|()| out.flush()).with_context(about)?;
    let written = partial.metadata().with_context(about)?.len();
    if let Some(wanted) = size
        && wanted != written
    {
        bail!("{} came out as {written} bytes, {wanted} were wanted", path.display());
    }
    std::fs::rename(&partial, path).with_context(about)?;
    Ok(written)
}

/// Makes a file that claims `size` bytes and holds one MiB at each end: the rest is a hole.
///
/// # Errors
/// When the file system refuses a file of that size.
pub fn sparse(path: &Path, size: u64) -> Result<u64> {
    use std::os::unix::fs::FileExt as _;
    let about = || format!("cannot make {} as a sparse file", path.display());
    let file = File::create(path).with_context(about)?;
    file.set_len(size).with_context(about)?;
    let mut block = vec![0; 1 << 20];
    random::Random::new(20).fill(&mut block);
    file.write_all_at(&block, 0).with_context(about)?;
    file.write_all_at(&block, size.saturating_sub(1 << 20)).with_context(about)?;
    Ok(size)
}

/// Refuses to start what the disk cannot hold.
///
/// # Errors
/// When less than `wanted` bytes plus a tenth are free where `folder` is.
pub fn room(folder: &Path, wanted: u64) -> Result<()> {
    let free = free(folder)?;
    let needed = wanted + wanted / 10;
    if free < needed {
        bail!(
            "{} has {} free and this needs {}; make room, choose another place with \
             CARGO_TARGET_DIR, or use --small",
            folder.display(),
            crate::table::size(free),
            crate::table::size(needed)
        );
    }
    Ok(())
}

/// The bytes that this user may still write where `folder` is.
fn free(folder: &Path) -> Result<u64> {
    use std::os::unix::ffi::OsStrExt as _;
    let name = std::ffi::CString::new(folder.as_os_str().as_bytes())?;
    // SAFETY: an all-zero `statvfs` is valid, it holds only integers.
    let mut facts: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: the name ends in a NUL and `facts` is a live local of the type that is written.
    if unsafe { libc::statvfs(name.as_ptr(), &raw mut facts) } != 0 {
        return Err(std::io::Error::last_os_error())
            .with_context(|| format!("cannot ask how much room {} has", folder.display()));
    }
    Ok(facts.f_bavail.saturating_mul(facts.f_frsize))
}
