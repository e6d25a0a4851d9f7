//! The packets of an AVI file in the order and with the facts that FFmpeg's demuxer tells.

use stream_core::{ChargedVec, Context, Error, ErrorKind, Result, Window};

use super::chunks::{self, Chunks, Entry};
use super::header::{Codec, Header, Stream};
use crate::Packet;
use crate::index::{Refusal, WINDOW, rescale_down};
use crate::isobmff::{Avc, PEEK, is_key};
use crate::packets::Packets;

/// Packets of AVI, told from its index.
pub struct Reader {
    streams: ChargedVec<(Stream, u64)>,
    chunks: Option<Chunks>,
    pictures: Window,
    current: Option<Entry>,
    refusal: Option<Refusal>,
    done: u64,
}

/// Pictures that FFmpeg looks at before it delivers a packet, where their rate is not told.
const PICTURES: u64 = 41;

/// Bytes of the first picture in which parameter sets are looked for.
const SETS: usize = 1024;

impl Reader {
    /// Reads the headers, and walks over the index once to see that it names all chunks.
    ///
    /// # Errors
    /// `Unrecognized` for what is no AVI file or a source that cannot be read anywhere; `OverBudget`; what the source says.
    pub fn open(cx: &Context) -> Result<Self> {
        let unrecognized = |message| Err(Error::new(ErrorKind::Unrecognized, message));
        let Some(size) = cx.source().size().filter(|_| cx.is_random()) else {
            return unrecognized("a source that cannot be read anywhere has no index to go by");
        };
        let mut window = Window::new(cx.clone(), WINDOW);
        let Some(header) = Header::read(cx, &mut window, size)? else {
            return unrecognized("no RIFF chunk of type AVI");
        };
        let mut reader = Self {
            streams: ChargedVec::new(cx.budget()),
            chunks: None,
            pictures: Window::new(cx.clone(), PEEK),
            current: None,
            refusal: header.refusal,
            done: 0,
        };
        for stream in header.streams.iter() {
            reader.streams.push((*stream, 0))?;
        }
        let (Some(range), Some(rows)) = (header.chunks, header.index) else {
            reader.refuse("no chunks, or no index of them");
            return Ok(reader);
        };
        let Some(first) = chunks::first(&mut window, range.0, range.1)? else {
            reader.refuse("its first chunk is none of a stream");
            return Ok(reader);
        };
        let mut chunks = Chunks::new(cx, rows, first)?;
        let mut before = Before::new(&header);
        let range = (first, range.1);
        let found =
            chunks::check(&mut window, &header, &mut chunks, range, |entry| before.count(entry))?;
        if let Some(refusal) = found {
            reader.refusal.get_or_insert(refusal);
        }
        if !before.tells() {
            reader.refuse("how long its first packet lasts is told by decoding");
        }
        chunks.rewind();
        reader.chunks = Some(chunks);
        for index in 0..header.streams.len() {
            reader.learn(index, before.first.get(index).copied().flatten(), &mut window)?;
        }
        Ok(reader)
    }

    /// Why FFmpeg's packets could be others than this reader's; `None` where all are equal.
    pub fn refusal(&self) -> Option<&Refusal> {
        self.refusal.as_ref()
    }

    fn refuse(&mut self, reason: &'static str) {
        self.refusal.get_or_insert(Refusal::new(reason));
    }

    /// Takes the parameter sets of H.264 from the first picture, where the headers have none, and judges the stream.
    fn learn(&mut self, index: usize, first: Option<Entry>, window: &mut Window) -> Result<()> {
        let Some((stream, _)) = self.streams.as_mut_slice().get_mut(index) else { return Ok(()) };
        if let (Codec::Avc, None, Some(entry)) = (stream.codec, stream.avc, first) {
            let size = usize::try_from(entry.size).unwrap_or(SETS).min(SETS);
            let bytes = window.at(entry.at.saturating_add(8), size)?;
            stream.avc = Avc::parse_units(bytes.get(..size).unwrap_or_default());
        }
        let stream = *stream;
        self.judge(index, &stream);
        Ok(())
    }

    fn judge(&mut self, index: usize, stream: &Stream) {
        let coarse = u64::from(stream.scale).saturating_mul(1000) > stream.rate.into();
        let timed = stream.avc.is_some_and(|avc| avc.timing.is_some());
        let slow = u64::from(stream.rate) < u64::from(stream.scale).saturating_mul(5);
        let fast = u64::from(stream.rate) >= u64::from(stream.scale).saturating_mul(101);
        let reason = match stream.codec {
            _ if stream.scale == 0 || stream.rate == 0 || stream.start != 0 => {
                "its ticks have no length, or do not start at 0"
            }
            _ if stream.open_dml => "it has an index of OpenDML",
            Codec::Other => "its durations or keys are told by a parser",
            Codec::Avc if !timed || !coarse => "how long its pictures last is told by decoding",
            Codec::Mjpeg if slow || fast => "how long its pictures last is told by decoding",
            Codec::Aac if stream.object != 2 => "its kind of AAC is told by decoding",
            Codec::Aac | Codec::Pcm if stream.sample_rate == 0 => "its sample rate is not told",
            _ => return,
        };
        let stream = u32::try_from(index).unwrap_or(u32::MAX);
        self.refusal.get_or_insert(Refusal::new(reason).in_stream(stream));
    }

