use super::{Past, PastPeaks, TITLE};

const MIB: u64 = 1 << 20;

#[test]
fn the_highest_peak_of_a_format_and_size_is_known() {
    let mut past = PastPeaks::new();
    past.note("fits", 100 * MIB, 30 * MIB);
    past.note("fits", 110 * MIB, 50 * MIB);
    past.note("fits", 120 * MIB, 40 * MIB);
    let known = Past { runs: 3, peak: 50 * MIB, last: 40 * MIB };
    assert_eq!(past.find("fits", 90 * MIB), Some(known));
    // four times more or less is near enough, other formats are not
    assert_eq!(past.find("fits", 400 * MIB), Some(known));
    assert_eq!(past.find("fits", 1000 * MIB), None);
    assert_eq!(past.find("hdf5", 100 * MIB), None);
    past.note("fits", 400 * MIB, 70 * MIB);
    assert_eq!(past.find("fits", 400 * MIB).unwrap().peak, 70 * MIB, "the nearest");
    assert_eq!((past.find("fits", 0), past.find("fits", u64::MAX)), (None, None));
}

#[test]
fn what_is_saved_is_loaded_again() {
    let path = std::env::temp_dir().join(format!("narrows-past-{}", std::process::id()));
    assert_eq!(PastPeaks::load(&path).unwrap(), PastPeaks::new(), "no file, no past");
    let mut past = PastPeaks::new();
    past.note("netcdf-4", MIB, 2 * MIB);
    past.note("vtt", 0, 7);
    past.save(&path).unwrap();
    past.save(&path).unwrap();
    assert_eq!(PastPeaks::load(&path).unwrap(), past);
    std::fs::remove_file(&path).unwrap();
    assert!(past.save(std::path::Path::new("/nonexistent/past")).is_err());
}

#[test]
fn broken_lines_cost_what_they_knew_and_no_more() {
    let good = "fits\t27\t3\t50\t40\t9";
    let broken = [
        "",
        "fits",
        "fits\t27\t3\t50",
        "fits\t99\t3\t50\t40\t9",
        "fits\t27\t0\t50\t40\t9",
        "fits\t27\t3\t50\t60\t9",
        "fits\t27\t3\t50\t40\t9\t1",
        "fits\t-1\t3\t50\t40\t9",
        "a b\t27\t3\t50\t40\t9",
        "\u{fffd}\u{0}",
    ];
    let text = format!("{TITLE}\n{}\n{good}\n", broken.join("\n"));
    let past = PastPeaks::parse(&text);
    assert_eq!(past.len(), 1);
    assert_eq!(past.find("fits", 100 * MIB), Some(Past { runs: 3, peak: 50, last: 40 }));
    assert!(PastPeaks::parse(&text.replace(TITLE, "something else")).is_empty());
}

#[test]
fn the_table_is_bounded_and_the_oldest_row_goes_first() {
    let mut past = PastPeaks::new();
    for i in 0..PastPeaks::MOST {
        past.note(&format!("f{i}"), 1, 1);
    }
    past.note("f0", 1, 2);
    past.note("another", 1, 1);
    assert_eq!(past.len(), PastPeaks::MOST);
    assert!(past.find("f0", 1).is_some() && past.find("another", 1).is_some());
    assert_eq!(past.find("f1", 1), None);
    past.note("no name", 1, 1);
    past.note("", 1, 1);
    past.note(&"x".repeat(33), 1, 1);
    assert_eq!(past.len(), PastPeaks::MOST);
}
