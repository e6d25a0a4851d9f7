//! The generic names of tags: FFmpeg's.
#![deny(clippy::arithmetic_side_effects)]

use std::borrow::Cow;

use crate::TagSource;

type Names = &'static [(&'static str, &'static str)];

/// ID3v2.2 (three letters), 2.3 and 2.4 (four).
const ID3: Names = &[
    ("TAL", "album"),
    ("TALB", "album"),
    ("TCM", "composer"),
    ("TCOM", "composer"),
    ("TCO", "genre"),
    ("TCON", "genre"),
    ("TCR", "copyright"),
    ("TCOP", "copyright"),
    ("TEN", "encoded_by"),
    ("TENC", "encoded_by"),
    ("TT1", "grouping"),
    ("TIT1", "grouping"),
    ("TT2", "title"),
    ("TIT2", "title"),
    ("TLA", "language"),
    ("TLAN", "language"),
    ("TP1", "artist"),
    ("TPE1", "artist"),
    ("TP2", "album_artist"),
    ("TPE2", "album_artist"),
    ("TP3", "performer"),
    ("TPE3", "performer"),
    ("TPA", "disc"),
    ("TPOS", "disc"),
    ("TPB", "publisher"),
    ("TPUB", "publisher"),
    ("TRK", "track"),
    ("TRCK", "track"),
    ("TSS", "encoder"),
    ("TSSE", "encoder"),
    ("TYE", "date"),
    ("TYER", "date"),
    ("TDRC", "date"),
    ("TDRL", "date"),
    ("TDEN", "creation_time"),
    ("TSOA", "album-sort"),
    ("TSOP", "artist-sort"),
    ("TSOT", "title-sort"),
    ("TCP", "compilation"),
    ("TCMP", "compilation"),
    ("USLT", "lyrics"),
    ("ULT", "lyrics"),
    ("COMM", "comment"),
    ("COM", "comment"),
    ("TBP", "bpm"),
    ("TBPM", "bpm"),
    ("TSRC", "isrc"),
];

/// RIFF's INFO, AIFF's text chunks.
const RIFF: Names = &[
    ("IART", "artist"),
    ("ICMT", "comment"),
    ("ICOP", "copyright"),
    ("ICRD", "date"),
    ("IGNR", "genre"),
    ("ILNG", "language"),
    ("INAM", "title"),
    ("IPRD", "album"),
    ("IPRT", "track"),
    ("ITRK", "track"),
    ("ISFT", "encoder"),
    ("ISMP", "timecode"),
    ("ITCH", "encoded_by"),
    ("Description", "comment"),
    ("Originator", "encoded_by"),
    ("OriginationDate", "date"),
];

/// The item list of MP4 and QuickTime's user data.
const MP4: Names = &[
    ("©nam", "title"),
    ("©ART", "artist"),
    ("aART", "album_artist"),
    ("©alb", "album"),
    ("©day", "date"),
    ("©cmt", "comment"),
    ("©gen", "genre"),
    ("gnre", "genre"),
    ("©wrt", "composer"),
    ("©com", "composer"),
    ("©too", "encoder"),
    ("©swr", "encoder"),
    ("©enc", "encoded_by"),
    ("©grp", "grouping"),
    ("©lyr", "lyrics"),
    ("©cpy", "copyright"),
    ("cprt", "copyright"),
    ("desc", "description"),
    ("ldes", "synopsis"),
    ("trkn", "track"),
    ("disk", "disc"),
    ("cpil", "compilation"),
    ("tmpo", "bpm"),
    ("pgap", "gapless_playback"),
    ("soal", "sort_album"),
    ("soar", "sort_artist"),
    ("sonm", "sort_name"),
    ("soco", "sort_composer"),
    ("soaa", "sort_album_artist"),
    ("tvsh", "show"),
    ("hdvd", "hd_video"),
    ("stik", "media_type"),
    ("purd", "purchase_date"),
];

