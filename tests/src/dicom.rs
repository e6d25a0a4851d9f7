//! Element lists, ours and dcmdump's, in one shape.
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

/// One element or item as both lists know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `(0040,0275)[0]/(0040,0007)`.
    pub path: String,
    /// Two letters; empty for items.
    pub vr: String,
    /// The value's length in bytes; `None` where it is undefined.
    pub length: Option<u64>,
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {:?}", self.path, self.vr, self.length)
    }
}

/// What dcmdump lists of a file, or why it refuses.
///
/// # Errors
/// When dcmdump fails.
pub fn dcmdump(file: &Path) -> Result<Vec<Line>> {
    let mut command = Command::new("dcmdump");
    // no long values
    let out = command.arg("-M").arg(file).stdin(Stdio::null()).output()?;
    let said = String::from_utf8_lossy(&out.stderr);
    if !out.status.success() || said.contains("E: ") {
        bail!("dcmdump: {}", said.trim().lines().last().unwrap_or("fails"));
    }
    Ok(parse(&String::from_utf8_lossy(&out.stdout)))
}

/// Parses what dcmdump prints: indented by two for each level, `(gggg,eeee) VR value # length, VM name`.
fn parse(text: &str) -> Vec<Line> {
    let mut found = Vec::new();
    // for each level of indentation: the path of the sequence or item there, and its items so far
    let mut stack: Vec<(String, usize)> = Vec::new();
    let mut pending: Option<(usize, String)> = None;
    for line in text.lines() {
        // between the elements of a directory stand remarks on where its records are
        if line.trim_start().starts_with("#  offset=") {
            continue;
        }
        let start = start(line);
        if start.is_none()
            && let Some((_, joined)) = &mut pending
        {
            // a value with a line feed goes on here
            joined.push_str(line);
            continue;
        }
        flush(pending.take(), &mut stack, &mut found);
        pending = start.map(|level| (level, line.trim_start().to_owned()));
    }
    flush(pending, &mut stack, &mut found);
    found
}

/// The level of a line that begins an element.
fn start(line: &str) -> Option<usize> {
    let rest = line.trim_start_matches(' ');
    let bytes = rest.as_bytes();
    let shape = bytes.first() == Some(&b'(') && bytes.get(5) == Some(&b',');
    let closed = bytes.get(10) == Some(&b')') && bytes.get(11) == Some(&b' ');
    (shape && closed).then_some((line.len() - rest.len()) / 2)
}

fn flush(
    pending: Option<(usize, String)>,
    stack: &mut Vec<(String, usize)>,
    found: &mut Vec<Line>,
) {
    let Some((level, line)) = pending else { return };
    let tag = line.get(..11).unwrap_or_default().to_uppercase();
    let vr = line.get(12..14).unwrap_or_default();
    // ends of items and sequences are not elements, and fragments of pixel data are data
    if matches!(tag.as_str(), "(FFFE,E00D)" | "(FFFE,E0DD)") || vr == "pi" {
        return;
    }
    stack.truncate(level);
    let item = tag == "(FFFE,E000)";
    let path = match stack.last_mut() {
        Some((around, items)) if item => {
            *items += 1;
            format!("{around}[{}]", *items - 1)
        }
        Some((around, _)) => format!("{around}/{tag}"),
        None => tag,
    };
    let length = line.rsplit_once(" # ").and_then(|(_, rest)| rest.split_once(','));
    let length = length.and_then(|(length, _)| length.trim().parse().ok());
    stack.push((path.clone(), 0));
    let vr = match vr {
        _ if item => "",
        // dcmdump's own names: an offset in a directory, and a VR that its dictionary does not have
        "up" => "UL",
        "??" => "UN",
        vr => vr,
    };
    found.push(Line { path, vr: vr.to_owned(), length });
}

