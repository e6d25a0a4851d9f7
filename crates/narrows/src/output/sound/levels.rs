//! Levels of frames as JSON lines, csv or npy.

use std::io::{self, Write};

use stream_analysis::{Framing, Level, Sound};
use stream_core::DType;

use crate::cli::Rows;
use crate::output::array::npy;
use crate::output::element;
use crate::output::json::{self, Object};

/// Writes the levels of one sound's frames.
pub(crate) struct Levels<'f> {
    to: Rows,
    file: Option<&'f str>,
    framing: Framing,
    sound: Sound,
}

impl<'f> Levels<'f> {
    /// `file` is said in each row.
    pub(crate) fn new(to: Rows, file: Option<&'f str>, framing: &Framing, sound: &Sound) -> Self {
        Self { to, file, framing: *framing, sound: sound.clone() }
    }

    /// Before the first frame.
    pub(crate) fn begin(&mut self, out: &mut impl Write) -> anyhow::Result<()> {
        match self.to {
            Rows::Jsonl => Ok(()),
            Rows::Csv => Ok(out.write_all(self.names().as_bytes())?),
            Rows::Npy => Ok(out.write_all(&self.header()?)?),
        }
    }

    /// Whether there is a mix that is not the channel itself.
    fn mixed(&self) -> bool {
        self.sound.channels > 1
    }

    /// The names of csv's columns.
    fn names(&self) -> String {
        let mut names = String::new();
        if self.file.is_some() {
            names.push_str("file,");
        }
        names.push_str("frame");
        if self.sound.sample_rate.is_some() {
            names.push_str(",time");
        }
        for line in ["rms", "peak"] {
            for channel in 0..self.sound.channels {
                names.push_str(&format!(",{line}_{channel}"));
            }
        }
        names.push_str(if self.mixed() { ",rms_mix,peak_mix\r\n" } else { "\r\n" });
        names
    }

    /// npy's header: how many frames there will be must be known.
    fn header(&self) -> anyhow::Result<Vec<u8>> {
        let Some(samples) = self.sound.frames else {
            anyhow::bail!(
                "npy needs the number of frames beforehand, which this sound does not say: use --to jsonl or csv"
            )
        };
        let channels = [self.sound.channels as u64];
        let mut members = vec![("frame", &DType::U64, &[][..])];
        if self.sound.sample_rate.is_some() {
            members.push(("time", &DType::F64, &[]));
        }
        members.push(("rms", &DType::F32, &channels));
        members.push(("peak", &DType::F32, &channels));
        if self.mixed() {
            members.push(("rms_mix", &DType::F32, &[]));
            members.push(("peak_mix", &DType::F32, &[]));
        }
        npy::record_header(&members, self.framing.frames(samples))
    }

    /// Where the frame stands: its middle where frames are centred, else its start.
    fn time(&self, frame: u64) -> Option<f64> {
        let sample = frame.saturating_mul(self.framing.hop());
        self.sound.sample_rate.map(|rate| sample as f64 / rate)
    }

    pub(crate) fn write<W: Write>(&mut self, out: &mut W, level: &Level<'_>) -> io::Result<()> {
        match self.to {
            Rows::Jsonl => self.line(out, level),
            Rows::Csv => self.row(out, level),
            Rows::Npy => self.record(out, level),
        }
    }

    fn line<W: Write>(&self, out: &mut W, level: &Level<'_>) -> io::Result<()> {
        let mut o = Object::begin(out)?;
        if let Some(file) = self.file {
            o.text("file", file)?;
        }
        o.number("frame", level.frame)?;
        if let Some(time) = self.time(level.frame) {
            json::float(o.key("time")?, time)?;
        }
        for (name, numbers) in [("rms", level.rms), ("peak", level.peak)] {
            json::list(o.key(name)?, numbers.iter(), |out, x| element::single(out, *x))?;
        }
        if self.mixed() {
            element::single(o.key("rms_mix")?, level.mix_rms)?;
            element::single(o.key("peak_mix")?, level.mix_peak)?;
        }
        o.end()?;
        out.write_all(b"\n")
    }

