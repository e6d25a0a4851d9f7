//! Any sequence of operations on any tree leaves each level at the sum of what is alive below it.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may")]

use proptest::collection::vec;
use proptest::prelude::*;
use stream_memory::{Budget, Reservation};

#[derive(Clone, Debug)]
enum Step {
    Reserve { node: usize, bytes: u64 },
    Grow { which: usize, by: u64 },
    Shrink { which: usize, by: u64 },
    Resize { which: usize, to: u64 },
    Split { which: usize, bytes: u64 },
    Merge { which: usize, other: usize },
    Transfer { which: usize, node: usize },
    Drop { which: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (any, bytes) = (0..64usize, 0..60u64);
    let step = prop_oneof![
        3 => (any.clone(), bytes.clone()).prop_map(|(node, bytes)| Step::Reserve { node, bytes }),
        1 => (any.clone(), bytes.clone()).prop_map(|(which, by)| Step::Grow { which, by }),
        1 => (any.clone(), bytes.clone()).prop_map(|(which, by)| Step::Shrink { which, by }),
        1 => (any.clone(), bytes.clone()).prop_map(|(which, to)| Step::Resize { which, to }),
        1 => (any.clone(), bytes).prop_map(|(which, bytes)| Step::Split { which, bytes }),
        1 => (any.clone(), any.clone()).prop_map(|(which, other)| Step::Merge { which, other }),
        2 => (any.clone(), any.clone()).prop_map(|(which, node)| Step::Transfer { which, node }),
        1 => any.prop_map(|which| Step::Drop { which }),
    ];
    vec(step, 1..80)
}

/// Nodes in the order made: each but the first names a parent among those before it, and a limit.
fn trees() -> impl Strategy<Value = Vec<Budget>> {
    (20..200u64, vec((0..64usize, 5..150u64), 0..6)).prop_map(|(limit, children)| {
        let mut nodes = vec![Budget::new("root", limit)];
        for (parent, limit) in children {
            nodes.push(nodes[parent % nodes.len()].child("child", limit));
        }
        nodes
    })
}

fn is_below(mut node: &Budget, ancestor: &Budget) -> bool {
    loop {
        match node.parent() {
            _ if node.ptr_eq(ancestor) => return true,
            Some(parent) => node = parent,
            None => return false,
        }
    }
}

/// Does a step; says whether something was refused, which must then have changed nothing.
fn apply(step: &Step, nodes: &[Budget], held: &mut Vec<Reservation>) -> bool {
    let count = held.len();
    if let Step::Reserve { node, bytes } = step {
        let reserved = nodes[node % nodes.len()].reserve(*bytes);
        let refused = reserved.is_err();
        held.extend(reserved);
        return refused;
    }
    if count == 0 {
        return false;
    }
    match *step {
        Step::Reserve { .. } => false,
        Step::Grow { which, by } => held[which % count].grow(by).is_err(),
        Step::Resize { which, to } => held[which % count].resize(to).is_err(),
        Step::Transfer { which, node } => {
            held[which % count].transfer(&nodes[node % nodes.len()]).is_err()
        }
        Step::Shrink { which, by } => {
            held[which % count].shrink(by);
            false
        }
        Step::Split { which, bytes } => {
            let part = held[which % count].split(bytes);
            held.push(part);
            false
        }
        Step::Merge { which, other } => {
            let other = held.swap_remove(other % count);
            match held.is_empty() {
                true => held.push(other),
                false => {
                    let into = which % held.len();
                    let foreign = held[into].merge(other).err();
                    held.extend(foreign);
                }
            }
            false
        }
        Step::Drop { which } => {
            drop(held.swap_remove(which % count));
            false
        }
    }
}

proptest! {
    #[test]
    fn used_is_the_sum_of_the_living_within_the_limit_and_peaks_only_rise(
        nodes in trees(),
        steps in steps(),
    ) {
        let mut held = Vec::new();
        let mut peaks = vec![0; nodes.len()];
        for step in &steps {
            let before: Vec<u64> = nodes.iter().map(Budget::used).collect();
            let refused = apply(step, &nodes, &mut held);
            for ((node, peak), before) in nodes.iter().zip(&mut peaks).zip(before) {
                let below = held.iter().filter(|one| is_below(one.budget(), node));
                let sum: u64 = below.map(Reservation::bytes).sum();
                prop_assert_eq!(node.used(), sum, "after {:?}", step);
                prop_assert!(node.used() <= node.limit());
                prop_assert!(!refused || node.used() == before, "a refusal changed something");
                prop_assert!(node.peak() >= *peak && node.peak() >= sum);
                prop_assert!(node.peak() == (*peak).max(sum), "one thread: the peak is exact");
                *peak = node.peak();
                let told: u64 = node.holders().iter().map(|holder| holder.bytes).sum();
                prop_assert_eq!(told, sum);
            }
        }
        held.clear();
        prop_assert!(nodes.iter().all(|node| node.used() == 0));
    }

    #[test]
    fn what_is_said_to_be_available_is_granted_and_one_byte_more_is_not(
        nodes in trees(),
        steps in steps(),
        node in 0..64usize,
    ) {
        let mut held = Vec::new();
        for step in &steps {
            apply(step, &nodes, &mut held);
        }
        let node = &nodes[node % nodes.len()];
        let available = node.available();
        let refusal = node.reserve(available + 1).unwrap_err();
        prop_assert_eq!(refusal.needed(), refusal.used() + available + 1);
        prop_assert_eq!(node.reserve(available).unwrap().bytes(), available);
    }
}
