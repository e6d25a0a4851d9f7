//! The genres that ID3v1 numbers, with Winamp's additions.
#![deny(clippy::arithmetic_side_effects)]

use std::borrow::Cow;

/// Names by number, one behind another.
const NAMES: &str = "Blues|Classic Rock|Country|Dance|Disco|Funk|Grunge|Hip-Hop|Jazz|Metal|New Age|Oldies|Other|Pop|R&B|Rap|\
Reggae|Rock|Techno|Industrial|Alternative|Ska|Death Metal|Pranks|Soundtrack|Euro-Techno|Ambient|Trip-Hop|Vocal|\
Jazz+Funk|Fusion|Trance|Classical|Instrumental|Acid|House|Game|Sound Clip|Gospel|Noise|AlternRock|Bass|Soul|Punk|Space|\
Meditative|Instrumental Pop|Instrumental Rock|Ethnic|Gothic|Darkwave|Techno-Industrial|Electronic|Pop-Folk|Eurodance|\
Dream|Southern Rock|Comedy|Cult|Gangsta|Top 40|Christian Rap|Pop/Funk|Jungle|Native American|Cabaret|New Wave|\
Psychadelic|Rave|Showtunes|Trailer|Lo-Fi|Tribal|Acid Punk|Acid Jazz|Polka|Retro|Musical|Rock & Roll|Hard Rock|Folk|\
Folk-Rock|National Folk|Swing|Fast Fusion|Bebob|Latin|Revival|Celtic|Bluegrass|Avantgarde|Gothic Rock|\
Progressive Rock|Psychedelic Rock|Symphonic Rock|Slow Rock|Big Band|Chorus|Easy Listening|Acoustic|Humour|Speech|\
Chanson|Opera|Chamber Music|Sonata|Symphony|Booty Bass|Primus|Porn Groove|Satire|Slow Jam|Club|Tango|Samba|Folklore|\
Ballad|Power Ballad|Rhythmic Soul|Freestyle|Duet|Punk Rock|Drum Solo|A capella|Euro-House|Dance Hall|Goa|Drum & Bass|\
Club-House|Hardcore|Terror|Indie|BritPop|Negerpunk|Polsk Punk|Beat|Christian Gangsta|Heavy Metal|Black Metal|Crossover|\
Contemporary Christian|Christian Rock|Merengue|Salsa|Thrash Metal|Anime|JPop|SynthPop|Abstract|Art Rock|Baroque|\
Bhangra|Big Beat|Breakbeat|Chillout|Downtempo|Dub|EBM|Eclectic|Electro|Electroclash|Emo|Experimental|Garage|Global|IDM|\
Illbient|Industro-Goth|Jam Band|Krautrock|Leftfield|Lounge|Math Rock|New Romantic|Nu-Breakz|Post-Punk|Post-Rock|\
Psytrance|Shoegaze|Space Rock|Trop Rock|World Music|Neoclassical|Audiobook|Audio Theatre|Neue Deutsche Welle|Podcast|\
Indie Rock|G-Funk|Dubstep|Garage Rock|Psybient";

/// The genre of a number.
pub(crate) fn name(number: u8) -> Option<&'static str> {
    NAMES.split('|').nth(usize::from(number))
}

/// The genre that a TCON frame names: `17`, `(17)`, `(17)Rock` or a name.
pub(super) fn of_text(text: &str) -> Cow<'_, str> {
    let (number, refined) = match text.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((number, refined)) => (number, refined),
        None => (text, ""),
    };
    match number.parse().ok().and_then(name) {
        Some(name) if refined.is_empty() => Cow::Borrowed(name),
        Some(_) => Cow::Owned(refined.to_owned()),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_names() {
        assert_eq!(name(17), Some("Rock"));
        assert_eq!(name(191), Some("Psybient"));
        assert_eq!(name(192), None);
        assert_eq!(of_text("(17)"), "Rock");
        assert_eq!(of_text("(17)Space Rock"), "Space Rock");
        assert_eq!(of_text("8"), "Jazz");
        assert_eq!(of_text("Shoegaze"), "Shoegaze");
    }
}
