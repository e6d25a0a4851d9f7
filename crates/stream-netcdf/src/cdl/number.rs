//! Numbers in CDL.
#![deny(clippy::arithmetic_side_effects)]

use std::fmt;

/// A floating-point number as C's `%#.Ng` prints it, without zeros at the end; a point always stands.
pub(crate) struct General {
    pub(crate) value: f64,
    pub(crate) digits: usize,
}

impl fmt::Display for General {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { value, digits } = *self;
        if value.is_nan() {
            return f.write_str("NaN");
        }
        if value.is_infinite() {
            return f.write_str(if value < 0.0 { "-Infinity" } else { "Infinity" });
        }
        // rounded to the digits first: that decides the exponent
        let scientific = format!("{:.*e}", digits.saturating_sub(1), value);
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let exponent: i64 = exponent.parse().unwrap_or(0);
        let most = i64::try_from(digits).unwrap_or(0);
        if (-4..most).contains(&exponent) {
            let places = most.saturating_sub(1).saturating_sub(exponent);
            let fixed = format!("{:.*}", usize::try_from(places).unwrap_or(0), value);
            return f.write_str(&trimmed(&fixed));
        }
        let sign = if exponent < 0 { '-' } else { '+' };
        write!(f, "{}e{sign}{:02}", trimmed(mantissa), exponent.unsigned_abs())
    }
}

/// Without zeros behind the point, and with a point.
fn trimmed(number: &str) -> String {
    if number.contains('.') {
        number.trim_end_matches('0').to_owned()
    } else {
        format!("{number}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_ncdump_prints() {
        let g = |value, digits| General { value, digits }.to_string();
        assert_eq!(g(100.0, 7), "100.");
        assert_eq!(g(0.1, 7), "0.1");
        assert_eq!(g(-1e34, 7), "-1.e+34");
        assert_eq!(g(f64::from(9.969_21e36_f32), 7), "9.96921e+36");
        assert_eq!(g(1.0 / 3.0, 15), "0.333333333333333");
        assert_eq!(g(1e-5, 15), "1.e-05");
        assert_eq!(g(1_234_567.0, 7), "1234567.");
        assert_eq!(g(12_345_678.0, 7), "1.234568e+07");
        assert_eq!(g(0.0, 7), "0.");
        assert_eq!(g(f64::NEG_INFINITY, 7), "-Infinity");
    }
}
