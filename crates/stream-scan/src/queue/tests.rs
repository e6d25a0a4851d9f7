//! One thread that asks, and many in a made time.
#![allow(clippy::arithmetic_side_effects)]

mod many;

use super::room::OVERTAKEN;
use super::*;

const SMALL: u64 = 1;

fn input(id: u64, size: u64) -> Input {
    Input { id, path: format!("f{id}").into(), size, modified: 0, error: None }
}

/// What each file may use is its size, but for large ones, which may use half.
fn queue<'a>(
    sizes: Vec<u64>,
    most: Most,
    estimate: &'a Estimate<'a>,
) -> Queue<'a, impl Iterator<Item = Result<Input>> + use<'a>> {
    let inputs = sizes.into_iter().enumerate().map(|(i, size)| Ok(input(i as u64, size)));
    Queue::new(inputs, Vec::new(), HashMap::new(), (most, estimate), Halt::default())
}

fn exact(input: &Input) -> u64 {
    if input.size >= LARGE { 50 } else { input.size }
}

fn most(bytes: u64, threads: usize) -> Most {
    Most { bytes, threads, files: 1000 }
}

#[test]
fn small_files_go_before_a_large_one_until_it_has_waited_enough() {
    let mut sizes = vec![60, 90];
    sizes.extend([20; 200]);
    let queue = queue(sizes, most(100, 8), &exact);
    let (first, ticket) = queue.next().unwrap();
    assert_eq!(first.input.id, 0);
    for overtaking in 0..u64::from(OVERTAKEN) {
        let (small, ticket) = queue.next().unwrap();
        assert_eq!(small.input.id, overtaking + 2);
        queue.done(ticket);
    }
    // now it is waited for: it begins when the first is done, and small ones go on behind it
    queue.done(ticket);
    let (large, ticket) = queue.next().unwrap();
    assert_eq!(large.input.id, 1);
    queue.done(ticket);
    assert_eq!(queue.next().unwrap().0.input.id, 66);
}

#[test]
fn what_fits_beside_the_first_goes_before_it_as_often_as_it_comes() {
    let mut sizes = vec![60, 70];
    sizes.extend([30; 500]);
    let queue = queue(sizes, most(100, 8), &exact);
    let (_, first) = queue.next().unwrap();
    for overtaking in 0..300 {
        let (small, ticket) = queue.next().unwrap();
        assert_eq!(small.input.id, overtaking + 2);
        queue.done(ticket);
    }
    let (_, beside) = queue.next().unwrap();
    queue.done(first);
    let (large, _) = queue.next().unwrap();
    assert_eq!(large.input.id, 1, "it begins although the small one is still there");
    queue.done(beside);
}

#[test]
fn a_file_larger_than_all_is_read_alone() {
    let queue = queue(vec![1000, 1], most(100, 2), &exact);
    let (large, ticket) = queue.next().unwrap();
    assert_eq!((large.input.id, large.share), (0, 100));
    queue.done(ticket);
    let (small, ticket) = queue.next().unwrap();
    assert_eq!(small.input.id, 1);
    queue.done(ticket);
    assert!(queue.next().is_none());
}

#[test]
fn what_is_read_again_is_next_and_alone() {
    let queue = queue(vec![10, 10, 10], most(100, 3), &exact);
    let ((first, one), (_, two)) = (queue.next().unwrap(), queue.next().unwrap());
    queue.again(Job { attempts: 1, ..first });
    queue.done(one);
    let (third, three) = queue.next().unwrap();
    assert_eq!(third.input.id, 2, "one that fits goes before it");
    queue.done(three);
    queue.done(two);
    let (again, _) = queue.next().unwrap();
    assert_eq!((again.input.id, again.share, again.attempts), (0, 100, 1));
}

#[test]
fn no_more_files_are_open_than_descriptors_suffice_for() {
    let few = Most { files: 3, ..most(100, 8) };
    let queue = queue(vec![SMALL; 10], few, &exact);
    let mut open: Vec<_> = (0..3).map(|_| queue.next().unwrap().1).collect();
    let blocked = || matches!(queue.turn(&mut queue.lock()), Turn::Wait);
    assert!(blocked());
    queue.done(open.pop().unwrap());
    let (fourth, _) = queue.next().unwrap();
    assert_eq!(fourth.input.id, 3);
    assert!(blocked());
}

#[test]
fn the_kernel_is_told_of_those_that_wait_once_and_only_while_reading_is_cold() {
    let queue = queue(vec![SMALL; 5], most(100, 2), &exact);
    let (first, _) = queue.next().unwrap();
    assert_eq!(first.input.id, 0);
    queue.found_cold();
    assert_eq!(queue.untold(2).map(|input| input.id), Some(1));
    assert_eq!(queue.untold(2).map(|input| input.id), Some(2));
    queue.stop(Error::cancelled());
    assert!(queue.untold(2).is_none(), "the third is further ahead than was asked for");
}