/// Text chunks of AIFF.
const AIFF: Names = &[
    ("NAME", "title"),
    ("AUTH", "author"),
    ("(c) ", "copyright"),
    ("ANNO", "comment"),
    ("COMT", "comment"),
];

/// Fields of the broadcast extension.
const BEXT: Names = &[
    ("originator", "encoded_by"),
    ("origination_date", "date"),
    ("origination_time", "creation_time"),
];

/// Vorbis comments, Matroska, APE: names are compared without regard to case.
const NAMED: Names = &[
    ("ALBUMARTIST", "album_artist"),
    ("ALBUM ARTIST", "album_artist"),
    ("TRACKNUMBER", "track"),
    ("PART_NUMBER", "track"),
    ("DISCNUMBER", "disc"),
    ("DESCRIPTION", "comment"),
    ("DATE_RELEASED", "date"),
    ("YEAR", "date"),
    ("ENCODED_BY", "encoded_by"),
    ("ENCODER", "encoder"),
    ("TITLE", "title"),
    ("ARTIST", "artist"),
    ("ALBUM", "album"),
    ("DATE", "date"),
    ("GENRE", "genre"),
    ("COMMENT", "comment"),
    ("COMPOSER", "composer"),
    ("PERFORMER", "performer"),
    ("COPYRIGHT", "copyright"),
    ("PUBLISHER", "publisher"),
    ("ISRC", "isrc"),
    ("LYRICS", "lyrics"),
    ("LANGUAGE", "language"),
    ("TRACK", "track"),
    ("DISC", "disc"),
];

fn exact(names: Names, name: &str) -> Option<&'static str> {
    names.iter().find(|(n, _)| *n == name).map(|(_, generic)| *generic)
}

fn any_case(names: Names, name: &str) -> Option<&'static str> {
    names.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, generic)| *generic)
}

/// The generic name for a name of a standard; the name itself where there is none.
pub(crate) fn generic(source: TagSource, verbatim: &str) -> Cow<'_, str> {
    let (name, qualifier) = verbatim.split_once(':').unwrap_or((verbatim, ""));
    let found = match source {
        TagSource::Id3v22 | TagSource::Id3v23 | TagSource::Id3v24 => match name {
            "TXX" | "TXXX" | "COM" | "COMM" if !qualifier.is_empty() => return named(qualifier),
            _ => exact(ID3, name),
        },
        TagSource::Mp4 if name == "----" => {
            return named(qualifier.rsplit(':').next().unwrap_or(qualifier));
        }
        TagSource::Mp4 => exact(MP4, name),
        TagSource::Riff => exact(RIFF, name),
        TagSource::Aiff => exact(AIFF, name),
        TagSource::Bext => exact(BEXT, name),
        _ => return named(verbatim),
    };
    Cow::Borrowed(found.unwrap_or(verbatim))
}

/// Names that are words: ReplayGain's are lower case everywhere.
fn named(name: &str) -> Cow<'_, str> {
    match any_case(NAMED, name) {
        Some(generic) => Cow::Borrowed(generic),
        None if name.get(..11).is_some_and(|p| p.eq_ignore_ascii_case("replaygain_")) => {
            Cow::Owned(name.to_ascii_lowercase())
        }
        None => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_standards_become_the_same() {
        assert_eq!(generic(TagSource::Id3v22, "TT2"), "title");
        assert_eq!(generic(TagSource::Riff, "INAM"), "title");
        assert_eq!(generic(TagSource::Mp4, "©nam"), "title");
        assert_eq!(generic(TagSource::Vorbis, "title"), "title");
        assert_eq!(
            generic(TagSource::Id3v24, "TXXX:REPLAYGAIN_TRACK_GAIN"),
            "replaygain_track_gain"
        );
        assert_eq!(
            generic(TagSource::Mp4, "----:com.apple.iTunes:replaygain_track_gain"),
            "replaygain_track_gain"
        );
        assert_eq!(generic(TagSource::Vorbis, "Mood"), "Mood");
    }
}
