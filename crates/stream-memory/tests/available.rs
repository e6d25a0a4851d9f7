//! What is found to be available in trees of files as kernels and containers show them.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may")]

#[path = "support/tree.rs"]
mod tree;

use stream_memory::{Available, Limit, default_limit};
use tree::Tree;

const MIB: u64 = 1 << 20;

trait Asked {
    fn available(&self) -> (Limit, u64, u64);
}

impl Asked for Tree {
    fn available(&self) -> (Limit, u64, u64) {
        let Available { source, bytes, total } = Available::under(self.root());
        (source, bytes / MIB, total / MIB)
    }
}

/// 8 GiB of which 6 are available.
const MEMINFO: (&str, &str) = (
    "proc/meminfo",
    "MemTotal:        8388608 kB\nMemFree:  1048576 kB\nMemAvailable:    6291456 kB\nCached: 9 kB\n",
);
const V2_MOUNT: (&str, &str) = (
    "proc/self/mountinfo",
    "22 1 0:20 / / rw - ext4 /dev/sda1 rw\n\
     30 22 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
);

#[test]
fn without_groups_it_is_the_systems_own_figure() {
    assert_eq!(Tree::new(&[MEMINFO]).available(), (Limit::System, 6144, 8192));
    let old =
        Tree::new(&[("proc/meminfo", "MemTotal: 4096 kB\nMemFree: 1024 kB\nCached: 1024 kB\n")]);
    assert_eq!(old.available(), (Limit::System, 2, 4));
}

#[test]
fn where_nothing_can_be_read_a_small_container_is_assumed() {
    assert_eq!(Tree::new(&[]).available(), (Limit::Unknown, 256, 256));
    let nonsense = Tree::new(&[
        ("proc/meminfo", "MemTotal: lots\n"),
        ("proc/self/cgroup", "0:\n::::\n\u{1}\n"),
        ("proc/self/mountinfo", "- - -\n30 22\n"),
        ("proc/self/limits", "Max data size\n"),
    ]);
    assert_eq!(nonsense.available(), (Limit::Unknown, 256, 256));
}

#[test]
fn in_version_2_the_tightest_level_counts_and_file_cache_does_not() {
    let files = [
        MEMINFO,
        V2_MOUNT,
        ("proc/self/cgroup", "0::/user.slice/job.scope\n"),
        ("sys/fs/cgroup/cgroup.controllers", "memory\n"),
        // 1 GiB, of which 896 MiB are used, of which 256 MiB are file cache
        ("sys/fs/cgroup/user.slice/memory.max", "1073741824\n"),
        ("sys/fs/cgroup/user.slice/memory.high", "max\n"),
        ("sys/fs/cgroup/user.slice/memory.current", "939524096\n"),
        (
            "sys/fs/cgroup/user.slice/memory.stat",
            "anon 1\nfile 268435456\ninactive_file 268435456\n",
        ),
        ("sys/fs/cgroup/user.slice/job.scope/memory.max", "536870912\n"),
        ("sys/fs/cgroup/user.slice/job.scope/memory.current", "1048576\n"),
    ];
    let slice = Limit::CgroupV2("/sys/fs/cgroup/user.slice".into());
    assert_eq!(Tree::new(&files).available(), (slice, 384, 1024));
    let mut higher = files.to_vec();
    higher.push(("sys/fs/cgroup/user.slice/job.scope/memory.high", "134217728\n"));
    let scope = Limit::CgroupV2("/sys/fs/cgroup/user.slice/job.scope".into());
    assert_eq!(Tree::new(&higher).available(), (scope, 127, 128));
}

#[test]
fn in_version_2_max_means_no_limit() {
    let tree = Tree::new(&[
        MEMINFO,
        V2_MOUNT,
        ("proc/self/cgroup", "0::/a\n"),
        ("sys/fs/cgroup/a/memory.max", "max\n"),
        ("sys/fs/cgroup/a/memory.high", "max\n"),
        ("sys/fs/cgroup/a/memory.current", "1\n"),
    ]);
    assert_eq!(tree.available(), (Limit::System, 6144, 8192));
}

