//! The worker's side: what the embedding program's `main` calls when it was started as a worker.

mod ahead;
mod chunks;
mod control;
mod desk;
mod entries;
#[cfg(feature = "faults")]
mod faults;
mod life;
mod open;
mod pen;
mod pieces;
mod plan;
mod profiled;
mod reply;
mod setup;
mod walls;
mod watched;

use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use stream_core::{Error, ErrorKind, Format, Result};
use stream_memory::Budget;

use crate::codec::{Put, Take, put_error, take_opening};
use crate::sandbox::Sandbox;
use crate::task::Task;
use crate::wire;
use control::Command;
use open::Open;
use reply::Reply;
use walls::Place;

/// Reads files of `formats` for the process that started this one, until that ends; what it asks by name is looked up in
/// `tasks`.
///
/// To be called first thing in `main`, before any thread is started or file opened: descriptors that were inherited by mistake are
/// closed. Its standard input is the socket to its parent.
pub fn serve(formats: &[&'static dyn Format], tasks: &[Task]) -> ExitCode {
    let control = match setup::begin() {
        Ok(control) => control,
        Err(e) => {
            eprintln!("this is started by its parent, not by hand: {e}");
            return ExitCode::from(2);
        }
    };
    // without a first word the parent is gone
    let Some(first) = control.receive() else { return ExitCode::SUCCESS };
    let sandbox = setup::meet_parent(&mut Take::new(&first.payload));
    if sandbox != Sandbox::Off {
        walls::around_process();
    }
    let (send, commands) = channel();
    let listen = std::thread::Builder::new().name("control".to_owned()).stack_size(SMALL_STACK);
    let listening = listen.spawn(move || {
        while let Some(command) = control.receive() {
            if send.send(command).is_err() {
                break;
            }
        }
        // the parent is gone: so is everything that is left to do, whatever other threads are in the middle of
        setup::exit_at_once(0);
    });
    match listening {
        Ok(_) => work(Reads { formats, tasks, sandbox }, commands),
        Err(_) => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}

/// Threads that only wait and pass on need little; what they do not touch costs address space only, which the wall counts.
const SMALL_STACK: usize = 128 << 10;
/// What a main thread has: libraries use it freely.
const FULL_STACK: usize = 8 << 20;
/// How long a worker without a file waits for the next before it gives back what its allocator keeps.
const REST: Duration = Duration::from_millis(200);

/// What a worker reads, and what of it.
#[derive(Clone, Copy)]
struct Reads<'a> {
    formats: &'a [&'static dyn Format],
    tasks: &'a [Task],
    sandbox: Sandbox,
}

/// Hands the commands to one thread after another: a new one where files of another place are read.
fn work(reads: Reads<'_>, mut commands: Receiver<Command>) {
    let mut idle = None;
    let Ok(mut first) = commands.recv() else { return };
    loop {
        let (place, file) = place_of(reads.sandbox, &first);
        let next = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().name("reader".to_owned());
            let thread = thread.stack_size(FULL_STACK).spawn_scoped(scope, || {
                if let (Some(place), Some(file)) = (&place, file) {
                    place.enclose(file.as_fd());
                }
                let idle = *idle.get_or_insert_with(stream_memory::wall::data_size);
                Reader { reads, place, idle }.work(first, &mut commands)
            });
            // a panic has ended the process
            thread.ok()?.join().ok()?
        });
        match next {
            Some(command) => first = command,
            None => return,
        }
    }
}

/// Where the file of a command lies that opens one.
fn place_of(sandbox: Sandbox, command: &Command) -> (Option<Place>, Option<OwnedFd>) {
    let file = command.fds.get(1).filter(|_| command.tag == wire::OPEN);
    let Some(file) = file.and_then(|file| file.try_clone().ok()) else { return (None, None) };
    let opening = take_opening(&mut Take::new(&command.payload));
    let place = opening.ok().and_then(|o| Place::of(sandbox, &o.path, file.as_fd()));
    (place, Some(file))
}

