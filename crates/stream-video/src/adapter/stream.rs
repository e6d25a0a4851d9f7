//! A stream's facts as an entry.

use stream_core::{Entry, Fields, Kind, Result};

use super::fill::{ratio, seconds};
use crate::{Audio, Color, Mastering, Pictures, Rational, Stream};

/// A stream, with ffprobe's names.
pub(super) fn fill(entry: &mut Entry, stream: &Stream) -> Result<()> {
    entry.reset(Kind::Stream);
    let path = entry.path_mut();
    path.set("stream/")?;
    path.push_decimal(stream.index.into())?;
    entry.set_has_data();
    let fields = entry.fields_mut();
    fields.push("codec_type", stream.media.as_str())?;
    text(fields, "codec", stream.codec.as_deref())?;
    text(fields, "codec_long_name", stream.codec_long_name.as_deref())?;
    text(fields, "profile", stream.profile.as_deref())?;
    if let Some(level) = stream.level {
        fields.push("level", level)?;
    }
    if stream.codec_tag != 0 {
        fields.push("codec_tag", format!("0x{:04x}", stream.codec_tag).as_str())?;
    }
    if let Some(id) = stream.id {
        fields.push("id", format!("0x{id:x}").as_str())?;
    }
    text(fields, "language", stream.language.as_deref())?;
    if let Some(pictures) = &stream.video {
        of_pictures(fields, pictures)?;
    }
    if let Some(audio) = &stream.audio {
        of_sound(fields, audio)?;
    }
    ratio(fields, "time_base", stream.time_base, '/')?;
    integer(fields, "start_pts", stream.start)?;
    seconds(fields, "start_time", stream.start, stream.time_base)?;
    integer(fields, "duration_ts", stream.duration)?;
    seconds(fields, "duration", stream.duration, stream.time_base)?;
    integer(fields, "bit_rate", stream.bit_rate)?;
    integer(fields, "bits_per_raw_sample", stream.bits_per_raw_sample.map(i64::from))?;
    if let Some(frames) = stream.frames {
        fields.push("nb_frames", frames)?;
    }
    if stream.extradata_size > 0 {
        fields.push("extradata_size", stream.extradata_size)?;
    }
    if !stream.disposition.is_empty() {
        fields.begin_list("disposition")?;
        for name in &stream.disposition {
            fields.item(*name)?;
        }
        fields.end();
    }
    Ok(())
}

fn of_pictures(fields: &mut Fields, pictures: &Pictures) -> Result<()> {
    fields.push("width", pictures.width)?;
    fields.push("height", pictures.height)?;
    text(fields, "pix_fmt", pictures.pix_fmt)?;
    if let Some(aspect) = pictures.sample_aspect_ratio {
        ratio(fields, "sample_aspect_ratio", aspect, ':')?;
    }
    if let Some(aspect) = pictures.display_aspect_ratio {
        ratio(fields, "display_aspect_ratio", aspect, ':')?;
    }
    integer(fields, "rotation", pictures.rotation.map(i64::from))?;
    ratio(fields, "r_frame_rate", pictures.r_frame_rate, '/')?;
    ratio(fields, "avg_frame_rate", pictures.avg_frame_rate, '/')?;
    fields.push("has_b_frames", i64::from(pictures.has_b_frames))?;
    text(fields, "field_order", pictures.field_order)?;
    let Color { range, space, transfer, primaries, chroma_location } = &pictures.color;
    text(fields, "color_range", *range)?;
    text(fields, "color_space", *space)?;
    text(fields, "color_transfer", *transfer)?;
    text(fields, "color_primaries", *primaries)?;
    text(fields, "chroma_location", *chroma_location)?;
    if let Some(mastering) = &pictures.mastering {
        of_mastering(fields, mastering)?;
    }
    if let Some((most, average)) = pictures.light {
        fields.begin_map("content_light_level")?;
        fields.push("max_content", most)?;
        fields.push("max_average", average)?;
        fields.end();
    }
    text(fields, "stereo3d", pictures.stereo3d)?;
    text(fields, "spherical", pictures.spherical)
}

/// SMPTE ST 2086, with the names and fractions of ffprobe.
fn of_mastering(fields: &mut Fields, mastering: &Mastering) -> Result<()> {
    fields.begin_map("mastering_display")?;
    let names = [("red_x", "red_y"), ("green_x", "green_y"), ("blue_x", "blue_y")];
    for ((x, y), point) in names.into_iter().zip(mastering.primaries.iter().flatten()) {
        pair(fields, (x, y), point)?;
    }
    if let Some(white) = &mastering.white {
        pair(fields, ("white_point_x", "white_point_y"), white)?;
    }
    if let Some(luminance) = &mastering.luminance {
        pair(fields, ("min_luminance", "max_luminance"), luminance)?;
    }
    fields.end();
    Ok(())
}

fn pair(
    fields: &mut Fields,
    names: (&'static str, &'static str),
    values: &[Rational; 2],
) -> Result<()> {
    ratio(fields, names.0, values[0], '/')?;
    ratio(fields, names.1, values[1], '/')
}

fn of_sound(fields: &mut Fields, audio: &Audio) -> Result<()> {
    text(fields, "sample_fmt", audio.sample_fmt)?;
    fields.push("sample_rate", audio.sample_rate)?;
    fields.push("channels", audio.channels)?;
    text(fields, "channel_layout", audio.channel_layout.as_deref())?;
    if audio.bits_per_sample > 0 {
        fields.push("bits_per_sample", i64::from(audio.bits_per_sample))?;
    }
    if audio.initial_padding > 0 {
        fields.push("initial_padding", i64::from(audio.initial_padding))?;
    }
    if audio.trailing_padding > 0 {
        fields.push("trailing_padding", i64::from(audio.trailing_padding))?;
    }
    Ok(())
}

fn text(fields: &mut Fields, name: &'static str, value: Option<&str>) -> Result<()> {
    if let Some(value) = value {
        fields.push(name, value)?;
    }
    Ok(())
}

fn integer(fields: &mut Fields, name: &'static str, value: Option<i64>) -> Result<()> {
    if let Some(value) = value {
        fields.push(name, value)?;
    }
    Ok(())
}
