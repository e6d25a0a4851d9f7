//! What a monitor sees in trees of files as kernels and containers show them, and whom it tells.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may")]

#[path = "support/tree.rs"]
mod tree;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use stream_memory::monitor::{
    Cause, Events, Heap, Measure, Monitor, MonitorError, Pressure, Process, Room, Setup, Watcher,
};
use stream_memory::{Budget, Cache, Level, Pool};
use tree::Tree;

const MIB: u64 = 1 << 20;
const STATUS: (&str, &str) = (
    "proc/self/status",
    "Name:\tx\nVmPeak:\t 9000 kB\nVmSize:\t 8192 kB\nVmHWM:\t 4096 kB\nVmRSS:\t 2048 kB\nVmData:\t 1024 kB\n",
);
const STAT: (&str, &str) =
    ("proc/self/stat", "7 (x) S 1 7 7 0 -1 4194304 98 5 42 6 1 2 0 0 20 0 1 0 99 8388608 512\n");
/// 8 GiB of which 6 are available.
const MEMINFO: (&str, &str) =
    ("proc/meminfo", "MemTotal:  8388608 kB\nMemFree:  1048576 kB\nMemAvailable:  6291456 kB\n");
const V2_MOUNT: (&str, &str) =
    ("proc/self/mountinfo", "30 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
const PSI: &str = "some avg10=1.25 avg60=0 avg300=0 total=1\nfull avg10=0.50 avg60=0 total=1\n";

fn watcher(tree: &Tree) -> Watcher {
    Setup::new().with_root(tree.root()).watcher().unwrap()
}

fn seen(files: &[(&str, &str)]) -> Watcher {
    let tree = Tree::new(files);
    let mut watcher = watcher(&tree);
    watcher.step(|_| ());
    watcher
}

#[test]
fn the_process_and_the_machine_are_seen() {
    let sample = *seen(&[STATUS, STAT, MEMINFO, ("proc/pressure/memory", PSI)]).latest();
    let process = Process {
        resident: 2 * MIB,
        peak_resident: 4 * MIB,
        virtual_size: 8 * MIB,
        data: MIB,
        major_faults: 42,
    };
    assert_eq!(sample.process, process);
    assert_eq!(sample.system, Some(Room { total: 8192 * MIB, used: 2048 * MIB }));
    assert_eq!(sample.pressure, Some(Pressure { some: 125, full: 50 }));
    assert_eq!((sample.group, sample.data, sample.events), (None, None, None));
    assert_eq!(sample.available(), Some(6144 * MIB));
}

#[test]
fn without_proc_the_error_says_so() {
    let tree = Tree::new(&[]);
    let Err(e) = Setup::new().with_root(tree.root()).start() else { panic!("it started") };
    assert!(matches!(e, MonitorError::Unreadable(_)));
    let text = e.to_string();
    assert!(text.ends_with("proc/self/status cannot be read (expected Linux with /proc mounted)"));
}

#[test]
fn in_version_2_the_tightest_group_on_the_path_is_watched_without_file_cache() {
    let files = [
        STATUS,
        MEMINFO,
        V2_MOUNT,
        ("proc/self/cgroup", "0::/slice/job\n"),
        ("sys/fs/cgroup/slice/memory.max", "268435456\n"),
        ("sys/fs/cgroup/slice/memory.current", "209715200\n"),
        ("sys/fs/cgroup/slice/memory.stat", "anon 1\ninactive_file 104857600\nactive_file 5\n"),
        ("sys/fs/cgroup/slice/memory.events", "low 0\nhigh 1\nmax 20\noom 3\noom_kill 4\n"),
        // further below, and not limited
        ("sys/fs/cgroup/slice/job/memory.max", "max\n"),
        ("sys/fs/cgroup/slice/job/memory.current", "1048576\n"),
        ("sys/fs/cgroup/slice/job/memory.pressure", PSI),
    ];
    let watcher = seen(&files);
    let sample = watcher.latest();
    assert_eq!(sample.group, Some(Room { total: 256 * MIB, used: 100 * MIB }));
    assert_eq!(sample.events, Some(Events { high: 1, max: 20, oom: 3, oom_kill: 4 }));
    assert_eq!(sample.pressure, Some(Pressure { some: 125, full: 50 }));
    assert_eq!(watcher.limit().unwrap(), "cgroup v2 /sys/fs/cgroup/slice");
    // 56 MiB would be too little for a machine, not for this container
    assert_eq!((sample.available(), watcher.level()), (Some(156 * MIB), Level::Healthy));
}

#[test]
fn in_version_1_usage_events_and_failures_come_from_their_own_files() {
    let group = "sys/fs/cgroup/memory";
    let file = |name: &str| format!("{group}/{name}");
    let names = ["limit_in_bytes", "usage_in_bytes", "stat", "failcnt", "oom_control"]
        .map(|name| file(&format!("memory.{name}")));
    let texts = [
        "268435456\n",
        "251658240\n",
        "inactive_file 1\ntotal_inactive_file 10485760\n",
        "17\n",
        "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
    ];
    let mut files = vec![
        STATUS,
        MEMINFO,
        ("proc/self/cgroup", "4:memory:/docker/abc\n1:name=systemd:/docker/abc\n"),
        (
            "proc/self/mountinfo",
            "35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n",
        ),
    ];
    files.extend(names.iter().map(String::as_str).zip(texts));
    let watcher = seen(&files);
    let sample = watcher.latest();
    assert_eq!(sample.group, Some(Room { total: 256 * MIB, used: 230 * MIB }));
    assert_eq!(sample.events, Some(Events { high: 0, max: 17, oom: 0, oom_kill: 2 }));
    assert_eq!(watcher.limit().unwrap(), "cgroup v1 /sys/fs/cgroup/memory");
    // 89.8 %, and 26 MiB left of which 8 % are 20.5
    assert_eq!(watcher.level(), Level::High);
    assert_eq!(watcher.reason().unwrap().measure, Measure::GroupUsage);
}

#[test]
fn groups_that_say_max_or_lack_the_controller_do_not_limit() {
    let unlimited = [
        STATUS,
        MEMINFO,
        V2_MOUNT,
        ("proc/self/cgroup", "0::/a\n"),
        ("sys/fs/cgroup/a/memory.max", "max\n"),
        ("sys/fs/cgroup/a/memory.high", "max\n"),
        ("sys/fs/cgroup/a/memory.current", "9999999999\n"),
    ];
    assert_eq!(seen(&unlimited).latest().group, None);
    let none = [STATUS, MEMINFO, V2_MOUNT, ("proc/self/cgroup", "3:cpu:/a\n0::/a\n")];
    let watcher = seen(&none);
    assert_eq!((watcher.latest().group, watcher.limit()), (None, None));
    let first = [
        STATUS,
        ("proc/self/cgroup", "4:memory:/\n"),
        ("proc/self/mountinfo", "35 31 0:32 / /m rw - cgroup cgroup rw,memory\n"),
        ("m/memory.limit_in_bytes", "9223372036854771712\n"),
    ];
    assert_eq!(seen(&first).latest().group, None);
}

#[test]
fn the_process_own_limit_is_watched() {
    let limits = "Limit  Soft Limit  Hard Limit  Units\n\
                  Max data size    1114112    unlimited   bytes\n";
    let watcher = seen(&[STATUS, MEMINFO, ("proc/self/limits", limits)]);
    assert_eq!(watcher.latest().data, Some(Room { total: 1_114_112, used: MIB }));
    assert_eq!(watcher.reason().unwrap().measure, Measure::DataUsage);
}

#[test]
fn a_rise_of_the_group_is_told_with_reason_and_recommendation_and_so_is_its_end() {
    let tree = Tree::new(&[
        STATUS,
        MEMINFO,
        V2_MOUNT,
        ("proc/self/cgroup", "0::/\n"),
        ("sys/fs/cgroup/memory.max", "10485760000\n"),
        ("sys/fs/cgroup/memory.current", "1048576000\n"),
    ]);
    let budget = Budget::new("process", 64 * MIB);
    let _held = budget.child("file", u64::MAX).reserve(2 * MIB).unwrap();
    let setup = Setup::new().with_root(tree.root()).with_budget(&budget);
    let mut watcher = setup.watcher().unwrap();
    let mut told = Vec::new();
    for used in [1, 9, 9, 5, 5, 5, 5, 5] {
        tree.write("sys/fs/cgroup/memory.current", &format!("{}\n", used * 1_073_741_824u64));
        watcher.step(|alert| told.push(alert.clone()));
    }
    let levels: Vec<(Cause, Level)> = told.iter().map(|alert| (alert.cause, alert.level)).collect();
    let rise = (Cause::Level { from: Level::Healthy }, Level::Critical);
    let fall = (Cause::Level { from: Level::Critical }, Level::Healthy);
    assert_eq!(levels, [rise, fall]);
    assert_eq!(
        told.first().unwrap().to_string(),
        "memory is critical (was healthy): the control group's usage: 92.2 % (over 90.0 %) \
         in cgroup v2 /sys/fs/cgroup; 2.0 MiB resident; 2.0 MiB of 64.0 MiB reserved, by file 2.0 MiB; \
         lower the memory limit of this process, or raise the container's"
    );
    assert_eq!((told[1].reason, told[1].recommendation), (None, ""));
}

#[test]
fn pools_and_caches_anywhere_below_the_budget_are_summed() {
    let budget = Budget::new("process", 64 * MIB);
    let files = [budget.child("one", u64::MAX), budget.child("two", u64::MAX)];
    let pools = files.each_ref().map(Pool::new);
    let cache: Cache<u32, ()> = Cache::new(&files[1], MIB);
    cache.insert(1, (), 5000).unwrap();
    let live = pools[0].take(&files[0], 3 << 20).unwrap();
    drop(pools[1].take(&files[1], 1 << 20).unwrap());
    let held = budget.held();
    let (pool, cached) = (held.pools, held.caches);
    assert_eq!((pool.allocations, pool.idle_bytes, pool.live_bytes), (2, MIB, 3 * MIB));
    assert_eq!((cached.insertions, cached.bytes), (1, cache.stats().bytes));
    let top = budget.top();
    let named: Vec<_> = top.holders().map(|holder| (holder.name(), holder.bytes)).collect();
    assert_eq!(named, [("one", 3 * MIB), ("two", MIB + cache.stats().bytes)]);
    drop(live);
}

#[test]
fn those_who_hold_most_are_added_up_by_name_and_cut() {
    let budget = Budget::new("b", u64::MAX);
    let long = "a name that is longer than is kept";
    let names = ["same", "same", long, "c", "d", "e"];
    let children = names.map(|name| budget.child(name, u64::MAX));
    let held: Vec<_> =
        children.iter().zip([3, 4, 6, 2, 1, 1]).map(|(child, n)| child.reserve(n)).collect();
    let direct = budget.reserve(5).unwrap();
    let top = budget.top();
    let named: Vec<_> = top.holders().map(|holder| (holder.name(), holder.bytes)).collect();
    assert_eq!(named, [("same", 7), ("a name that is longer th", 6), ("direct", 5), ("c", 2)]);
    drop((held, direct));
    assert_eq!(budget.top().holders().count(), 0);
}

/// Waits until something is so, a minute at most.
fn wait_for(what: impl Fn() -> bool) {
    let start = Instant::now();
    while !what() {
        assert!(start.elapsed() < Duration::from_secs(60), "waited for nothing");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn monitor(tree: &Tree) -> Monitor {
    let setup = Setup::new().with_root(tree.root()).with_interval(Duration::from_millis(1));
    setup.start().unwrap()
}

#[test]
fn every_subscriber_is_told_and_one_that_panics_disturbs_nobody() {
    let tree = Tree::new(&[STATUS, MEMINFO]);
    let monitor = monitor(&tree);
    assert_eq!((monitor.level(), monitor.latest().process.resident), (Level::Healthy, 2 * MIB));
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    monitor.on_alert(move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        panic!("a subscriber of the test panics");
    });
    let levels = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&levels);
    monitor.on_alert(move |alert| kept.lock().unwrap().push(alert.level));
    let alerts = monitor.alerts();
    drop(monitor.alerts());
    let low = "MemTotal:  8388608 kB\nMemFree:  1 kB\nMemAvailable:  100000 kB\n";
    tree.write(MEMINFO.0, low);
    let first = alerts.recv_timeout(Duration::from_secs(60)).unwrap();
    assert_eq!((first.level, monitor.level()), (Level::Critical, Level::Critical));
    assert_eq!(first.reason.unwrap().measure, Measure::SystemAvailable);
    tree.write(MEMINFO.0, MEMINFO.1);
    wait_for(|| monitor.level() == Level::Healthy);
    drop(monitor);
    let levels = levels.lock().unwrap();
    assert_eq!((levels.first(), levels.last()), (Some(&Level::Critical), Some(&Level::Healthy)));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[test]
fn observers_see_every_sample_and_the_history_is_bounded() {
    let tree = Tree::new(&[STATUS, MEMINFO]);
    let setup = Setup::new().with_root(tree.root()).with_interval(Duration::from_millis(1));
    let heap = Heap { live: 7, resident: 9 };
    let monitor = setup.with_history(5).with_heap(move || Some(heap)).start().unwrap();
    let steps = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&steps);
    monitor.on_sample(move |watcher| {
        assert_eq!(watcher.latest().heap, Some(heap));
        counted.fetch_add(1, Ordering::SeqCst);
    });
    wait_for(|| steps.load(Ordering::SeqCst) >= 10);
    let history = monitor.history();
    assert_eq!(history.len(), 5);
    assert!(history.iter().zip(history.iter().skip(1)).all(|(one, two)| one.at < two.at));
    assert_eq!(history.iter().next().unwrap().live, 7);
}

#[test]
fn a_monitor_that_is_left_ends_by_itself() {
    let tree = Tree::new(&[STATUS, MEMINFO]);
    let monitor = monitor(&tree);
    let alive = Arc::new(());
    let held = Arc::clone(&alive);
    monitor.on_sample(move |_| assert_eq!(Arc::strong_count(&held), 2));
    monitor.leave();
    wait_for(|| Arc::strong_count(&alive) == 1);
}

#[test]
#[cfg_attr(miri, ignore = "asks the running system")]
fn this_process_is_seen() {
    let monitor = Setup::new().start().unwrap();
    let sample = monitor.look();
    let process = sample.process;
    assert!(process.resident > MIB && process.peak_resident >= process.resident / 2, "{process:?}");
    assert!(process.virtual_size > process.resident, "{process:?}");
    assert!(sample.available().unwrap() > 0);
    assert!(stream_memory::monitor::proportional().unwrap() > 0);
}
