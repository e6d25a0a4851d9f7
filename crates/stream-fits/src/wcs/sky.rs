//! Celestial coordinates in zenithal projections: FITS 4.0, 8.3.
#![deny(clippy::arithmetic_side_effects)]

/// Whether an axis is a longitude: `RA--`, or `xLON` and `yzLN` of other systems.
pub(super) fn is_longitude(ctype: &str) -> bool {
    let (name, projected) = split(ctype);
    projected
        && (name == "RA" || name.ends_with("LON") || (name.len() == 4 && name.ends_with("LN")))
}

/// Whether an axis is a latitude.
pub(super) fn is_latitude(ctype: &str) -> bool {
    let (name, projected) = split(ctype);
    projected
        && (name == "DEC" || name.ends_with("LAT") || (name.len() == 4 && name.ends_with("LT")))
}

fn split(ctype: &str) -> (&str, bool) {
    let name = ctype.get(..4).unwrap_or(ctype).trim_end_matches('-');
    (name, ctype.get(4..5) == Some("-"))
}

/// The coordinates in degrees of what lies (`x`, `y`) degrees of the projection plane away from `reference`.
pub(super) fn center(
    ctype: &str,
    reference: (f64, f64),
    (x, y): (f64, f64),
    lonpole: Option<f64>,
) -> Option<(f64, f64)> {
    let code = ctype.get(5..)?.trim_end();
    let r = x.hypot(y).to_radians();
    // native latitude
    let theta = match code {
        "TAN" => 1.0f64.atan2(r),
        "SIN" if r <= 1.0 => r.acos(),
        "ARC" => std::f64::consts::FRAC_PI_2 - r,
        "STG" => std::f64::consts::FRAC_PI_2 - 2.0 * (r / 2.0).atan(),
        "ZEA" if r <= 2.0 => std::f64::consts::FRAC_PI_2 - 2.0 * (r / 2.0).asin(),
        _ => return None,
    };
    let phi = if r == 0.0 { 0.0 } else { x.atan2(-y) };
    let (alpha, delta) = (reference.0.to_radians(), reference.1.to_radians());
    let pole = lonpole.unwrap_or(if reference.1 >= 90.0 { 0.0 } else { 180.0 }).to_radians();
    let (turn, (sin_t, cos_t)) = (phi - pole, theta.sin_cos());
    let (sin_d, cos_d) = delta.sin_cos();
    let lat = (sin_t * sin_d + cos_t * cos_d * turn.cos()).clamp(-1.0, 1.0).asin();
    let lon = alpha + (-cos_t * turn.sin()).atan2(sin_t * cos_d - cos_t * sin_d * turn.cos());
    let found = (lon.to_degrees().rem_euclid(360.0), lat.to_degrees());
    (found.0.is_finite() && found.1.is_finite()).then_some(found)
}
