//! The codecs of symphonia: packets in, frames out.
//!
//! Only its codecs are used. Its demuxers tell no positions, hold what headers claim, and keep pictures in memory.
#![deny(clippy::arithmetic_side_effects)]

use std::panic::{AssertUnwindSafe, catch_unwind};

use stream_core::{Context, Error, ErrorKind, Result};
use stream_memory::Reservation;
use symphonia::core::audio::Channels;
use symphonia::core::audio::layouts;
use symphonia::core::codecs::audio::well_known as known;
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions,
};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::codecs::{
    AacDecoder, AdpcmDecoder, AlacDecoder, FlacDecoder, MpaDecoder, VorbisDecoder,
};

use crate::Stream;
use crate::adts;
use crate::container::Decode;

/// What a decoder needs beside the frames of a packet: tables and state of the largest of them, measured and doubled.
const STATE: u64 = 256 * 1024;
/// The most channels that any of these codecs has.
const CHANNELS: u32 = 8;
/// The most frames that a FLAC block has (RFC 9639, 9.1.1).
const FLAC_BLOCK: u64 = 65_536;

/// A decoder of the library.
struct Library {
    decoder: Box<dyn AudioDecoder>,
    channels: usize,
    preroll: u64,
    /// Frames of each packet where the decoder wants to be told.
    told: u64,
    codec: AudioCodecId,
    params: AudioCodecParameters,
    /// Whether each packet has an ADTS header, which the decoder does not take.
    framed: bool,
    _memory: Reservation,
}

/// Which decoder, how many frames a packet may have, and how many frames before a place decide what comes out there.
fn choose(stream: &Stream, setup: &[u8]) -> Option<(AudioCodecId, u64, u64)> {
    Some(match stream.codec {
        // the bit reservoir reaches back 511 bytes, or 255 in the halved rates, and the smallest frames have 60 and 11 bytes
        // for it; two more frames are in the filters
        "mp3" if stream.sample_rate >= 32_000 => (known::CODEC_ID_MP3, 1152, 1152 * 12),
        "mp3" => (known::CODEC_ID_MP3, 576, 576 * 28),
        "mp2" => (known::CODEC_ID_MP2, 1152, 1152 * 2),
        "mp1" => (known::CODEC_ID_MP1, 384, 384 * 3),
        // halves of blocks overlap, and the first gives nothing (Vorbis I, 4.2.2: the larger block's size, as a power of two)
        "vorbis" => {
            let exponent = setup.get(28).map_or(13, |sizes| u32::from(sizes >> 4).min(13));
            (known::CODEC_ID_VORBIS, 8192, 2u64.saturating_mul(1 << exponent))
        }
        // noise is substituted from a generator whose state all packets before decide
        "aac" => (known::CODEC_ID_AAC, 1024, u64::MAX),
        "alac" => {
            let frames = setup.get(..4).and_then(|b| b.try_into().ok()).map(u32::from_be_bytes);
            (known::CODEC_ID_ALAC, u64::from(frames?), 0)
        }
        "flac" => (known::CODEC_ID_FLAC, FLAC_BLOCK, 0),
        // each block begins anew; WAV says how many frames it has (RFC 2361)
        "adpcm_ms" => (known::CODEC_ID_ADPCM_MS, samples_per_block(setup)?, 0),
        "adpcm_ima_wav" => (known::CODEC_ID_ADPCM_IMA_WAV, samples_per_block(setup)?, 0),
        "adpcm_ima_qt" => (known::CODEC_ID_ADPCM_IMA_QT, 64, 0),
        _ => return None,
    })
}

/// `wSamplesPerBlock`, which stands first behind `WAVEFORMATEX`.
fn samples_per_block(setup: &[u8]) -> Option<u64> {
    let frames = u16::from_le_bytes(*setup.first_chunk()?);
    (frames > 0).then_some(frames.into())
}

fn is_adpcm(codec: AudioCodecId) -> bool {
    [known::CODEC_ID_ADPCM_MS, known::CODEC_ID_ADPCM_IMA_WAV, known::CODEC_ID_ADPCM_IMA_QT]
        .contains(&codec)
}

fn channels(count: u32) -> Option<Channels> {
    Some(match count {
        1 => layouts::CHANNEL_LAYOUT_MONO,
        2 => layouts::CHANNEL_LAYOUT_STEREO,
        _ => return None,
    })
}

