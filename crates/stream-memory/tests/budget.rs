//! What a budget grants, refuses and says.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::thread;

use stream_memory::{Budget, Holder, OverBudget, Reclaim, Reservation};

#[test]
fn a_reservation_is_charged_at_every_level_until_dropped() {
    let root = Budget::new("process", 100);
    let file = root.child("file", 50);
    let reader = file.child("reader", u64::MAX);
    let held = reader.reserve(40).unwrap();
    assert_eq!([root.used(), file.used(), reader.used()], [40, 40, 40]);
    assert_eq!([root.available(), file.available(), reader.available()], [60, 10, 10]);
    drop(held);
    assert_eq!([root.used(), file.used(), reader.used()], [0, 0, 0]);
    assert_eq!([root.peak(), file.peak(), reader.peak()], [40, 40, 40]);
}

#[test]
fn a_refusal_charges_nothing_and_leaves_no_peak_below_the_level_that_refused() {
    let root = Budget::new("process", 100);
    let file = root.child("file", u64::MAX);
    let refusal = file.reserve(101).unwrap_err();
    assert_eq!(refusal.budget(), "process");
    assert_eq!([root.used(), file.used(), root.peak(), file.peak()], [0, 0, 0, 0]);
}

#[test]
fn the_last_byte_fits_and_one_more_does_not() {
    let budget = Budget::new("file", 10);
    let held = budget.reserve(10).unwrap();
    assert_eq!(budget.reserve(1).unwrap_err().needed(), 11);
    assert_eq!(budget.reserve(0).unwrap().bytes(), 0);
    drop(held);
    assert_eq!(budget.reserve(10).unwrap().bytes(), 10);
}

#[test]
fn no_sum_wraps_around() {
    let budget = Budget::new("all", u64::MAX);
    let held = budget.reserve(u64::MAX).unwrap();
    assert!(budget.reserve(1).is_err());
    assert!(budget.reserve(u64::MAX).is_err());
    assert_eq!(budget.used(), u64::MAX);
    drop(held);
}

#[test]
fn a_refusal_names_request_use_limit_and_the_largest_holders_first() {
    let file = Budget::new("file", 32 << 20);
    let (cache, pool) = (file.child("cache", u64::MAX), file.child("pool", u64::MAX));
    let held = [cache.reserve(20 << 20), pool.reserve(8 << 20), file.reserve(2 << 20)];
    let refusal = file.child("reader", u64::MAX).reserve(4 << 20).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "budget \"file\" refuses 4.0 MiB: 30.0 MiB in use of 32.0 MiB; \
         held by cache 20.0 MiB, pool 8.0 MiB, direct 2.0 MiB"
    );
    assert_eq!(
        (refusal.requested(), refusal.used(), refusal.limit(), refusal.needed()),
        (4 << 20, 30 << 20, 32 << 20, 34 << 20)
    );
    assert!(!refusal.is_by_system());
    assert_eq!(size_of::<OverBudget>(), 8);
    drop(held);
}

#[test]
fn holders_of_one_name_are_added_up_and_many_are_summed_in_a_refusal() {
    let root = Budget::new("root", 1000);
    let names = ["a", "b", "a", "c", "d", "e", "f", "g"];
    let held: Vec<_> = names
        .iter()
        .enumerate()
        .map(|(i, name)| root.child(*name, u64::MAX).reserve(10 + i as u64).unwrap())
        .collect();
    let holder = |name: &str, bytes| Holder { name: name.to_owned(), bytes };
    assert_eq!(root.holders().len(), 7);
    assert_eq!(root.holders()[..2], [holder("a", 22), holder("g", 17)]);
    let refusal = root.reserve(1000).unwrap_err();
    assert_eq!(refusal.holders().len(), 6);
    assert_eq!(refusal.holders()[5], holder("others", 11 + 13));
    let sum: u64 = refusal.holders().iter().map(|holder| holder.bytes).sum();
    assert_eq!(sum, root.used());
    drop(held);
    assert_eq!(root.holders(), []);
}

