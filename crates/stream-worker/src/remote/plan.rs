//! Chunks from another process by index, from any thread.

use std::sync::{Arc, Mutex, PoisonError};

use stream_core::{Array, Chunk, ChunkPlan, Error, ErrorKind, Place, Result, Scratch};

use super::chunks::{Stream, body, header};
use crate::codec::{Flaw, Put, Take, take_place};
use crate::line::Line;
use crate::wire::{self, LOOK, PAGE, READ};

/// A plan that a worker reads by. Each thread that reads has a line of its own, and behind it a thread of the worker: as many
/// chunks are decoded at once as are asked for at once.
pub(super) struct RemotePlan {
    stream: Arc<Stream>,
    len: usize,
    array: Option<Array>,
    idle: Mutex<Vec<Line>>,
    page: Mutex<Page>,
}

/// The places that were asked for last.
#[derive(Default)]
struct Page {
    first: usize,
    places: Vec<Option<Place>>,
}

impl RemotePlan {
    pub(super) fn new(stream: Arc<Stream>, len: usize, array: Option<Array>) -> Self {
        Self { stream, len, array, idle: Mutex::default(), page: Mutex::default() }
    }

    /// Does something with a line that nobody else uses meanwhile.
    fn with_line<T>(&self, act: impl FnOnce(&mut Line) -> Result<T>) -> Result<T> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = idle().pop();
        let mut line = match taken {
            Some(line) => line,
            None => {
                let held = &self.stream.held;
                let mut put = Put::new(held.cx.budget());
                put.u64(self.stream.number)?;
                held.command(wire::PLAN, &put, &[])?
            }
        };
        let done = act(&mut line);
        // after an error of this side something may still lie on the line
        if done.is_ok() {
            idle().push(line);
        }
        done
    }

    fn doing(&self) -> String {
        format!("reading {}", self.stream.what)
    }

    fn look(&self, first: usize) -> Result<Page> {
        let doing = || self.doing();
        self.with_line(|line| {
            line.ask(LOOK, first);
            match line.head(&doing)? {
                (wire::PLACES, _) => {
                    let content = line.content(&doing)?;
                    let places = places(&content).map_err(|flaw| line.wrong(&flaw.into(), &doing));
                    Ok(Page { first, places: places? })
                }
                (wire::ERROR, _) => Err(line.error(&doing)),
                (tag, _) => Err(line.unexpected(tag, &doing)),
            }
        })
    }
}

fn places(content: &[u8]) -> Result<Vec<Option<Place>>, Flaw> {
    let mut take = Take::new(content);
    let count = take.count(PAGE)?;
    (0..count).map(|_| take_place(&mut take)).collect()
}

impl ChunkPlan for RemotePlan {
    fn len(&self) -> usize {
        self.len
    }

    fn array(&self) -> Option<Array> {
        self.array.clone()
    }

    fn place(&self, index: usize) -> Option<Place> {
        if index >= self.len {
            return None;
        }
        let mut page = self.page.lock().unwrap_or_else(PoisonError::into_inner);
        let held = |page: &Page| {
            let at = index.checked_sub(page.first)?;
            page.places.get(at).cloned()
        };
        if held(&page).is_none() {
            // a worker that is gone tells nothing; reading says why
            *page = self.look(index).ok()?;
        }
        held(&page).flatten()
    }

    fn read(&self, index: usize, _: &mut Scratch) -> Result<Chunk> {
        self.stream.held.cx.cancel().check()?;
        let doing = || self.doing();
        self.with_line(|line| {
            line.ask(READ, index);
            match line.head(&doing)? {
                (wire::CHUNK, _) => {
                    let mut header = Some(header(line, &doing)?);
                    body(line, &mut header, &doing)?
                        .ok_or_else(|| Error::new(ErrorKind::Request, "no chunk"))
                }
                (wire::ERROR, _) => {
                    // the line is as good as new, though its error is passed on
                    Err(line.error(&doing))
                }
                (tag, _) => Err(line.unexpected(tag, &doing)),
            }
        })
    }
}
