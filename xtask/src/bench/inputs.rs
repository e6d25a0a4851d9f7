//! The files that are raced over.
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::make::{self, dicom, random, vtt};

/// Where they are.
pub(super) struct Inputs {
    /// The folder they are in.
    pub(super) folder: PathBuf,
    /// How many times smaller than full size they are.
    pub(super) share: u64,
    /// Native DICOM of 1000 frames of 512 x 512 x 16 bit.
    pub(super) frames: PathBuf,
    /// What its pixels add up to.
    pub(super) sums: dicom::Sums,
    /// A folder with 2000 slices of 64 x 64 in 20 series.
    pub(super) slices: PathBuf,
    /// How many they are at this size.
    pub(super) slice_count: u64,
    /// A million cues.
    pub(super) captions: PathBuf,
    /// The same cues without style and region, for FFmpeg, which reads nothing behind those.
    pub(super) plain_captions: PathBuf,
    /// How many they are at this size.
    pub(super) cue_count: u64,
    /// Two thousand million random bytes.
    pub(super) random: PathBuf,
    /// How many they are at this size.
    pub(super) random_size: u64,
    /// Twenty thousand million bytes, nearly all of them holes.
    pub(super) sparse: PathBuf,
    /// Where entrants may write.
    pub(super) scratch: PathBuf,
}

/// Makes all of them; each is `share` times smaller than its full size.
pub(super) fn make(folder: &Path, share: u64) -> Result<Inputs> {
    std::fs::create_dir_all(folder)?;
    make::room(folder, 3_000_000_000 / share)?;
    let inputs = Inputs {
        folder: folder.to_path_buf(),
        share,
        frames: folder.join("frames.dcm"),
        sums: frames(&folder.join("frames.dcm"), u32::try_from(1000 / share)?)?,
        slices: folder.join("slices"),
        slice_count: 20 * (100 / share),
        captions: folder.join("captions.vtt"),
        plain_captions: folder.join("plain.vtt"),
        cue_count: 1_000_000 / share,
        random: folder.join("random.bin"),
        random_size: 2_000_000_000 / share,
        sparse: folder.join("sparse.bin"),
        scratch: folder.join("scratch"),
    };
    std::fs::create_dir_all(&inputs.scratch)?;
    slices(&inputs.slices, u32::try_from(100 / share)?)?;
    make::file(&inputs.captions, None, |out| vtt::write(out, 1_000_000 / share, 7))?;
    let cues = inputs.cue_count;
    make::file(&inputs.plain_captions, None, |out| vtt::write_plain(out, cues, 7))?;
    let size = inputs.random_size;
    make::file(&inputs.random, Some(size), |out| random::write(out, size, 8))?;
    make::sparse(&inputs.sparse, 20_000_000_000 / share)?;
    Ok(inputs)
}

fn frames(path: &Path, frames: u32) -> Result<dicom::Sums> {
    let image = dicom::Image { side: 512, frames, patient: 1, series: 1, instance: 1 };
    let mut sums = None;
    make::file(path, None, |out| {
        sums = Some(dicom::write(out, image)?);
        Ok(())
    })?;
    sums.ok_or_else(|| anyhow::anyhow!("{} was not written", path.display()))
}

/// Ten patients with two series of `each` slices.
fn slices(folder: &Path, each: u32) -> Result<()> {
    for patient in 0..10 {
        for series in 0..2 {
            let place = folder.join(format!("patient{patient:02}/series{series}"));
            std::fs::create_dir_all(&place)?;
            for instance in 1..=each {
                let image = dicom::Image { side: 64, frames: 1, patient, series, instance };
                let file = std::fs::File::create(place.join(format!("IM{instance:04}.dcm")))?;
                let mut out = BufWriter::with_capacity(1 << 14, file);
                dicom::write(&mut out, image)?;
                std::io::Write::flush(&mut out)?;
            }
        }
    }
    Ok(())
}
