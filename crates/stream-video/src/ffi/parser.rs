//! What a packet's own header says: the type of its picture.

use std::ffi::c_int;

use ffmpeg_next::ffi as sys;
use stream_core::Result;
use stream_core::memory::Reservation;

use super::demuxer::Demuxer;
use super::log::{Log, collected};
use crate::Picture;

/// What a parser holds: the parameter sets of its codec.
const HELD: u64 = 512 << 10;

/// A parser of one stream's packets, each of which is a whole picture.
pub(crate) struct Parser {
    /// Null where each picture of the codec decodes alone.
    parser: *mut sys::AVCodecParserContext,
    codec: *mut sys::AVCodecContext,
    log: Box<Log>,
    _held: Reservation,
}

// SAFETY: the library's objects belong to no thread; one at a time uses them, through `&mut`.
unsafe impl Send for Parser {}

impl Parser {
    /// For a stream of pictures of an open container; `None` where nothing tells their types.
    ///
    /// # Errors
    /// `OverBudget`.
    pub(crate) fn open(demuxer: &Demuxer, at: usize) -> Result<Option<Self>> {
        let Some(stream) = demuxer.stream(at) else { return Ok(None) };
        // SAFETY: a stream of an open context has parameters; descriptors live for ever.
        let (par, props) = unsafe {
            let par = &*(*stream).codecpar;
            let descriptor = sys::avcodec_descriptor_get(par.codec_id).as_ref();
            (par, descriptor.map_or(0, |d| d.props))
        };
        if par.width <= 0 || par.height <= 0 {
            return Ok(None);
        }
        let held = demuxer.cx().budget().reserve(HELD)?;
        let (parser, codec) = (std::ptr::null_mut(), std::ptr::null_mut());
        let mut opened = Self { parser, codec, log: Box::new(Log::new()), _held: held };
        if props & sys::AV_CODEC_PROP_INTRA_ONLY != 0 {
            return Ok(Some(opened));
        }
        // the numbers of codecs fit
        let id = par.codec_id as c_int;
        let Self { parser, codec, log, .. } = &mut opened;
        // SAFETY: a codec's number, plain allocations, and a stream's parameters.
        let made = collected(log, || unsafe {
            *parser = sys::av_parser_init(id);
            if (*parser).is_null() {
                return false;
            }
            *codec = sys::avcodec_alloc_context3(std::ptr::null());
            if (*codec).is_null() {
                return false;
            }
            (**parser).flags |= sys::PARSER_FLAG_COMPLETE_FRAMES;
            sys::avcodec_parameters_to_context(*codec, par) >= 0
        });
        Ok(made.then_some(opened))
    }

    /// The type of the picture in the packet that the demuxer read last, where the parser tells.
    pub(crate) fn picture(&mut self, demuxer: &Demuxer) -> Option<Picture> {
        let (parser, codec) = (self.parser, self.codec);
        if parser.is_null() {
            return Some(Picture::I);
        }
        let (mut out, mut size) = (std::ptr::null_mut(), 0);
        let packet = demuxer.raw_packet();
        // SAFETY: an open parser with its codec, and a packet whose data is padded as the library wants it; what comes out points
        // into that and is not looked at. Fields of the parser are public.
        let kind = collected(&mut self.log, || unsafe {
            if (*packet).data.is_null() || (*packet).size <= 0 {
                return 0;
            }
            // parsers that do not tell leave it as it is
            (*parser).pict_type = 0;
            sys::av_parser_parse2(
                parser,
                codec,
                &mut out,
                &mut size,
                (*packet).data,
                (*packet).size,
                (*packet).pts,
                (*packet).dts,
                (*packet).pos,
            );
            (*parser).pict_type
        });
        // whoever decodes it says what is wrong with it
        self.log.clear();
        Some(match kind {
            1 => Picture::I,
            2 => Picture::P,
            3 => Picture::B,
            4 => Picture::S,
            5 => Picture::SI,
            6 => Picture::SP,
            _ => return None,
        })
    }
}

impl Drop for Parser {
    fn drop(&mut self) {
        let (parser, codec) = (self.parser, &mut self.codec);
        // SAFETY: objects of the library or null.
        collected(&mut self.log, || unsafe {
            sys::av_parser_close(parser);
            sys::avcodec_free_context(codec);
        });
    }
}
