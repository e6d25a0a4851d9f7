//! The CF conventions (1.11): what attributes mean together.
#![deny(clippy::arithmetic_side_effects)]

mod calendar;
mod date;
mod packing;
mod reference;
mod time;
mod units;
mod unpack;

pub use calendar::Calendar;
pub use date::DateTime;
pub use packing::Packing;
#[cfg(feature = "hdf5")]
pub(crate) use packing::default_fill;
pub use time::Time;
pub use units::TimeUnit;

use stream_core::Result;

use crate::defect::{Defect, Findings};
use crate::{NcType, Values, Variable};

/// What the conventions say of a variable. Made of its attributes each time it is asked; a malformed one counts as absent, and
/// is among the findings of the file.
#[derive(Clone, Copy)]
pub struct Cf<'a> {
    variable: Variable<'a>,
}

/// The attributes whose value is a list of variables' names, with blanks between (CF appendix A).
pub(crate) const REFERENCES: [&str; 6] = [
    "coordinates",
    "bounds",
    "climatology",
    "ancillary_variables",
    "grid_mapping",
    "cell_measures",
];

impl<'a> Cf<'a> {
    /// Of a variable.
    pub fn new(variable: Variable<'a>) -> Self {
        Self { variable }
    }

    /// The variable.
    pub fn variable(self) -> Variable<'a> {
        self.variable
    }

    /// The text of an attribute, if it is one.
    pub fn text(self, attribute: &str) -> Option<&'a str> {
        self.variable.attribute(attribute)?.text()
    }

    /// `units` (CF 3.1), verbatim.
    pub fn units(self) -> Option<&'a str> {
        self.text("units")
    }

    /// `standard_name` (CF 3.3), verbatim.
    pub fn standard_name(self) -> Option<&'a str> {
        self.text("standard_name")
    }

    /// `calendar` (CF 4.4.1), verbatim.
    pub fn calendar(self) -> Option<&'a str> {
        self.text("calendar")
    }

    /// The variables that an attribute names (CF 5, 7, 3.4), in its order; `None` for a name that no variable has.
    /// `cell_measures` and the longer form of `grid_mapping` name variables behind or before a colon.
    pub fn references(
        self,
        attribute: &'static str,
    ) -> impl Iterator<Item = (&'a str, Option<Variable<'a>>)> {
        reference::references(self.variable, attribute)
    }

    /// The variable of the cells' bounds (CF 7.1), if there is one.
    pub fn bounds(self) -> Option<Variable<'a>> {
        self.references("bounds").next()?.1
    }

    /// The flags (CF 3.5): each meaning with its value or mask, if it has one. Meanings are verbatim.
    pub fn flags(self) -> impl Iterator<Item = (Option<f64>, &'a str)> {
        let of = |name: &str| self.variable.attribute(name).and_then(|a| a.values());
        let values: Option<Values<'a>> = of("flag_values").or_else(|| of("flag_masks"));
        let meanings = self.text("flag_meanings").unwrap_or_default().split_ascii_whitespace();
        (0u64..)
            .zip(meanings)
            .map(move |(at, meaning)| (values.and_then(|v| v.number(at)), meaning))
    }

    /// How stored values become numbers with a unit (CF 2.5.1 and 8.1); `None` for what is not numeric.
    pub fn packing(self) -> Option<Packing> {
        Packing::of(self.variable)
    }

    /// What its values mean as times (CF 4.4); `None` where `units` are none of time.
    pub fn time(self) -> Option<Time> {
        let units = self.units()?;
        if !self.variable.nc_type().is_numeric() {
            return None;
        }
        Time::parse(units, self.calendar()).ok()
    }

    /// Adds what is malformed to the findings.
    pub(crate) fn check(self, findings: &mut Findings) -> Result<()> {
        let name = || Some(self.variable.name().to_owned());
        packing::check(self.variable, |attribute, expected| {
            findings.push(Defect::ConventionValue { attribute, expected }, None, name())
        })?;
        for attribute in ["units", "calendar", "standard_name", "flag_meanings"] {
            if self.variable.attribute(attribute).is_some_and(|a| is_no_text(a.nc_type())) {
                let defect = Defect::ConventionValue { attribute, expected: "a text" };
                findings.push(defect, None, name())?;
            }
        }
        for attribute in REFERENCES {
            for (found, variable) in self.references(attribute) {
                if variable.is_none() {
                    let found = found.to_owned();
                    let defect = Defect::ConventionReference { attribute, found };
                    findings.push(defect, None, name())?;
                }
            }
        }
        let Some(units) = self.units().filter(|u| units::has_since(u)) else { return Ok(()) };
        match Time::parse(units, self.calendar()) {
            Ok(time) => {
                if let Some(found) = time.unit().vague() {
                    findings.push(Defect::TimeUnitsVague { found }, None, name())?;
                }
            }
            Err(defect) => findings.push(defect, None, name())?,
        }
        Ok(())
    }
}

fn is_no_text(ty: NcType) -> bool {
    !matches!(ty, NcType::Char | NcType::String)
}
