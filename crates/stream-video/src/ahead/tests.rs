use std::num::NonZeroUsize;
use std::sync::Arc;

use stream_core::memory::Budget;
use stream_core::{Cancel, Context, Error, MemorySource, Result};

use super::{Ahead, BATCH};
use crate::Packet;
use crate::packets::Packets;

/// Tells packets by number; fails once, before the `fails`-th, and has `count`.
struct Made {
    at: u64,
    count: u64,
    fails: Option<u64>,
}

impl Packets for Made {
    fn next(&mut self, packet: &mut Packet) -> Result<bool> {
        if self.fails == Some(self.at) {
            self.fails = None;
            return Err(Error::malformed(self.at, "made to fail"));
        }
        packet.size = self.at;
        packet.key = true;
        self.at += 1;
        Ok(self.at <= self.count)
    }

    fn done(&self) -> u64 {
        self.at
    }

    fn incomplete(&self) -> Option<&str> {
        Some("told at the end")
    }
}

fn context(limit: u64, threads: usize) -> Context {
    let threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
    let budget = Budget::new("b", limit);
    Context::new(Arc::new(MemorySource::new(Vec::new())), &budget).with_threads(threads)
}

fn sizes(packets: &mut dyn Packets) -> Vec<u64> {
    let mut packet = Packet::default();
    std::iter::from_fn(|| packets.next(&mut packet).ok()?.then_some(packet.size)).collect()
}

#[test]
fn packets_come_in_order_and_the_end_is_told_by_the_reader_itself() {
    let count = 100 * BATCH as u64 + 7;
    let made = Made { at: 0, count, fails: None };
    let mut ahead = Ahead::begin(Box::new(made), &context(64 << 20, 2));
    assert_eq!(ahead.incomplete(), None);
    assert_eq!(sizes(&mut *ahead), (0..count).collect::<Vec<_>>());
    assert_eq!((ahead.incomplete(), ahead.done()), (Some("told at the end"), count + 1));
}

#[test]
fn an_error_stands_where_it_stands_and_reading_goes_on_behind_it() {
    let fails = BATCH as u64 + 3;
    let made = Made { at: 0, count: fails + 5, fails: Some(fails) };
    let mut ahead = Ahead::begin(Box::new(made), &context(64 << 20, 2));
    assert_eq!(sizes(&mut *ahead), (0..fails).collect::<Vec<_>>());
    assert_eq!(sizes(&mut *ahead), (fails..fails + 5).collect::<Vec<_>>());
}

#[test]
fn what_waits_is_charged_and_given_back_and_a_small_budget_reads_nothing_ahead() {
    let cx = context(64 << 20, 2);
    let ahead = Ahead::begin(Box::new(Made { at: 0, count: u64::MAX, fails: None }), &cx);
    assert!((1 << 20..=2 << 20).contains(&cx.budget().used()), "{}", cx.budget().used());
    // left early: the thread stops
    drop(ahead);
    assert_eq!(cx.budget().used(), 0);
    for cx in [context(64 << 10, 2), context(64 << 20, 1)] {
        let mut plain = Ahead::begin(Box::new(Made { at: 0, count: 3, fails: None }), &cx);
        assert_eq!((cx.budget().used(), sizes(&mut *plain)), (0, vec![0, 1, 2]));
    }
}

#[test]
fn cancelling_is_seen_at_the_next_packet_and_taken_back() {
    let cancel = Cancel::new();
    let cx = context(64 << 20, 2).with_cancel(cancel.clone());
    let mut ahead = Ahead::begin(Box::new(Made { at: 0, count: 9, fails: None }), &cx);
    cancel.cancel();
    let error = ahead.next(&mut Packet::default()).unwrap_err();
    assert_eq!((error.kind(), error.resumable()), (stream_core::ErrorKind::Cancelled, true));
    cancel.reset();
    assert_eq!(sizes(&mut *ahead).len(), 9);
}