/// A thread that reads files of one place.
struct Reader<'a> {
    reads: Reads<'a>,
    place: Option<Place>,
    /// What the process had before its first file.
    idle: u64,
}

impl Reader<'_> {
    /// Does what it is told until a file of another place is to be opened: gives that command.
    fn work(&self, first: Command, commands: &mut Receiver<Command>) -> Option<Command> {
        let mut open: Option<Open> = None;
        let mut next = Some(first);
        let mut rested = false;
        loop {
            let command = match next.take() {
                Some(command) => command,
                None if open.is_none() && !rested => match commands.recv_timeout(REST) {
                    Ok(command) => command,
                    Err(RecvTimeoutError::Timeout) => {
                        // an allocator that cannot keeps it
                        let _ = stream_memory::allocator::purge();
                        rested = true;
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => return None,
                },
                None => commands.recv().ok()?,
            };
            if command.tag == wire::OPEN {
                // what was open before is closed first
                drop(open.take());
                rested = false;
                if place_of(self.reads.sandbox, &command).0 != self.place {
                    return Some(command);
                }
            }
            let Command { tag, payload, fds } = command;
            let mut fds = fds.into_iter();
            match tag {
                wire::OPEN => open = start(self.reads.formats, &payload, &mut fds, self.idle),
                wire::CLOSE => drop(open.take()),
                wire::FORGET => {
                    if let (Some(open), Ok(number)) = (&mut open, Take::new(&payload).u64()) {
                        open.forget(number);
                    }
                }
                tag => {
                    let Some(reply) = fds.next().map(Reply::new) else { continue };
                    answer(self.reads.tasks, tag, &payload, open.as_mut(), reply);
                }
            }
        }
    }
}

fn start(
    formats: &[&'static dyn Format],
    payload: &[u8],
    fds: &mut impl Iterator<Item = OwnedFd>,
    idle: u64,
) -> Option<Open> {
    let mut reply = Reply::new(fds.next()?);
    match Open::new(formats, payload, (fds.next()?, fds.next()?), idle) {
        // a walk that does not start has closed its answer, which says so
        Ok(mut open) => match open.walk(reply) {
            Ok(false) => Some(open),
            Ok(true) | Err(_) => None,
        },
        Err(e) => {
            refuse(&mut reply, &e);
            None
        }
    }
}

fn answer(tasks: &[Task], tag: u8, payload: &[u8], open: Option<&mut Open>, mut reply: Reply) {
    if profiled::is_asked(tag, payload) {
        return profiled::tell(&mut reply);
    }
    let Some(open) = open else {
        return refuse(&mut reply, &Error::new(ErrorKind::Request, "no file is open"));
    };
    let mut take = Take::new(payload);
    let done = match tag {
        wire::CHUNKS => open.chunks(&mut take, &mut reply),
        wire::PLAN => open.plan(&mut take, &mut reply),
        wire::FINISH => open.finish(&mut reply).map(|()| None),
        wire::CALL => open.call(tasks, &mut take, &mut reply).map(|()| None),
        _ => Err(Error::new(ErrorKind::Request, format!("an unknown command {tag}"))),
    };
    match done {
        Ok(Some(stream)) => open.keep(stream(reply)),
        Ok(None) => {}
        Err(e) => refuse(&mut reply, &e),
    }
}

/// An error's encoding; short of memory even for that, a shorter one's.
fn refusal(e: &Error) -> Option<Put> {
    let budget = Budget::new("error", 1 << 20);
    let mut put = Put::new(&budget);
    if put_error(&mut put, e).is_err() {
        put.clear();
        put_error(&mut put, &Error::new(e.kind(), "the worker failed")).ok()?;
    }
    Some(put)
}

fn refuse(reply: &mut Reply, e: &Error) {
    if let Some(put) = refusal(e) {
        // who does not listen any more needs no answer
        let _ = reply.send(wire::ERROR, &[put.as_bytes()]);
    }
}

/// What goes on after a command was answered: a thread over the reply.
type Stream = Box<dyn FnOnce(Reply) -> Result<std::thread::JoinHandle<()>>>;
