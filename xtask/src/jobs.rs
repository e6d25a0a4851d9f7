//! Large files of each kind, what is done with them, and what that must print.
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::child::Measured;
use crate::make::{self, audio, dicom, fits, hdf5, members as many, netcdf, random, video, vtt};

/// One file and what is done with it.
pub(crate) struct Job {
    pub(crate) file: PathBuf,
    pub(crate) verbs: Vec<Verb>,
}

/// A verb with its arguments, and what it must print.
pub(crate) type Verb = (&'static [&'static str], Expect);

/// What a job must print to have done its work.
#[derive(Clone, Copy)]
pub(crate) enum Expect {
    /// At least so many lines.
    Lines(u64),
    /// Exactly so many bytes.
    Bytes(u64),
    /// Nothing in particular: its code says it all.
    Code,
}

use Expect::{Bytes, Code, Lines};

/// The bytes that [`files`] writes, `share` times smaller.
pub(crate) const SIZE: u64 = 4_800_000_000;

/// Makes a file of each kind that we can write ourselves, `share` times smaller than its full size.
pub(crate) fn files(folder: &Path, share: u64) -> Result<Vec<Job>> {
    make::room(folder, SIZE / share)?;
    eprintln!("making the files in {}", folder.display());
    Ok(vec![
        frames(folder.join("frames.dcm"), share)?,
        captions(folder.join("captions.vtt"), share)?,
        deflated(folder.join("deflated.h5"), share)?,
        members(folder.join("members.h5"), share)?,
        records(folder.join("records.nc"), share)?,
        image(folder.join("image.fits"), share)?,
        sound(folder.join("sound.wav"), share)?,
        noise(folder.join("random.bin"), share)?,
        holes(folder.join("sparse.bin"), share)?,
    ])
}

/// Has FFmpeg make what needs an encoder, from the sound that [`files`] made; nothing where there is no FFmpeg.
pub(crate) fn encoded(folder: &Path, share: u64) -> Result<Vec<Job>> {
    let wav = folder.join("sound.wav");
    let mut jobs = Vec::new();
    let codecs: [(&str, &[&str]); 4] = [
        ("sound.flac", &["-c:a", "flac"]),
        ("sound.mp3", &["-c:a", "libmp3lame", "-b:a", "192k"]),
        ("sound.ogg", &["-c:a", "libvorbis", "-q:a", "5"]),
        ("sound.m4a", &["-c:a", "aac", "-b:a", "128k"]),
    ];
    for (name, arguments) in codecs {
        let file = folder.join(name);
        if !audio::convert(&wav, &file, arguments)? {
            return Ok(Vec::new());
        }
        let levels = Lines(seconds(share) * audio::RATE / 512);
        let verbs = vec![(INFO, Lines(3)), (LEVELS, levels), (CHECK, Code)];
        jobs.push(Job { file, verbs });
    }
    let Some(videos) = video::make(folder, 600 / share)? else { return Ok(Vec::new()) };
    for file in [videos.mp4, videos.fragmented, videos.mkv, videos.avi] {
        let packets = Lines(videos.frames);
        let verbs =
            vec![(INFO, Lines(3)), (&["ls", "--packets", "--json"] as _, packets), (CHECK, Code)];
        jobs.push(Job { file, verbs });
    }
    Ok(jobs)
}

const INFO: &[&str] = &["info"];
const LIST: &[&str] = &["ls", "-l"];
const STATISTICS: &[&str] = &["stats"];
const LEVELS: &[&str] = &["analyze", "rms"];
const CHECK: &[&str] = &["check"];

fn frames(file: PathBuf, share: u64) -> Result<Job> {
    let frames = u32::try_from(1000 / share)?;
    let image = dicom::Image { side: 512, frames, patient: 1, series: 1, instance: 1 };
    make::file(&file, None, |out| dicom::write(out, image).map(|_| ()))?;
    let pixels = u64::from(frames) * 512 * 512 * 2;
    let verbs: Vec<Verb> = vec![
        (INFO, Lines(5)),
        (&["ls", "--json"], Lines(60)),
        (&["cat", "--entry", "(7FE0,0010)", "--to", "raw"], Bytes(pixels)),
        (CHECK, Code),
    ];
    Ok(Job { file, verbs })
}

