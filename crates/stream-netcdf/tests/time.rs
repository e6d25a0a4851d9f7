//! Times: what cftime gives for the same values.
#![allow(clippy::unwrap_used)] // helpers of tests

use stream_netcdf::{Calendar, Time};

fn decoded(units: &str, calendar: &str, value: f64) -> String {
    Time::parse(units, Some(calendar)).unwrap().decode(value).unwrap().to_string()
}

/// Calendar, units, value, and what cftime 1.6 decodes.
const CASES: &[(&str, &str, f64, &str)] = &[
    ("standard", "days since 1582-10-01", 0.0, "1582-10-01 00:00:00"),
    ("standard", "days since 1582-10-01", 3.0, "1582-10-04 00:00:00"),
    ("standard", "days since 1582-10-01", 4.0, "1582-10-15 00:00:00"),
    ("standard", "days since 1582-10-01", 10.0, "1582-10-21 00:00:00"),
    ("standard", "days since 1582-10-01", -100000.0, "1308-12-18 00:00:00"),
    ("standard", "days since 2000-01-01 12:00 +02:00", 0.0, "2000-01-01 10:00:00"),
    ("standard", "days since 2000-01-01 12:00 +02:00", 0.1, "2000-01-01 12:24:00"),
    ("standard", "days since 2000-01-01 12:00 +02:00", 59.25, "2000-02-29 16:00:00"),
    ("standard", "days since 2000-01-01 12:00 +02:00", 366.0, "2001-01-01 10:00:00"),
    ("standard", "days since 2000-01-01 12:00 +02:00", -0.5, "1999-12-31 22:00:00"),
    ("standard", "days since 2000-01-01 12:00 +02:00", 73000.123456, "2199-11-13 12:57:46.5984"),
    ("standard", "hours since 1900-1-1", 0.0, "1900-01-01 00:00:00"),
    ("standard", "hours since 1900-1-1", 1.0, "1900-01-01 01:00:00"),
    ("standard", "hours since 1900-1-1", 876581.75, "2000-01-01 05:45:00"),
    ("standard", "hours since 1900-1-1", -24.5, "1899-12-30 23:30:00"),
    ("standard", "seconds since 1970-01-01T00:00:00Z", 0.0, "1970-01-01 00:00:00"),
    ("standard", "seconds since 1970-01-01T00:00:00Z", 951782400.0, "2000-02-29 00:00:00"),
    ("standard", "seconds since 1970-01-01T00:00:00Z", 10000000000.0, "2286-11-20 17:46:40"),
    ("standard", "seconds since 1970-01-01T00:00:00Z", -1.25, "1969-12-31 23:59:58.75"),
    ("standard", "minutes since 1850-06-15 06:30", 527040.0, "1851-06-16 06:30:00"),
    ("standard", "minutes since 1850-06-15 06:30", 0.5, "1850-06-15 06:30:30"),
    ("standard", "milliseconds since 2020-02-28", 86400000.0, "2020-02-29 00:00:00"),
    ("standard", "milliseconds since 2020-02-28", 1.0, "2020-02-28 00:00:00.001"),
    ("proleptic_gregorian", "days since 1582-10-01", 0.0, "1582-10-01 00:00:00"),
    ("proleptic_gregorian", "days since 1582-10-01", 3.0, "1582-10-04 00:00:00"),
    ("proleptic_gregorian", "days since 1582-10-01", 4.0, "1582-10-05 00:00:00"),
    ("proleptic_gregorian", "days since 1582-10-01", 10.0, "1582-10-11 00:00:00"),
    ("proleptic_gregorian", "days since 1582-10-01", -100000.0, "1308-12-16 00:00:00"),
    ("proleptic_gregorian", "days since 2000-01-01 12:00 +02:00", 0.0, "2000-01-01 10:00:00"),
    ("proleptic_gregorian", "days since 2000-01-01 12:00 +02:00", 0.1, "2000-01-01 12:24:00"),
    ("proleptic_gregorian", "days since 2000-01-01 12:00 +02:00", 59.25, "2000-02-29 16:00:00"),
    ("proleptic_gregorian", "days since 2000-01-01 12:00 +02:00", 366.0, "2001-01-01 10:00:00"),
    ("proleptic_gregorian", "days since 2000-01-01 12:00 +02:00", -0.5, "1999-12-31 22:00:00"),
    (
        "proleptic_gregorian",
        "days since 2000-01-01 12:00 +02:00",
        73000.123456,
        "2199-11-13 12:57:46.5984",
    ),
    ("proleptic_gregorian", "hours since 1900-1-1", 0.0, "1900-01-01 00:00:00"),
    ("proleptic_gregorian", "hours since 1900-1-1", 1.0, "1900-01-01 01:00:00"),
    ("proleptic_gregorian", "hours since 1900-1-1", 876581.75, "2000-01-01 05:45:00"),
    ("proleptic_gregorian", "hours since 1900-1-1", -24.5, "1899-12-30 23:30:00"),
    ("proleptic_gregorian", "seconds since 1970-01-01T00:00:00Z", 0.0, "1970-01-01 00:00:00"),
    (
        "proleptic_gregorian",
        "seconds since 1970-01-01T00:00:00Z",
        951782400.0,
        "2000-02-29 00:00:00",
    ),
    (
        "proleptic_gregorian",
        "seconds since 1970-01-01T00:00:00Z",
        10000000000.0,
        "2286-11-20 17:46:40",
    ),
    ("proleptic_gregorian", "seconds since 1970-01-01T00:00:00Z", -1.25, "1969-12-31 23:59:58.75"),
    ("proleptic_gregorian", "minutes since 1850-06-15 06:30", 527040.0, "1851-06-16 06:30:00"),
    ("proleptic_gregorian", "minutes since 1850-06-15 06:30", 0.5, "1850-06-15 06:30:30"),
    ("proleptic_gregorian", "milliseconds since 2020-02-28", 86400000.0, "2020-02-29 00:00:00"),
    ("proleptic_gregorian", "milliseconds since 2020-02-28", 1.0, "2020-02-28 00:00:00.001"),
    ("julian", "days since 1582-10-01", 0.0, "1582-10-01 00:00:00"),
    ("julian", "days since 1582-10-01", 3.0, "1582-10-04 00:00:00"),
    ("julian", "days since 1582-10-01", 4.0, "1582-10-05 00:00:00"),
    ("julian", "days since 1582-10-01", 10.0, "1582-10-11 00:00:00"),
    ("julian", "days since 1582-10-01", -100000.0, "1308-12-18 00:00:00"),
    ("julian", "days since 2000-01-01 12:00 +02:00", 0.0, "2000-01-01 10:00:00"),
    ("julian", "days since 2000-01-01 12:00 +02:00", 0.1, "2000-01-01 12:24:00"),
    ("julian", "days since 2000-01-01 12:00 +02:00", 59.25, "2000-02-29 16:00:00"),
    ("julian", "days since 2000-01-01 12:00 +02:00", 366.0, "2001-01-01 10:00:00"),
    ("julian", "days since 2000-01-01 12:00 +02:00", -0.5, "1999-12-31 22:00:00"),
    ("julian", "days since 2000-01-01 12:00 +02:00", 73000.123456, "2199-11-12 12:57:46.5984"),
    ("julian", "hours since 1900-1-1", 0.0, "1900-01-01 00:00:00"),
    ("julian", "hours since 1900-1-1", 1.0, "1900-01-01 01:00:00"),
    ("julian", "hours since 1900-1-1", 876581.75, "1999-12-31 05:45:00"),
    ("julian", "hours since 1900-1-1", -24.5, "1899-12-30 23:30:00"),
    ("julian", "seconds since 1970-01-01T00:00:00Z", 0.0, "1970-01-01 00:00:00"),
    ("julian", "seconds since 1970-01-01T00:00:00Z", 951782400.0, "2000-02-29 00:00:00"),
    ("julian", "seconds since 1970-01-01T00:00:00Z", 10000000000.0, "2286-11-18 17:46:40"),
    ("julian", "seconds since 1970-01-01T00:00:00Z", -1.25, "1969-12-31 23:59:58.75"),
    ("julian", "minutes since 1850-06-15 06:30", 527040.0, "1851-06-16 06:30:00"),
    ("julian", "minutes since 1850-06-15 06:30", 0.5, "1850-06-15 06:30:30"),
    ("julian", "milliseconds since 2020-02-28", 86400000.0, "2020-02-29 00:00:00"),
    ("julian", "milliseconds since 2020-02-28", 1.0, "2020-02-28 00:00:00.001"),
    ("noleap", "days since 1582-10-01", 0.0, "1582-10-01 00:00:00"),
    ("noleap", "days since 1582-10-01", 3.0, "1582-10-04 00:00:00"),
    ("noleap", "days since 1582-10-01", 4.0, "1582-10-05 00:00:00"),
    ("noleap", "days since 1582-10-01", 10.0, "1582-10-11 00:00:00"),
    ("noleap", "days since 1582-10-01", -100000.0, "1308-10-11 00:00:00"),
    ("noleap", "days since 2000-01-01 12:00 +02:00", 0.0, "2000-01-01 10:00:00"),
    ("noleap", "days since 2000-01-01 12:00 +02:00", 0.1, "2000-01-01 12:24:00"),
    ("noleap", "days since 2000-01-01 12:00 +02:00", 59.25, "2000-03-01 16:00:00"),
    ("noleap", "days since 2000-01-01 12:00 +02:00", 366.0, "2001-01-02 10:00:00"),
    ("noleap", "days since 2000-01-01 12:00 +02:00", -0.5, "1999-12-31 22:00:00"),
    ("noleap", "days since 2000-01-01 12:00 +02:00", 73000.123456, "2200-01-01 12:57:46.5984"),
    ("noleap", "hours since 1900-1-1", 0.0, "1900-01-01 00:00:00"),
    ("noleap", "hours since 1900-1-1", 1.0, "1900-01-01 01:00:00"),
    ("noleap", "hours since 1900-1-1", 876581.75, "2000-01-25 05:45:00"),
    ("noleap", "hours since 1900-1-1", -24.5, "1899-12-30 23:30:00"),
    ("noleap", "seconds since 1970-01-01T00:00:00Z", 0.0, "1970-01-01 00:00:00"),
    ("noleap", "seconds since 1970-01-01T00:00:00Z", 951782400.0, "2000-03-08 00:00:00"),
    ("noleap", "seconds since 1970-01-01T00:00:00Z", 10000000000.0, "2287-02-05 17:46:40"),
    ("noleap", "seconds since 1970-01-01T00:00:00Z", -1.25, "1969-12-31 23:59:58.75"),
    ("noleap", "minutes since 1850-06-15 06:30", 527040.0, "1851-06-16 06:30:00"),
    ("noleap", "minutes since 1850-06-15 06:30", 0.5, "1850-06-15 06:30:30"),
    ("noleap", "milliseconds since 2020-02-28", 86400000.0, "2020-03-01 00:00:00"),
    ("noleap", "milliseconds since 2020-02-28", 1.0, "2020-02-28 00:00:00.001"),
    ("all_leap", "days since 1582-10-01", 0.0, "1582-10-01 00:00:00"),
    ("all_leap", "days since 1582-10-01", 3.0, "1582-10-04 00:00:00"),
    ("all_leap", "days since 1582-10-01", 4.0, "1582-10-05 00:00:00"),
    ("all_leap", "days since 1582-10-01", 10.0, "1582-10-11 00:00:00"),
    ("all_leap", "days since 1582-10-01", -100000.0, "1309-07-11 00:00:00"),
    ("all_leap", "days since 2000-01-01 12:00 +02:00", 0.0, "2000-01-01 10:00:00"),
    ("all_leap", "days since 2000-01-01 12:00 +02:00", 0.1, "2000-01-01 12:24:00"),
    ("all_leap", "days since 2000-01-01 12:00 +02:00", 59.25, "2000-02-29 16:00:00"),
    ("all_leap", "days since 2000-01-01 12:00 +02:00", 366.0, "2001-01-01 10:00:00"),
    ("all_leap", "days since 2000-01-01 12:00 +02:00", -0.5, "1999-12-31 22:00:00"),
    ("all_leap", "days since 2000-01-01 12:00 +02:00", 73000.123456, "2199-06-15 12:57:46.5984"),
    ("all_leap", "hours since 1900-1-1", 0.0, "1900-01-01 00:00:00"),
    ("all_leap", "hours since 1900-1-1", 1.0, "1900-01-01 01:00:00"),
    ("all_leap", "hours since 1900-1-1", 876581.75, "1999-10-17 05:45:00"),
    ("all_leap", "hours since 1900-1-1", -24.5, "1899-12-30 23:30:00"),
    ("all_leap", "seconds since 1970-01-01T00:00:00Z", 0.0, "1970-01-01 00:00:00"),
    ("all_leap", "seconds since 1970-01-01T00:00:00Z", 951782400.0, "2000-02-06 00:00:00"),
    ("all_leap", "seconds since 1970-01-01T00:00:00Z", 10000000000.0, "2286-03-25 17:46:40"),
    ("all_leap", "seconds since 1970-01-01T00:00:00Z", -1.25, "1969-12-31 23:59:58.75"),
    ("all_leap", "minutes since 1850-06-15 06:30", 527040.0, "1851-06-15 06:30:00"),
    ("all_leap", "minutes since 1850-06-15 06:30", 0.5, "1850-06-15 06:30:30"),
    ("all_leap", "milliseconds since 2020-02-28", 86400000.0, "2020-02-29 00:00:00"),
    ("all_leap", "milliseconds since 2020-02-28", 1.0, "2020-02-28 00:00:00.001"),
    ("360_day", "days since 1582-10-01", 0.0, "1582-10-01 00:00:00"),
    ("360_day", "days since 1582-10-01", 3.0, "1582-10-04 00:00:00"),
    ("360_day", "days since 1582-10-01", 4.0, "1582-10-05 00:00:00"),
    ("360_day", "days since 1582-10-01", 10.0, "1582-10-11 00:00:00"),
    ("360_day", "days since 1582-10-01", -100000.0, "1304-12-21 00:00:00"),
    ("360_day", "days since 2000-01-01 12:00 +02:00", 0.0, "2000-01-01 10:00:00"),
    ("360_day", "days since 2000-01-01 12:00 +02:00", 0.1, "2000-01-01 12:24:00"),
    ("360_day", "days since 2000-01-01 12:00 +02:00", 59.25, "2000-02-30 16:00:00"),
    ("360_day", "days since 2000-01-01 12:00 +02:00", 366.0, "2001-01-07 10:00:00"),
    ("360_day", "days since 2000-01-01 12:00 +02:00", -0.5, "1999-12-30 22:00:00"),
    ("360_day", "days since 2000-01-01 12:00 +02:00", 73000.123456, "2202-10-11 12:57:46.5984"),
    ("360_day", "hours since 1900-1-1", 0.0, "1900-01-01 00:00:00"),
    ("360_day", "hours since 1900-1-1", 1.0, "1900-01-01 01:00:00"),
    ("360_day", "hours since 1900-1-1", 876581.75, "2001-06-15 05:45:00"),
    ("360_day", "hours since 1900-1-1", -24.5, "1899-12-29 23:30:00"),
    ("360_day", "seconds since 1970-01-01T00:00:00Z", 0.0, "1970-01-01 00:00:00"),
    ("360_day", "seconds since 1970-01-01T00:00:00Z", 951782400.0, "2000-08-07 00:00:00"),
    ("360_day", "seconds since 1970-01-01T00:00:00Z", 10000000000.0, "2291-07-01 17:46:40"),
    ("360_day", "seconds since 1970-01-01T00:00:00Z", -1.25, "1969-12-30 23:59:58.75"),
    ("360_day", "minutes since 1850-06-15 06:30", 527040.0, "1851-06-21 06:30:00"),
    ("360_day", "minutes since 1850-06-15 06:30", 0.5, "1850-06-15 06:30:30"),
    ("360_day", "milliseconds since 2020-02-28", 86400000.0, "2020-02-29 00:00:00"),
    ("360_day", "milliseconds since 2020-02-28", 1.0, "2020-02-28 00:00:00.001"),
];