    /// Fills `packet` with the next one; `false` at the end.
    ///
    /// # Errors
    /// What the source says.
    pub fn read_packet(&mut self, packet: &mut Packet) -> Result<bool> {
        loop {
            let entry = match (self.current.take(), &mut self.chunks) {
                (Some(entry), _) => entry,
                (None, Some(chunks)) => match chunks.next()? {
                    Some(entry) => Entry { at: entry.at.saturating_add(8), ..entry },
                    None => return Ok(false),
                },
                (None, None) => return Ok(false),
            };
            let Some((stream, ticks)) = self.streams.as_mut_slice().get_mut(entry.stream) else {
                continue;
            };
            // small samples are delivered by the thousand
            let most = match stream.sample_size {
                0 | 1 => u32::MAX,
                n if n < 32 => n.saturating_mul(1024),
                n => n,
            };
            let size = entry.size.min(most);
            let samples = u64::from(stream.sample_size.max(1));
            let dts = i64::try_from(ticks.checked_div(samples).unwrap_or(0)).unwrap_or(i64::MAX);
            *ticks = ticks.saturating_add(stream.advance(size));
            if size == 0 {
                continue;
            }
            if size < entry.size {
                let at = entry.at.saturating_add(size.into());
                self.current = Some(Entry { at, size: entry.size.saturating_sub(size), ..entry });
            }
            packet.key = match (stream.codec, &stream.avc) {
                (Codec::Avc, Some(avc)) => {
                    is_key(&mut self.pictures, avc, entry.at, size.into())?.unwrap_or(false)
                }
                _ => true,
            };
            packet.stream = u32::try_from(entry.stream).unwrap_or(u32::MAX);
            packet.pts = Some(dts).filter(|_| stream.codec != Codec::Avc);
            packet.dts = Some(dts);
            packet.duration = duration(stream, size);
            packet.size = size.into();
            packet.position = Some(entry.at);
            packet.discard = false;
            packet.corrupt = false;
            packet.picture = None;
            self.done = entry.at.saturating_add(size.into());
            return Ok(true);
        }
    }
}

/// Ticks of a packet as FFmpeg tells them.
fn duration(stream: &Stream, size: u32) -> Option<i64> {
    let samples = match stream.codec {
        Codec::Aac => 1024,
        Codec::Pcm => size.checked_div(stream.sample_size).unwrap_or(0),
        _ => return Some(1),
    };
    let by = u64::from(stream.sample_rate).saturating_mul(stream.scale.into());
    Some(rescale_down(samples.into(), stream.rate.into(), by)).filter(|d| *d > 0)
}

/// Counts what FFmpeg reads before it delivers the first packet: the first packet of AAC has a duration where another is among it.
struct Before {
    codecs: [Codec; 100],
    counts: [u64; 100],
    pictures: u64,
    /// The first chunk of each stream that is not empty.
    first: [Option<Entry>; 100],
}

impl Before {
    fn new(header: &Header) -> Self {
        let mut codecs = [Codec::Other; 100];
        for (codec, stream) in codecs.iter_mut().zip(header.streams.iter()) {
            *codec = stream.codec;
        }
        Self { codecs, counts: [0; 100], pictures: 0, first: [None; 100] }
    }

    fn count(&mut self, entry: &Entry) {
        let known = (self.codecs.get(entry.stream), self.counts.get_mut(entry.stream));
        let (Some(codec), Some(count)) = known else { return };
        if entry.size == 0 || self.pictures >= PICTURES {
            return;
        }
        *count = count.saturating_add(1);
        if let Some(first) = self.first.get_mut(entry.stream) {
            first.get_or_insert(*entry);
        }
        if *codec == Codec::Avc {
            self.pictures = *count;
        }
    }

    fn tells(&self) -> bool {
        let avc = self.codecs.contains(&Codec::Avc);
        let mut all = self.codecs.iter().zip(&self.counts);
        all.all(|(codec, count)| *codec != Codec::Aac || avc && *count > 1)
    }
}

impl Packets for Reader {
    fn next(&mut self, packet: &mut Packet) -> Result<bool> {
        self.read_packet(packet)
    }

    fn done(&self) -> u64 {
        self.done
    }
}
