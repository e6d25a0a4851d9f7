//! A container that the library has open, and its packets.

pub(crate) mod limits;
mod packet;

use std::ffi::{CString, c_char, c_int};

use ffmpeg_next::ffi as sys;
use stream_core::memory::Reservation;
use stream_core::{Context, Error, ErrorKind, Result};

use super::bound::Bound;
use super::io::{self, Io};
use super::log::{Log, collected};
use super::{failed, no_memory};
use crate::{Rational, estimate};
pub(crate) use limits::Limits;

/// Packets between two looks at what the library's index has grown to.
const LOOK: u32 = 256;
/// Bytes that an entry of the library's index takes, with its composition offset and what growing leaves unused.
const ENTRY: u64 = 40;

/// An open container: reads one packet after another.
///
/// While one lives it holds [`limits::held`] and 40 bytes for each entry of the library's index; while it is opened, what
/// [`Limits`] says for a moment more.
pub(crate) struct Demuxer {
    context: *mut sys::AVFormatContext,
    packet: *mut sys::AVPacket,
    io: Io,
    log: Box<Log>,
    cx: Context,
    /// Streams at the time of opening: later ones are not read.
    streams: usize,
    since_look: u32,
    index: Reservation,
    payload: Reservation,
    held: Reservation,
    bound: Bound,
    is_part: bool,
}

/// What a container is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Its packets.
    Packets,
    /// What it says before its packets.
    Facts,
}

// SAFETY: the library's objects belong to no thread; one at a time uses them, through `&mut`.
unsafe impl Send for Demuxer {}

impl Demuxer {
    /// Opens the source of `cx` and finds out what its streams are: reads up to [`Limits::probe`] bytes.
    ///
    /// # Errors
    /// `Malformed` where no container is found, `Passed` for a source that only goes forward, `OverBudget` (resumable where nothing
    /// was opened), and what the source says.
    pub(crate) fn open(cx: &Context) -> Result<Self> {
        Self::open_to(cx, Purpose::Packets)
    }

    /// Opens as [`Demuxer::open`] does, for what is asked of it. For facts alone, large tables of ISO media are shown in part.
    ///
    /// # Errors
    /// As [`Demuxer::open`].
    pub(crate) fn open_to(cx: &Context, purpose: Purpose) -> Result<Self> {
        // whatever was begun is closed again
        Self::try_open(cx, purpose).map_err(|error| match error.kind() {
            ErrorKind::Cancelled | ErrorKind::OverBudget => error.as_resumable(),
            _ => error,
        })
    }

    fn try_open(cx: &Context, purpose: Purpose) -> Result<Self> {
        let size = match cx.source().size() {
            Some(size) if cx.is_random() => size,
            _ => {
                let message = "source only goes forward: video is read by position";
                return Err(Error::new(ErrorKind::Passed, message).at(0));
            }
        };
        cx.cancel().check()?;
        let budget = cx.budget();
        let held = budget.reserve(limits::held(budget.limit()))?;
        let estimate = estimate::index(cx, size)?;
        let is_part = purpose == Purpose::Facts && estimate.is_large();
        let index = budget.reserve(if is_part { estimate.few } else { estimate.bytes })?;
        let cuts = is_part.then_some(estimate.cuts);
        let limits = Limits::of(budget.attainable());
        let opening = budget.reserve(limits.opening)?;
        let bound = Bound::new(limits.opening.max(index.bytes()));
        let io = Io::new(cx, size, cuts)?;
        let mut demuxer = Self {
            context: std::ptr::null_mut(),
            // SAFETY: plain allocations, looked at below.
            packet: unsafe { sys::av_packet_alloc() },
            io,
            log: Box::new(Log::new()),
            cx: cx.clone(),
            streams: 0,
            since_look: 0,
            index,
            payload: budget.reserve(0)?,
            held,
            bound,
            is_part,
        };
        demuxer.open_input(&limits)?;
        demuxer.find_streams(&limits)?;
        demuxer.look_at_index()?;
        drop(opening);
        Ok(demuxer)
    }

