//! Sampled signals: entries whose data is frames of one sample a channel.

mod in_order;
mod samples;

use stream_core::{Context, DType, Entry, Error, ErrorKind, Request, Result, Value};

pub(crate) use in_order::InOrder;
pub(crate) use samples::Samples;

/// What an entry says of the signal it holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Sound {
    /// Samples in a frame: one a channel.
    pub channels: usize,
    /// Frames a second; `None` where the entry does not say.
    pub sample_rate: Option<f64>,
    /// How many frames the entry claims; `None` where it does not say.
    pub frames: Option<u64>,
    /// The channels' names, as the entry's field `channel_layout` has them.
    pub channel_layout: Option<String>,
}

/// Channels of one signal; an array with more columns is refused.
pub const MOST_CHANNELS: usize = 1024;

/// Frames that may be missing in one place; a larger gap is refused, since it is counted as silence.
pub(crate) const LONGEST_GAP: u64 = 1 << 28;

/// Bytes of samples in a chunk, at most: they stay in a core's cache between being decoded and being added up, and the few that
/// are read ahead are little.
const AT_ONCE: usize = 1 << 20;

/// Asks for all of a sound.
pub(crate) fn request(cx: &Context, path: &str) -> Request {
    Request::entry(path).with_chunk_size(cx.chunk_size().min(AT_ONCE))
}

impl Sound {
    /// The signal of an entry that is an array of `f32` or `f64` with shape `[frames, channels]` or `[frames]`, or a stream that
    /// says its `channels`. The sample rate is the entry's field `sample_rate`, in Hz.
    ///
    /// # Errors
    /// `Request` for any other entry, saying what it is.
    pub fn of(entry: &Entry) -> Result<Self> {
        let refused = |why: String| Err(Error::new(ErrorKind::Request, why).in_entry(entry.path()));
        let field = |name: &str| entry.fields().get(name);
        if !entry.has_data() {
            return refused(format!("a {} without data is no signal", entry.kind()));
        }
        let (channels, frames) = match entry.array() {
            None => (field("channels").and_then(|v| v.as_u64()), None),
            Some(array) => {
                if !matches!(array.dtype, DType::F32 | DType::F64) {
                    let dtype = &array.dtype;
                    return refused(format!("samples are f32 or f64 (found {dtype})"));
                }
                match *array.shape {
                    [frames] => (Some(1), Some(frames)),
                    [frames, channels] => (Some(channels), Some(frames)),
                    _ => {
                        let rank = array.shape.len();
                        return refused(format!(
                            "a signal has the axes frames and channels (found {rank} axes)"
                        ));
                    }
                }
            }
        };
        let Some(channels) = channels else {
            return refused("nothing says how many channels there are".to_owned());
        };
        let channels = usize::try_from(channels).unwrap_or(usize::MAX);
        if !(1..=MOST_CHANNELS).contains(&channels) {
            return refused(format!("{channels} channels (expected 1 to {MOST_CHANNELS})"));
        }
        let rate = field("sample_rate").and_then(|v| v.as_f64());
        Ok(Self {
            channels,
            sample_rate: rate.filter(|rate| rate.is_finite() && *rate > 0.0),
            frames,
            channel_layout: field("channel_layout").and_then(|v| text(&v)),
        })
    }

    /// Whether an entry holds a signal.
    pub fn is(entry: &Entry) -> bool {
        Self::of(entry).is_ok()
    }
}

fn text(value: &Value<'_>) -> Option<String> {
    value.as_str().map(str::to_owned)
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;
    use stream_core::memory::Budget;
    use stream_core::{Array, Kind};

    fn entry(array: Option<Array>) -> Entry {
        let mut entry = Entry::new(&Budget::new("test", 1 << 20));
        entry.reset(Kind::Stream);
        entry.set_has_data();
        array.into_iter().for_each(|array| entry.set_array(array));
        entry
    }

    #[test]
    fn a_signal_is_frames_by_channels_with_its_rate_and_layout() {
        let mut stream = entry(Some(Array::new(DType::F32, [100, 6])));
        stream.fields_mut().push("sample_rate", 48_000u32).unwrap();
        stream.fields_mut().push("channel_layout", "5.1").unwrap();
        let expected = Sound {
            channels: 6,
            sample_rate: Some(48_000.0),
            frames: Some(100),
            channel_layout: Some("5.1".to_owned()),
        };
        assert_eq!(Sound::of(&stream).unwrap(), expected);
        let mono = Sound::of(&entry(Some(Array::new(DType::F64, [7])))).unwrap();
        assert_eq!((mono.channels, mono.frames, mono.sample_rate), (1, Some(7), None));
    }

    #[test]
    fn a_stream_whose_length_nobody_claims_says_its_channels() {
        let mut stream = entry(None);
        assert!(Sound::of(&stream).is_err());
        stream.fields_mut().push("channels", 2u32).unwrap();
        let sound = Sound::of(&stream).unwrap();
        assert_eq!((sound.channels, sound.frames), (2, None));
    }

    #[test]
    fn what_is_no_signal_is_refused_with_what_it_is() {
        let no = |array| Sound::of(&entry(Some(array))).unwrap_err().to_string();
        assert!(no(Array::new(DType::I16, [4, 2])).contains("found i16"));
        assert!(no(Array::new(DType::F32, [4, 2, 2])).contains("found 3 axes"));
        assert!(no(Array::new(DType::F32, [2, 4000])).contains("4000 channels"));
        assert!(no(Array::new(DType::F32, [2, 0])).contains("0 channels"));
    }
}
