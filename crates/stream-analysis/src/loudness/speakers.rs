//! How much each channel counts (ITU-R BS.1770-4, Annex 1, table 3, and Annex 3, table 4).

/// FFmpeg's names of sets of loudspeakers, with those of their channels in order.
const NAMED: [(&str, &str); 28] = [
    ("mono", "FC"),
    ("stereo", "FL FR"),
    ("downmix", "DL DR"),
    ("2.1", "FL FR LFE"),
    ("3.0", "FL FR FC"),
    ("3.0(back)", "FL FR BC"),
    ("4.0", "FL FR FC BC"),
    ("quad", "FL FR BL BR"),
    ("quad(side)", "FL FR SL SR"),
    ("3.1", "FL FR FC LFE"),
    ("5.0", "FL FR FC BL BR"),
    ("5.0(side)", "FL FR FC SL SR"),
    ("4.1", "FL FR FC LFE BC"),
    ("5.1", "FL FR FC LFE BL BR"),
    ("5.1(side)", "FL FR FC LFE SL SR"),
    ("6.0", "FL FR FC BC SL SR"),
    ("6.0(front)", "FL FR FLC FRC SL SR"),
    ("hexagonal", "FL FR FC BL BR BC"),
    ("6.1", "FL FR FC LFE BC SL SR"),
    ("6.1(back)", "FL FR FC LFE BL BR BC"),
    ("6.1(front)", "FL FR LFE FLC FRC SL SR"),
    ("7.0", "FL FR FC BL BR SL SR"),
    ("7.0(front)", "FL FR FC FLC FRC SL SR"),
    ("7.1", "FL FR FC LFE BL BR SL SR"),
    ("7.1(wide)", "FL FR FC LFE BL BR FLC FRC"),
    ("7.1(wide-side)", "FL FR FC LFE FLC FRC SL SR"),
    ("octagonal", "FL FR FC BL BR BC SL SR"),
    ("5.1.2", "FL FR FC LFE SL SR TFL TFR"),
];

/// What a channel beside the listener counts: 1.5 dB more.
const SIDE: f64 = 1.41;

/// The names of the loudspeakers of a layout, in the order of channels: `FL`, `FR`, `LFE`, …
///
/// `layout` is a name as FFmpeg gives it, or the names themselves, joined with `+`, which are given back as they are.
pub fn speakers(layout: &str) -> Vec<String> {
    let layout = layout.trim();
    let named = NAMED.iter().find(|(name, _)| *name == layout).map(|(_, speakers)| *speakers);
    let names = named.unwrap_or(layout).split(['+', ' ', '|']).filter(|name| !name.is_empty());
    names.map(str::to_ascii_uppercase).collect()
}

/// The weight of each of `channels` channels: 1; 1.41 where the loudspeaker stands 60 to 120 degrees to a side; 0 for
/// low-frequency effects.
///
/// `layout` is as in [`speakers`]. Loudspeakers named back left and
/// back right stand at the sides where there are no others there (5.1), else behind (7.1). Without a layout, or with one of
/// another number of channels, five and six channels are taken as left, right, centre, (low-frequency effects,) left and
/// right surround; any others count alike.
pub fn channel_weights(layout: Option<&str>, channels: usize) -> Vec<f64> {
    let fallback = match channels {
        5 => "FL FR FC SL SR",
        6 => "FL FR FC LFE SL SR",
        _ => "",
    };
    let mut names = speakers(layout.unwrap_or(""));
    if names.len() != channels {
        names = speakers(fallback);
    }
    names.resize(channels, String::new());
    let sides = names.iter().any(|name| matches!(name.as_str(), "SL" | "SR"));
    let weight = |name: &String| match name.as_str() {
        "LFE" | "LFE2" => 0.0,
        "SL" | "SR" => SIDE,
        "BL" | "BR" if !sides => SIDE,
        _ => 1.0,
    };
    names.iter().map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surrounds_count_more_and_low_frequencies_not_at_all() {
        let of = |layout| channel_weights(Some(layout), 6);
        let expected = [1.0, 1.0, 1.0, 0.0, SIDE, SIDE];
        assert_eq!(of("5.1"), expected);
        assert_eq!(of("5.1(side)"), expected);
        assert_eq!(of("FL+FR+FC+LFE+SL+SR"), expected);
        assert_eq!(channel_weights(None, 6), expected);
        assert_eq!(channel_weights(Some("stereo"), 6), expected, "of another number of channels");
        assert_eq!(channel_weights(None, 5), [1.0, 1.0, 1.0, SIDE, SIDE]);
    }

    #[test]
    fn what_stands_behind_the_listener_counts_as_what_stands_in_front() {
        assert_eq!(channel_weights(Some("7.1"), 8), [1.0, 1.0, 1.0, 0.0, 1.0, 1.0, SIDE, SIDE]);
        assert_eq!(channel_weights(Some("quad"), 4), [1.0, 1.0, SIDE, SIDE]);
        assert_eq!(channel_weights(Some("4.0"), 4), [1.0; 4]);
        assert_eq!(channel_weights(None, 3), [1.0; 3]);
        assert_eq!(channel_weights(Some("mono"), 1), [1.0]);
    }
}
