//! Stalls for want of memory (PSI: the kernel's Documentation/accounting/psi.rst).

use crate::kernel::after;

/// How much of the time work stood still for want of memory, in hundredths of a percent: 150 is 1.5 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pressure {
    /// Some task waited, averaged over 10 s.
    pub some: u16,
    /// All tasks waited, averaged over 10 s.
    pub full: u16,
}

impl Pressure {
    /// Reads the text of `memory.pressure` or `/proc/pressure/memory`.
    pub(super) fn parse(text: &[u8]) -> Option<Pressure> {
        let some = average(after(text, "some ")?)?;
        // version 5.13 and before had no `full` for the whole system
        Some(Pressure { some, full: after(text, "full ").and_then(average).unwrap_or(0) })
    }
}

/// `avg10=1.50 avg60=…`
fn average(line: &[u8]) -> Option<u16> {
    let value = line.strip_prefix(b"avg10=")?;
    let end = value.iter().position(|byte| *byte == b' ')?;
    let percent: f32 = std::str::from_utf8(value.get(..end)?).ok()?.parse().ok()?;
    // at most 100.00
    let hundredths = (percent * 100.0).round();
    (0.0..=10_000.0).contains(&hundredths).then_some(hundredths as u16)
}

#[cfg(test)]
mod tests {
    use super::Pressure;

    #[test]
    fn averages_are_read_in_hundredths_of_a_percent() {
        let text =
            b"some avg10=1.50 avg60=0.94 avg300=0.5 total=27\nfull avg10=0.11 avg60=0.4 total=2\n";
        assert_eq!(Pressure::parse(text), Some(Pressure { some: 150, full: 11 }));
        let alone = b"some avg10=100.00 avg60=0 avg300=0 total=1\n";
        assert_eq!(Pressure::parse(alone), Some(Pressure { some: 10_000, full: 0 }));
        assert_eq!(Pressure::parse(b"some avg10=x \n"), None);
        assert_eq!(Pressure::parse(b"some avg10=-1 \n"), None);
        assert_eq!(Pressure::parse(b""), None);
    }
}