#[test]
fn values_are_the_times_that_cftime_decodes() {
    for (calendar, units, value, expected) in CASES {
        assert_eq!(decoded(units, calendar, *value), *expected, "{value} {units} {calendar}");
    }
}

#[test]
fn a_reference_is_told_in_utc() {
    let reference =
        |units: &str| Time::parse(units, None).unwrap().reference().unwrap().to_string();
    assert_eq!(reference("days since 2000-01-01 12:00 +2:00"), "2000-01-01 10:00:00");
    assert_eq!(reference("seconds since 1992-10-8 15:15:42.5 -6:00"), "1992-10-08 21:15:42.5");
    assert_eq!(reference("hours since 1-1-1 00:00:0.0"), "0001-01-01 00:00:00");
    assert_eq!(reference("Hours Since 2000-01-01T06:30:00Z"), "2000-01-01 06:30:00");
    assert_eq!(reference("days since 2000-01-01 00:00:00 UTC"), "2000-01-01 00:00:00");
    assert_eq!(reference("days since 1990-1-1 0:0 -0530"), "1990-01-01 05:30:00");
    assert_eq!(reference("days since 1990"), "1990-01-01 00:00:00");
    assert_eq!(reference("days since 0-1-1"), "0000-01-01 00:00:00");
    assert_eq!(reference("days since -1-12-31"), "-0001-12-31 00:00:00");
}