    fn open_input(&mut self, limits: &Limits) -> Result<()> {
        // SAFETY: a plain allocation.
        let mut context = unsafe { sys::avformat_alloc_context() };
        if context.is_null() || self.packet.is_null() {
            // SAFETY: a context of the library or null.
            unsafe { sys::avformat_free_context(context) };
            return Err(failed(no_memory(), "container"));
        }
        let containers = limits::containers(&self.cx);
        let mut options = std::ptr::null_mut();
        // SAFETY: the context is new, its fields are public, and what is put there outlives it: `drop` closes it before `io`.
        unsafe {
            (*context).pb = self.io.raw();
            (*context).flags |= sys::AVFMT_FLAG_CUSTOM_IO;
            (*context).interrupt_callback =
                sys::AVIOInterruptCB { callback: Some(io::interrupted), opaque: self.io.opaque() };
            (*context).io_open = Some(refuse);
            (*context).probesize = limits.probe;
            (*context).format_probesize = limits.format_probe;
            (*context).max_index_size = limits.index;
            (*context).max_streams = limits.streams;
            set(&mut options, c"format_whitelist", &containers);
            // one that does not exist
            set(&mut options, c"protocol_whitelist", c"none");
            // as ffprobe does
            set(&mut options, c"scan_all_pmts", c"1");
        }
        // SAFETY: the context is the library's until it is closed; on failure it is freed and the pointer nulled.
        let code = collected(&mut self.log, || unsafe {
            sys::avformat_open_input(&mut context, c"".as_ptr(), std::ptr::null(), &mut options)
        });
        // SAFETY: a dictionary of the library or null.
        unsafe { sys::av_dict_free(&mut options) };
        self.context = context;
        if code < 0 {
            // the format is not among those read: no container
            let unknown = code == sys::AVERROR(sys::EINVAL) && self.log.is_empty();
            let code = if unknown { sys::AVERROR_INVALIDDATA } else { code };
            return Err(self.failure(code, "container"));
        }
        Ok(())
    }

    fn find_streams(&mut self, limits: &Limits) -> Result<()> {
        let streams = self.stream_count();
        let mut options = Vec::new();
        for at in 0..streams {
            let mut option = std::ptr::null_mut();
            let pixels = CString::new(limits.pixels(self.frame_size(at)).to_string());
            if let Ok(pixels) = pixels {
                // SAFETY: a dictionary that lives until it is freed below.
                unsafe { set(&mut option, c"max_pixels", &pixels) };
            }
            options.push(option);
        }
        let context = self.context;
        // SAFETY: an open context, and as many dictionaries as it has streams.
        let code = collected(&mut self.log, || unsafe {
            sys::avformat_find_stream_info(context, options.as_mut_ptr())
        });
        for option in &mut options {
            // SAFETY: dictionaries of the library or null.
            unsafe { sys::av_dict_free(option) };
        }
        if code < 0 {
            return Err(self.failure(code, "streams"));
        }
        if let Some(error) = self.io.state().take_error() {
            return Err(error.as_final());
        }
        self.streams = self.stream_count();
        Ok(())
    }

    /// Width times height of a stream, as far as the header tells.
    fn frame_size(&self, at: usize) -> u64 {
        let (width, height) = self.sides(at);
        let side = |n: c_int| u64::try_from(n).unwrap_or(0);
        side(width).saturating_mul(side(height))
    }

    /// Width and height of a stream; 0 where there are none.
    pub(crate) fn sides(&self, at: usize) -> (c_int, c_int) {
        let Some(stream) = self.stream(at) else { return (0, 0) };
        // SAFETY: a stream has parameters.
        unsafe { ((*(*stream).codecpar).width, (*(*stream).codecpar).height) }
    }

    /// Channels and samples in a second of a stream; 0 where there are none.
    pub(crate) fn sound(&self, at: usize) -> (usize, u32) {
        let Some(stream) = self.stream(at) else { return (0, 0) };
        // SAFETY: a stream has parameters.
        let par = unsafe { &*(*stream).codecpar };
        let channels = usize::try_from(par.ch_layout.nb_channels).unwrap_or(0);
        (channels, u32::try_from(par.sample_rate).unwrap_or(0))
    }

    /// As the library knows it.
    pub(crate) fn context(&self) -> *mut sys::AVFormatContext {
        self.context
    }

    /// Whether tables were shown in part: what is computed from their items is then not told, and what the library says of them is
    /// not the file's fault.
    pub(crate) fn is_part(&self) -> bool {
        self.is_part
    }

    /// The context it reads within.
    pub(crate) fn cx(&self) -> &Context {
        &self.cx
    }

    fn stream_count(&self) -> usize {
        // SAFETY: an open context.
        usize::try_from(unsafe { (*self.context).nb_streams }).unwrap_or(0)
    }

    /// A stream, as the library knows it.
    pub(crate) fn stream(&self, at: usize) -> Option<*mut sys::AVStream> {
        // SAFETY: an open context has as many streams as it says.
        (at < self.stream_count()).then(|| unsafe { *(*self.context).streams.add(at) })
    }

    /// Leaves out what is not of stream `at`, where the container can skip it.
    pub(crate) fn only(&mut self, at: usize) {
        for other in 0..self.stream_count() {
            if let Some(stream) = self.stream(other).filter(|_| other != at) {
                // SAFETY: a stream of an open context.
                unsafe { (*stream).discard = sys::AVDiscard::AVDISCARD_ALL };
            }
        }
    }

