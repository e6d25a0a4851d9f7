//! The packets of an AVI file in the order and with the facts that FFmpeg's demuxer tells.

use stream_core::{ChargedVec, Context, Result, Window};

use super::chunks::{self, Cursor, Entry};
use super::header::{Codec, Header, STREAMS, Stream};
use super::lanes::{self, Lane, Order};
use super::odml::Odml;
use crate::Packet;
use crate::index::{Refusal, WINDOW, rescale_down, size_of, unrecognized};
use crate::isobmff::{Avc, PEEK, is_key};
use crate::packets::Packets;

/// Packets of AVI, told from its index.
pub struct Reader {
    lanes: ChargedVec<Lane>,
    order: Order,
    pictures: Window,
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
        let size = size_of(cx)?;
        let mut window = Window::new(cx.clone(), WINDOW);
        let Some(header) = Header::read(cx, &mut window, size)? else {
            return Err(unrecognized("no RIFF chunk of type AVI"));
        };
        let mut reader = Self {
            lanes: ChargedVec::new(cx.budget()),
            order: Order::Place,
            pictures: Window::new(cx.clone(), PEEK),
            refusal: header.refusal,
            done: 0,
        };
        let Some(range) = header.chunks else {
            reader.refuse("no chunks");
            return Ok(reader);
        };
        let Some(first) = chunks::first(&mut window, range.0, range.1)? else {
            reader.refuse("its first chunk is none of a stream");
            return Ok(reader);
        };
        for (index, stream) in header.streams.iter().enumerate() {
            let cursor = match (header.index, stream.own) {
                (Some(rows), _) if header.parts == 0 => Cursor::old(cx, rows, first, index)?,
                (_, Some((body, end))) => match Odml::open(cx, body, end)? {
                    Some(odml) => Cursor::own(odml),
                    None => return Ok(reader.refused("its index of OpenDML is of another kind")),
                },
                _ => return Ok(reader.refused("no index of its chunks")),
            };
            reader.lanes.push(Lane { stream: *stream, cursor })?;
        }
        let checked = lanes::check(&mut window, &mut reader.lanes, (first, range.1))?;
        reader.order = checked.order;
        if let Some(refusal) = checked.refusal {
            reader.refusal.get_or_insert(refusal);
        }
        if reader.refusal.is_some() {
            return Ok(reader);
        }
        let before = reader.look_ahead()?;
        if !before.tells() {
            reader.refuse("how long its first packet lasts is told by decoding");
        }
        for index in 0..reader.lanes.len() {
            reader.learn(index, before.first.get(index).copied().flatten(), &mut window)?;
        }
        Ok(reader)
    }

    fn refused(mut self, reason: &'static str) -> Self {
        self.refuse(reason);
        self
    }

    /// Walks over what FFmpeg reads before it delivers the first packet, and goes back.
    fn look_ahead(&mut self) -> Result<Before> {
        self.rewind();
        let mut before = Before::new(&self.lanes);
        while !before.is_done()
            && let Some(index) = lanes::next(&mut self.lanes, self.order)?
        {
            let Some(lane) = self.lanes.as_mut_slice().get_mut(index) else { break };
            let Some(head) = lane.cursor.head else { break };
            before.count(index, &head);
            lane.take(head.size);
        }
        self.rewind();
        Ok(before)
    }

    fn rewind(&mut self) {
        for lane in self.lanes.as_mut_slice() {
            lane.cursor.rewind();
        }
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
        let Some(lane) = self.lanes.as_mut_slice().get_mut(index) else { return Ok(()) };
        let stream = &mut lane.stream;
        if let (Codec::Avc, None, Some(entry)) = (stream.codec, stream.avc, first) {
            let size = usize::try_from(entry.size).unwrap_or(SETS).min(SETS);
            let bytes = window.at(entry.at, size)?;
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
        let Some(index) = lanes::next(&mut self.lanes, self.order)? else { return Ok(false) };
        let Some(lane) = self.lanes.as_mut_slice().get_mut(index) else { return Ok(false) };
        let Some(head) = lane.cursor.head else { return Ok(false) };
        let stream = lane.stream;
        // small samples are delivered by the thousand
        let most = match stream.sample_size {
            0 | 1 => u32::MAX,
            n if n < 32 => n.saturating_mul(1024),
            n => n,
        };
        let size = head.size.min(most);
        packet.key = match (stream.codec, &stream.avc) {
            (Codec::Avc, Some(avc)) => {
                is_key(&mut self.pictures, avc, head.at, size.into())?.unwrap_or(false)
            }
            _ => true,
        };
        let samples = u64::from(stream.sample_size.max(1));
        let ticks = lane.cursor.ticks.checked_div(samples).unwrap_or(0);
        let dts = i64::try_from(ticks).unwrap_or(i64::MAX);
        packet.stream = u32::try_from(index).unwrap_or(u32::MAX);
        packet.pts = Some(dts).filter(|_| stream.codec != Codec::Avc);
        packet.dts = Some(dts);
        packet.duration = duration(&stream, size);
        packet.size = size.into();
        packet.position = Some(head.at);
        packet.discard = false;
        packet.corrupt = false;
        packet.picture = None;
        self.done = self.done.max(head.at.saturating_add(size.into()));
        lane.take(size);
        Ok(true)
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
    codecs: [Codec; STREAMS],
    counts: [u64; STREAMS],
    pictures: u64,
    /// The first chunk of each stream that is not empty.
    first: [Option<Entry>; STREAMS],
}

impl Before {
    fn new(lanes: &[Lane]) -> Self {
        let mut codecs = [Codec::Other; STREAMS];
        for (codec, lane) in codecs.iter_mut().zip(lanes) {
            *codec = lane.stream.codec;
        }
        Self { codecs, counts: [0; STREAMS], pictures: 0, first: [None; STREAMS] }
    }

    /// Whether nothing is to be learned from further chunks.
    fn is_done(&self) -> bool {
        self.pictures >= PICTURES || !self.codecs.contains(&Codec::Avc)
    }

    fn count(&mut self, index: usize, entry: &Entry) {
        let known = (self.codecs.get(index), self.counts.get_mut(index));
        let (Some(codec), Some(count)) = known else { return };
        *count = count.saturating_add(1);
        if let Some(first) = self.first.get_mut(index) {
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