#[test]
fn what_is_no_time_is_refused_by_rule() {
    let rule = |units: &str, calendar| Time::parse(units, calendar).unwrap_err().rule();
    for bad in [
        "days",
        "days since",
        "days since yesterday",
        "metres since 2000-01-01",
        "days since 2000-13-01",
        "days since 2000-02-30",
        "days since 2000-01-01 25:00",
        "days since 2000-01-01 12:00 +2:00 later",
        "days since 99999999999999999999-01-01",
        "K",
        "",
    ] {
        assert_eq!(rule(bad, None), "time_units", "{bad}");
    }
    assert_eq!(rule("days since 2000-01-01", Some("mayan")), "calendar_unknown");
    assert_eq!(rule("days since 1582-10-10", Some("gregorian")), "time_units");
    assert_eq!(rule("days since 2001-02-29", Some("noleap")), "time_units");
}

#[test]
fn values_that_mean_no_time_are_none() {
    let time = Time::parse("days since 2000-01-01", None).unwrap();
    for value in [f64::NAN, f64::INFINITY, 1e300, -1e17] {
        assert_eq!(time.decode(value), None, "{value}");
    }
    let time = Time::parse("years since 2000-01-01", None).unwrap();
    assert!(time.decode(1e15).is_none());
    assert_eq!(time.decode_integer(1).unwrap().to_string(), "2000-12-31 05:48:45.974678");
}

#[test]
fn names_of_calendars_are_those_of_cf() {
    for (name, calendar) in [
        ("standard", Calendar::Standard),
        ("gregorian", Calendar::Standard),
        ("GREGORIAN", Calendar::Standard),
        ("proleptic_gregorian", Calendar::ProlepticGregorian),
        ("julian", Calendar::Julian),
        ("noleap", Calendar::Noleap),
        ("365_day", Calendar::Noleap),
        ("all_leap", Calendar::AllLeap),
        ("366_day", Calendar::AllLeap),
        ("360_day", Calendar::Days360),
    ] {
        assert_eq!(Calendar::parse(name), Some(calendar), "{name}");
    }
    assert_eq!(Calendar::parse("none"), None);
}
