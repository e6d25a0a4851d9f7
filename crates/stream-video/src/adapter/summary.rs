//! What is known at the end: counts and verdicts for each stream.

use stream_core::{Fields, Result, Severity, Summary};

use crate::findings::{self, Findings};
use crate::{Media, Reader, Stream, Verdicts};

/// The summary of what was read so far.
pub(super) fn of(reader: &Reader, entries: u64, lost: &Findings) -> Result<Summary> {
    let mut summary = Summary::new(reader.context().budget());
    summary.entries = entries;
    summary.complete = reader.is_whole();
    let packets = reader.verdicts().iter().fold(0u64, |n, v| n.saturating_add(v.packets));
    summary.fields.push("packets", packets)?;
    summary.fields.begin_list("streams")?;
    for (at, (stream, verdicts)) in reader.streams().iter().zip(reader.verdicts()).enumerate() {
        summary.fields.begin_item_map()?;
        of_stream(&mut summary.fields, stream, verdicts)?;
        if let Some(samples) = lost.samples(at) {
            summary.fields.push("samples", samples)?;
        }
        summary.fields.end();
    }
    summary.fields.end();
    let findings = reader.findings();
    let first = findings.kept().iter().find(|finding| finding.severity == Severity::Error);
    if let Some(first) = first {
        summary.fields.push("incomplete_reason", &*first.message)?;
    }
    findings::append(&mut summary.diagnostics, findings)?;
    if lost.errors() > 0 {
        summary.fields.push("undecoded", lost.errors())?;
    }
    lost.append_to(&mut summary.diagnostics)?;
    Ok(summary)
}

fn of_stream(fields: &mut Fields, stream: &Stream, verdicts: &Verdicts) -> Result<()> {
    fields.push("stream", stream.index)?;
    fields.push("packets", verdicts.packets)?;
    if let Some(claimed) = stream.frames.filter(|claimed| *claimed != verdicts.packets) {
        fields.push("packets_claimed", claimed)?;
    }
    fields.push("bytes", verdicts.bytes)?;
    if let Some(seconds) = verdicts.duration() {
        fields.push("duration", seconds)?;
    }
    if let Some(claimed) = stream.duration {
        fields.push("duration_claimed", stream.time_base.seconds(claimed))?;
    }
    if stream.media == Media::Video {
        fields.push("keys", verdicts.keys)?;
        fields.push("longest_group", verdicts.longest_group)?;
        if let Some(rate) = verdicts.frame_rate() {
            fields.push("frame_rate", rate)?;
        }
        fields.push("variable_frame_rate", verdicts.is_variable())?;
        if verdicts.lacks_first_key() {
            fields.push("starts_without_key", true)?;
        }
    }
    let counts = [
        ("discarded", verdicts.discarded),
        ("corrupt", verdicts.corrupt),
        ("without_pts", verdicts.untimed),
        ("non_monotone_dts", verdicts.non_monotone),
        ("negative_times", verdicts.negative),
        ("gaps", verdicts.gaps),
    ];
    for (name, count) in counts {
        if count > 0 {
            fields.push(name, count)?;
        }
    }
    Ok(())
}