fn captions(file: PathBuf, share: u64) -> Result<Job> {
    let cues = 1_000_000 / share;
    make::file(&file, None, |out| vtt::write(out, cues, 7))?;
    let verbs: Vec<Verb> = vec![
        (INFO, Lines(3)),
        (&["ls", "--json"], Lines(cues)),
        (&["cat"], Lines(cues)),
        (CHECK, Code),
    ];
    Ok(Job { file, verbs })
}

fn deflated(file: PathBuf, share: u64) -> Result<Job> {
    let slabs = 64_u64.div_ceil(share);
    make::file(&file, None, |out| hdf5::write(out, slabs, 9))?;
    let elements: u64 = hdf5::shape(slabs).iter().product();
    let temperature = &["cat", "--entry", "/temperature", "--to", "raw"];
    let verbs: Vec<Verb> = vec![
        (LIST, Lines(2)),
        (STATISTICS, Lines(3)),
        (temperature, Bytes(elements * 4)),
        (CHECK, Code),
    ];
    Ok(Job { file, verbs })
}

fn members(file: PathBuf, share: u64) -> Result<Job> {
    let count = 1_000_000 / share;
    make::file(&file, None, |out| many::write(out, count))?;
    // the root and each of its members
    let verbs: Vec<Verb> = vec![(&["ls"] as _, Lines(count + 1)), (CHECK, Code)];
    Ok(Job { file, verbs })
}

fn records(file: PathBuf, share: u64) -> Result<Job> {
    let records = 500 / u32::try_from(share)?;
    make::file(&file, None, |out| netcdf::write(out, records, 10))?;
    // 80 bytes and up to 48 more stand before the numbers of an npy file
    let numbers = 128 + 10 * u64::from(netcdf::GRID[0].div_ceil(2) * netcdf::GRID[1]) * 4;
    let slab = &["cat", "--entry", "/t2m", "--region", "0:10,::2", "--to", "npy"];
    let verbs: Vec<Verb> =
        vec![(LIST, Lines(5)), (STATISTICS, Lines(3)), (slab, Bytes(numbers)), (CHECK, Code)];
    Ok(Job { file, verbs })
}

fn image(file: PathBuf, share: u64) -> Result<Job> {
    let side = if share > 1 { 2560 } else { 8192 };
    make::file(&file, None, |out| fits::write(out, side, 11))?;
    let pixels = (side * side * 4) as u64;
    let image = &["cat", "--entry", "hdu/0", "--to", "raw"];
    let verbs: Vec<Verb> =
        vec![(LIST, Lines(1)), (STATISTICS, Lines(3)), (image, Bytes(pixels)), (CHECK, Code)];
    Ok(Job { file, verbs })
}

fn seconds(share: u64) -> u64 {
    3600 / share
}

fn sound(file: PathBuf, share: u64) -> Result<Job> {
    let seconds = seconds(share);
    make::file(&file, None, |out| audio::write(out, seconds, 12))?;
    let verbs: Vec<Verb> = vec![
        (INFO, Lines(3)),
        (LEVELS, Lines(seconds * audio::RATE / 512 + 1)),
        (&["analyze", "loudness"], Lines(7)),
        (&["cat", "--to", "f32le"], Bytes(seconds * audio::RATE * 8)),
        (CHECK, Code),
    ];
    Ok(Job { file, verbs })
}

fn noise(file: PathBuf, share: u64) -> Result<Job> {
    let size = 2_000_000_000 / share;
    make::file(&file, None, |out| random::write(out, size, 8))?;
    let verbs: Vec<Verb> =
        vec![(INFO, Lines(3)), (&["cat", "--to", "raw"], Bytes(size)), (CHECK, Code)];
    Ok(Job { file, verbs })
}

fn holes(file: PathBuf, share: u64) -> Result<Job> {
    make::sparse(&file, 20_000_000_000 / share)?;
    Ok(Job { file, verbs: vec![(INFO, Lines(3)), (CHECK, Code)] })
}

/// What is wrong with a job, if anything, beside its memory.
pub(crate) fn complaint(seen: &Measured, expect: Expect) -> Option<String> {
    let (bytes, lines) = (seen.stdout.bytes, seen.stdout.lines);
    if !seen.success() {
        return Some(format!("ended with {:?}: {}", seen.end, seen.stderr.text()));
    }
    match expect {
        Lines(wanted) if lines < wanted => {
            Some(format!("printed {lines} lines, {wanted} were expected"))
        }
        Bytes(wanted) if bytes != wanted => {
            Some(format!("printed {bytes} bytes, {wanted} were expected"))
        }
        _ => None,
    }
}
