//! Coordinates and times as fields.
#![deny(clippy::arithmetic_side_effects)]

use stream_core::{Fields, Result, Value as Fact};

use super::cards::push;
use crate::{Hdu, Wcs, WcsAxis};

/// Keywords of section 9 and the usual ones beside it, and their names in the map.
const TIMES: [(&str, &str); 27] = [
    ("DATE-OBS", "date_obs"),
    ("DATE-BEG", "date_beg"),
    ("DATE-AVG", "date_avg"),
    ("DATE-END", "date_end"),
    ("TIME-OBS", "time_obs"),
    ("MJD-OBS", "mjd_obs"),
    ("MJD-BEG", "mjd_beg"),
    ("MJD-AVG", "mjd_avg"),
    ("MJD-END", "mjd_end"),
    ("JD-OBS", "jd_obs"),
    ("TIMESYS", "timesys"),
    ("TIMEUNIT", "timeunit"),
    ("MJDREF", "mjdref"),
    ("MJDREFI", "mjdrefi"),
    ("MJDREFF", "mjdreff"),
    ("DATEREF", "dateref"),
    ("TREFPOS", "trefpos"),
    ("TIMEOFFS", "timeoffs"),
    ("TIMEDEL", "timedel"),
    ("TSTART", "tstart"),
    ("TSTOP", "tstop"),
    ("EXPTIME", "exptime"),
    ("EXPOSURE", "exposure"),
    ("XPOSURE", "xposure"),
    ("TELAPSE", "telapse"),
    ("JEPOCH", "jepoch"),
    ("BEPOCH", "bepoch"),
];

/// The map `time`, where the header says anything of it.
pub(super) fn times(fields: &mut Fields, hdu: &Hdu) -> Result<()> {
    let mut open = false;
    for (keyword, name) in TIMES {
        let Some(value) = hdu.header().value(keyword) else { continue };
        if !open {
            fields.begin_map("time")?;
            open = true;
        }
        push(fields, name, &value)?;
    }
    if open {
        fields.end();
    }
    Ok(())
}

/// The map `wcs`, where the header has coordinates of its array. Axes come in FITS order: the fastest first.
pub(super) fn coordinates(fields: &mut Fields, hdu: &Hdu, extents: &[u64]) -> Result<()> {
    let Some(wcs) = Wcs::of(hdu.header(), extents, ' ') else { return Ok(()) };
    fields.begin_map("wcs")?;
    let text = |f: &mut Fields, key: &'static str, of: fn(&WcsAxis) -> Fact<'_>| -> Result<()> {
        f.begin_list(key)?;
        for axis in &wcs.axes {
            f.item(of(axis))?;
        }
        f.end();
        Ok(())
    };
    let real = |x: Option<f64>| x.map_or(Fact::Null, Fact::Float);
    text(fields, "types", |a| Fact::Text(&a.ctype))?;
    text(fields, "units", |a| Fact::Text(&a.unit))?;
    if wcs.axes.iter().any(|a| a.name.is_some()) {
        text(fields, "names", |a| a.name.as_deref().map_or(Fact::Null, Fact::Text))?;
    }
    text(fields, "reference", |a| Fact::Float(a.reference))?;
    text(fields, "pixel", |a| Fact::Float(a.pixel))?;
    fields.begin_list("center")?;
    for axis in &wcs.axes {
        fields.item(real(axis.center))?;
    }
    fields.end();
    text(fields, "scale", |a| Fact::Float(a.scale))?;
    if let Some(system) = &wcs.system {
        fields.push("system", system.as_str())?;
    }
    if let Some(equinox) = wcs.equinox {
        fields.push("equinox", equinox)?;
    }
    let mut others = Wcs::alternates(hdu.header()).filter(|a| *a != ' ').peekable();
    if others.peek().is_some() {
        fields.begin_list("alternates")?;
        for letter in others {
            fields.item(&*letter.encode_utf8(&mut [0; 4]))?;
        }
        fields.end();
    }
    fields.end();
    Ok(())
}
