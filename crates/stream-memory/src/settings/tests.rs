use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::Settings;
use crate::strategy::{Tier, Tiers};

/// One at a time: settings are the process's.
static ALONE: Mutex<()> = Mutex::new(());

fn limit(bytes: u64) -> Settings {
    Settings { memory_limit: Some(bytes), ..Settings::DEFAULT }
}

fn now() -> Option<u64> {
    Settings::current().memory_limit
}

#[test]
fn scopes_nest_and_end_in_any_order_and_by_a_panic() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    assert_eq!(Settings::current(), Settings::default());
    let outer = limit(1).scoped().unwrap();
    let inner = limit(2).scoped().unwrap();
    assert_eq!(std::thread::spawn(now).join().unwrap(), Some(2), "for all threads");
    drop(outer);
    assert_eq!(now(), Some(2));
    let ended = std::panic::catch_unwind(|| {
        let _guard = limit(3).scoped().unwrap();
        assert_eq!(now(), Some(3));
        panic!("the test panics");
    });
    assert!(ended.is_err());
    assert_eq!(now(), Some(2));
    limit(9).install().unwrap();
    assert_eq!(now(), Some(2), "the scope's stand");
    drop(inner);
    assert_eq!(now(), Some(9));
    Settings::DEFAULT.install().unwrap();
    assert_eq!(now(), None);
}

#[test]
fn what_cannot_hold_is_refused_by_name() {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let good = Settings::DEFAULT;
    let refused = [
        (limit(0), "memory limit: expected more than 0 bytes"),
        (
            Settings { warning_threshold: 0.0, ..good },
            "warning threshold: expected a part above 0 and up to 1",
        ),
        (
            Settings { critical_threshold: 1.1, ..good },
            "critical threshold: expected a part above 0 and up to 1",
        ),
        (
            Settings { warning_threshold: f64::NAN, ..good },
            "warning threshold: expected a part above 0 and up to 1",
        ),
        (
            Settings { warning_threshold: 0.95, ..good },
            "warning threshold: expected at most the critical threshold",
        ),
        (Settings { chunk_size: Some(0), ..good }, "chunk size: expected more than 0 bytes"),
        (
            Settings { chunk_size: Some(7), chunk_overlap: 7, ..good },
            "chunk overlap: expected less than the chunk size",
        ),
        (
            Settings { monitor_interval: Duration::ZERO, ..good },
            "monitor interval: expected more than 0 seconds",
        ),
    ];
    for (settings, message) in refused {
        assert_eq!(settings.install().unwrap_err().to_string(), message);
        assert_eq!(settings.scoped().unwrap_err().to_string(), message);
    }
    assert_eq!(Settings::current(), good);
}

#[test]
fn they_become_thresholds_tiers_and_a_limit() {
    let settings = Settings {
        warning_threshold: 0.5,
        critical_threshold: 0.6,
        streaming_threshold: 1000,
        ..limit(7)
    };
    let lines = settings.thresholds();
    assert_eq!((lines.usage.warning, lines.usage.critical), (0.5, 0.6));
    assert_eq!(lines.growth, crate::monitor::Thresholds::default().growth);
    let tiers = settings.tiers();
    assert_eq!(tiers, Tiers { whole_under: 10_000_000, streamed_over: 1000 });
    assert_eq!(
        [999, 1000, 1001].map(|size| tiers.of(Some(size))),
        [Tier::Whole, Tier::Chunked, Tier::Streamed]
    );
    let here = crate::Available { source: crate::Limit::System, bytes: 1 << 30, total: 1 << 30 };
    assert_eq!((settings.limit(&here), Settings::DEFAULT.limit(&here)), (7, 256 << 20));
}
