//! Frames by number, from any thread.
#![deny(clippy::arithmetic_side_effects)]

pub(crate) mod fragments;

use stream_core::{ChargedVec, Error, ErrorKind, Result, Scratch};
use stream_memory::Buf;

use crate::frames::fragments::{Fragment, Fragments, Table};
use crate::pixel_data::read_exact;
use crate::{Defect, Layout, PixelData};

/// Where an encapsulated frame lies: its fragments' items from `offset` to `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameSpan {
    /// The first fragment's item.
    pub offset: u64,
    /// Behind the last fragment.
    pub end: u64,
    /// How many fragments.
    pub fragments: u32,
}

impl FrameSpan {
    /// Bytes of the frame without the items' headers.
    pub fn length(&self) -> u64 {
        let headers = u64::from(self.fragments).saturating_mul(8);
        self.end.saturating_sub(self.offset).saturating_sub(headers)
    }
}

/// Where each encapsulated frame lies: 24 bytes a frame, charged. Made by one hop over all fragments' headers, with the help of the
/// basic or extended offset table where there is one.
pub struct FrameIndex {
    spans: ChargedVec<FrameSpan>,
    /// Why there is no more: the file ends within the fragments.
    cut: Option<(ErrorKind, u64, String)>,
    wrong_entry: Option<u64>,
    claimed: u64,
}

impl FrameIndex {
    /// Finds the frames of encapsulated pixel data. A basic offset table that does not point at fragments is not followed.
    ///
    /// # Errors
    /// `OverBudget`, `Cancelled`, `Io`. Fragments that cannot be followed to their end are no error here: the frames before
    /// are there, and reading one more gives it.
    pub fn new(pixels: &PixelData) -> Result<Self> {
        let mut index = Self {
            spans: ChargedVec::new(pixels.cx.budget()),
            cut: None,
            wrong_entry: None,
            claimed: pixels.facts().frame_count(),
        };
        let followed = index.fill(pixels, Table::Followed)?;
        if followed && index.cut.is_none() && index.found() != index.claimed {
            index.wrong_entry = Some(index.found());
            index.spans.clear();
            index.fill(pixels, Table::Ignored)?;
        }
        Ok(index)
    }

    /// Hops over the fragments; says whether a basic offset table told the frames apart.
    fn fill(&mut self, pixels: &PixelData, table: Table) -> Result<bool> {
        let result = Fragments::new(pixels, table).and_then(|mut fragments| {
            self.wrong_entry = self.wrong_entry.or(fragments.wrong_entry());
            self.collect(&mut fragments)?;
            Ok(fragments.follows_table())
        });
        match result {
            Err(e) if matches!(e.kind(), ErrorKind::Truncated | ErrorKind::Malformed) => {
                self.cut = Some((e.kind(), e.offset().unwrap_or(0), e.message().to_owned()));
                Ok(false)
            }
            other => other,
        }
    }

    fn collect(&mut self, fragments: &mut Fragments) -> Result<()> {
        while let Some(fragment) = fragments.next()? {
            match self.spans.as_mut_slice().last_mut().filter(|_| !fragment.starts) {
                Some(span) => {
                    span.end = fragment.end();
                    span.fragments = span.fragments.saturating_add(1);
                }
                None => {
                    let Fragment { offset, .. } = fragment;
                    self.spans.push(FrameSpan { offset, end: fragment.end(), fragments: 1 })?;
                }
            }
        }
        Ok(())
    }

    fn found(&self) -> u64 {
        u64::try_from(self.spans.len()).unwrap_or(u64::MAX)
    }

    /// What is wrong with the offset table or the number of frames.
    pub fn defect(&self) -> Option<Defect> {
        let (expected, found) = (self.claimed, self.found());
        match self.wrong_entry {
            Some(frame) => Some(Defect::OffsetTable { frame }),
            None => (expected != found).then_some(Defect::FrameCount { expected, found }),
        }
    }

    /// The frames, in order.
    pub fn spans(&self) -> &[FrameSpan] {
        &self.spans
    }

    fn error(&self) -> Option<Error> {
        let (kind, offset, message) = self.cut.as_ref()?;
        Some(Error::new(*kind, message.clone()).at(*offset))
    }
}

/// The frames of one image. Reading needs no `&mut`: threads may share it.
pub struct Frames {
    pixels: PixelData,
    kind: FramesKind,
}

enum FramesKind {
    Native(Layout),
    Encapsulated(FrameIndex),
}

impl PixelData {
    /// The frames: for native pixel data at once, for encapsulated pixel data after one hop over its fragments' headers.
    ///
    /// # Errors
    /// `Unsupported` when the data set does not say enough of native pixels; as [`FrameIndex::new`].
    pub fn frames(&self) -> Result<Frames> {
        let kind = if self.is_encapsulated() {
            FramesKind::Encapsulated(FrameIndex::new(self)?)
        } else {
            FramesKind::Native(self.layout().ok_or_else(|| {
                let message = "pixel data without rows, columns and bits that fit its length";
                Error::new(ErrorKind::Unsupported, message).at(self.value_offset())
            })?)
        };
        Ok(Frames { pixels: self.clone(), kind })
    }
}

