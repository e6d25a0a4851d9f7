//! A container's facts, then its packets.

use stream_core::memory::Reservation;
use stream_core::{ChargedVec, Context, Diagnostic, Diagnostics, Result, Severity};

use crate::ahead::Ahead;
use crate::ffi::demuxer::{Demuxer, Purpose};
use crate::index;
use crate::packets::{Packets, Typed};
use crate::verdicts::ending;
use crate::{Attachment, Chapter, Container, Defect, Media, Packet, Stream, Tag, Verdicts};

/// Reads a container: its facts are there once it is opened, its packets follow one by one: from the container's own tables where
/// these tell all that FFmpeg's demuxer tells, else from the demuxer.
///
/// Holds 5.3 MB, the facts, 200 bytes a stream, and 40 bytes for each entry of FFmpeg's index: all samples of ISO media and AVI, key
/// frames of the others up to 256 KiB.
pub struct Reader {
    facts: Facts,
    packets: Box<dyn Packets>,
    verdicts: ChargedVec<Verdicts>,
    findings: Diagnostics,
    at_end: bool,
    ended: bool,
    cx: Context,
    _held: Reservation,
}

/// What a container tells before its packets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) container: Container,
    pub(crate) streams: Vec<Stream>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) chapters: Vec<Chapter>,
    pub(crate) attachments: Vec<Attachment>,
}

impl Reader {
    /// Opens the source of `cx`, which must be random, and finds out what its streams are.
    ///
    /// # Errors
    /// `Malformed` where no container is found, `Passed` for a source that only goes forward, `OverBudget`, and what the source says.
    pub fn open(cx: Context) -> Result<Self> {
        let off = |name: &str| matches!(cx.setting(name), Some("off" | "false" | "no" | "0"));
        // types of pictures stand in the payloads, which tables do not read
        let tables = match off("video.tables") || cx.switched_on("video.picture_type") {
            true => None,
            false => index::open(&cx)?,
        };
        let purpose = if tables.is_some() { Purpose::Facts } else { Purpose::Packets };
        // they are read while the library opens the file
        let tables = tables.map(|tables| Ahead::begin(tables, &cx));
        let mut demuxer = Demuxer::open_to(&cx, purpose)?;
        let (facts, held) = demuxer.facts()?;
        let mut verdicts = ChargedVec::new(cx.budget());
        for stream in &facts.streams {
            verdicts.push(Verdicts::new(stream))?;
        }
        let mut findings = Diagnostics::new(cx.budget());
        if !demuxer.is_part() {
            Packets::findings(&mut demuxer, &mut findings)?;
        }
        let packets: Box<dyn Packets> = match tables {
            // what the library read ahead is given back
            Some(tables) => tables,
            None if off("video.picture_type") || off("packets") => Box::new(demuxer),
            None => Box::new(Typed::new(demuxer, &facts.streams)?),
        };
        Ok(Self {
            facts,
            packets,
            verdicts,
            findings,
            at_end: false,
            ended: false,
            cx,
            _held: held,
        })
    }

    /// The context it reads within.
    pub fn context(&self) -> &Context {
        &self.cx
    }

    /// The file as a whole.
    pub fn container(&self) -> &Container {
        &self.facts.container
    }

    /// Its streams, in the container's order.
    pub fn streams(&self) -> &[Stream] {
        &self.facts.streams
    }

    /// Tags of the container, then of its streams.
    pub fn tags(&self) -> &[Tag] {
        &self.facts.tags
    }

    /// Its chapters.
    pub fn chapters(&self) -> &[Chapter] {
        &self.facts.chapters
    }

    /// Attached files and pictures.
    pub fn attachments(&self) -> &[Attachment] {
        &self.facts.attachments
    }

    /// Bytes of the source that are behind the packets.
    pub fn done(&self) -> u64 {
        self.packets.done()
    }

    /// What the packets so far say of each stream.
    pub fn verdicts(&self) -> &[Verdicts] {
        &self.verdicts
    }

    /// What was unusual so far.
    pub fn findings(&self) -> &Diagnostics {
        &self.findings
    }

    /// Whether all packets were read, and nothing lacked or was broken.
    pub fn is_whole(&self) -> bool {
        self.at_end && self.findings.count(Severity::Error) == 0
    }

    /// The payload of the packet read last, where it was read anyway.
    pub fn payload(&self) -> Option<&[u8]> {
        self.packets.payload()
    }

