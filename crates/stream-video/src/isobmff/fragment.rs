//! Movie fragments: the runs of one track, walked over by position (ISO/IEC 14496-12, 8.8).

use stream_core::{Context, Result, Window};

use super::boxes::{Children, Frame, frame};
use super::samples::Sample;
use super::track::head;
use crate::index::{be_i32, be32, be64};

/// What a track's fragments take where they say nothing else (8.8.3).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Defaults {
    pub(crate) duration: u32,
    pub(crate) size: u32,
    pub(crate) flags: u32,
}

/// Bytes of a window over runs.
const WINDOW: usize = 4 << 10;

/// The samples of one track in all fragments, in file order.
pub(crate) struct Fragments {
    boxes: Window,
    rows: Window,
    id: u32,
    audio: bool,
    defaults: Defaults,
    time_offset: i64,
    at: u64,
    end: u64,
    moof: Option<Frame>,
    trafs: Children,
    runs: Children,
    traf: Traf,
    run: Run,
    decode_time: Option<u64>,
    implicit: u64,
    track_end: i64,
    last: Option<i64>,
    /// Whether something was found that the demuxer treats in its own way.
    pub(crate) odd: Option<(&'static str, u64)>,
    /// Whether a fragment says no decode time.
    pub(crate) timeless: bool,
    /// Whether another track's data ends where only its own defaults tell.
    vague: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Traf {
    base: u64,
    values: Defaults,
    next: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Run {
    flags: u32,
    first_flags: u32,
    left: u32,
    first: bool,
    row: u64,
    dts: i64,
    position: u64,
    before: Option<i64>,
}

impl Run {
    fn width(&self) -> u64 {
        let fields = (self.flags & 0xf00).count_ones();
        u64::from(fields).saturating_mul(4)
    }
}

impl Fragments {
    /// The runs of track `id` from `at` on.
    pub(crate) fn new(
        cx: &Context,
        id: u32,
        audio: bool,
        defaults: Defaults,
        at: u64,
        end: u64,
    ) -> Self {
        Self {
            boxes: Window::new(cx.clone(), WINDOW),
            rows: Window::new(cx.clone(), WINDOW),
            id,
            audio,
            defaults,
            time_offset: 0,
            at,
            end,
            moof: None,
            trafs: Children::between(0, 0),
            runs: Children::between(0, 0),
            traf: Traf::default(),
            run: Run::default(),
            decode_time: None,
            implicit: 0,
            track_end: 0,
            last: None,
            odd: None,
            timeless: false,
            vague: false,
        }
    }

    /// Takes `offset` from all times: where an edit says that the presentation starts.
    pub(crate) fn with_time_offset(self, offset: i64) -> Self {
        Self { time_offset: offset, ..self }
    }

    /// The next sample in fragments that begin before `limit`; `None` where there is none, and later when `limit` is higher, perhaps one.
    ///
    /// # Errors
    /// What the source says.
    pub(crate) fn next(&mut self, limit: u64) -> Result<Option<Sample>> {
        while self.run.left == 0 {
            if !self.next_run()? && !self.next_traf()? && !self.next_moof(limit)? {
                return Ok(None);
            }
        }
        let row = self.row()?;
        let run = &mut self.run;
        let defaults = if run.first { run.first_flags } else { self.traf.values.flags };
        let flags = row.flags.unwrap_or(defaults);
        let size = row.size.unwrap_or(self.traf.values.size);
        let duration = row.duration.unwrap_or(self.traf.values.duration);
        let sample = Sample {
            dts: run.dts,
            offset: Some(row.offset),
            position: run.position,
            size,
            key: self.audio || flags & 0x0101_0000 == 0,
            discard: run.before.is_some_and(|before| before >= run.dts),
        };
        if size == 0 {
            self.odd.get_or_insert(("a sample of a run is empty", run.row));
        }
        run.first = false;
        run.left = run.left.saturating_sub(1);
        run.row = run.row.saturating_add(run.width());
        run.dts = run.dts.saturating_add(duration.into());
        run.position = run.position.saturating_add(size.into());
        self.last = Some(sample.dts);
        if run.left == 0 {
            self.implicit = run.position;
            self.track_end = run.dts.saturating_add(self.time_offset);
            self.traf.next = Some(run.dts);
        }
        Ok(Some(sample))
    }

    fn row(&mut self) -> Result<Row> {
        let want = usize::try_from(self.run.width()).unwrap_or(16);
        let bytes = self.rows.at(self.run.row, want)?;
        let mut at = 0usize;
        let mut field = |bit: u32| {
            let value = if self.run.flags & bit != 0 { be32(bytes, at) } else { None };
            at = at.saturating_add(if self.run.flags & bit != 0 { 4 } else { 0 });
            value
        };
        let (duration, size, flags) = (field(0x100), field(0x200), field(0x400));
        let offset = field(0x800).unwrap_or(0).cast_signed();
        Ok(Row { duration, size, flags, offset })
    }

    fn next_moof(&mut self, limit: u64) -> Result<bool> {
        loop {
            let Some(found) = frame(&mut self.boxes, self.at, self.end)? else { return Ok(false) };
            if &found.kind == b"moof" {
                if found.start >= limit {
                    return Ok(false);
                }
                self.moof = Some(found);
                self.trafs = Children::of(&found);
                self.implicit = found.start;
                self.decode_time = None;
                self.vague = false;
                self.at = found.end;
                return Ok(true);
            }
            self.at = found.end;
        }
    }

    /// Stands before the runs of the next track fragment of this track in the current fragment.
    fn next_traf(&mut self) -> Result<bool> {
        while let Some(found) = self.trafs.next(&mut self.boxes)? {
            if &found.kind != b"traf" {
                continue;
            }
            if self.header(&found)? {
                self.runs = Children::of(&found);
                return Ok(true);
            }
            self.skip(&found)?;
        }
        Ok(false)
    }

    /// Reads a track fragment's header; whether it is of this track.
    fn header(&mut self, traf: &Frame) -> Result<bool> {
        let mut children = Children::of(traf);
        while let Some(found) = children.next(&mut self.boxes)? {
            if &found.kind != b"tfhd" {
                continue;
            }
            let bytes = head(&mut self.boxes, &found, 40)?;
            let flags = be32(bytes, 0).unwrap_or(0);
            let id = be32(bytes, 4).unwrap_or(0);
            let mut at = 8usize;
            let start = self.moof.map_or(0, |m| m.start);
            if flags & 0x2_0001 == 0 && self.vague {
                self.odd.get_or_insert(("a run has no place of its own", found.start));
            }
            let mut base = if flags & 0x2_0000 != 0 { start } else { self.implicit };
            if flags & 1 != 0 {
                base = be64(bytes, at).unwrap_or(0);
                at = 16;
            }
            at = at.saturating_add(if flags & 2 != 0 { 4 } else { 0 });
            let mut field = |bit: u32, default: u32| {
                let given = flags & bit != 0;
                let value = if given { be32(bytes, at) } else { None };
                at = at.saturating_add(if given { 4 } else { 0 });
                value.unwrap_or(default)
            };
            let d = if id == self.id { self.defaults } else { Defaults::default() };
            let values = Defaults {
                duration: field(8, d.duration),
                size: field(16, d.size),
                flags: field(32, d.flags),
            };
            self.traf = Traf { base, values, next: None };
            return Ok(id == self.id);
        }
        Ok(false)
    }

    /// Another track's fragment: where its data ends is where data without a place goes on.
    fn skip(&mut self, traf: &Frame) -> Result<()> {
        let mut children = Children::of(traf);
        while let Some(found) = children.next(&mut self.boxes)? {
            if &found.kind == b"trun" {
                let mut run = self.run_header(&found)?;
                let mut end = run.position;
                if run.flags & 0x200 == 0 {
                    let all = u64::from(self.traf.values.size).saturating_mul(run.left.into());
                    end = end.saturating_add(all);
                    self.vague = true;
                } else {
                    let place = if run.flags & 0x100 != 0 { 4 } else { 0 };
                    for _ in 0..run.left {
                        let want = usize::try_from(run.width()).unwrap_or(16);
                        let bytes = self.rows.at(run.row, want)?;
                        end = end.saturating_add(be32(bytes, place).unwrap_or(0).into());
                        run.row = run.row.saturating_add(run.width());
                    }
                }
                self.implicit = end;
            }
        }
        Ok(())
    }

    fn next_run(&mut self) -> Result<bool> {
        while let Some(found) = self.runs.next(&mut self.boxes)? {
            match &found.kind {
                b"tfdt" => {
                    let bytes = head(&mut self.boxes, &found, 12)?;
                    let wide = bytes.first().is_some_and(|v| *v > 0);
                    let time = if wide { be64(bytes, 4) } else { be32(bytes, 4).map(u64::from) };
                    self.decode_time = time;
                    self.track_end = i64::try_from(time.unwrap_or(0)).unwrap_or(i64::MAX);
                }
                b"trun" => {
                    let mut run = self.run_header(&found)?;
                    let time = self.decode_time.map(|t| i64::try_from(t).unwrap_or(i64::MAX));
                    let start = time.unwrap_or(self.track_end).saturating_sub(self.time_offset);
                    run.dts = self.traf.next.unwrap_or(start);
                    run.before = self.last;
                    self.timeless |= time.is_none();
                    self.run = run;
                    if run.left > 0 {
                        return Ok(true);
                    }
                }
                _ => {}
            }
        }
        Ok(false)
    }

    fn run_header(&mut self, trun: &Frame) -> Result<Run> {
        let bytes = head(&mut self.boxes, trun, 16)?;
        let flags = be32(bytes, 0).unwrap_or(0) & 0xff_ffff;
        let claimed = be32(bytes, 4).unwrap_or(0);
        let mut at = 8usize;
        let offset = if flags & 1 != 0 { be_i32(bytes, at).unwrap_or(0) } else { 0 };
        at = at.saturating_add(if flags & 1 != 0 { 4 } else { 0 });
        let first_flags = if flags & 4 != 0 { be32(bytes, at) } else { None };
        at = at.saturating_add(if flags & 4 != 0 { 4 } else { 0 });
        let row = trun.body.saturating_add(u64::try_from(at).unwrap_or(0));
        let mut run = Run {
            flags,
            first_flags: first_flags.unwrap_or(self.traf.values.flags),
            left: claimed,
            first: true,
            row,
            position: self.traf.base.saturating_add_signed(offset.into()),
            ..Run::default()
        };
        if let Some(room) = trun.end.saturating_sub(row).checked_div(run.width()) {
            if u64::from(claimed) > room {
                self.odd.get_or_insert(("a run claims more samples than it has", trun.start));
            }
            run.left = claimed.min(u32::try_from(room).unwrap_or(u32::MAX));
        } else if claimed > MOST_ALIKE {
            self.odd.get_or_insert(("a run claims very many samples without rows", trun.start));
            run.left = 0;
        }
        Ok(run)
    }
}

/// Samples of one run that have no rows: a run of them is a second of audio or so, and a claim costs nothing.
const MOST_ALIKE: u32 = 1 << 20;

#[derive(Clone, Copy, Debug)]
struct Row {
    duration: Option<u32>,
    size: Option<u32>,
    flags: Option<u32>,
    offset: i32,
}
