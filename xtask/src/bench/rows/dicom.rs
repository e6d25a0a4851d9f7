//! The rows of DICOM.
use std::ffi::OsString;
use std::process::Stdio;

use super::{Bench, Row, program, words};

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

pub(super) fn rows(bench: &Bench<'_>, rows: &mut Vec<Row>) {
    let (narrows, inputs) = (bench.narrows, bench.inputs);
    let quiet = || Stdio::null();
    let frames = &inputs.frames;
    let mut list = bench.row("DICOM: list all elements", None);
    list.ours("narrows ls", narrows, words!["ls", "--memory", "16MiB", frames], quiet());
    list.python("pydicom", words!["pydicom-list", frames]);
    list.peer("dcmdump", "dcmdump", words![frames]);
    list.peer("dcmdump -M", "dcmdump", words!["-M", frames]);
    rows.push(list.row);

    let sums = inputs.sums;
    let expected = format!("{} {} {}", sums.sum, sums.min, sums.max);
    let mut pixels = bench.row("DICOM: sum, min, max of all pixels", Some(expected));
    pixels.ours("library fold", &program("frames"), words![frames], Stdio::piped());
    pixels.python("pydicom frame by frame", words!["pydicom-pixels", frames]);
    pixels.floor("read 1 MiB", "read", frames);
    rows.push(pixels.row);

    let slices = &inputs.slices;
    let files = inputs.slice_count;
    let expected = format!("{files} files, {} tags", files * 15);
    let mut tags = bench.row("DICOM: 15 tags of each slice", Some(expected));
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
}
