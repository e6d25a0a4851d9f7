//! Blocks in file order, by their headers: payloads are passed over by position (RFC 9559, 5.1.3).

use stream_core::{Context, Error, Result, Window};

use super::block::Block;
use super::element::{Children, Element, element, unsigned};
use super::segment::{CLUSTER, is_top};

/// Bytes read at a block: its header, lacing, and the first bytes of a picture.
const PEEK: usize = 256;

/// The longest header of a block with 256 laced frames.
const LACED: usize = 4 << 10;

/// A block with what its group says of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    pub(crate) block: Block,
    /// Byte of its data.
    pub(crate) body: u64,
    /// In ticks, of its cluster.
    pub(crate) cluster: Option<u64>,
    /// In ticks; 0 where the group says nothing.
    pub(crate) duration: u64,
    pub(crate) key: bool,
}

/// A walk over all blocks from the first cluster on.
pub(crate) struct Clusters {
    window: Window,
    at: u64,
    end: u64,
    size: u64,
    cluster_end: u64,
    inside: bool,
    unknown: bool,
    time: Option<u64>,
    /// Where the file ends within a block.
    pub(crate) cut: Option<u64>,
}

impl Clusters {
    /// Before the cluster at `first` of a segment that ends at `end`, in a file of `size` bytes.
    pub(crate) fn new(cx: &Context, first: u64, end: u64, size: u64) -> Self {
        Self {
            window: Window::new(cx.clone(), PEEK),
            at: first,
            end,
            size,
            cluster_end: 0,
            inside: false,
            unknown: false,
            time: None,
            cut: None,
        }
    }

    /// The byte that is looked at next.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// The window over block headers, for a look at a frame's first bytes.
    pub(crate) fn window(&mut self) -> &mut Window {
        &mut self.window
    }

    /// The next block; `None` at the end.
    ///
    /// # Errors
    /// `Malformed` where no element stands; what the source says.
    pub(crate) fn next(&mut self) -> Result<Option<Found>> {
        loop {
            if self.inside && self.at >= self.cluster_end {
                self.inside = false;
            }
            if self.at >= self.end {
                return Ok(None);
            }
            let Some(e) = element(&mut self.window, self.at)? else {
                if self.size.saturating_sub(self.at) < 12 {
                    self.cut.get_or_insert(self.at);
                    return Ok(None);
                }
                return Err(Error::malformed(self.at, "no element stands where one is due"));
            };
            if self.inside && self.unknown && is_top(e.id) {
                self.inside = false;
            }
            if e.id == CLUSTER && !self.inside {
                self.inside = true;
                self.unknown = e.end.is_none();
                self.cluster_end = e.end_in(self.end);
                self.time = None;
                self.at = e.body;
                continue;
            }
            let Some(end) = e.end else {
                return Err(Error::malformed(
                    e.start,
                    "an element of unknown size that may have none",
                ));
            };
            self.at = end;
            if !self.inside {
                continue;
            }
            if end > self.size {
                self.cut.get_or_insert(e.start);
                self.at = self.end;
                return Ok(None);
            }
            match e.id {
                0xe7 => self.time = Some(unsigned(&mut self.window, &e)?),
                0xa3 => return self.block(&e, 0, None).map(Some),
                0xa0 => {
                    if let Some(found) = self.group(&e)? {
                        return Ok(Some(found));
                    }
                }
                _ => {}
            }
        }
    }

    fn block(&mut self, e: &Element, duration: u64, key: Option<bool>) -> Result<Found> {
        let length = e.end_in(self.size).saturating_sub(e.body);
        let some = usize::try_from(length).unwrap_or(PEEK).min(64);
        let mut parsed = Block::parse(self.window.at(e.body, some)?, length);
        if parsed.is_none() {
            let all = usize::try_from(length).unwrap_or(LACED).min(LACED);
            parsed = Block::parse(self.window.at(e.body, all)?, length);
            self.window.shrink();
        }
        let Some(block) = parsed else {
            return Err(Error::malformed(e.start, "a block whose frames do not fit it"));
        };
        let key = key.unwrap_or(block.key);
        Ok(Found { block, body: e.body, cluster: self.time, duration, key })
    }

    fn group(&mut self, group: &Element) -> Result<Option<Found>> {
        let mut children = Children::between(group.body, group.end_in(self.size));
        let (mut block, mut duration, mut key) = (None, 0, true);
        while let Some(e) = children.next(&mut self.window)? {
            match e.id {
                0xa1 => block = Some(e),
                0x9b => duration = unsigned(&mut self.window, &e)?,
                0xfb => key = false,
                _ => {}
            }
        }
        block.map(|e| self.block(&e, duration, Some(key))).transpose()
    }
}