    fn row<W: Write>(&self, out: &mut W, level: &Level<'_>) -> io::Result<()> {
        if let Some(file) = self.file {
            write!(out, "\"{}\",", file.replace('"', "\"\""))?;
        }
        out.write_all(itoa::Buffer::new().format(level.frame).as_bytes())?;
        if let Some(time) = self.time(level.frame) {
            out.write_all(b",")?;
            out.write_all(zmij::Buffer::new().format(time).as_bytes())?;
        }
        let mix = [level.mix_rms, level.mix_peak];
        let mix = if self.mixed() { &mix[..] } else { &[] };
        for x in level.rms.iter().chain(level.peak).chain(mix) {
            out.write_all(b",")?;
            out.write_all(zmij::Buffer::new().format(*x).as_bytes())?;
        }
        out.write_all(b"\r\n")
    }

    fn record<W: Write>(&self, out: &mut W, level: &Level<'_>) -> io::Result<()> {
        out.write_all(&level.frame.to_ne_bytes())?;
        if let Some(time) = self.time(level.frame) {
            out.write_all(&time.to_ne_bytes())?;
        }
        let mix = [level.mix_rms, level.mix_peak];
        let mix = if self.mixed() { &mix[..] } else { &[] };
        for x in level.rms.iter().chain(level.peak).chain(mix) {
            out.write_all(&x.to_ne_bytes())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use stream_analysis::Edges;

    fn written(to: Rows, channels: usize, rate: Option<f64>, file: Option<&str>) -> Vec<u8> {
        let sound = Sound { channels, sample_rate: rate, frames: Some(2048), channel_layout: None };
        let framing = Framing::new(2048, 512, Edges::Whole).unwrap();
        let mut levels = Levels::new(to, file, &framing, &sound);
        let mut out = Vec::new();
        levels.begin(&mut out).unwrap();
        let rms = [0.5, 0.25];
        let level = Level {
            frame: 3,
            rms: &rms[..channels],
            peak: &[1.0, 0.75][..channels],
            mix_rms: 0.125,
            mix_peak: 0.1,
        };
        levels.write(&mut out, &level).unwrap();
        out
    }

    fn text(to: Rows, channels: usize, rate: Option<f64>, file: Option<&str>) -> String {
        String::from_utf8(written(to, channels, rate, file)).unwrap()
    }

    #[test]
    fn a_frame_is_a_json_line_with_the_mix_of_several_channels() {
        assert_eq!(
            text(Rows::Jsonl, 2, Some(1024.0), None),
            "{\"frame\":3,\"time\":1.5,\"rms\":[0.5,0.25],\"peak\":[1.0,0.75],\"rms_mix\":0.125,\"peak_mix\":0.1}\n"
        );
        assert_eq!(
            text(Rows::Jsonl, 1, None, Some("a.wav")),
            "{\"file\":\"a.wav\",\"frame\":3,\"rms\":[0.5],\"peak\":[1.0]}\n"
        );
    }

    #[test]
    fn csv_names_its_columns() {
        assert_eq!(
            text(Rows::Csv, 2, Some(1024.0), None),
            "frame,time,rms_0,rms_1,peak_0,peak_1,rms_mix,peak_mix\r\n3,1.5,0.5,0.25,1.0,0.75,0.125,0.1\r\n"
        );
        assert_eq!(
            text(Rows::Csv, 1, None, Some("a")),
            "file,frame,rms_0,peak_0\r\n\"a\",3,0.5,1.0\r\n"
        );
    }

    #[test]
    fn npy_is_an_array_of_records() {
        let file = written(Rows::Npy, 2, Some(1024.0), None);
        let header = String::from_utf8_lossy(&file[..192]).into_owned();
        assert!(header.contains("('rms', '<f4', (2,)), ('peak', '<f4', (2,))"), "{header}");
        assert!(header.contains("'shape': (1,)"), "{header}");
        assert_eq!(file.len() % 64, 40, "of 8, 8, 16 and 8 bytes");
    }
}
