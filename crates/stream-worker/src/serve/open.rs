//! The file that is open.

use std::collections::HashMap;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::thread::JoinHandle;

use stream_core::{ChunkPlan, Context, Error, ErrorKind, FileSource, Format, Result};
use stream_memory::{Budget, profile};

use super::desk::Desk;
use super::entries::Walk;
use super::life::Lively;
use super::reply::Reply;
use super::watched::Watched;
use super::{Stream, chunks, entries, plan, setup};
use crate::board::BoardMap;
use crate::codec::{
    Opening, Put, Take, put_array, put_standing, put_summary, take_opening, take_request,
};
use crate::task::{PROFILE, Task};
use crate::wire;

/// A file, its reader, and the threads that answer for it.
pub(super) struct Open {
    desk: Arc<Desk>,
    cx: Context,
    board: Arc<BoardMap>,
    wall: Arc<setup::Wall>,
    plans: HashMap<u64, Arc<dyn ChunkPlan>>,
    threads: Vec<JoinHandle<()>>,
    /// Whether only the entries and the summary are asked for.
    list: bool,
}

/// The budget's name in refusals.
const BUDGET: &str = "worker";

impl Open {
    /// Opens the file that came as a descriptor as the format that the parent found.
    pub(super) fn new(
        formats: &[&'static dyn Format],
        payload: &[u8],
        (file, board): (OwnedFd, OwnedFd),
        idle: u64,
    ) -> Result<Self> {
        let opening = take_opening(&mut Take::new(payload))?;
        let Opening { path, format, threads, chunk_size, settings, budget, batch, list } = opening;
        let reads = formats.iter().find(|reads| reads.descriptor().name == format).copied();
        let format = reads.ok_or_else(|| {
            Error::new(ErrorKind::NotEnabled, format!("the worker has no reader for {format}"))
        })?;
        let board = Arc::new(BoardMap::new(board, batch).map_err(Error::from)?);
        board.begin(idle);
        board.look();
        board.set_wall(setup::wall(idle, budget, threads.get()));
        let file = FileSource::from_file(File::from(file), path)?;
        let source = Arc::new(Lively { file, board: board.clone() });
        let mut cx = Context::new(source, &Budget::new(BUDGET, budget))
            .with_threads(threads)
            .with_throttle(board.throttle());
        if let Some(bytes) = chunk_size {
            cx = cx.with_chunk_size(bytes);
        }
        for (name, value) in settings {
            cx = cx.with_setting(name, value);
        }
        if cx.switched_on(PROFILE) {
            profile::start();
        }
        #[cfg(feature = "faults")]
        super::faults::at(cx.source().path());
        let desk = Arc::new(Desk::open(format, cx.clone())?);
        let wall = Arc::new(setup::Wall { idle });
        board.opened();
        let (plans, threads) = (HashMap::new(), Vec::new());
        Ok(Self { desk, cx, board, wall, plans, threads, list })
    }

    /// Starts the walk over the entries, which are told on `reply`. True when it is over, and the file can be closed.
    pub(super) fn walk(&mut self, mut reply: Reply) -> Result<bool> {
        if self.list {
            reply.send_soon(wire::OPENED);
        } else {
            // nobody listens any more: the next command says so
            let _ = reply.send(wire::OPENED, &[]);
        }
        let (desk, cx, board) = (self.desk.clone(), self.cx.clone(), self.board.clone());
        let mut walk = Walk::new(desk, cx, board, reply);
        if self.list && walk.begin() {
            return Ok(true);
        }
        let walk = walk.start(!self.list).map_err(entries::no_thread)?;
        self.keep(Ok(walk));
        Ok(false)
    }

    /// Remembers a thread, and forgets those that have ended.
    pub(super) fn keep(&mut self, thread: Result<JoinHandle<()>>) {
        self.threads.retain(|thread| !thread.is_finished());
        self.threads.extend(thread);
    }

    pub(super) fn forget(&mut self, number: u64) {
        self.plans.remove(&number);
    }

    pub(super) fn chunks(
        &mut self,
        take: &mut Take<'_>,
        reply: &mut Reply,
    ) -> Result<Option<Stream>> {
        let number = take.u64()?;
        let request = take_request(take)?;
        self.board.look();
        let chunks = self.desk.ask(|reader| reader.chunks(&request))?;
        let plan = chunks.plan();
        let mut put = Put::new(self.cx.budget());
        put.option(chunks.array().as_ref(), put_array)?;
        put.option(plan.as_ref().map(|plan| plan.len()), Put::usize)?;
        if reply.send(wire::DATA, &[put.as_bytes()]).is_err() {
            return Ok(None);
        }
        if let Some(plan) = &plan {
            self.plans.insert(number, plan.clone());
        }
        let (cx, around) = (self.cx.clone(), (self.board.clone(), self.wall.clone()));
        Ok(Some(Box::new(move |reply| chunks::start(chunks, plan, cx, around, reply))))
    }

    pub(super) fn plan(&mut self, take: &mut Take<'_>, _: &mut Reply) -> Result<Option<Stream>> {
        let number = take.u64()?;
        let plan = self.plans.get(&number).cloned();
        let plan = plan.ok_or_else(|| Error::new(ErrorKind::Request, "no such plan"))?;
        let (cx, board) = (self.cx.clone(), self.board.clone());
        Ok(Some(Box::new(move |reply| plan::start(plan, cx, board, reply))))
    }

    pub(super) fn finish(&mut self, reply: &mut Reply) -> Result<()> {
        let (summary, standing) = self.desk.ask(|reader| {
            let summary = reader.finish()?;
            Ok((summary, entries::standing(reader)))
        })?;
        let mut put = Put::new(self.cx.budget());
        put_standing(&mut put, &standing)?;
        put_summary(&mut put, &summary)?;
        // who does not listen any more needs no answer
        let _ = reply.send(wire::SUMMARY, &[put.as_bytes()]);
        Ok(())
    }

    pub(super) fn call(
        &mut self,
        tasks: &[Task],
        take: &mut Take<'_>,
        reply: &mut Reply,
    ) -> Result<()> {
        let (name, input) = (take.str()?, take.bytes()?);
        let task = tasks.iter().find(|task| task.name == name).ok_or_else(|| {
            Error::new(ErrorKind::Request, format!("the worker knows no task {name:?}"))
        })?;
        let board = &self.board;
        board.look();
        let result =
            self.desk.task(|reader| (task.run)(&mut Watched::new(reader, board), input))?;
        if result.len() > wire::MOST_BYTES {
            let message = format!("task {name} gave {} bytes", result.len());
            return Err(Error::new(ErrorKind::Unsupported, message));
        }
        let _ = reply.send(wire::RESULT, &[&result]);
        Ok(())
    }
}

impl Drop for Open {
    /// Its streams end as soon as they notice that nobody listens.
    fn drop(&mut self) {
        for thread in self.threads.drain(..) {
            // a panic has ended the process
            let _ = thread.join();
        }
    }
}
