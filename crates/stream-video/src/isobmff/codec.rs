//! What FFmpeg's demuxer adds to the tables by knowing the codec: durations, key frames, and which parser stands behind it.

use super::track::Track;
use crate::index::rescale_down;

/// What a track carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Audio,
    Video,
    Subtitle,
    /// Anything else: each of its packets counts as a key.
    Data,
}

/// Who tells key frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keys {
    /// The table of sync samples, or the flags of runs.
    Table,
    /// Each frame stands alone.
    All,
    /// The parser of H.264: the NAL units before the first slice.
    Avc,
}

/// What of a track's codec matters here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Codec {
    pub(crate) kind: Kind,
    pub(crate) keys: Keys,
    /// A parser that may cut, join or flag packets in a way that only their payload tells.
    pub(crate) parsed: Option<&'static str>,
    /// Bytes of a frame of PCM that is delivered in pieces.
    pub(crate) pcm: u32,
    pub(crate) vorbis: bool,
    name: &'static str,
}

impl Codec {
    /// Judges by handler, sample entry and object type.
    pub(crate) fn of(track: &Track) -> Self {
        let entry = &track.entry;
        let kind = match &track.handler {
            b"vide" => Kind::Video,
            b"soun" => Kind::Audio,
            b"subp" | b"clcp" => Kind::Subtitle,
            _ if matches!(&entry.kind, b"tx3g" | b"text") => Kind::Subtitle,
            _ => Kind::Data,
        };
        let (name, parsed, keys) = named(&entry.kind, entry.object);
        let parsed = match (kind, name) {
            // without a codec there is no parser
            (Kind::Data, _) => None,
            (_, "aac") if entry.audio_object > 5 => {
                Some("AAC of a kind that FFmpeg 5.1 does not open")
            }
            _ => parsed,
        };
        let bits = match &entry.kind {
            b"in24" => 24,
            b"in32" | b"fl32" => 32,
            b"fl64" => 64,
            b"ulaw" | b"alaw" => 8,
            b"sowt" | b"twos" | b"raw " if entry.version < 2 => entry.bits,
            _ => 0,
        };
        let one = entry.version < 2 && track.times.count == 1;
        let pcm = if one { u32::from(bits / 8).saturating_mul(entry.channels.into()) } else { 0 };
        Self { kind, keys, parsed, pcm, vorbis: name == "vorbis", name }
    }

    /// How long a frame is in ticks where the container says nothing: by the frame rate that one run of equal
    /// durations makes (`delta`), by the codec's own, or by the samples of a frame of audio; 0 for what has no frames. `None` where only
    /// decoding tells.
    pub(crate) fn ticks(&self, track: &Track, delta: Option<u32>) -> Option<i64> {
        let scale = u64::from(track.timescale);
        match self.kind {
            Kind::Video => {
                let rate = delta.filter(|d| *d > 0).map(i64::from);
                let avc = track.entry.avc.filter(|_| self.keys == Keys::Avc);
                let Some((units, ticks)) = avc.and_then(|avc| avc.timing) else { return rate };
                if scale < 1000 {
                    return Some(1);
                }
                if !avc.is_some_and(|avc| avc.frames) {
                    return None;
                }
                let units = i64::from(units).saturating_mul(2);
                Some(rescale_down(units, scale, ticks.into()))
            }
            Kind::Audio if self.name == "aac" && track.entry.audio_object == 2 => {
                let rate = u64::from(track.entry.rate);
                Some(rescale_down(1024, scale, rate)).filter(|_| rate > 0)
            }
            Kind::Subtitle | Kind::Data => Some(0),
            Kind::Audio => None,
        }
    }
}

fn named(kind: &[u8; 4], object: u8) -> (&'static str, Option<&'static str>, Keys) {
    const FULL: Option<&str> = Some("its parser cuts and joins packets");
    const FLAGS: Option<&str> = Some("its parser tells key frames");
    match kind {
        b"avc1" | b"avc2" | b"avc3" | b"avc4" => ("h264", None, Keys::Avc),
        b"hvc1" | b"hev1" => ("hevc", None, Keys::Table),
        b"av01" => ("av1", FLAGS, Keys::Table),
        b"vp08" => ("vp8", FULL, Keys::Table),
        b"vp09" => ("vp9", FULL, Keys::Table),
        b"vc-1" => ("vc1", FULL, Keys::Table),
        b"s263" | b"h263" | b"H263" => ("h263", None, Keys::Table),
        b"jpeg" | b"mjpa" | b"mjpb" => ("mjpeg", None, Keys::All),
        b"apch" | b"apcn" | b"apcs" | b"apco" | b"ap4h" | b"ap4x" => ("prores", None, Keys::All),
        b"ac-3" | b"sac3" => ("ac3", FULL, Keys::Table),
        b"ec-3" => ("eac3", FULL, Keys::Table),
        b".mp3" => ("mp3", FULL, Keys::Table),
        b"samr" => ("amr_nb", None, Keys::Table),
        b"sawb" => ("amr_wb", None, Keys::Table),
        b"alac" => ("alac", None, Keys::Table),
        b"fLaC" => ("flac", None, Keys::Table),
        b"Opus" => ("opus", None, Keys::Table),
        b"mp4a" | b"mp4v" | b"mp4s" => by_object(object),
        b"tx3g" | b"text" => ("mov_text", None, Keys::Table),
        _ => ("", None, Keys::Table),
    }
}

/// The codec of an object type (ISO/IEC 14496-1, table 5).
fn by_object(object: u8) -> (&'static str, Option<&'static str>, Keys) {
    const FULL: Option<&str> = Some("its parser cuts and joins packets");
    match object {
        0x20 => ("mpeg4", None, Keys::Table),
        0x21 => ("h264", Some("its configuration is not H.264's own"), Keys::Table),
        0x40 | 0x66..=0x68 => ("aac", None, Keys::Table),
        0x60..=0x65 => ("mpeg2video", None, Keys::Table),
        0x69 | 0x6b => ("mp3", FULL, Keys::Table),
        0x6a => ("mpeg1video", FULL, Keys::Table),
        0x6c => ("mjpeg", None, Keys::All),
        0xa5 => ("ac3", FULL, Keys::Table),
        0xa6 => ("eac3", FULL, Keys::Table),
        0xa9 => ("dts", None, Keys::Table),
        0xdd => ("vorbis", None, Keys::Table),
        _ => ("", Some("its codec is not known by its object type"), Keys::Table),
    }
}
