//! Values as times (CF 4.4).
#![deny(clippy::arithmetic_side_effects)]

use super::units::{Reference, TimeUnit, split};
use super::{Calendar, DateTime};
use crate::Defect;

/// What the values of a time coordinate mean: so many units since a reference, in a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    unit: TimeUnit,
    calendar: Calendar,
    /// Nanoseconds in UTC since the calendar's beginning.
    reference: i128,
    /// Whether years are counted with a year 0.
    year_zero: bool,
}

const DAY: i128 = 86_400_000_000_000;
/// Beyond this many days the years do not fit what the calendars compute with.
const DAYS_MAX: i128 = 1 << 52;

impl Time {
    /// Reads `units`, and `calendar`, which is `standard` where it is absent.
    ///
    /// # Errors
    /// The rule that is broken.
    pub fn parse(units: &str, calendar: Option<&str>) -> Result<Self, Defect> {
        let calendar = match calendar {
            None => Calendar::Standard,
            Some(name) => Calendar::parse(name)
                .ok_or_else(|| Defect::CalendarUnknown { found: name.to_owned() })?,
        };
        Self::of(units, calendar).ok_or_else(|| Defect::TimeUnits { found: units.to_owned() })
    }

    fn of(units: &str, calendar: Calendar) -> Option<Self> {
        let (unit, reference) = split(units)?;
        let Reference { date: (year, month, day), nanoseconds, zone } =
            Reference::parse(reference)?;
        // a climatology since the year 0 is common; with it there is a year 0
        let year_zero = !calendar.lacks_year_zero() || year == 0;
        let astronomical = if !year_zero && year < 0 { year.checked_add(1)? } else { year };
        let days = calendar.days((astronomical, month, day))?;
        let reference =
            i128::from(days).checked_mul(DAY)?.checked_add(nanoseconds)?.checked_sub(zone)?;
        Some(Self { unit, calendar, reference, year_zero })
    }

    /// The unit.
    pub fn unit(&self) -> TimeUnit {
        self.unit
    }

    /// The calendar.
    pub fn calendar(&self) -> Calendar {
        self.calendar
    }

    /// The reference, in UTC.
    pub fn reference(&self) -> Option<DateTime> {
        self.date_time(self.reference)
    }

    /// The time that a value means, in UTC, to the microsecond. `None` for NaN, infinities, and years beyond any use.
    pub fn decode(&self, value: f64) -> Option<DateTime> {
        let whole = value.trunc();
        if whole.is_nan() || whole.abs() >= 1e18 {
            return None;
        }
        #[allow(clippy::cast_possible_truncation)] // below 1e18
        let whole_units = whole as i64;
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
        // less than one unit, of which a double holds the nanoseconds of a year to 4
        let rest = ((value - whole) * self.unit.nanoseconds() as f64).round() as i64;
        self.decode_parts(whole_units, rest)
    }

    /// The time that an integer value means.
    pub fn decode_integer(&self, value: i64) -> Option<DateTime> {
        self.decode_parts(value, 0)
    }

    fn decode_parts(&self, units: i64, nanoseconds: i64) -> Option<DateTime> {
        let passed = i128::from(units).checked_mul(self.unit.nanoseconds())?;
        self.date_time(self.reference.checked_add(passed)?.checked_add(i128::from(nanoseconds))?)
    }

    fn date_time(&self, nanoseconds: i128) -> Option<DateTime> {
        // to the nearest microsecond
        let micros = nanoseconds.checked_add(500)?.div_euclid(1000);
        let day = DAY / 1000;
        let days = micros.div_euclid(day);
        if days.abs() > DAYS_MAX {
            return None;
        }
        let (year, month, date) = self.calendar.date(i64::try_from(days).ok()?)?;
        let year = if !self.year_zero && year <= 0 { year.checked_sub(1)? } else { year };
        let rest = u64::try_from(micros.rem_euclid(day)).ok()?;
        let small = |n: u64| u8::try_from(n).ok();
        let seconds = rest / 1_000_000;
        Some(DateTime {
            year,
            month: u8::try_from(month).ok()?,
            day: u8::try_from(date).ok()?,
            hour: small(seconds / 3600)?,
            minute: small(seconds / 60 % 60)?,
            second: small(seconds % 60)?,
            microsecond: u32::try_from(rest % 1_000_000).ok()?,
        })
    }
}