/// The decoder of `stream`.
///
/// # Errors
/// As [`super::open`].
pub(super) fn open(cx: &Context, stream: &Stream, setup: &[u8]) -> Result<Box<dyn Decode>> {
    let unsupported = |message: String| Error::new(ErrorKind::Unsupported, message);
    let Some((codec, frames, preroll)) = choose(stream, setup) else {
        return Err(unsupported(format!("codec {:?}: not decoded here", stream.codec)));
    };
    if stream.channels == 0 || stream.channels > CHANNELS {
        return Err(unsupported(format!("{} channels: at most {CHANNELS}", stream.channels)));
    }
    let samples = frames.saturating_mul(u64::from(stream.channels));
    // the frames as they come out, what they are made of, and twice that for what is ordered anew
    let memory = samples.saturating_mul(16).saturating_add(STATE);
    let memory = memory.saturating_add(setup_memory(stream.codec, setup)?);
    let memory = cx.budget().reserve(memory)?;
    let mut params = AudioCodecParameters::new();
    params.for_codec(codec);
    if stream.sample_rate > 0 {
        params.with_sample_rate(stream.sample_rate);
    }
    if let Some(channels) = channels(stream.channels) {
        params.with_channels(channels);
    }
    if is_adpcm(codec) {
        params.with_max_frames_per_packet(frames).with_frames_per_block(frames);
    }
    if !setup.is_empty() {
        params.with_extra_data(setup.into());
    }
    let decoder = catch_unwind(AssertUnwindSafe(|| make(codec, &params)));
    let decoder = match decoder {
        Ok(Ok(decoder)) => decoder,
        Ok(Err(why)) => return Err(unsupported(format!("{}: {why}", stream.codec))),
        Err(_) => return Err(unsupported(format!("{}: the setup breaks its codec", stream.codec))),
    };
    let channels = usize::try_from(stream.channels).unwrap_or(usize::MAX);
    let framed = stream.codec == "aac" && setup.is_empty();
    let told = if is_adpcm(codec) { frames } else { 0 };
    Ok(Box::new(Library {
        decoder,
        channels,
        preroll,
        told,
        codec,
        params,
        framed,
        _memory: memory,
    }))
}

/// What the setup makes the library allocate.
fn setup_memory(codec: &str, setup: &[u8]) -> Result<u64> {
    let copies = u64::try_from(setup.len()).unwrap_or(u64::MAX).saturating_mul(3);
    if codec == "vorbis" {
        return Ok(copies.saturating_add(crate::vorbis::memory(setup)?));
    }
    Ok(copies)
}

fn make(
    codec: AudioCodecId,
    params: &AudioCodecParameters,
) -> symphonia::core::errors::Result<Box<dyn AudioDecoder>> {
    // only Vorbis looks at it: the block behind a reset, which has nothing to overlap with, then gives no frames
    let options = AudioDecoderOptions::default().gapless(codec == known::CODEC_ID_VORBIS);
    Ok(match codec {
        known::CODEC_ID_VORBIS => Box::new(VorbisDecoder::try_new(params, &options)?),
        known::CODEC_ID_AAC => Box::new(AacDecoder::try_new(params, &options)?),
        known::CODEC_ID_ALAC => Box::new(AlacDecoder::try_new(params, &options)?),
        codec if is_adpcm(codec) => Box::new(AdpcmDecoder::try_new(params, &options)?),
        known::CODEC_ID_FLAC => Box::new(FlacDecoder::try_new(params, &options)?),
        _ => Box::new(MpaDecoder::try_new(params, &options)?),
    })
}

impl Decode for Library {
    fn decode(&mut self, bytes: &[u8]) -> Result<usize, String> {
        let header = if self.framed { adts::header_length(bytes) } else { 0 };
        let bytes = bytes.get(header..).unwrap_or_default();
        let packet = PacketRef::new(0, Timestamp::new(0), Duration::new(self.told), bytes);
        let decoder = &mut self.decoder;
        // the library has asserts and indices that broken packets reach; its state is made anew then
        let decoded = catch_unwind(AssertUnwindSafe(|| {
            decoder.decode_ref(&packet).map(|buf| (buf.frames(), buf.num_planes()))
        }));
        match decoded {
            Ok(Ok((0, _))) => Ok(0),
            Ok(Ok((frames, planes))) if planes == self.channels => Ok(frames),
            Ok(Ok((_, planes))) => Err(format!("{planes} channels (expected {})", self.channels)),
            Ok(Err(e)) => Err(e.to_string()),
            Err(_) => {
                let _ = catch_unwind(AssertUnwindSafe(|| self.decoder.reset()));
                Err("the packet breaks its codec".to_owned())
            }
        }
    }

    fn copy(&self, from: usize, out: &mut [f32]) {
        let buf = self.decoder.last_decoded();
        let frames = out.len().checked_div(self.channels).unwrap_or(0);
        let end = from.saturating_add(frames);
        if end <= buf.frames() {
            buf.slice(from..end).copy_to_slice_interleaved::<f32, _>(out);
        }
    }

    fn reset(&mut self) {
        if self.codec == known::CODEC_ID_AAC {
            // a reset keeps the generator of noise where it is
            let made = catch_unwind(AssertUnwindSafe(|| make(self.codec, &self.params)));
            if let Ok(Ok(decoder)) = made {
                self.decoder = decoder;
                return;
            }
        }
        self.decoder.reset();
    }

    fn preroll(&self) -> u64 {
        self.preroll
    }
}
