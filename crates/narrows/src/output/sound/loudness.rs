//! Loudness for people and as JSON lines.

use std::io::{self, Write};

use stream_analysis::Loudness;

use crate::output::human::{Facts, Paint, clean};
use crate::output::json::{self, Object};

/// A file's loudness.
pub(crate) fn facts(
    out: &mut impl Write,
    name: &str,
    entry: &str,
    found: &Loudness,
    paint: Paint,
) -> io::Result<()> {
    writeln!(out, "{}  {}", paint.name(name), paint.dim(clean(entry)))?;
    let mut facts = Facts::new();
    let lufs = |x: Option<f64>| x.map_or_else(|| "-".to_owned(), |x| format!("{} LUFS", one(x)));
    let error = match found.integrated_error {
        0.0 => String::new(),
        error => format!(" ± {error:.1e}"),
    };
    facts.push("integrated", format!("{}{error}", lufs(found.integrated)));
    facts.push(
        "range",
        found.range.map_or_else(
            || "-".to_owned(),
            |r| format!("{} LU ({} to {} LUFS)", one(r.width()), one(r.low), one(r.high)),
        ),
    );
    facts.push("momentary max", lufs(found.momentary_max));
    facts.push("short-term max", lufs(found.short_term_max));
    facts.push("sample peak", format!("{} dBFS", two(found.sample_peak())));
    facts.push("true peak", format!("{} dBTP", two(found.true_peak())));
    facts.push("time", format!("{:.3} s", found.time));
    if found.not_finite > 0 {
        facts.push("not finite", format!("{} samples, taken as zeros", found.not_finite));
    }
    facts.write(out, paint)
}

fn one(x: f64) -> String {
    format!("{x:.1}")
}

fn two(x: f64) -> String {
    format!("{x:.2}")
}

/// What is measured so far, in one line.
pub(crate) fn short(found: &Loudness) -> String {
    let lufs = |x: Option<f64>| x.map_or_else(|| "-".to_owned(), one);
    format!(
        "{:.1} s, M {} S {} I {} LUFS, LRA {} LU, {} dBTP",
        found.time,
        lufs(found.momentary),
        lufs(found.short_term),
        lufs(found.integrated),
        found.range.map_or_else(|| "-".to_owned(), |r| one(r.width())),
        one(found.true_peak()),
    )
}

/// One JSON object of a file.
pub(crate) fn line<W: Write>(
    out: &mut W,
    file: &str,
    entry: &str,
    found: &Loudness,
    complete: bool,
) -> io::Result<()> {
    let mut o = Object::begin(out)?;
    o.text("path", file)?;
    o.text("entry", entry)?;
    json::float(o.key("time")?, found.time)?;
    gated(&mut o, found)?;
    number(&mut o, "momentary_max", found.momentary_max)?;
    number(&mut o, "short_term_max", found.short_term_max)?;
    json::float(o.key("sample_peak")?, found.sample_peak())?;
    json::float(o.key("true_peak")?, found.true_peak())?;
    let channels = [("sample_peaks", &found.sample_peaks), ("true_peaks", &found.true_peaks)];
    for (name, peaks) in channels {
        let decibels = peaks.iter().map(|x| 20.0 * f64::from(*x).log10());
        json::list(o.key(name)?, decibels, |out, x| json::float(out, x))?;
    }
    for (name, count) in [("missing", found.missing), ("not_finite", found.not_finite)] {
        if count > 0 {
            o.number(name, count)?;
        }
    }
    o.boolean("complete", complete)?;
    o.end()?;
    out.write_all(b"\n")
}

/// One JSON object of what is measured so far.
pub(crate) fn running<W: Write>(out: &mut W, file: &str, found: &Loudness) -> io::Result<()> {
    let mut o = Object::begin(out)?;
    o.text("path", file)?;
    let mut inner = Object::begin(o.key("running")?)?;
    json::float(inner.key("time")?, found.time)?;
    number(&mut inner, "momentary", found.momentary)?;
    number(&mut inner, "short_term", found.short_term)?;
    gated(&mut inner, found)?;
    json::float(inner.key("sample_peak")?, found.sample_peak())?;
    json::float(inner.key("true_peak")?, found.true_peak())?;
    inner.end()?;
    o.end()?;
    out.write_all(b"\n")
}

fn gated<W: Write>(o: &mut Object<'_, W>, found: &Loudness) -> io::Result<()> {
    number(o, "integrated", found.integrated)?;
    if found.integrated.is_some() {
        json::float(o.key("integrated_error")?, found.integrated_error)?;
    }
    if let Some(range) = found.range {
        json::float(o.key("range")?, range.width())?;
        json::float(o.key("range_low")?, range.low)?;
        json::float(o.key("range_high")?, range.high)?;
    }
    Ok(())
}

fn number<W: Write>(o: &mut Object<'_, W>, name: &str, x: Option<f64>) -> io::Result<()> {
    match x {
        Some(x) => json::float(o.key(name)?, x),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stream_analysis::Range;

    fn found() -> Loudness {
        Loudness {
            time: 60.5,
            integrated: Some(-23.04),
            range: Some(Range { low: -30.0, high: -20.5 }),
            momentary: Some(f64::NEG_INFINITY),
            momentary_max: Some(-18.0),
            sample_peaks: vec![0.5, 0.0],
            true_peaks: vec![1.0, 0.0],
            ..Loudness::default()
        }
    }

    fn text(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn people_see_loudness_in_the_units_of_r_128() {
        let shown = text(|out| facts(out, "a.wav", "stream/0", &found(), Paint(false)));
        for line in [
            "integrated      -23.0 LUFS\n",
            "range           9.5 LU (-30.0 to -20.5 LUFS)\n",
            "short-term max  -\n",
            "true peak       0.00 dBTP\n",
        ] {
            assert!(shown.contains(line), "{shown}");
        }
    }

    #[test]
    fn json_has_every_number_and_leaves_out_what_there_is_not() {
        let whole = text(|out| line(out, "a.wav", "stream/0", &found(), true));
        let whole: serde_json::Value = serde_json::from_str(&whole).unwrap();
        assert_eq!(whole["integrated"], -23.04);
        assert_eq!(whole["range"], 9.5);
        assert_eq!(whole["true_peaks"], serde_json::json!([0.0, "-Infinity"]));
        assert_eq!(whole["short_term_max"], serde_json::Value::Null);
        assert_eq!(whole["complete"], true);
        let so_far = text(|out| running(out, "a.wav", &found()));
        let so_far: serde_json::Value = serde_json::from_str(&so_far).unwrap();
        assert_eq!(so_far["running"]["momentary"], "-Infinity");
        assert_eq!(so_far["running"]["time"], 60.5);
    }
}
