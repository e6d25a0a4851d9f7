//! Alerts and actions reach those who listen to `tracing`.
#![cfg(not(loom))]
#![allow(clippy::unwrap_used, reason = "the helpers of tests may")]

#[path = "support/tree.rs"]
mod tree;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

use stream_memory::governor::Governor;
use stream_memory::monitor::{Sample, Setup};
use stream_memory::{Budget, Level};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tree::Tree;

/// Keeps what it is told: severity, target, and fields as text.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Vec<Told>>>);

#[derive(Clone, Debug, Default)]
struct Told {
    severity: String,
    target: String,
    fields: BTreeMap<String, String>,
}

impl Visit for Told {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name().to_owned(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.fields.insert(field.name().to_owned(), format!("{value:?}"));
    }
}

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let (severity, target) = (metadata.level().to_string(), metadata.target().to_owned());
        let mut told = Told { severity, target, ..Told::default() };
        event.record(&mut told);
        self.0.lock().unwrap().push(told);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Listener {
    fn told(act: impl FnOnce()) -> Vec<Told> {
        let listener = Listener::default();
        tracing::subscriber::with_default(listener.clone(), act);
        let told = listener.0.lock().unwrap();
        told.clone()
    }
}

#[test]
fn an_alert_is_an_event_with_level_reason_and_recommendation() {
    let files = [
        ("proc/self/status", "VmRSS:\t 2048 kB\n"),
        ("proc/meminfo", "MemTotal:  8388608 kB\nMemAvailable:  6291456 kB\n"),
        ("proc/self/mountinfo", "30 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"),
        ("proc/self/cgroup", "0::/job\n"),
        ("sys/fs/cgroup/job/memory.max", "268435456\n"),
        ("sys/fs/cgroup/job/memory.current", "255013683\n"),
    ];
    let tree = Tree::new(&files);
    let told = Listener::told(|| {
        let mut watcher = Setup::new().with_root(tree.root()).watcher().unwrap();
        watcher.step(|_| ());
        tree.write("sys/fs/cgroup/job/memory.current", "1000\n");
        (0..8).for_each(|_| {
            watcher.step(|_| ());
        });
    });
    let [rise, fall] = &told[..] else { panic!("{told:?}") };
    assert_eq!((&rise.severity[..], &rise.target[..]), ("ERROR", "stream_memory::monitor"));
    let field = |told: &Told, name: &str| told.fields.get(name).cloned().unwrap_or_default();
    assert_eq!(
        ["level", "cause", "from", "resident"].map(|name| field(rise, name)),
        ["critical", "level", "healthy", "2097152"]
    );
    assert_eq!(field(rise, "reason"), "the control group's usage: 95.0 % (over 90.0 %)");
    assert_eq!(
        field(rise, "recommendation"),
        "lower the memory limit of this process, or raise the container's"
    );
    let message = field(rise, "message");
    assert!(
        message.starts_with("memory is critical (was healthy): the control group"),
        "{message}"
    );
    assert_eq!((&fall.severity[..], &field(fall, "level")[..]), ("INFO", "healthy"));
    assert_eq!((field(fall, "recommendation"), fall.fields.get("reason")), (String::new(), None));
}

#[test]
fn what_the_governor_does_is_an_event_each() {
    let budget = Budget::new("process", 64 << 20);
    let told = Listener::told(|| {
        let mut governor = Governor::new(&budget).with_purge(|| Some(7));
        (0..4).for_each(|_| governor.act(Level::Critical, &Sample::default()));
    });
    assert!(told.iter().all(|told| told.target == "stream_memory::governor"), "{told:?}");
    let said: Vec<_> = told
        .iter()
        .map(|told| (&told.severity[..], &told.fields["deed"][..], &told.fields["freed"][..]))
        .collect();
    assert!(said.contains(&("INFO", "chunks of at most 256.0 KiB", "0")), "{said:?}");
    assert!(said.contains(&("INFO", "returned memory to the system", "7")), "{said:?}");
    assert_eq!(said.last(), Some(&("WARN", "new work is refused", "0")));
    assert!(told.iter().all(|told| told.fields["level"] == "critical"));
}

#[test]
fn a_listener_that_panics_ends_nothing() {
    struct Panics(Listener);
    impl Subscriber for Panics {
        fn enabled(&self, metadata: &Metadata<'_>) -> bool {
            self.0.enabled(metadata)
        }
        fn new_span(&self, attributes: &Attributes<'_>) -> Id {
            self.0.new_span(attributes)
        }
        fn record(&self, _: &Id, _: &Record<'_>) {}
        fn record_follows_from(&self, _: &Id, _: &Id) {}
        fn event(&self, _: &Event<'_>) {
            panic!("this listener is broken")
        }
        fn enter(&self, _: &Id) {}
        fn exit(&self, _: &Id) {}
    }
    let budget = Budget::new("process", 64 << 20);
    tracing::subscriber::with_default(Panics(Listener::default()), || {
        let mut governor = Governor::new(&budget).with_purge(|| None);
        governor.act(Level::Critical, &Sample::default());
        assert_eq!(governor.throttle().limits().chunk, Some(256 << 10));
        assert!(!governor.actions().last().is_empty());
    });
}
