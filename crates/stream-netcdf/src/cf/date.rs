//! A date and a time of day in some calendar.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

/// A date and a time of day; which calendar it is of says [`Time::calendar`](crate::Time::calendar).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime {
    /// The year; whether there is a year 0 depends on the calendar.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 999,999.
    pub microsecond: u32,
}

impl fmt::Display for DateTime {
    /// `2000-01-01 12:00:00`, with as many decimals as are needed, at most six.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second, microsecond } = *self;
        let sign = if year < 0 { "-" } else { "" };
        let year = year.unsigned_abs();
        write!(f, "{sign}{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")?;
        if microsecond > 0 {
            let digits = format!("{microsecond:06}");
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        Ok(())
    }
}