impl Frames {
    /// The pixel data they belong to.
    pub fn pixel_data(&self) -> &PixelData {
        &self.pixels
    }

    /// How many there are; where fragments end early, one more than can be read.
    pub fn len(&self) -> u64 {
        match &self.kind {
            FramesKind::Native(layout) => layout.frames,
            FramesKind::Encapsulated(index) => {
                let cut = u64::from(index.cut.is_some());
                u64::try_from(index.spans.len()).unwrap_or(u64::MAX).saturating_add(cut)
            }
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How native samples lie; `None` when encapsulated.
    pub fn layout(&self) -> Option<Layout> {
        if let FramesKind::Native(layout) = self.kind { Some(layout) } else { None }
    }

    /// Where encapsulated frames lie; `None` when native.
    pub fn index(&self) -> Option<&FrameIndex> {
        if let FramesKind::Encapsulated(index) = &self.kind { Some(index) } else { None }
    }

    /// Reads frame `i` into `buf`, which is grown or cut to fit: native samples in the machine's byte order, an encapsulated
    /// frame's bytes without the items' headers. Holds the frame and nothing else, but for packed bits and swapped bytes.
    ///
    /// # Errors
    /// `Request` beyond the last; `Truncated` or `Malformed` where the file is; `OverBudget`, `Cancelled`, `Passed`, `Io`.
    pub fn read_frame(&self, i: u64, buf: &mut Buf) -> Result<()> {
        self.read_frame_with(i, buf, &mut Scratch::new())
    }

    /// As [`Frames::read_frame`], with memory for packed bits that is used again.
    ///
    /// # Errors
    /// As [`Frames::read_frame`].
    pub fn read_frame_with(&self, i: u64, buf: &mut Buf, scratch: &mut Scratch) -> Result<()> {
        if i >= self.len() {
            let message = format!("frame {i} of {}", self.len());
            return Err(Error::new(ErrorKind::Request, message));
        }
        match &self.kind {
            FramesKind::Native(layout) => {
                let bytes = layout.elements.saturating_mul(layout.sample.size());
                self.fit(buf, bytes)?;
                self.pixels.read_samples(
                    layout.sample,
                    layout.elements.saturating_mul(i),
                    buf,
                    scratch,
                )
            }
            FramesKind::Encapsulated(index) => {
                let at = usize::try_from(i).unwrap_or(usize::MAX);
                match index.spans.get(at) {
                    Some(&span) => self.read_span(span, buf),
                    None => Err(index
                        .error()
                        .unwrap_or_else(|| Error::new(ErrorKind::Request, "no such frame"))),
                }
            }
        }
    }

    fn read_span(&self, span: FrameSpan, buf: &mut Buf) -> Result<()> {
        let size = self.pixels.cx.source().size().map(|n| self.pixels.base.saturating_add(n));
        if let Some(size) = size.filter(|&size| span.end > size) {
            let missing = span.end.saturating_sub(size);
            return Err(Error::truncated(
                self.pixels.place(size),
                format!("frame cut short ({missing} bytes missing)"),
            ));
        }
        self.fit(buf, span.length())?;
        let (mut pos, mut filled) = (span.offset, 0usize);
        while pos < span.end && span.fragments > 0 {
            let base = self.pixels.base;
            // one fragment, as nearly all frames are: its length is known without its header
            let length = if span.fragments == 1 {
                span.length()
            } else {
                let mut header = [0; 8];
                read_exact(&self.pixels.cx, base, pos, &mut header)?;
                let length = crate::ByteOrder::Little.u32(&header, 4).map(u64::from).unwrap_or(0);
                // the file may have changed since the index was made
                length.min(span.end.saturating_sub(pos).saturating_sub(8))
            };
            pos = pos.saturating_add(8);
            let end = filled.saturating_add(usize::try_from(length).unwrap_or(usize::MAX));
            let Some(piece) = buf.get_mut(filled..end) else {
                return Err(Error::malformed(
                    self.pixels.place(pos),
                    "fragments changed while they were read",
                ));
            };
            read_exact(&self.pixels.cx, base, pos, piece)?;
            filled = end;
            pos = pos.saturating_add(length);
        }
        buf.truncate(filled);
        Ok(())
    }

    fn fit(&self, buf: &mut Buf, bytes: u64) -> Result<()> {
        let len = usize::try_from(bytes).unwrap_or(usize::MAX);
        if buf.set_len(len).is_err() {
            *buf = self.pixels.cx.buf(len)?;
        }
        Ok(())
    }
}
