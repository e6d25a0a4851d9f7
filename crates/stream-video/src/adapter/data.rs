//! What is asked for: payloads, attached files, frames, and samples.

use std::sync::Arc;

use stream_core::{
    Array, Chunk, ChunkPlan, Chunks, Context, Error, ErrorKind, Form, NoChunks, Request, Result,
    no_such_entry,
};

use super::Adapter;
use crate::findings::Findings;
use crate::frames::Frames;
use crate::payloads::{Bytes, Payloads, Range};
use crate::sound::{Called, Sound};
use crate::{Attachment, Media};

/// An entry that has data.
#[derive(Clone, Copy, Debug)]
enum Wanted {
    Stream(usize),
    Sound(usize),
    Packet(u32, u64),
    Attachment(usize),
}

impl Adapter {
    pub(super) fn data(&mut self, request: &Request) -> Result<Box<dyn Chunks>> {
        let mut wanted = Vec::new();
        for path in &request.entries {
            let found = self.wanted(path).ok_or_else(|| no_such_entry(path))?;
            wanted.push(self.heard(found, request.form));
        }
        if let [one] = *wanted {
            return self.chunks_of(one, request, 0);
        }
        Ok(Box::new(Several {
            cx: self.reader.context().clone(),
            attachments: self.reader.attachments().to_vec(),
            lost: self.lost.clone(),
            wanted,
            request: request.clone(),
            at: 0,
            current: Box::new(NoChunks),
        }))
    }

    fn wanted(&self, path: &str) -> Option<Wanted> {
        let mut parts = path.split('/');
        let (kind, number) = (parts.next()?, parts.next()?);
        let at: usize = canonical(number)?;
        let wanted = match (kind, parts.next(), parts.next()) {
            ("stream", None, None) => Wanted::Stream(at),
            ("stream", Some("packet"), Some(index)) => {
                Wanted::Packet(u32::try_from(at).ok()?, canonical(index)?)
            }
            ("picture" | "attachment", None, None) => {
                let all = self.reader.attachments().iter().enumerate();
                let alike = all.filter(|(_, a)| a.is_picture == (kind == "picture"));
                Wanted::Attachment(alike.map(|(at, _)| at).nth(at)?)
            }
            _ => return None,
        };
        match wanted {
            Wanted::Stream(at) if at >= self.reader.streams().len() => None,
            wanted => parts.next().is_none().then_some(wanted),
        }
    }

    /// A stream of sound is its samples, unless its bytes are asked for or nothing decodes them.
    fn heard(&self, wanted: Wanted, form: Form) -> Wanted {
        let Wanted::Stream(at) = wanted else { return wanted };
        let Some(stream) = self.reader.streams().get(at) else { return wanted };
        let sounds = stream.media == Media::Audio && form != Form::Bytes;
        let decodes = stream.audio.as_ref().is_some_and(|audio| audio.has_decoder);
        if sounds && (decodes || form == Form::Decoded) { Wanted::Sound(at) } else { wanted }
    }

    fn chunks_of(
        &mut self,
        wanted: Wanted,
        request: &Request,
        entry: usize,
    ) -> Result<Box<dyn Chunks>> {
        let cx = self.reader.context().clone();
        if let (Wanted::Packet(stream, index), true) = (wanted, request.form != Form::Decoded) {
            let size = request.chunk_size.unwrap_or_else(|| cx.chunk_size());
            let (range, how) = (Range::of(&request.region)?, (entry, size));
            let is_current = self.entries > 0
                && (self.packet.stream, self.packet.index) == (stream, index)
                && self.packet.size > 0;
            let at_hand = self.reader.payload().filter(|payload| {
                is_current && u64::try_from(payload.len()).ok() == Some(self.packet.size)
            });
            if let Some(payload) = at_hand {
                return Ok(Box::new(Bytes::new(&cx, payload, range, how)?));
            }
            let at = usize::try_from(stream).unwrap_or(usize::MAX);
            let Some(payload) = self.beside.payload(&cx, (at, index))? else {
                return Err(no_such_entry(&format!("stream/{stream}/packet/{index}")));
            };
            return Ok(Box::new(Bytes::new(&cx, payload, range, how)?));
        }
        open(&cx, wanted, (request, entry), (self.reader.attachments(), &self.lost))
    }
}

/// A number without signs and leading zeros: paths are unique.
fn canonical<T: std::str::FromStr + ToString>(text: &str) -> Option<T> {
    text.parse().ok().filter(|n: &T| n.to_string() == text)
}

/// Opens the data of one entry with a demuxer of its own.
fn open(
    cx: &Context,
    wanted: Wanted,
    (request, entry): (&Request, usize),
    (attachments, lost): (&[Attachment], &Findings),
) -> Result<Box<dyn Chunks>> {
    let size = request.chunk_size.unwrap_or_else(|| cx.chunk_size());
    if let (Form::Decoded, Wanted::Stream(at)) = (request.form, wanted) {
        return Ok(Box::new(Frames::open(cx, at, (request, entry), lost.clone())?));
    }
    if let Wanted::Sound(at) = wanted {
        let called = Called { path: format!("stream/{at}"), format: "video" };
        return Ok(Box::new(Sound::open(cx, (at, called), (request, entry), lost.clone())?));
    }
    if request.form == Form::Decoded {
        let message = "form: only streams of pictures and of sound are decoded";
        return Err(Error::new(ErrorKind::Request, message));
    }
    let range = Range::of(&request.region)?;
    Ok(match wanted {
        Wanted::Stream(at) | Wanted::Sound(at) => {
            Box::new(Payloads::of_stream(cx, at, range, (entry, size))?)
        }
        Wanted::Packet(stream, index) => {
            Box::new(Payloads::of_packet(cx, (stream, index), range, (entry, size))?)
        }
        Wanted::Attachment(at) => {
            let Some(attachment) = attachments.get(at) else {
                return Err(no_such_entry("attachment"));
            };
            Box::new(Bytes::of_attachment(cx, attachment, range, (entry, size))?)
        }
    })
}

/// Several entries, one behind the other, each opened when it is its turn.
struct Several {
    cx: Context,
    attachments: Vec<Attachment>,
    lost: Findings,
    wanted: Vec<Wanted>,
    request: Request,
    /// The entry that is opened next.
    at: usize,
    current: Box<dyn Chunks>,
}

impl Chunks for Several {
    fn next_chunk(&mut self) -> Result<Option<Chunk>> {
        loop {
            match self.current.next_chunk() {
                Ok(None) => {}
                Err(error) if !error.resumable() => {
                    self.at = self.wanted.len();
                    return Err(error);
                }
                other => return other,
            }
            let Some(wanted) = self.wanted.get(self.at) else { return Ok(None) };
            // the demuxer before it is closed first
            self.current = Box::new(NoChunks);
            let facts = (&*self.attachments, &self.lost);
            let opened = open(&self.cx, *wanted, (&self.request, self.at), facts);
            match opened {
                Ok(chunks) => self.current = chunks,
                Err(error) => {
                    if !error.resumable() {
                        self.at = self.wanted.len();
                    }
                    return Err(error.with_format("video"));
                }
            }
            self.at = self.at.saturating_add(1);
        }
    }

    fn plan(&self) -> Option<Arc<dyn ChunkPlan>> {
        None
    }

    fn array(&self) -> Option<Array> {
        None
    }
}
