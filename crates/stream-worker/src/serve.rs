//! The worker's side: what the embedding program's `main` calls when it was started as a worker.

mod ahead;
mod chunks;
mod control;
mod desk;
mod entries;
mod life;
mod open;
mod pen;
mod pieces;
mod plan;
mod reply;
mod setup;
mod watched;

use std::os::fd::OwnedFd;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, channel};

use stream_core::{Error, ErrorKind, Format, Result};
use stream_memory::Budget;

use crate::codec::{Put, Take, put_error};
use crate::task::Task;
use crate::wire;
use control::Command;
use open::Open;
use reply::Reply;

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
        Ok(_) => work(formats, tasks, &commands),
        Err(_) => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}

/// Threads that only wait and pass on need little; what they do not touch costs address space only, which the wall counts.
const SMALL_STACK: usize = 128 << 10;

fn work(formats: &[&'static dyn Format], tasks: &[Task], commands: &Receiver<Command>) {
    let idle = setup::data_size();
    let mut open: Option<Open> = None;
    for command in commands {
        let Command { tag, payload, fds } = command;
        let mut fds = fds.into_iter();
        match tag {
            wire::HELLO => setup::meet_parent(&mut Take::new(&payload)),
            wire::OPEN => {
                // what was open before is closed first
                drop(open.take());
                open = start(formats, &payload, &mut fds, idle);
            }
            wire::CLOSE => drop(open.take()),
            wire::FORGET => {
                if let (Some(open), Ok(number)) = (&mut open, Take::new(&payload).u64()) {
                    open.forget(number);
                }
            }
            tag => {
                let Some(reply) = fds.next().map(Reply::new) else { continue };
                answer(tasks, tag, &payload, open.as_mut(), reply);
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