/// The same of what the command lists.
///
/// # Errors
/// When an entry has no path.
pub fn listed(entries: &[Value]) -> Result<Vec<Line>> {
    let line = |entry: &Value| {
        let path = entry["path"].as_str().context("an entry without path")?;
        let vr = entry["fields"]["vr"].as_str().unwrap_or_default();
        let item = path.ends_with(']');
        Ok(Line {
            path: without_places(path),
            vr: if item { String::new() } else { vr.to_owned() },
            length: entry["fields"]["length"].as_u64(),
        })
    };
    let elements = entries.iter().filter(|entry| entry["kind"] != "file");
    elements.map(line).collect()
}

/// A path without the places that tell repeated tags apart: `(0010,0010)#7`.
fn without_places(path: &str) -> String {
    let step = |step: &str| step.split('#').next().unwrap_or_default().to_owned();
    path.split('/').map(step).collect::<Vec<_>>().join("/")
}

/// Encapsulated pixel data must say OB (PS3.5 A.4). Some files say OW: we list what they say, dcmdump
/// lists what they should.
fn encapsulated_words(ours: &Line, theirs: &Line) -> bool {
    let said = Line { vr: "OW".into(), ..theirs.clone() };
    theirs.vr == "OB" && theirs.length.is_none() && *ours == said
}

/// An odd length breaks the rules (PS3.5 7.1.1). We list it, dcmdump the even one that it would write.
fn odd(ours: &Line, theirs: &Line) -> bool {
    let even = |length: u64| length + length % 2;
    ours.length.is_some_and(|length| length % 2 == 1)
        && *theirs == Line { length: ours.length.map(even), ..ours.clone() }
}

/// The first difference between two lists.
///
/// # Errors
/// That difference, with its place.
pub fn same(ours: &[Line], theirs: &[Line]) -> Result<()> {
    for (index, (ours, theirs)) in ours.iter().zip(theirs).enumerate() {
        if ours != theirs && !encapsulated_words(ours, theirs) && !odd(ours, theirs) {
            bail!("element {index} is {ours}, dcmdump has {theirs}");
        }
    }
    if ours.len() != theirs.len() {
        let more = if ours.len() > theirs.len() { ours } else { theirs };
        let first = &more[ours.len().min(theirs.len())];
        bail!("{} elements, dcmdump has {}: {first} …", ours.len(), theirs.len());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dcmdumps_indentation_becomes_paths() {
        let text = "
# Dicom-Data-Set
(0008,0005) CS [ISO # 4, 1
second line]                                     #  10, 1 SpecificCharacterSet
(0008,1140) SQ (Sequence with undefined length #=2)      # u/l, 1 ReferencedImageSequence
  (fffe,e000) na (Item with explicit length #=1)          # 130, 1 Item
    (0008,1150) UI =CTImageStorage                          #  26, 1 ReferencedSOPClassUID
  (fffe,e00d) na (ItemDelimitationItem for re-encoding)   #   0, 0 ItemDelimitationItem
  (fffe,e000) na (Item with undefined length #=0)         # u/l, 1 Item
  (fffe,e00d) na (ItemDelimitationItem)                   #   0, 0 ItemDelimitationItem
(fffe,e0dd) na (SequenceDelimitationItem)               #   0, 0 SequenceDelimitationItem
(0010,0010) PN (no value available)                     #   0, 0 PatientName
(7fe0,0010) OB (PixelSequence #=2)                      # u/l, 1 PixelData
  (fffe,e000) pi (no value available)                     #   0, 1 Item
  (fffe,e000) pi ff\\d8\\ff                                 #  12, 1 Item
(fffe,e0dd) na (SequenceDelimitationItem)               #   0, 0 SequenceDelimitationItem
";
        let line = |path: &str, vr: &str, length| Line { path: path.into(), vr: vr.into(), length };
        let expected = [
            line("(0008,0005)", "CS", Some(10)),
            line("(0008,1140)", "SQ", None),
            line("(0008,1140)[0]", "", Some(130)),
            line("(0008,1140)[0]/(0008,1150)", "UI", Some(26)),
            line("(0008,1140)[1]", "", None),
            line("(0010,0010)", "PN", Some(0)),
            line("(7FE0,0010)", "OB", None),
        ];
        assert_eq!(parse(text), expected);
    }
}
