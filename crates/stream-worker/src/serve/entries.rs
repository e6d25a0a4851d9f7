//! The walk over the entries, which runs ahead of who reads them.

use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use stream_core::{Context, Entry, Error, Reader, Result};

use super::desk::Desk;
use super::pen::{Pen, Refusal, small};
use super::reply::Reply;
use super::{SMALL_STACK, refusal};
use crate::board::BoardMap;
use crate::codec::{Standing, put_standing};
use crate::wire;

pub(super) fn standing(reader: &dyn Reader) -> Standing {
    let counters = reader.context().counters();
    Standing {
        progress: reader.progress(),
        bytes_read: counters.bytes_read(),
        reads: counters.reads(),
    }
}

/// Starts the walk; its first step waits until it is asked for.
pub(super) fn start(
    desk: Arc<Desk>,
    cx: Context,
    board: Arc<BoardMap>,
    mut reply: Reply,
) -> io::Result<JoinHandle<()>> {
    let listen = reply.try_clone()?;
    Builder::new().name("entries".to_owned()).spawn(move || {
        if reply.may_go().is_err() {
            return;
        }
        let pen = Pen::new(board.clone(), reply, cx.budget());
        std::thread::scope(|scope| {
            let late = Builder::new().name("late".to_owned()).stack_size(SMALL_STACK);
            // without it entries wait until there are more
            let _ = late.spawn_scoped(scope, || pen.send_late());
            walk(&desk, &cx, &board, &pen, listen);
            pen.put_down();
        });
    })
}

/// Reads and writes entries until the end, an error, or until nobody listens.
fn walk(desk: &Desk, cx: &Context, board: &BoardMap, pen: &Pen, mut listen: Reply) {
    let mut entry = cx.entry();
    // an entry that was read and could not be written yet
    let mut at_hand: Option<Standing> = None;
    loop {
        let error = match step(desk, pen, &mut entry, &mut at_hand) {
            Ok(true) => {
                board.live();
                continue;
            }
            Ok(false) => {
                let mut end = small();
                let standing = desk.walk(|reader| Ok(standing(reader)));
                if standing.is_ok_and(|standing| put_standing(&mut end, &standing).is_ok()) {
                    // nobody listens any more: that is an end too
                    let _ = pen.say(wire::END, end.as_bytes());
                }
                return;
            }
            Err(Refusal::Gone) => return,
            Err(Refusal::Short(e)) => e,
        };
        let Some(content) = refusal(&error) else { return };
        if pen.say(wire::ERROR, content.as_bytes()).is_err() || !error.resumable() {
            return;
        }
        if listen.may_go().is_err() {
            return;
        }
    }
}

/// Reads an entry, unless one is at hand, and writes it; false at the end.
fn step(
    desk: &Desk,
    pen: &Pen,
    entry: &mut Entry,
    at_hand: &mut Option<Standing>,
) -> Result<bool, Refusal> {
    if at_hand.is_none() {
        let read = desk.walk(|reader| {
            let read = reader.read_entry(entry);
            read.map(|more| more.then(|| standing(reader)))
        });
        match read {
            Ok(Some(standing)) => *at_hand = Some(standing),
            Ok(None) => return Ok(false),
            Err(e) => return Err(Refusal::Short(e)),
        }
    }
    if let Some(standing) = *at_hand {
        pen.write(entry, standing)?;
        *at_hand = None;
    }
    Ok(true)
}

/// An error that says that no thread could be started.
pub(super) fn no_thread(e: io::Error) -> Error {
    Error::new(stream_core::ErrorKind::Io, format!("the worker cannot start a thread: {e}"))
        .with_source(e)
}