    /// Fills `packet` with the next one, in the order of the file; `Ok(false)` at the end.
    ///
    /// # Errors
    /// Any kind. All packets before the error have been delivered; after one that is not resumable, the end.
    pub fn read_packet(&mut self, packet: &mut Packet) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let more = self.packets.next(packet);
        self.packets.findings(&mut self.findings)?;
        match more {
            Ok(true) => {
                self.count(packet)?;
                Ok(true)
            }
            Ok(false) => {
                // nothing is noted before this is read, so that it can be read again
                let short = ending::look(&self.cx);
                self.ended = short.as_ref().map_or_else(|e| !e.resumable(), |_| true);
                self.judge(short?)?;
                self.at_end = true;
                Ok(false)
            }
            Err(error) => {
                self.ended = !error.resumable();
                Err(error)
            }
        }
    }

    fn count(&mut self, packet: &mut Packet) -> Result<()> {
        let at = usize::try_from(packet.stream).unwrap_or(usize::MAX);
        let Some(verdicts) = self.verdicts.as_mut_slice().get_mut(at) else { return Ok(()) };
        packet.index = verdicts.packets;
        verdicts.add(packet);
        if packet.corrupt {
            let end = self.cx.source().size().unwrap_or(u64::MAX);
            let entry = format!("stream/{}/packet/{}", packet.stream, packet.index);
            self.note(
                Severity::Error,
                &Defect::Corrupt,
                packet.position.filter(|at| *at <= end),
                Some(entry),
            )?;
        }
        Ok(())
    }

    /// At the end: compares what was claimed with what was found.
    fn judge(&mut self, short: Option<ending::Short>) -> Result<()> {
        if let Some(reason) = self.packets.incomplete() {
            let defect = Defect::Library { message: reason.to_owned() };
            self.note(Severity::Error, &defect, None, None)?;
        }
        let short = match short {
            Some(short) => Some((short.what, Some(short.offset))),
            None => self.reaches_less().map(|what| (what, None)),
        };
        if let Some((what, offset)) = short {
            self.note(Severity::Error, &Defect::EndsEarly { what }, offset, None)?;
        }
        for at in 0..self.facts.streams.len() {
            let (Some(stream), Some(verdicts)) =
                (self.facts.streams.get(at), self.verdicts.get(at))
            else {
                continue;
            };
            let entry = format!("stream/{at}");
            // packets of sound hold many of its samples; other tracks are listed and not always delivered
            let counts =
                stream.media == Media::Video && !stream.disposition.contains(&"attached_pic");
            let short = stream.frames.filter(|claimed| verdicts.packets < *claimed && counts);
            let Some(claimed) = short else { continue };
            // an edit list may leave frames out: then the times still reach as far as is claimed
            let reached = verdicts.end.zip(verdicts.start);
            let reached = reached.map(|(end, first)| end.saturating_sub(first));
            let ends_early = match (reached, stream.duration) {
                (Some(reached), Some(claimed)) => reached.saturating_add(claimed / 50) < claimed,
                _ => true,
            };
            let severity = if ends_early { Severity::Error } else { Severity::Note };
            let defect =
                Defect::FewerFrames { stream: stream.index, claimed, found: verdicts.packets };
            self.note(severity, &defect, None, Some(entry))?;
        }
        Ok(())
    }

    /// Whether the header of Matroska or FLV claims that it lasts longer than its packets do, by a second and a twentieth.
    fn reaches_less(&self) -> Option<String> {
        let container = &self.facts.container;
        let claims = ["matroska", "flv"].iter().any(|n| container.format_name.starts_with(n));
        let claimed = container.duration.filter(|_| claims)? as f64 / 1e6;
        let ends = self.facts.streams.iter().zip(self.verdicts.iter());
        let ends = ends.filter_map(|(stream, v)| Some(stream.time_base.seconds(v.end?)));
        let reached = ends.fold(0.0, f64::max);
        let less = claimed > reached * 1.05 + 1.0;
        less.then(|| format!("{claimed:.3} s expected (found {reached:.3})"))
    }

    fn note(
        &mut self,
        severity: Severity,
        defect: &Defect,
        offset: Option<u64>,
        entry: Option<String>,
    ) -> Result<()> {
        let finding = Diagnostic {
            severity,
            rule: defect.rule(),
            message: defect.to_string().into(),
            offset,
            entry: entry.map(Into::into),
        };
        Ok(self.findings.push(finding)?)
    }
}