    /// Reads the next packet, of the streams that were there when it was opened; `Ok(false)` at the end.
    ///
    /// # Errors
    /// `Cancelled`, resumable where it was raised before; any other is final.
    pub(crate) fn read(&mut self) -> Result<bool> {
        self.cx.cancel().check()?;
        loop {
            self.io.state().be_patient();
            let (context, packet) = (self.context, self.packet);
            // SAFETY: an open context, and a packet of the library, whose old payload is given back.
            let code = collected(&mut self.log, || unsafe {
                sys::av_packet_unref(packet);
                sys::av_read_frame(context, packet)
            });
            if let Some(error) = self.io.state().take_error() {
                return Err(error.as_final());
            }
            if code == sys::AVERROR_EOF {
                return Ok(false);
            }
            if code < 0 {
                return Err(self.failure(code, "packet"));
            }
            self.since_look = self.since_look.saturating_add(1);
            if self.since_look >= LOOK {
                self.since_look = 0;
                self.look_at_index()?;
            }
            // SAFETY: the packet was just read.
            let (at, size) = unsafe { ((*packet).stream_index, (*packet).size) };
            self.pay_for(u64::try_from(size).unwrap_or(0))?;
            if usize::try_from(at).is_ok_and(|at| at < self.streams) {
                return Ok(true);
            }
        }
    }

    /// Payloads beyond what is held are charged once they are there: the library never takes more than the file has.
    fn pay_for(&mut self, size: u64) -> Result<()> {
        let beyond = size.saturating_sub(self.held.bytes());
        if beyond == self.payload.bytes() {
            return Ok(());
        }
        self.payload.resize(beyond).map_err(|refusal| Error::from(refusal).as_final())
    }

    /// Charges what the library's index has grown to.
    fn look_at_index(&mut self) -> Result<()> {
        let mut entries = 0u64;
        for at in 0..self.stream_count() {
            if let Some(stream) = self.stream(at) {
                // SAFETY: a stream of an open context.
                let count = unsafe { sys::avformat_index_get_entries_count(stream) };
                entries = entries.saturating_add(u64::try_from(count).unwrap_or(0));
            }
        }
        let bytes = entries.saturating_mul(ENTRY);
        // the index grows by half at most
        self.bound.set(self.held.bytes().saturating_add(bytes.saturating_mul(2)));
        self.index.resize(bytes).map_err(|refusal| Error::from(refusal).as_final())
    }

    /// The time base of a stream.
    pub(crate) fn time_base(&self, at: usize) -> Rational {
        // SAFETY: a stream of an open context.
        let raw = self.stream(at).map(|stream| unsafe { (*stream).time_base });
        raw.map(|raw| Rational::new(raw.num, raw.den)).unwrap_or_default()
    }

    /// Goes to where stream `at` can be decoded from in order to show `ticks`; says whether the container could.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn seek(&mut self, at: usize, ticks: i64) -> Result<bool> {
        self.cx.cancel().check()?;
        let context = self.context;
        let stream = c_int::try_from(at).unwrap_or(-1);
        self.io.state().be_patient();
        // SAFETY: an open context.
        let code = collected(&mut self.log, || unsafe {
            sys::av_seek_frame(context, stream, ticks, sys::AVSEEK_FLAG_BACKWARD)
        });
        match self.io.state().take_error() {
            Some(error) => Err(error.as_final()),
            None => Ok(code >= 0),
        }
    }

    /// The error for a code: what the source said goes before what the library says.
    fn failure(&mut self, code: c_int, what: &str) -> Error {
        let state = self.io.state();
        if let Some(error) = state.take_error() {
            return error.as_final();
        }
        let offset = state.position();
        let kind = match super::kind(code) {
            ErrorKind::Malformed if state.is_at_end() => ErrorKind::Truncated,
            kind => kind,
        };
        let error = match self.log.last_error() {
            Some(text) if matches!(kind, ErrorKind::Malformed | ErrorKind::Truncated) => {
                Error::new(kind, format!("{what}: {}; {text}", super::words(code)))
            }
            _ => failed(code, what),
        };
        error.at(offset)
    }
}

impl Drop for Demuxer {
    fn drop(&mut self) {
        let (context, packet) = (&mut self.context, &mut self.packet);
        // SAFETY: objects of the library or null; `io` goes after them.
        collected(&mut self.log, || unsafe {
            sys::av_packet_free(packet);
            sys::avformat_close_input(context);
        });
    }
}

/// Sets an option.
///
/// # Safety
/// `options` is a dictionary of the library or null.
unsafe fn set(options: &mut *mut sys::AVDictionary, key: &std::ffi::CStr, value: &std::ffi::CStr) {
    // SAFETY: as the caller says; key and value are copied.
    unsafe { sys::av_dict_set(options, key.as_ptr(), value.as_ptr(), 0) };
}

/// No file that a file refers to is opened.
unsafe extern "C" fn refuse(
    _: *mut sys::AVFormatContext,
    _: *mut *mut sys::AVIOContext,
    _: *const c_char,
    _: c_int,
    _: *mut *mut sys::AVDictionary,
) -> c_int {
    sys::AVERROR(sys::EPERM)
}
