//! The samples of a decoded frame as floats.

use std::ffi::c_int;

use super::decoder::Frame;

/// How samples lie in a frame (libavutil, `AVSampleFormat`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    U8,
    S16,
    S32,
    S64,
    Flt,
    Dbl,
}

impl Form {
    /// The form, and whether each channel has a plane of its own.
    fn of(number: c_int) -> Option<(Self, bool)> {
        Some(match number {
            0 => (Self::U8, false),
            1 => (Self::S16, false),
            2 => (Self::S32, false),
            3 => (Self::Flt, false),
            4 => (Self::Dbl, false),
            5 => (Self::U8, true),
            6 => (Self::S16, true),
            7 => (Self::S32, true),
            8 => (Self::Flt, true),
            9 => (Self::Dbl, true),
            10 => (Self::S64, false),
            11 => (Self::S64, true),
            _ => return None,
        })
    }

    fn bytes(self) -> usize {
        match self {
            Self::U8 => 1,
            Self::S16 => 2,
            Self::S32 | Self::Flt => 4,
            Self::S64 | Self::Dbl => 8,
        }
    }

    /// Writes samples as floats, full scale being 1: whole numbers over the largest power of two, as libswresample does.
    fn floats<'o>(self, bytes: &[u8], out: impl Iterator<Item = &'o mut f32>) {
        fn each<'o, const N: usize>(
            bytes: &[u8],
            out: impl Iterator<Item = &'o mut f32>,
            float: impl Fn([u8; N]) -> f32,
        ) {
            let (samples, _) = bytes.as_chunks::<N>();
            for (to, sample) in out.zip(samples) {
                *to = float(*sample);
            }
        }
        const S16: f32 = 1.0 / 32_768.0;
        const S32: f32 = 1.0 / 2_147_483_648.0;
        const S64: f32 = 1.0 / 9_223_372_036_854_775_808.0;
        match self {
            Self::U8 => each(bytes, out, |[b]| (f32::from(b) - 128.0) / 128.0),
            Self::S16 => each(bytes, out, |b| f32::from(i16::from_ne_bytes(b)) * S16),
            // rounded to the nearest float
            Self::S32 => each(bytes, out, |b| i32::from_ne_bytes(b) as f32 * S32),
            Self::S64 => each(bytes, out, |b| i64::from_ne_bytes(b) as f32 * S64),
            Self::Flt => each(bytes, out, f32::from_ne_bytes),
            Self::Dbl => each(bytes, out, |b| f64::from_ne_bytes(b) as f32),
        }
    }
}

impl Frame<'_> {
    /// Samples of a channel.
    pub(crate) fn samples(&self) -> usize {
        usize::try_from(self.0.nb_samples).unwrap_or(0)
    }

    /// Channels of sound.
    pub(crate) fn channels(&self) -> usize {
        usize::try_from(self.0.ch_layout.nb_channels).unwrap_or(0)
    }

    /// Samples in a second.
    pub(crate) fn sample_rate(&self) -> u32 {
        u32::try_from(self.0.sample_rate).unwrap_or(0)
    }

    /// Writes samples from the `from`-th on, all channels interleaved, until `out` is full or they end; `false` where their form is
    /// not known.
    pub(crate) fn floats(&self, from: usize, out: &mut [f32]) -> bool {
        let Some((form, planar)) = Form::of(self.0.format) else { return false };
        let channels = self.channels();
        if !planar {
            let (from, all) =
                (from.saturating_mul(channels), self.samples().saturating_mul(channels));
            form.floats(self.plane(0, form, from, all), out.iter_mut());
            return true;
        }
        for channel in 0..channels {
            let plane = self.plane(channel, form, from, self.samples());
            let out = out.get_mut(channel..).unwrap_or_default();
            form.floats(plane, out.iter_mut().step_by(channels));
        }
        true
    }

    /// The bytes of a plane that has `all` samples, from the `from`-th on.
    fn plane(&self, at: usize, form: Form, from: usize, all: usize) -> &[u8] {
        // all planes are as long as the first
        let length = usize::try_from(self.0.linesize[0]).unwrap_or(0);
        let length = length.min(all.saturating_mul(form.bytes()));
        // SAFETY: a frame of sound has a pointer for each plane, packed samples have one; each points to as many bytes as are
        // said, which live as long as the frame.
        let bytes = unsafe {
            let plane = *self.0.extended_data.add(at);
            if plane.is_null() {
                return &[];
            }
            std::slice::from_raw_parts(plane, length)
        };
        bytes.get(from.saturating_mul(form.bytes())..).unwrap_or_default()
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects)]
mod tests {
    use super::*;

    fn converted(form: Form, bytes: &[u8]) -> Vec<f32> {
        let mut out = vec![f32::NAN; bytes.len() / form.bytes()];
        form.floats(bytes, out.iter_mut());
        out
    }

    #[test]
    fn each_form_has_its_full_scale_at_one() {
        assert_eq!(converted(Form::U8, &[0, 128, 192]), [-1.0, 0.0, 0.5]);
        let s16 = [i16::MIN, 0, 16384].map(i16::to_ne_bytes);
        assert_eq!(converted(Form::S16, s16.as_flattened()), [-1.0, 0.0, 0.5]);
        let s32 = [i32::MIN, 1 << 30, 1].map(i32::to_ne_bytes);
        assert_eq!(converted(Form::S32, s32.as_flattened()), [-1.0, 0.5, 4.656_613e-10]);
        let s64 = [i64::MIN, 1 << 62].map(i64::to_ne_bytes);
        assert_eq!(converted(Form::S64, s64.as_flattened()), [-1.0, 0.5]);
        let flt = [0.25f32, -2.0].map(f32::to_ne_bytes);
        assert_eq!(converted(Form::Flt, flt.as_flattened()), [0.25, -2.0]);
        let dbl = [0.1f64].map(f64::to_ne_bytes);
        assert_eq!(converted(Form::Dbl, dbl.as_flattened()), [0.1f32]);
    }

    #[test]
    fn forms_that_are_not_known_are_none() {
        assert_eq!(Form::of(12), None);
        assert_eq!(Form::of(-1), None);
        assert_eq!(Form::of(8), Some((Form::Flt, true)));
    }
}
