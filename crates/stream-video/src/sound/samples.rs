//! The samples of one stream, going onwards.

use stream_core::{Context, Result};

use crate::Packet;
use crate::ffi::decoder::{Decoder, Received, Sent};
use crate::ffi::demuxer::Demuxer;
use crate::findings::Findings;
use crate::keyframes::is_of_input;

/// Frames that a gap may have: a day at 192 kHz.
const LONGEST_GAP: f64 = 86_400.0 * 192_000.0;

/// Reads packets and decodes them, one after another. What FFmpeg leaves out is left out: the encoder's delay, its padding, and what
/// an edit list cuts off.
///
/// Frames (a sample of each channel) are counted from 0 at the first that is delivered. Those of packets that do not decode count: as
/// many as the times around them leave room for.
pub(crate) struct Samples {
    cx: Context,
    /// Away at the end.
    demuxer: Option<Demuxer>,
    decoder: Decoder,
    findings: Findings,
    stream: usize,
    path: Box<str>,
    channels: usize,
    sample_rate: u32,
    /// The frame at hand: the first sample of it that nobody took, and how many there are from there.
    at: u64,
    taken: usize,
    left: usize,
    /// The last packet that was sent.
    packet: Packet,
    /// The time behind the frame before, in frames, and whether packets were lost since.
    until: Option<f64>,
    lost: bool,
    /// All packets were sent.
    draining: bool,
    ended: bool,
}

impl Samples {
    /// Of a stream of sound, called `path` in findings.
    ///
    /// # Errors
    /// What opening the container and the decoder gives.
    pub(crate) fn open(
        cx: &Context,
        (stream, path): (usize, &str),
        findings: Findings,
    ) -> Result<Self> {
        let mut demuxer = Demuxer::open(cx)?;
        demuxer.only(stream);
        let decoder = Decoder::sound(&demuxer, stream)?;
        let (channels, sample_rate) = demuxer.sound(stream);
        Ok(Self {
            cx: cx.clone(),
            demuxer: Some(demuxer),
            decoder,
            findings,
            stream,
            path: path.into(),
            channels,
            sample_rate,
            at: 0,
            taken: 0,
            left: 0,
            packet: Packet::default(),
            until: None,
            lost: false,
            draining: false,
            ended: false,
        })
    }

    /// Channels.
    pub(crate) fn channels(&self) -> usize {
        self.channels
    }

    /// Decodes until there are frames: which is the first, and how many follow it without a gap. None at the end.
    ///
    /// # Errors
    /// What reading gives. What does not decode is no error but a finding.
    pub(crate) fn ready(&mut self) -> Result<Option<(u64, usize)>> {
        while self.left == 0 {
            if self.ended {
                return Ok(None);
            }
            match self.decoder.receive_sound()? {
                Received::Frame => self.take_frame()?,
                Received::Lost(why) => self.lose(&why)?,
                Received::Nothing if self.draining => {
                    self.ended = true;
                    self.demuxer = None;
                    self.findings.counted(self.stream, self.at);
                }
                Received::Nothing => self.feed()?,
            }
        }
        Ok(Some((self.at, self.left)))
    }

    /// Goes over frames at hand.
    pub(crate) fn skip(&mut self, frames: usize) {
        let frames = frames.min(self.left);
        self.at = self.at.saturating_add(u64::try_from(frames).unwrap_or(u64::MAX));
        self.taken = self.taken.saturating_add(frames);
        self.left = self.left.saturating_sub(frames);
    }

    /// Writes frames at hand, interleaved, and goes over them: as many as `out` has room for. Says how many these were.
    pub(crate) fn take(&mut self, out: &mut [f32]) -> usize {
        let room = out.len().checked_div(self.channels).unwrap_or(0).min(self.left);
        let out = out.get_mut(..room.saturating_mul(self.channels)).unwrap_or_default();
        self.decoder.current().floats(self.taken, out);
        self.skip(room);
        room
    }

    fn take_frame(&mut self) -> Result<()> {
        let frame = self.decoder.current();
        let (samples, channels, rate) = (frame.samples(), frame.channels(), frame.sample_rate());
        if channels != self.channels || rate != self.sample_rate {
            let why = format!(
                "{channels} channels at {rate} Hz (expected {} at {})",
                self.channels, self.sample_rate
            );
            return self.lose(&why);
        }
        if !frame.floats(0, &mut []) {
            return self.lose("samples of a form that is not known");
        }
        let time = frame.pts().zip(self.demuxer.as_ref());
        let time = time.map(|(pts, demuxer)| demuxer.time_base(self.stream).seconds(pts));
        let time = time.map(|seconds| seconds * f64::from(rate));
        if std::mem::take(&mut self.lost) {
            let gap = time.zip(self.until).map(|(time, until)| (time - until).round());
            // what is no length is no gap
            let gap = gap.filter(|frames| *frames > 0.0 && *frames < LONGEST_GAP);
            self.at = self.at.saturating_add(gap.unwrap_or(0.0) as u64);
        }
        self.until = time.map(|time| time + samples as f64);
        (self.taken, self.left) = (0, samples);
        Ok(())
    }

    /// Sends the next packet, or the end.
    fn feed(&mut self) -> Result<()> {
        let more = match &mut self.demuxer {
            None => false,
            Some(demuxer) => loop {
                match demuxer.read() {
                    Ok(true) if demuxer.stream_of_packet() == Some(self.stream) => break true,
                    Ok(true) => {}
                    Ok(false) => break false,
                    // what was read is decoded; the walk over the entries tells the error
                    Err(error) if is_of_input(&error) => break false,
                    Err(error) => return Err(error),
                }
            },
        };
        let demuxer = self.demuxer.as_ref().filter(|_| more);
        self.draining = demuxer.is_none();
        if let Some(demuxer) = demuxer {
            demuxer.describe(&mut self.packet);
        }
        match self.decoder.send(demuxer)? {
            Sent::Lost(why) => self.lose(&why),
            Sent::Taken | Sent::Full => Ok(()),
        }
    }

    /// The packet that was sent last is lost.
    fn lose(&mut self, why: &str) -> Result<()> {
        let Some(demuxer) = &self.demuxer else { return Ok(()) };
        let base = demuxer.time_base(self.stream);
        let seconds = self.packet.pts.map(|pts| base.seconds(pts));
        let size = self.cx.source().size();
        self.lost = true;
        self.findings.undecoded(&self.path, &self.packet, (why, seconds), size)
    }
}
