//! What was found, ready to be shown.

mod histogram;
mod quantile;

pub use histogram::Histogram;
pub use quantile::Quantile;

use crate::Measures;
use crate::bins::Layout;
use crate::column::{Column, Extreme};
use crate::{Texts, Value};

/// The statistics of one column of an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    /// The member of a struct, `re` or `im` of complex numbers; empty where elements are the numbers.
    pub member: String,
    /// The type of its values, as listed.
    pub dtype: String,
    /// What was found.
    pub findings: Findings,
}

/// Of numbers or of texts.
#[derive(Clone, Debug, PartialEq)]
pub enum Findings {
    /// Numbers, truth values, names of numbers.
    Numbers(Box<Numbers>),
    /// Texts.
    Texts(Texts),
}

/// The statistics of numbers: those of all finite ones, with the others counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Numbers {
    /// Finite numbers: what all other statistics are of.
    pub count: u64,
    /// NaN.
    pub missing: u64,
    /// Negative infinities.
    pub negative_infinities: u64,
    /// Positive infinities.
    pub positive_infinities: u64,
    /// The least, and where it first stands.
    pub min: Option<Extreme>,
    /// The greatest, and where it first stands.
    pub max: Option<Extreme>,
    /// The exact sum, rounded once; an integer where the numbers are.
    pub sum: Option<Value>,
    /// The exact sum divided by the count, rounded once.
    pub mean: Option<f64>,
    /// Of the population (divided by the count), computed exactly and rounded once.
    pub variance: Option<f64>,
    /// Its square root, within one unit in the last place.
    pub deviation: Option<f64>,
    /// The quantiles that were asked for.
    pub quantiles: Vec<Quantile>,
    /// Where `2^-n` of a value bounds the error of a quantile: this `n`. `None` where quantiles are exact or not asked.
    pub quantile_bits: Option<u32>,
    /// Counts between edges.
    pub histogram: Option<Histogram>,
    /// The count of each value, where there are few and their type has names or truth for values, or is an integer.
    pub values: Vec<(i64, u64)>,
}

/// Values that are counted one by one: of types with names, and of other integers.
const NAMED: usize = 256;
const FEW: usize = 16;

impl Column {
    /// The statistics of what was folded: a histogram of about `bins` bins, and `quantiles` between 0 and 1.
    pub(crate) fn results(&self, bins: usize, quantiles: &[f64], named: bool) -> Numbers {
        let integers =
            matches!(
                self.min.as_ref().or(self.max.as_ref()).map(|e| e.value),
                Some(Value::Integer(_))
            ) || matches!(self.bins.as_ref().map(|b| b.layout()), Some(Layout::Values { .. }));
        let some = self.count > 0;
        let sum = (some && self.measures.has(Measures::SUM)).then(|| {
            let integer = if integers { self.sum.to_integer() } else { None };
            integer.map_or_else(|| Value::Float(self.sum.to_f64()), Value::Integer)
        });
        let spread = some && self.measures.has(Measures::SPREAD);
        let moments = spread.then(|| self.sum.moments(&self.squares, self.count));
        let mean = sum.map(|_| self.sum.mean(self.count));
        let mut numbers = Numbers {
            count: self.count,
            missing: self.missing,
            negative_infinities: self.negative_infinities,
            positive_infinities: self.positive_infinities,
            min: self.min.clone(),
            max: self.max.clone(),
            sum,
            mean,
            variance: moments.map(|m| m.variance),
            deviation: moments.map(|m| m.deviation),
            quantiles: Vec::new(),
            quantile_bits: None,
            histogram: None,
            values: Vec::new(),
        };
        if let (Some(counted), Some(min), Some(max)) = (&self.bins, &self.min, &self.max) {
            let ascending = counted.ascending();
            let bounds = (min.value.to_f64(), max.value.to_f64());
            let integer = matches!(min.value, Value::Integer(_));
            numbers.quantiles = quantile::all(&ascending, quantiles, bounds, integer);
            if matches!(counted.layout(), Layout::Single | Layout::Double) {
                numbers.quantile_bits = Some(counted.bits().saturating_add(1));
            }
            numbers.histogram = Some(histogram::between(&ascending, bins, bounds));
            if integer {
                let most = if named { NAMED } else { FEW };
                numbers.values = histogram::values(&ascending, most);
            }
        }
        numbers
    }
}
