//! Chunks by index, for one thread of the parent.

use std::io;
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use stream_core::{ChunkPlan, Context, Result, Scratch};
use stream_memory::OverBudget;

use super::chunks::Outlet;
use super::entries::no_thread;
use super::refusal;
use super::reply::Reply;
use crate::board::BoardMap;
use crate::codec::{Put, put_place};
use crate::wire::{self, LOOK, PAGE, READ};

/// Starts a thread that reads what it is asked for until nobody asks any more.
pub(super) fn start(
    plan: Arc<dyn ChunkPlan>,
    cx: Context,
    board: Arc<BoardMap>,
    reply: Reply,
) -> Result<JoinHandle<()>> {
    let started = Builder::new().name("plan".to_owned()).spawn(move || {
        let mut outlet = Outlet::new(&cx, reply, board);
        // an error means that nobody asks any more
        let _ = serve(&*plan, &cx, &mut outlet);
    });
    started.map_err(no_thread)
}

fn serve(plan: &dyn ChunkPlan, cx: &Context, outlet: &mut Outlet) -> io::Result<()> {
    let mut scratch = Scratch::new();
    loop {
        match outlet.reply().asked()? {
            (READ, index) => {
                let read = plan.read(index, &mut scratch);
                if read.is_err() {
                    scratch.release();
                }
                outlet.send(read.map(Some))?;
            }
            (LOOK, first) => look(plan, cx, first, outlet.reply())?,
            _ => return Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

fn look(plan: &dyn ChunkPlan, cx: &Context, first: usize, reply: &mut Reply) -> io::Result<()> {
    match places(plan, cx, first) {
        Ok(put) => reply.send(wire::PLACES, &[put.as_bytes()]),
        Err(e) => match refusal(&e.into()) {
            Some(content) => reply.send(wire::ERROR, &[content.as_bytes()]),
            None => Err(io::ErrorKind::OutOfMemory.into()),
        },
    }
}

fn places(plan: &dyn ChunkPlan, cx: &Context, first: usize) -> Result<Put, OverBudget> {
    let end = first.saturating_add(PAGE).min(plan.len());
    let mut put = Put::new(cx.budget());
    put.usize(end.saturating_sub(first))?;
    (first..end).try_for_each(|index| put_place(&mut put, plan.place(index).as_ref()))?;
    Ok(put)
}
