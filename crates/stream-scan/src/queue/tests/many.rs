//! Threads in a made time: who begins when.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::*;

/// When a file's reading began and ended.
struct Read {
    id: u64,
    large: bool,
    begun: u64,
    ended: u64,
}

/// Reads all files on so many threads; each takes the time that `takes` says.
fn read_all<I: Iterator<Item = Result<Input>>>(
    queue: &Queue<'_, I>,
    threads: usize,
    takes: impl Fn(&Job) -> u64,
) -> Vec<Read> {
    let (mut now, mut reads) = (0, Vec::new());
    let mut running: BinaryHeap<Reverse<(u64, usize)>> = BinaryHeap::new();
    let mut tickets = Vec::new();
    loop {
        while running.len() < threads {
            match queue.turn(&mut queue.lock()) {
                Turn::Job(job, ticket) => {
                    let ended = now + takes(&job);
                    running.push(Reverse((ended, tickets.len())));
                    tickets.push(ticket);
                    let large = job.is_large();
                    reads.push(Read { id: job.input.id, large, begun: now, ended });
                }
                Turn::Wait => break,
                Turn::End => return reads,
            }
        }
        let Some(Reverse((ended, at))) = running.pop() else { panic!("all wait for nobody") };
        now = ended;
        queue.done(tickets[at]);
    }
}

/// A small file takes one moment.
const LONG: u64 = 10_000;

fn takes(job: &Job) -> u64 {
    if job.is_large() { LONG } else { 1 }
}

/// Small files with a large one after each `every`, from `from` on.
fn sizes(files: usize, from: usize, every: usize) -> Vec<u64> {
    let large = |n: usize| n >= from && (n - from).is_multiple_of(every);
    (0..files).map(|n| if large(n) { LARGE } else { SMALL }).collect()
}

#[test]
fn small_files_flow_while_large_ones_are_read_and_wait() {
    for threads in [2, 3, 8] {
        // twenty large files, each half of the memory, among 20,000
        let queue = queue(sizes(20_000, 0, 1000), most(100, threads), &exact);
        let reads = read_all(&queue, threads, takes);
        assert_eq!(reads.len(), 20_000);
        let mut small: Vec<u64> = reads.iter().filter(|r| !r.large).map(|r| r.begun).collect();
        small.sort_unstable();
        // one thread at least reads small files the whole time: none waits for a large one's end
        let longest = small.windows(2).map(|two| two[1] - two[0]).max().unwrap();
        assert!(longest <= 1, "{threads} threads: a small file waited for {longest} moments");
        assert_eq!(small[0], 0);
    }
}

#[test]
fn a_large_file_begins_as_soon_as_those_before_it_have_ended() {
    for threads in [2, 3, 8] {
        for from in [0, 1, 63, 64, 65, 700] {
            let queue = queue(sizes(50_000, from, 100_000), most(100, threads), &exact);
            let reads = read_all(&queue, threads, takes);
            let large = reads.iter().find(|read| read.large).unwrap();
            let before = reads.iter().filter(|read| read.id < large.id).map(|read| read.ended);
            let latest = before.max().unwrap_or(0);
            assert!(large.begun <= latest, "{threads} threads: {} > {latest}", large.begun);
        }
    }
}

#[test]
fn a_file_that_needs_nearly_all_begins_however_many_small_ones_come() {
    // every small file has a tenth of the memory, the other nearly all of it
    let estimate = |input: &Input| if input.size == 2 { 95 } else { 10 };
    for threads in [2, 4, 16] {
        let mut sizes = vec![SMALL; 50_000];
        sizes[100] = 2;
        let queue = queue(sizes, most(100, threads), &estimate);
        let reads = read_all(&queue, threads, |job| if job.input.size == 2 { 100 } else { 1 });
        let needy = reads.iter().find(|read| read.id == 100).unwrap();
        let overtaking = reads.iter().filter(|r| r.id > 100 && r.begun < needy.begun).count();
        assert!(overtaking <= OVERTAKEN as usize, "{threads} threads: {overtaking} went before it");
        let others = reads.iter().filter(|read| read.id != 100);
        let during = others.filter(|r| r.begun >= needy.begun && r.ended <= needy.ended);
        assert_eq!(during.count(), 0, "nothing fits beside it");
    }
}

#[test]
fn two_that_cannot_run_together_do_not_hold_up_what_fits_beside_either() {
    // of two files with 60 of 100 the second waits for the first, long; small ones with 5 each need not
    let estimate = |input: &Input| if input.size == 2 { 60 } else { 5 };
    let mut sizes = vec![SMALL; 30_000];
    (sizes[0], sizes[1]) = (2, 2);
    let queue = queue(sizes, most(100, 4), &estimate);
    let reads = read_all(&queue, 4, |job| if job.input.size == 2 { LONG } else { 1 });
    let needy: Vec<_> = reads.iter().filter(|read| read.id < 2).collect();
    assert_eq!((needy[0].begun, needy[1].begun), (0, LONG), "at once when the first has ended");
    let meanwhile = reads.iter().filter(|read| read.id > 1 && read.ended < LONG).count();
    assert!(meanwhile > 29_000, "{meanwhile} small files were read while the second waited");
}

#[test]
fn every_file_is_read_once_whatever_their_sizes() {
    let mut seed = 7u64;
    let mut random = |below: u64| {
        seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (seed >> 33) % below
    };
    for _ in 0..50 {
        let threads = 1 + random(6) as usize;
        let files = 1 + random(5) as usize;
        let sizes: Vec<u64> = (0..500)
            .map(|_| if random(20) == 0 { LARGE + random(9) } else { 1 + random(120) })
            .collect();
        let queue = queue(sizes, Most { files, ..most(100, threads) }, &exact);
        let reads = read_all(&queue, threads, |job| 1 + job.input.size % 50);
        let mut ids: Vec<u64> = reads.iter().map(|read| read.id).collect();
        ids.sort_unstable();
        assert_eq!(ids, (0..500).collect::<Vec<_>>());
    }
}
