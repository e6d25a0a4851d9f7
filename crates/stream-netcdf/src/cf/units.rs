//! `units since reference` as UDUNITS reads it (CF 4.4).
#![deny(clippy::arithmetic_side_effects)]

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeUnit {
    name: &'static str,
    nanoseconds: i128,
}

const SECOND: i128 = 1_000_000_000;
const DAY: i128 = 86_400 * SECOND;
/// UDUNITS: 365.242198781 days.
const YEAR: i128 = 31_556_925_974_678_400;

/// The names of UDUNITS, in singular; what has a symbol of its own stands twice.
const UNITS: [(&str, &str, i128); 27] = [
    ("nanosecond", "nanosecond", 1),
    ("nsec", "nanosecond", 1),
    ("ns", "nanosecond", 1),
    ("microsecond", "microsecond", 1000),
    ("microsec", "microsecond", 1000),
    ("us", "microsecond", 1000),
    ("millisecond", "millisecond", 1_000_000),
    ("millisec", "millisecond", 1_000_000),
    ("msec", "millisecond", 1_000_000),
    ("ms", "millisecond", 1_000_000),
    ("second", "second", SECOND),
    ("sec", "second", SECOND),
    ("s", "second", SECOND),
    ("minute", "minute", 60 * SECOND),
    ("min", "minute", 60 * SECOND),
    ("hour", "hour", 3600 * SECOND),
    ("hr", "hour", 3600 * SECOND),
    ("h", "hour", 3600 * SECOND),
    ("day", "day", DAY),
    ("d", "day", DAY),
    ("week", "week", 7 * DAY),
    ("fortnight", "fortnight", 14 * DAY),
    ("month", "month", YEAR / 12),
    ("year", "year", YEAR),
    ("yr", "year", YEAR),
    ("common_year", "common_year", 365 * DAY),
    ("julian_year", "julian_year", 365 * DAY + DAY / 4),
];

impl TimeUnit {
    /// The unit of a name: singular or plural, in any case.
    pub fn parse(name: &str) -> Option<Self> {
        let lower = name.to_ascii_lowercase();
        let find = |name: &str| UNITS.iter().find(|(n, ..)| *n == name);
        // `hours`, `hrs`; not `ss`, and `s` stands for itself
        let plural = || lower.strip_suffix('s').filter(|n| n.len() > 1).and_then(find);
        let (_, name, nanoseconds) = *find(&lower).or_else(plural)?;
        Some(Self { name, nanoseconds })
    }

    /// Its name in singular.
    pub fn name(self) -> &'static str {
        self.name
    }

    /// Its length.
    pub fn nanoseconds(self) -> i128 {
        self.nanoseconds
    }

    /// Its name, when people mean something else by it: months and years have a fixed length here.
    pub(crate) fn vague(self) -> Option<&'static str> {
        matches!(self.name, "month" | "year").then_some(self.name)
    }
}

/// A text like `days since …`, taken apart into unit and reference.
pub(super) fn split(text: &str) -> Option<(TimeUnit, &str)> {
    let (unit, rest) = text.trim().split_once(|c: char| c.is_ascii_whitespace())?;
    let (word, reference) = match rest.trim_start().split_once(|c: char| c.is_ascii_whitespace()) {
        Some((word, reference)) => (word, reference),
        None => (rest.trim_start().strip_prefix('@').map(|_| "@")?, rest.trim_start().get(1..)?),
    };
    let known = ["since", "after", "from", "ref", "@"];
    let found = known.iter().any(|k| k.eq_ignore_ascii_case(word));
    found.then(|| TimeUnit::parse(unit)).flatten().map(|unit| (unit, reference.trim()))
}

/// Whether a text is meant as units of time since a reference.
pub(crate) fn has_since(text: &str) -> bool {
    text.split_ascii_whitespace().any(|word| word.eq_ignore_ascii_case("since"))
}

/// A reference: date, nanoseconds since midnight, nanoseconds that its zone is ahead of UTC.
pub(super) struct Reference {
    pub(super) date: (i64, i64, i64),
    pub(super) nanoseconds: i128,
    pub(super) zone: i128,
}

impl Reference {
    /// `1992-10-8 15:15:42.5 -6:00`, `2000-01-01T12:00:00Z`, `2000-01-01`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let at = text.find(|c: char| c == 'T' || c == 't' || c.is_ascii_whitespace());
        let (date, rest) = text.split_at_checked(at.unwrap_or(text.len()))?;
        let date = parse_date(date)?;
        let rest = rest.trim_start_matches(['T', 't']).trim();
        let (clock, zone) = match rest.find(|c: char| !matches!(c, '0'..='9' | ':' | '.')) {
            Some(at) => rest.split_at_checked(at)?,
            None => (rest, ""),
        };
        let nanoseconds = if clock.is_empty() { 0 } else { parse_clock(clock)? };
        Some(Self { date, nanoseconds, zone: parse_zone(zone.trim())? })
    }
}

fn parse_date(text: &str) -> Option<(i64, i64, i64)> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1i64, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut parts = digits.split('-');
    let mut number = |most: usize| match parts.next() {
        None => Some(None),
        Some(part) => whole(part, most).map(Some),
    };
    // nine digits hold any year, and no product of them overflows
    let (year, month, day) = (number(9)??, number(2)?, number(2)?);
    if parts.next().is_some() {
        return None;
    }
    Some((sign.checked_mul(year)?, month.unwrap_or(1), day.unwrap_or(1)))
}

fn whole(text: &str, most: usize) -> Option<i64> {
    let sound = (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if sound { text.parse().ok() } else { None }
}

/// Nanoseconds of `15:15:42.5`, `12:00`, `12`.
fn parse_clock(text: &str) -> Option<i128> {
    let mut parts = text.split(':');
    let hour = whole(parts.next()?, 2)?;
    let minute = parts.next().map_or(Some(0), |m| whole(m, 2))?;
    let (second, fraction) = match parts.next() {
        None => (0, 0),
        Some(text) => {
            let (whole_part, fraction) = text.split_once('.').unwrap_or((text, ""));
            (whole(whole_part, 2)?, parse_fraction(fraction)?)
        }
    };
    // a leap second is the next minute's first
    if parts.next().is_some() || hour > 24 || minute > 59 || second > 60 {
        return None;
    }
    let seconds =
        hour.checked_mul(3600)?.checked_add(minute.checked_mul(60)?)?.checked_add(second)?;
    i128::from(seconds).checked_mul(SECOND)?.checked_add(fraction)
}

/// Nanoseconds of the digits behind a point; those after the ninth are dropped.
fn parse_fraction(digits: &str) -> Option<i128> {
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let nine: String = digits.chars().chain("000000000".chars()).take(9).collect();
    nine.parse().ok()
}

/// Nanoseconds of `+2:00`, `-0600`, `+2`, `Z`, `UTC`, `GMT`.
fn parse_zone(text: &str) -> Option<i128> {
    if ["", "z", "utc", "gmt"].iter().any(|zone| zone.eq_ignore_ascii_case(text)) {
        return Some(0);
    }
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1i128, rest),
        None => (1, text.strip_prefix('+')?),
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((h, m)) => (whole(h, 2)?, whole(m, 2)?),
        None if digits.len() > 2 => {
            let (h, m) = digits.split_at_checked(digits.len().checked_sub(2)?)?;
            (whole(h, 2)?, whole(m, 2)?)
        }
        None => (whole(digits, 2)?, 0),
    };
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    sign.checked_mul(i128::from(minutes))?.checked_mul(60)?.checked_mul(SECOND)
}
