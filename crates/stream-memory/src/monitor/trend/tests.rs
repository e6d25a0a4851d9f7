use std::time::Duration;

use super::super::{History, Point};
use super::{Slopes, Trend};

const MIB: u64 = 1 << 20;

fn trend(resident: impl IntoIterator<Item = u64>, available: u64) -> Trend {
    let mut history = History::new(100);
    for (i, resident) in (0u32..).zip(resident) {
        let at = Duration::from_millis(500) * i;
        history.push(Point { at, resident: resident * MIB, available, ..Point::default() });
    }
    Slopes::new().trend(&history)
}

#[test]
fn a_steady_rise_is_found_with_the_time_that_is_left() {
    // 1 MiB each half second
    let trend = trend(100..140, 200 * MIB);
    assert_eq!(trend.rate, 2.0 * MIB as f64);
    assert_eq!(trend.until_full, Some(Duration::from_secs(100)));
    assert_eq!(trend.over, Duration::from_millis(19_500));
    assert_eq!(trend.spike, None);
}

#[test]
fn outliers_do_not_bend_the_slope() {
    let rise = (0..48u64).map(|i| if i % 4 == 1 { 5000 } else { 100 + i });
    let trend = trend(rise, 200 * MIB);
    let rate = trend.rate / MIB as f64;
    assert!((1.0..3.0).contains(&rate), "{rate}");
}

#[test]
fn what_is_level_or_falls_is_never_full() {
    assert_eq!(trend([100; 40], MIB).until_full, None);
    let falling = trend((100..140).rev(), MIB);
    assert_eq!((falling.rate, falling.until_full), (-2.0 * MIB as f64, None));
    assert_eq!(trend([1, 2, 3], MIB).rate, 0.0, "too few points");
    assert_eq!(trend([], MIB), Trend::default());
}

#[test]
fn a_jump_is_a_spike_only_where_jumps_are_unusual() {
    let quiet = (0..20).map(|_| 100).chain([140]);
    assert_eq!(trend(quiet, MIB).spike, Some(40 * MIB));
    let small = (0..20).map(|_| 100).chain([131]);
    assert_eq!(trend(small, MIB).spike, None);
    let restless = (0..20).map(|i| if i % 2 == 0 { 100 } else { 140 }).chain([140]);
    assert_eq!(trend(restless, MIB).spike, None);
    let gone = (0..20).map(|_| 100).chain([200, 200]);
    assert_eq!(trend(gone, MIB).spike, None, "told once");
}