#[test]
fn a_limit_set_below_what_is_in_use_refuses_everything_new() {
    let root = Budget::new("root", 100);
    let (one, two) = (root.child("one", u64::MAX), root.child("two", u64::MAX));
    let mut held = one.reserve(80).unwrap();
    root.set_limit(50);
    assert_eq!((root.available(), one.available()), (0, 0));
    assert!(one.reserve(1).is_err());
    assert!(held.grow(1).is_err());
    assert!(held.transfer(&two).is_err(), "nor does what is held change hands");
    assert_eq!((one.used(), two.used()), (80, 0));
    held.shrink(31);
    held.grow(1).unwrap();
    assert_eq!(root.used(), 50);
}

#[test]
fn reservations_grow_shrink_split_and_merge_without_losing_a_byte() {
    let budget = Budget::new("file", 100);
    let other = Budget::new("other", 100);
    let mut one = budget.reserve(10).unwrap();
    one.resize(60).unwrap();
    one.resize(50).unwrap();
    let two = one.split(20);
    assert_eq!((one.bytes(), two.bytes(), budget.used()), (30, 20, 50));
    assert!(one.grow(51).is_err());
    assert_eq!((one.bytes(), budget.used()), (30, 50));
    one.merge(two).unwrap();
    assert_eq!((one.bytes(), budget.used()), (50, 50));
    let foreign = one.merge(other.reserve(7).unwrap()).unwrap_err();
    assert_eq!((foreign.bytes(), other.used(), budget.used()), (7, 7, 50));
    assert_eq!(one.split(51).bytes(), 50);
    assert_eq!((one.bytes(), budget.used()), (0, 0));
}

#[test]
fn a_transfer_needs_no_room_at_the_levels_both_share() {
    let root = Budget::new("root", 10);
    let (one, two) = (root.child("one", 10), root.child("two", 10));
    let deep = two.child("deep", 10);
    let mut held = one.reserve(10).unwrap();
    for to in [&deep, &two, &root, &deep, &one, &one] {
        held.transfer(to).unwrap();
        assert!(held.budget().ptr_eq(to));
        assert_eq!((root.used(), root.peak()), (10, 10));
        assert_eq!(to.used(), 10);
        assert_eq!(one.used() + two.used(), if to.ptr_eq(&root) { 0 } else { 10 });
    }
    drop(held);
    assert_eq!([&root, &one, &two, &deep].map(Budget::used), [0; 4]);
}

#[test]
fn a_transfer_to_another_tree_charges_there_before_it_gives_back_here() {
    let (here, there) = (Budget::new("here", 10), Budget::new("there", 5));
    let mut held = here.reserve(6).unwrap();
    assert_eq!(held.transfer(&there).unwrap_err().budget(), "there");
    assert_eq!((here.used(), there.used()), (6, 0));
    held.shrink(1);
    held.transfer(&there).unwrap();
    assert_eq!((here.used(), there.used()), (0, 5));
}

#[test]
fn the_peak_can_be_started_anew() {
    let budget = Budget::new("file", 100);
    let held = budget.reserve(30).unwrap();
    drop(budget.reserve(50).unwrap());
    assert_eq!(budget.peak(), 80);
    budget.reset_peak();
    assert_eq!(budget.peak(), 30);
    drop(held);
    assert_eq!(budget.peak(), 30);
}

/// Holds reservations, and gives the last one back when asked.
struct Stock {
    held: Mutex<Vec<Reservation>>,
    asked: AtomicU64,
}

impl Stock {
    fn new(budget: &Budget, sizes: &[u64]) -> Arc<Stock> {
        let held = Mutex::new(sizes.iter().map(|size| budget.reserve(*size).unwrap()).collect());
        let stock = Arc::new(Stock { held, asked: AtomicU64::new(0) });
        let reclaim: Weak<dyn Reclaim> = Arc::<Stock>::downgrade(&stock);
        budget.on_pressure(reclaim);
        stock
    }
}