#[test]
fn in_a_namespace_the_group_is_the_mount_itself() {
    for own in ["0::/\n", "0::/../../elsewhere\n"] {
        let tree = Tree::new(&[
            MEMINFO,
            V2_MOUNT,
            ("proc/self/cgroup", own),
            ("sys/fs/cgroup/memory.max", "268435456\n"),
            ("sys/fs/cgroup/memory.current", "67108864\n"),
        ]);
        let top = Limit::CgroupV2("/sys/fs/cgroup".into());
        assert_eq!(tree.available(), (top, 192, 256), "{own}");
    }
}

#[test]
fn a_group_that_uses_more_than_its_limit_leaves_nothing() {
    let tree = Tree::new(&[
        V2_MOUNT,
        ("proc/self/cgroup", "0::/a\n"),
        ("sys/fs/cgroup/a/memory.high", "1048576\n"),
        ("sys/fs/cgroup/a/memory.current", "2097152\n"),
    ]);
    assert_eq!(tree.available().1, 0);
    assert_eq!(default_limit(&Available::under(tree.root())), 64 * MIB);
}

#[test]
fn in_version_1_the_container_sees_its_group_as_the_mount() {
    let tree = Tree::new(&[
        MEMINFO,
        (
            "proc/self/mountinfo",
            "40 30 0:31 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu,cpuacct\n\
             41 30 0:32 /docker/abc /sys/fs/cgroup/memory\\040v1 ro - cgroup cgroup rw,memory\n",
        ),
        ("proc/self/cgroup", "5:memory:/docker/abc/inner\n3:cpu,cpuacct:/docker/abc\n0::/x\n"),
        ("sys/fs/cgroup/memory v1/memory.limit_in_bytes", "268435456\n"),
        ("sys/fs/cgroup/memory v1/memory.usage_in_bytes", "201326592\n"),
        ("sys/fs/cgroup/memory v1/memory.stat", "inactive_file 5\ntotal_inactive_file 134217728\n"),
        ("sys/fs/cgroup/memory v1/inner/memory.limit_in_bytes", "9223372036854771712\n"),
        ("sys/fs/cgroup/memory v1/inner/memory.usage_in_bytes", "201326592\n"),
    ]);
    let group = Limit::CgroupV1("/sys/fs/cgroup/memory v1".into());
    assert_eq!(tree.available(), (group, 192, 256));
}

#[test]
fn groups_without_the_memory_controller_or_its_mount_do_not_limit() {
    let cpu_only = Tree::new(&[MEMINFO, V2_MOUNT, ("proc/self/cgroup", "2:cpu:/a\n0::/a\n")]);
    assert_eq!(cpu_only.available().0, Limit::System);
    let unmounted = Tree::new(&[MEMINFO, ("proc/self/cgroup", "5:memory:/a\n")]);
    assert_eq!(unmounted.available().0, Limit::System);
}

#[test]
fn the_process_own_limit_on_data_counts_too() {
    let limits = "Limit   Soft Limit  Hard Limit  Units\n\
                  Max data size             134217728            unlimited            bytes\n";
    let status = ("proc/self/status", "Name:\tx\nVmData:\t   32768 kB\n");
    let tree = Tree::new(&[MEMINFO, ("proc/self/limits", limits), status]);
    assert_eq!(tree.available(), (Limit::DataLimit, 96, 128));
    let unlimited = limits.replace("134217728", "unlimited");
    let tree = Tree::new(&[MEMINFO, ("proc/self/limits", &unlimited), status]);
    assert_eq!(tree.available().0, Limit::System);
}

#[test]
fn the_default_is_a_quarter_of_what_is_left_but_never_less_than_64_mib() {
    let of = |bytes| default_limit(&Available { source: Limit::System, bytes, total: bytes });
    assert_eq!(
        [0, 256 * MIB, 1024 * MIB, u64::MAX].map(of),
        [64 * MIB, 64 * MIB, 256 * MIB, u64::MAX / 4]
    );
}

#[test]
#[cfg_attr(miri, ignore = "asks the running system")]
fn something_is_found_here() {
    let here = Available::here();
    assert!(here.bytes <= here.total && here.total > 0, "{here:?}");
}
