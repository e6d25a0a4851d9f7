//! World coordinates: FITS 4.0, 8.
#![deny(clippy::arithmetic_side_effects)]

mod sky;

use crate::{Card, Header, Value};

/// Most axes of coordinates that are looked at; no file that was met has more than seven.
const MAX_AXES: usize = 16;
/// Most characters of a name that are kept: what a card holds.
const NAME: usize = 68;

/// What a header says of the coordinates of an array: facts, and not the whole of the transformation.
#[derive(Clone, Debug, PartialEq)]
pub struct Wcs {
    /// The alternate description: a blank, or a letter from A to Z.
    pub alternate: char,
    /// The axes in FITS order: the fastest first.
    pub axes: Vec<WcsAxis>,
    /// `RADESYSa`, or its old name.
    pub system: Option<String>,
    /// `EQUINOXa`, or `EPOCH`.
    pub equinox: Option<f64>,
}

/// One axis of coordinates.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WcsAxis {
    /// `CTYPEia`.
    pub ctype: String,
    /// `CUNITia`.
    pub unit: String,
    /// `CNAMEia`.
    pub name: Option<String>,
    /// `CRVALia`.
    pub reference: f64,
    /// `CRPIXja`, counted from 1.
    pub pixel: f64,
    /// The value at the centre of the array, for linear axes, and for celestial ones in the zenithal projections TAN, SIN,
    /// ARC, STG and ZEA without distortion.
    pub center: Option<f64>,
    /// The change of coordinates from one pixel of this axis to the next, in units of the coordinates.
    pub scale: f64,
}

impl Wcs {
    /// What a header says with `alternate` (a blank for the primary description) of an array whose `extents` are in FITS
    /// order. `None` where it says nothing.
    pub fn of(header: &Header, extents: &[u64], alternate: char) -> Option<Self> {
        let keys = Keys { header, suffix: if alternate == ' ' { "" } else { suffix(alternate)? } };
        let named = keys.integer("WCSAXES").and_then(|n| usize::try_from(n).ok());
        let highest = keys.highest();
        if highest == 0 {
            return None;
        }
        let count = named.unwrap_or(0).max(extents.len()).max(highest).min(MAX_AXES);
        let mut axes = Vec::with_capacity(count);
        for n in 1..=count {
            axes.push(WcsAxis {
                ctype: keys.text("CTYPE", n).unwrap_or_default(),
                unit: keys.text("CUNIT", n).unwrap_or_default(),
                name: keys.text("CNAME", n),
                reference: keys.real("CRVAL", n).unwrap_or(0.0),
                pixel: keys.real("CRPIX", n).unwrap_or(0.0),
                center: None,
                scale: 0.0,
            });
        }
        let matrix = keys.matrix(&axes);
        for (j, axis) in axes.iter_mut().enumerate() {
            let column = matrix.iter().filter_map(|row| row.get(j));
            axis.scale = column.map(|x| x * x).sum::<f64>().sqrt();
        }
        let mut wcs = Self {
            alternate,
            axes,
            system: keys.plain("RADESYS").or_else(|| keys.plain("RADECSYS")),
            equinox: keys.number("EQUINOX").or_else(|| keys.number("EPOCH")),
        };
        wcs.find_center(&keys, &matrix, extents);
        Some(wcs)
    }

    /// The letters of the descriptions that a header has, the primary one as a blank.
    pub fn alternates(header: &Header) -> impl Iterator<Item = char> {
        let mut found = [false; 27];
        for card in header.cards() {
            for root in ["CTYPE", "CRVAL", "CRPIX"] {
                if let Some(slot) = alternate_of(&card, root).and_then(|at| found.get_mut(at)) {
                    *slot = true;
                }
            }
        }
        let letters = std::iter::once(' ').chain('A'..='Z');
        letters.zip(found).filter_map(|(letter, found)| found.then_some(letter))
    }

    /// Where the middle of the array lies.
    fn find_center(&mut self, keys: &Keys<'_>, matrix: &[Vec<f64>], extents: &[u64]) {
        // the middle in pixels from the reference pixel; axes without extent have one pixel
        let from: Vec<f64> = self
            .axes
            .iter()
            .enumerate()
            .map(|(j, axis)| (extents.get(j).copied().unwrap_or(1) as f64 + 1.0) / 2.0 - axis.pixel)
            .collect();
        let world: Vec<f64> = matrix
            .iter()
            .map(|row| row.iter().zip(&from).map(|(m, p)| m * p).sum::<f64>())
            .collect();
        for (axis, shift) in self.axes.iter_mut().zip(&world) {
            // 8.2: a code behind the name says that the axis is not linear
            if axis.ctype.get(4..).unwrap_or_default().trim_end().is_empty()
                || !axis.ctype.contains('-')
            {
                axis.center = Some(axis.reference + shift);
            }
        }
        let lon = self.axes.iter().position(|axis| sky::is_longitude(&axis.ctype));
        let lat = self.axes.iter().position(|axis| sky::is_latitude(&axis.ctype));
        let (Some(lon), Some(lat)) = (lon, lat) else { return };
        let at = |i: usize| Some((self.axes.get(i)?, *world.get(i)?));
        let (Some((a, x)), Some((b, y))) = (at(lon), at(lat)) else { return };
        if keys.has_distortion() {
            return;
        }
        let reference = (a.reference, b.reference);
        let found = sky::center(&a.ctype, reference, (x, y), keys.number("LONPOLE"));
        if let Some((x, y)) = found {
            for (at, value) in [(lon, x), (lat, y)] {
                if let Some(axis) = self.axes.get_mut(at) {
                    axis.center = Some(value);
                }
            }
        }
    }
}

