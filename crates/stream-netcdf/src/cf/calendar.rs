//! The calendars of CF 4.4.1: days since a day, and back.
#![deny(clippy::arithmetic_side_effects)]

/// A calendar of CF 4.4.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Calendar {
    /// `standard`, `gregorian`: Julian up to 1582-10-04, Gregorian from 1582-10-15 on.
    Standard,
    /// `proleptic_gregorian`: Gregorian for all times.
    ProlepticGregorian,
    /// `julian`.
    Julian,
    /// `noleap`, `365_day`.
    Noleap,
    /// `all_leap`, `366_day`.
    AllLeap,
    /// `360_day`: twelve months of 30 days.
    Days360,
}

/// Days of the months of a year without a leap day, and what has passed before each.
const BEFORE: [i64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
const BEFORE_LEAP: [i64; 13] = [0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366];

/// The day on which the standard calendar becomes Gregorian, 1582-10-15, counted from Gregorian 0001-01-01.
const REFORM: i64 = 577_735;
/// Julian 0001-01-01 is two days before Gregorian 0001-01-01.
const JULIAN_LAG: i64 = -2;

impl Calendar {
    /// The calendar of a name, in any case; `None` for one that CF does not have, and for `none`.
    pub fn parse(name: &str) -> Option<Self> {
        let all = [
            ("standard", Self::Standard),
            ("gregorian", Self::Standard),
            ("proleptic_gregorian", Self::ProlepticGregorian),
            ("julian", Self::Julian),
            ("noleap", Self::Noleap),
            ("365_day", Self::Noleap),
            ("all_leap", Self::AllLeap),
            ("366_day", Self::AllLeap),
            ("360_day", Self::Days360),
        ];
        all.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name.trim())).map(|(_, c)| c)
    }

    /// The name that CF prefers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::ProlepticGregorian => "proleptic_gregorian",
            Self::Julian => "julian",
            Self::Noleap => "noleap",
            Self::AllLeap => "all_leap",
            Self::Days360 => "360_day",
        }
    }

    /// Whether years are counted ..., -1, 1, ... unless a reference in the year 0 says otherwise (CF 4.4.1).
    pub(super) fn lacks_year_zero(self) -> bool {
        matches!(self, Self::Standard | Self::Julian)
    }

    /// Days of a month of an astronomical year; 0 for a month that is none.
    pub(super) fn month_days(self, year: i64, month: i64) -> i64 {
        if self == Self::Days360 {
            return if (1..=12).contains(&month) { 30 } else { 0 };
        }
        let before = self.before(year);
        let at = usize::try_from(month.saturating_sub(1)).unwrap_or(usize::MAX);
        match before.get(at..).unwrap_or_default() {
            [this, next, ..] => next.saturating_sub(*this),
            _ => 0,
        }
    }

    fn before(self, year: i64) -> &'static [i64; 13] {
        let julian = year.rem_euclid(4) == 0;
        let gregorian = julian && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
        let leap = match self {
            Self::Standard => {
                if year < 1583 {
                    julian
                } else {
                    gregorian
                }
            }
            Self::ProlepticGregorian => gregorian,
            Self::Julian => julian,
            Self::AllLeap => true,
            Self::Noleap | Self::Days360 => false,
        };
        if leap { &BEFORE_LEAP } else { &BEFORE }
    }

    /// Days from 0001-01-01 of the calendar's own beginning to a date of an astronomical year (1 BC is 0). Dates of the standard
    /// calendar count from Gregorian 0001-01-01; the ten days that it leaves out are no dates.
    pub(super) fn days(self, (year, month, day): (i64, i64, i64)) -> Option<i64> {
        let date = (year, month, day);
        if !(1..=self.month_days(year, month)).contains(&day) {
            return None;
        }
        if self == Self::Standard {
            return match date {
                _ if date >= (1582, 10, 15) => Self::ProlepticGregorian.days(date),
                _ if date <= (1582, 10, 4) => Self::Julian.days(date)?.checked_add(JULIAN_LAG),
                _ => None,
            };
        }
        let at = usize::try_from(month.checked_sub(1)?).ok()?;
        let within = match self {
            Self::Days360 => month.checked_sub(1)?.checked_mul(30)?,
            _ => *self.before(year).get(at)?,
        };
        let past = year.checked_sub(1)?;
        let leaps = match self {
            Self::Julian => past.div_euclid(4),
            Self::ProlepticGregorian => past
                .div_euclid(4)
                .checked_sub(past.div_euclid(100))?
                .checked_add(past.div_euclid(400))?,
            _ => 0,
        };
        let length = match self {
            Self::AllLeap => 366,
            Self::Days360 => 360,
            _ => 365,
        };
        past.checked_mul(length)?
            .checked_add(leaps)?
            .checked_add(within)?
            .checked_add(day)?
            .checked_sub(1)
    }

    /// The date, in an astronomical year, that is `days` days after the beginning that [`Calendar::days`] counts from.
    pub(super) fn date(self, days: i64) -> Option<(i64, i64, i64)> {
        if self == Self::Standard {
            return if days >= REFORM {
                Self::ProlepticGregorian.date(days)
            } else {
                Self::Julian.date(days.checked_sub(JULIAN_LAG)?)
            };
        }
        // a year that is at most the right one, for any calendar; then at most two steps
        let (cycle, years) = match self {
            Self::ProlepticGregorian => (146_097, 400),
            Self::Julian => (1461, 4),
            Self::AllLeap => (366, 1),
            Self::Days360 => (360, 1),
            _ => (365, 1),
        };
        let cycles = days.div_euclid(cycle);
        let rest = days.rem_euclid(cycle);
        let mut year = cycles
            .checked_mul(years)?
            .checked_add(rest.checked_div(366).unwrap_or(0).min(years.saturating_sub(1)))?
            .checked_add(1)?;
        while self.days((year.checked_add(1)?, 1, 1))? <= days {
            year = year.checked_add(1)?;
        }
        let mut left = days.checked_sub(self.days((year, 1, 1))?)?;
        let mut month = 1i64;
        while month < 12 && left >= self.month_days(year, month) {
            left = left.checked_sub(self.month_days(year, month))?;
            month = month.checked_add(1)?;
        }
        Some((year, month, left.checked_add(1)?))
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    const ALL: [Calendar; 6] = [
        Calendar::Standard,
        Calendar::ProlepticGregorian,
        Calendar::Julian,
        Calendar::Noleap,
        Calendar::AllLeap,
        Calendar::Days360,
    ];

    #[test]
    fn every_day_comes_back_as_the_date_that_it_was() {
        for calendar in ALL {
            let mut last = None;
            for days in (-800_000..800_000).step_by(7).chain(577_700..577_770) {
                let date = calendar.date(days).unwrap();
                assert_eq!(calendar.days(date), Some(days), "{calendar:?} {date:?}");
                if days % 7 == 0 {
                    assert!(last < Some(date) || days >= 577_700, "{calendar:?} {date:?}");
                    last = Some(date);
                }
            }
        }
    }

    #[test]
    fn the_reform_leaves_ten_days_out() {
        let c = Calendar::Standard;
        assert_eq!(c.date(REFORM - 1), Some((1582, 10, 4)));
        assert_eq!(c.date(REFORM), Some((1582, 10, 15)));
        assert_eq!(c.days((1582, 10, 10)), None);
    }

    #[test]
    fn days_that_a_month_does_not_have_are_no_dates() {
        assert_eq!(Calendar::Noleap.days((2000, 2, 29)), None);
        assert!(Calendar::AllLeap.days((2001, 2, 29)).is_some());
        assert!(Calendar::Days360.days((2001, 2, 30)).is_some());
        assert_eq!(Calendar::Days360.days((2001, 1, 31)), None);
        assert_eq!(Calendar::Standard.days((1900, 2, 29)), None);
        assert!(Calendar::Julian.days((1900, 2, 29)).is_some());
    }
}