impl Reclaim for Stock {
    fn reclaim(&self, shortfall: u64) -> u64 {
        self.asked.store(shortfall, Ordering::SeqCst);
        let last = self.held.lock().unwrap().pop();
        last.map_or(0, |reservation| reservation.bytes())
    }
}

#[test]
fn whoever_can_is_asked_for_the_shortfall_before_a_refusal() {
    let root = Budget::new("root", 100);
    let stock = Stock::new(&root.child("stock", u64::MAX), &[10, 20, 30]);
    let file = root.child("file", u64::MAX);
    let fits = file.reserve(40).unwrap();
    assert_eq!(stock.asked.load(Ordering::SeqCst), 0, "not asked while there is room");
    let more = file.reserve(5).unwrap();
    assert_eq!((stock.asked.load(Ordering::SeqCst), root.used()), (5, 75));
    let most = file.reserve(55).unwrap();
    assert_eq!((stock.asked.load(Ordering::SeqCst), root.used()), (10, 100));
    assert!(file.reserve(1).is_err());
    drop((fits, more, most));
}

#[test]
fn those_whose_bytes_are_not_in_the_way_are_not_asked() {
    let root = Budget::new("root", 100);
    let stock = Stock::new(&root, &[50]);
    let file = root.child("file", 10);
    assert_eq!(file.reserve(11).unwrap_err().budget(), "file");
    assert_eq!((stock.asked.load(Ordering::SeqCst), root.used()), (0, 50));
}

#[test]
fn a_reclaimer_that_is_gone_is_not_asked() {
    let root = Budget::new("root", 100);
    drop(Stock::new(&root, &[50]));
    assert_eq!(root.used(), 0);
    assert!(root.reserve(101).is_err());
}

/// Breaks the rules: claims what it does not give, and reserves while asked.
struct Liar(Budget);

impl Reclaim for Liar {
    fn reclaim(&self, shortfall: u64) -> u64 {
        assert!(self.0.reserve(1000).is_err());
        drop(self.0.reserve(1).unwrap());
        shortfall
    }
}

#[test]
fn a_reclaimer_that_reserves_or_lies_delays_a_refusal_but_not_for_ever() {
    let root = Budget::new("root", 100);
    let liar = Arc::new(Liar(root.child("liar", u64::MAX)));
    let reclaim: Weak<dyn Reclaim> = Arc::<Liar>::downgrade(&liar);
    root.on_pressure(reclaim);
    assert!(root.reserve(101).is_err());
    assert_eq!(root.used(), 0);
}

#[test]
fn children_that_are_gone_are_forgotten() {
    let root = Budget::new("root", 100);
    let kept = root.child("kept", u64::MAX);
    for _ in 0..10_000 {
        root.child("gone", u64::MAX);
    }
    let held = kept.reserve(1).unwrap();
    assert_eq!(root.holders(), [Holder { name: "kept".to_owned(), bytes: 1 }]);
    drop(held);
}

#[test]
fn eight_threads_never_exceed_the_limit_nor_lose_a_byte() {
    let root = Budget::new("root", 1000);
    let most = AtomicU64::new(0);
    let held_now = AtomicU64::new(0);
    thread::scope(|scope| {
        for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            let (child, held_now, most) = (root.child(name, 300), &held_now, &most);
            scope.spawn(move || {
                for round in 0..2_000u64 {
                    let Ok(mut held) = child.reserve(1 + round % 290) else { continue };
                    let now = held_now.fetch_add(held.bytes(), Ordering::SeqCst) + held.bytes();
                    most.fetch_max(now, Ordering::SeqCst);
                    held_now.fetch_sub(held.bytes(), Ordering::SeqCst);
                    drop(held.split(held.bytes() / 2));
                }
            });
        }
    });
    assert_eq!(root.used(), 0);
    assert!(most.into_inner() <= root.peak() && root.peak() <= 1000);
}