fn suffix(alternate: char) -> Option<&'static str> {
    const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let at = LETTERS.find(alternate)?;
    LETTERS.get(at..at.saturating_add(1))
}

/// 0 for `CTYPE1`, 1 for `CTYPE1A`.
fn alternate_of(card: &Card<'_>, root: &str) -> Option<usize> {
    let rest = card.keyword().strip_prefix(root)?;
    let digits = rest.trim_end_matches(|c: char| c.is_ascii_uppercase());
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match rest.as_bytes().get(digits.len()..)? {
        [] => Some(0),
        [letter] => Some(usize::from(letter.checked_sub(b'A')?).saturating_add(1)),
        _ => None,
    }
}

/// Keywords of one description.
struct Keys<'h> {
    header: &'h Header,
    suffix: &'static str,
}

impl Keys<'_> {
    fn value(&self, root: &str, n: usize) -> Option<Value<'_>> {
        self.header.value(&format!("{root}{n}{}", self.suffix))
    }

    fn text(&self, root: &str, n: usize) -> Option<String> {
        let text = self.value(root, n)?.as_text()?.to_string();
        Some(text.trim().chars().take(NAME).collect())
    }

    fn real(&self, root: &str, n: usize) -> Option<f64> {
        self.value(root, n)?.as_real()
    }

    fn plain(&self, name: &str) -> Option<String> {
        let text = self.header.text(&format!("{name}{}", self.suffix))?.to_string();
        Some(text.trim().chars().take(NAME).collect())
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.header.real(&format!("{name}{}", self.suffix))
    }

    fn integer(&self, name: &str) -> Option<i64> {
        self.header.integer(&format!("{name}{}", self.suffix))
    }

    /// The highest axis that a keyword names.
    fn highest(&self) -> usize {
        let mut highest = 0;
        for card in self.header.cards() {
            let Some(name) = card.keyword().strip_suffix(self.suffix) else { continue };
            for root in ["CTYPE", "CRVAL", "CRPIX", "CDELT"] {
                let n = name.strip_prefix(root).and_then(|n| n.parse().ok());
                highest = highest.max(n.unwrap_or(0));
            }
        }
        highest.min(MAX_AXES)
    }

    fn element(&self, root: &str, i: usize, j: usize) -> Option<f64> {
        self.header.real(&format!("{root}{i}_{j}{}", self.suffix))
    }

    /// From pixels to intermediate coordinates (8.1): CD, or CDELT with PC, or CDELT with CROTA.
    fn matrix(&self, axes: &[WcsAxis]) -> Vec<Vec<f64>> {
        let count = axes.len();
        let has = |root: &str| {
            self.header.cards().any(|card| {
                let name = card.keyword();
                let rest = name.strip_prefix(root).and_then(|r| r.strip_suffix(self.suffix));
                rest.is_some_and(|r| {
                    r.contains('_') && r.bytes().all(|b| b.is_ascii_digit() || b == b'_')
                })
            })
        };
        let (cd, pc) = (has("CD"), has("PC"));
        let mut rows: Vec<Vec<f64>> = (1..=count)
            .map(|i| {
                let delta = self.real("CDELT", i).unwrap_or(1.0);
                (1..=count)
                    .map(|j| {
                        let unit = if i == j { 1.0 } else { 0.0 };
                        if cd {
                            self.element("CD", i, j).unwrap_or(0.0)
                        } else if pc {
                            delta * self.element("PC", i, j).unwrap_or(unit)
                        } else {
                            delta * unit
                        }
                    })
                    .collect()
            })
            .collect();
        if !cd && !pc {
            self.rotate(axes, &mut rows);
        }
        rows
    }

    /// The old way: a rotation of the two celestial axes.
    fn rotate(&self, axes: &[WcsAxis], rows: &mut [Vec<f64>]) {
        let lon = axes.iter().position(|axis| sky::is_longitude(&axis.ctype));
        let lat = axes.iter().position(|axis| sky::is_latitude(&axis.ctype));
        let (Some(lon), Some(lat)) = (lon, lat) else { return };
        let Some(angle) = self.real("CROTA", lat.saturating_add(1)) else { return };
        let (sin, cos) = angle.to_radians().sin_cos();
        let delta = |i: usize| rows.get(i).and_then(|row| row.get(i)).copied().unwrap_or(1.0);
        let (dx, dy) = (delta(lon), delta(lat));
        for (i, j, value) in [
            (lon, lon, dx * cos),
            (lon, lat, -dy * sin),
            (lat, lon, dx * sin),
            (lat, lat, dy * cos),
        ] {
            if let Some(slot) = rows.get_mut(i).and_then(|row| row.get_mut(j)) {
                *slot = value;
            }
        }
    }

    /// Polynomials that move pixels, which these facts leave out.
    fn has_distortion(&self) -> bool {
        self.header.cards().any(|card| {
            let name = card.keyword();
            name.starts_with("A_ORDER")
                || name.starts_with("CPDIS")
                || name.starts_with("CQDIS")
                || name.starts_with("PV1_")
                || name.starts_with("PV2_")
        })
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests;
