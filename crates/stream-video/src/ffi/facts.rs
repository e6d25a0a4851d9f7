//! What the library found out about a container and its streams.

mod streams;

use std::ffi::{CStr, c_char};

use ffmpeg_next::ffi as sys;
use stream_core::memory::Reservation;
use stream_core::{Result, Span};

use super::demuxer::Demuxer;
use super::{fixed, time};
use crate::reader::Facts;
use crate::{Attachment, Chapter, Container, Media, Rational, Stream, Tag};

/// Bytes of a text that are kept.
const TEXT: usize = 64 << 10;

/// Copies facts, each charged before it is.
pub(crate) struct Copier<'a> {
    demuxer: &'a Demuxer,
    charge: Reservation,
}

impl Demuxer {
    /// All facts, and what they take.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(crate) fn facts(&self) -> Result<(Facts, Reservation)> {
        let mut copier = Copier { demuxer: self, charge: self.cx().budget().reserve(0)? };
        let facts = copier.facts()?;
        Ok((facts, copier.charge))
    }
}

impl Copier<'_> {
    fn facts(&mut self) -> Result<Facts> {
        // SAFETY: an open context, whose fields are public.
        let context = unsafe { &*self.demuxer.context() };
        let container = self.container(context)?;
        let mut facts = Facts { container, ..Facts::default() };
        self.tags(context.metadata, None, &mut facts.tags)?;
        let mut at = 0usize;
        while let Some(raw) = self.demuxer.stream(at) {
            // SAFETY: a stream of an open context.
            let raw = unsafe { &*raw };
            let before = facts.tags.len();
            let index = u32::try_from(at).unwrap_or(u32::MAX);
            self.tags(raw.metadata, Some(index), &mut facts.tags)?;
            let own = facts.tags.get(before..).unwrap_or_default();
            let stream = self.stream(index, raw, own)?;
            if let Some(attachment) = self.attachment(raw, &stream, own)? {
                self.room::<Attachment>()?;
                facts.attachments.push(attachment);
            }
            self.room::<Stream>()?;
            facts.streams.push(stream);
            at = at.saturating_add(1);
        }
        for at in 0..usize::try_from(context.nb_chapters).unwrap_or(0) {
            // SAFETY: a context has as many chapters as it says.
            let raw = unsafe { &**context.chapters.add(at) };
            let mut tags = Vec::new();
            self.tags(raw.metadata, None, &mut tags)?;
            self.room::<Chapter>()?;
            facts.chapters.push(Chapter {
                id: raw.id,
                time_base: rational(raw.time_base),
                start: raw.start,
                end: time(raw.end),
                tags,
            });
        }
        Ok(facts)
    }

    fn container(&mut self, context: &sys::AVFormatContext) -> Result<Container> {
        // SAFETY: an open context has a format, whose names live for ever.
        let (name, long_name) =
            unsafe { (fixed((*context.iformat).name), fixed((*context.iformat).long_name)) };
        Ok(Container {
            format_name: self.copy(name.unwrap_or_default())?,
            format_long_name: self.copy(long_name.unwrap_or_default())?,
            probe_score: context.probe_score,
            streams: context.nb_streams,
            programs: context.nb_programs,
            start_time: time(context.start_time),
            duration: time(context.duration),
            bit_rate: (context.bit_rate > 0).then_some(context.bit_rate),
            size: self.demuxer.cx().source().size(),
        })
    }

    /// An attached file, whose bytes the library keeps as extra data, or an attached picture.
    fn attachment(
        &mut self,
        raw: &sys::AVStream,
        stream: &Stream,
        tags: &[Tag],
    ) -> Result<Option<Attachment>> {
        let is_picture = raw.disposition & sys::AV_DISPOSITION_ATTACHED_PIC != 0;
        if !is_picture && stream.media != Media::Attachment {
            return Ok(None);
        }
        let mut said = |key: &str| -> Result<Option<String>> {
            let tag = tags.iter().find(|tag| tag.key.eq_ignore_ascii_case(key));
            tag.map(|tag| self.copy(&tag.value)).transpose()
        };
        let filename = said("filename")?;
        let mut media_type = said("mimetype")?;
        if media_type.is_none() {
            // SAFETY: a descriptor lives for ever; its list of media types ends with null.
            let known = unsafe {
                let descriptor = sys::avcodec_descriptor_get((*raw.codecpar).codec_id);
                match descriptor.as_ref().map(|d| d.mime_types).filter(|types| !types.is_null()) {
                    Some(types) => fixed(*types),
                    None => None,
                }
            };
            media_type = known.map(|known| self.copy(known)).transpose()?;
        }
        let picture = &raw.attached_pic;
        let size = match is_picture {
            true => u64::try_from(picture.size).unwrap_or(0),
            false => stream.extradata_size,
        };
        let offset = u64::try_from(picture.pos).ok().filter(|offset| is_picture && *offset > 0);
        Ok(Some(Attachment {
            stream: stream.index,
            is_picture,
            filename,
            media_type,
            size,
            dimensions: stream.video.as_ref().map(|v| (v.width, v.height)).filter(|d| d.0 > 0),
            span: offset.map(|offset| Span { offset, length: size }),
        }))
    }

    /// Appends the tags of a dictionary.
    fn tags(
        &mut self,
        dictionary: *mut sys::AVDictionary,
        stream: Option<u32>,
        tags: &mut Vec<Tag>,
    ) -> Result<()> {
        let mut entry: *mut sys::AVDictionaryEntry = std::ptr::null_mut();
        loop {
            // SAFETY: a dictionary of the library or null, and one of its entries or null.
            entry = unsafe {
                sys::av_dict_get(dictionary, c"".as_ptr(), entry, sys::AV_DICT_IGNORE_SUFFIX)
            };
            // SAFETY: an entry's texts end, and live as long as the dictionary.
            let Some(found) = (unsafe { entry.as_ref() }) else { return Ok(()) };
            // SAFETY: as above.
            let (key, value) = unsafe { (self.text(found.key)?, self.text(found.value)?) };
            self.room::<Tag>()?;
            tags.push(Tag { stream, key, value });
        }
    }

    /// Copies a text of the library.
    ///
    /// # Safety
    /// `text` is null or points to a text that ends.
    unsafe fn text(&mut self, text: *const c_char) -> Result<String> {
        if text.is_null() {
            return Ok(String::new());
        }
        // SAFETY: as the caller says.
        let bytes = unsafe { CStr::from_ptr(text) }.to_bytes();
        let bytes = bytes.get(..bytes.len().min(TEXT)).unwrap_or_default();
        // what is not UTF-8 becomes up to three bytes each
        self.charge(bytes.len().saturating_mul(3))?;
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }

    fn copy(&mut self, text: &str) -> Result<String> {
        self.charge(text.len())?;
        Ok(text.to_owned())
    }

    /// Room for one more of a list, which doubles when it grows, and has four at first.
    fn room<T>(&mut self) -> Result<()> {
        self.charge(size_of::<T>().saturating_mul(4))
    }

    fn charge(&mut self, bytes: usize) -> Result<()> {
        Ok(self.charge.grow(u64::try_from(bytes).unwrap_or(u64::MAX))?)
    }
}

pub(super) fn rational(raw: sys::AVRational) -> Rational {
    Rational::new(raw.num, raw.den)
}
