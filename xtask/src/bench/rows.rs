//! The rows: each a piece of work, those who do it, and what the answer must contain.
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use super::inputs::Inputs;
use super::peers::Peers;
use super::race::{Entrant, Side};
use crate::project::{self, which};

/// One piece of work.
pub(super) struct Row {
    pub(super) title: String,
    /// What each of ours must print.
    pub(super) expect: Option<String>,
    pub(super) entrants: Vec<Entrant>,
}

/// Programs over the library, in `tests/examples`; without arguments they do nothing.
pub(super) const PROGRAMS: [&str; 3] = ["frames", "tags", "digests"];

/// Where a program over the library is built.
pub(super) fn program(name: &str) -> PathBuf {
    project::target().join("release/examples").join(name)
}

/// The fifteen tags that a catalogue of images holds, by keyword.
const TAGS: [&str; 15] = [
    "PatientID",
    "PatientName",
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SOPInstanceUID",
    "Modality",
    "StudyDate",
    "SeriesNumber",
    "InstanceNumber",
    "Rows",
    "Columns",
    "PixelSpacing",
    "SliceThickness",
    "ImagePositionPatient",
    "RescaleSlope",
];

/// Gathers the entrants of one row.
struct Builder<'a> {
    row: Row,
    peers: &'a Peers,
    own: PathBuf,
}

impl Builder<'_> {
    fn add(&mut self, side: Side, name: &str, command: Command) {
        self.row.entrants.push(Entrant { name: name.into(), side, command, sink: None });
    }

    fn ours(&mut self, name: &str, program: &Path, arguments: &[OsString], out: Stdio) {
        let mut command = Command::new(program);
        command.args(arguments).stdout(out);
        self.add(Side::Ours, name, command);
    }

    /// A peer on `PATH`, or nothing where it is not installed.
    fn peer(&mut self, name: &str, program: &str, arguments: &[OsString]) {
        if which(program).is_some() {
            let mut command = Command::new(program);
            command.args(arguments).stdout(Stdio::null());
            self.add(Side::Peer, name, command);
        }
    }

    fn python(&mut self, name: &str, arguments: &[OsString]) {
        let work = arguments.first().map(|work| work.to_string_lossy()).unwrap_or_default();
        if let Some(python) = self.peers.python(&work) {
            let mut command = Command::new(python);
            command.arg(&self.peers.script).args(arguments).stdout(Stdio::piped());
            self.add(Side::Peer, name, command);
        }
    }

    fn floor(&mut self, name: &str, kind: &str, path: &Path) {
        let mut command = Command::new(&self.own);
        command.args(["floor", kind]).arg(path).stdout(Stdio::null());
        self.add(Side::Floor, name, command);
    }
}

/// Words and paths as arguments.
macro_rules! words {
    ($($word:expr),* $(,)?) => { &[$(OsString::from($word)),*] };
}

/// Every row, in the order of the table.
pub(super) fn all(narrows: &Path, inputs: &Inputs, peers: &Peers) -> Result<Vec<Row>> {
    let own = std::env::current_exe().context("cannot find this program")?;
    let row = |title: &str, expect: Option<String>| Builder {
        row: Row { title: title.into(), expect, entrants: Vec::new() },
        peers,
        own: own.clone(),
    };
    let mut rows = Vec::new();

    let frames = &inputs.frames;
    let mut list = row("DICOM: list all elements", None);
    let quiet = || Stdio::null();
    list.ours("narrows ls", narrows, words!["ls", "--memory", "16MiB", frames], quiet());
    list.python("pydicom", words!["pydicom-list", frames]);
    list.peer("dcmdump", "dcmdump", words![frames]);
    list.peer("dcmdump -M", "dcmdump", words!["-M", frames]);
    rows.push(list.row);

    let sums = inputs.sums;
    let expected = format!("{} {} {}", sums.sum, sums.min, sums.max);
    let mut pixels = row("DICOM: sum, min, max of all pixels", Some(expected));
    pixels.ours("library fold", &program("frames"), words![frames], Stdio::piped());
    pixels.python("pydicom frame by frame", words!["pydicom-pixels", frames]);
    pixels.floor("read 1 MiB", "read", frames);
    rows.push(pixels.row);

    let slices = &inputs.slices;
    let files = inputs.slice_count;
    let expected = format!("{files} files, {} tags", files * 15);
    let mut tags = row("DICOM: 15 tags of each slice", Some(expected));
    tags.ours("library loop", &program("tags"), words![slices], Stdio::piped());
    tags.python("pydicom", words!["pydicom-tags", slices]);
    let mut search = vec![OsString::from("+sd"), "+r".into()];
    search.extend(TAGS.iter().flat_map(|tag| [OsString::from("+P"), tag.into()]));
    search.push(slices.into());
    tags.peer("dcmdump", "dcmdump", &search);
    let mut search = vec![OsString::from("-q"), "-r".into(), "-csv".into()];
    search.extend(TAGS.iter().map(|tag| OsString::from(format!("-{tag}"))));
    search.push(slices.into());
    tags.peer("exiftool", "exiftool", &search);
    tags.floor("open, read 64 KiB", "heads", slices);
    rows.push(tags.row);

    let captions = &inputs.captions;
    let scratch = |name: &str| inputs.scratch.join(name);
    let mut lines = row("VTT: each cue as a JSON line to a file", None);
    let arguments = words!["cat", "--to", "jsonl", "--memory", "16MiB", captions];
    lines.ours("narrows cat", narrows, arguments, quiet());
    for entrant in &mut lines.row.entrants {
        entrant.sink = Some(scratch("cues.jsonl"));
    }
    lines.python("webvtt-py", words!["webvtt-py", captions, scratch("webvtt-py.jsonl")]);
    let converted = scratch("ffmpeg.srt");
    let head = ["-hide_banner", "-loglevel", "error", "-y", "-i"].map(OsString::from);
    let arguments = [&head, words![&inputs.plain_captions, converted] as &[OsString]].concat();
    lines.peer("ffmpeg to SubRip, no styles or regions", "ffmpeg", &arguments);
    lines.floor("read, count lines", "lines", captions);
    rows.push(lines.row);

    let mut cues = row("VTT: cues without output", Some(inputs.cue_count.to_string()));
    let count = program("count");
    cues.ours("library, borrowed", &count, words!["borrowed", captions], Stdio::piped());
    cues.ours("library, cues", &count, words!["cues", captions], Stdio::piped());
    cues.ours("library, with trees", &count, words!["trees", captions], Stdio::piped());
    cues.floor("read, count lines", "lines", captions);
    rows.push(cues.row);

    let random = &inputs.random;
    let mut digest = row("binary: xxh3 of each MiB", Some(inputs.random_size.to_string()));
    digest.ours("library", &program("digests"), words!["xxh3", random], Stdio::piped());
    digest.peer("xxhsum -H3, whole", "xxhsum", words!["-H3", random]);
    digest.floor("read 1 MiB", "read", random);
    rows.push(digest.row);

    let size = Some(inputs.random_size.to_string());
    let mut entropy = row("binary: xxh3 and entropy of each MiB", size);
    entropy.ours("library", &program("digests"), words!["entropy", random], Stdio::piped());
    entropy.peer("ent, whole", "ent", words![random]);
    rows.push(entropy.row);

    let mut sparse = row("binary: a sparse file ten times larger", None);
    let arguments = words!["check", "--memory", "16MiB", &inputs.sparse];
    sparse.ours("narrows check", narrows, arguments, quiet());
    rows.push(sparse.row);
    Ok(rows)
}
