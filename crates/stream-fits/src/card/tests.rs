use super::*;

fn card(text: &str) -> Vec<u8> {
    let mut raw = text.as_bytes().to_vec();
    raw.resize(raw.len().next_multiple_of(80), b' ');
    raw
}

#[test]
fn values_of_every_type_are_told_apart() {
    for (text, expected) in [
        ("SIMPLE  =                    T / ok", Value::Logical(true)),
        ("NAXIS   =                    2", Value::Integer(2)),
        ("TZERO1  =  9223372036854775808", Value::Integer(1 << 63)),
        ("X       =               -1.5D3 / D", Value::Real(-1500.0)),
        ("X       = .5", Value::Real(0.5)),
        ("X       = (1.0, -2)", Value::Complex(1.0, -2.0)),
        ("X       =", Value::Undefined),
        ("X       =  / nothing", Value::Undefined),
    ] {
        let raw = card(text);
        let parts = Card::new(&raw, 0).parts();
        assert_eq!(parts.value, Some(expected), "{text}");
        assert_eq!(parts.defect, None, "{text}");
    }
}

#[test]
fn what_is_no_number_of_the_standard_is_kept_as_it_stands() {
    for text in
        ["X       = inf", "X       = NaN", "X       = 0x12", "X       = 1 2", "X       = TRUE"]
    {
        let raw = card(text);
        let parts = Card::new(&raw, 0).parts();
        assert!(matches!(parts.value, Some(Value::Unknown(_))), "{text}");
        assert_eq!(parts.defect, Some(Defect::Value), "{text}");
    }
}

#[test]
fn strings_lose_doubled_quotes_and_trailing_spaces() {
    let raw = card("OBJECT  = ' it''s   '          / a / comment ");
    let parts = Card::new(&raw, 0).parts();
    assert_eq!(parts.value.and_then(|v| v.as_text()).unwrap().to_string(), " it's");
    assert_eq!(parts.comment.to_string(), "a / comment");
    let raw = card("EMPTY   = ''");
    let text = Card::new(&raw, 0).value().and_then(|v| v.as_text()).unwrap();
    assert!(text.is_empty() && text.to_string().is_empty());
    let raw = card("OPEN    = 'never closed");
    let parts = Card::new(&raw, 0).parts();
    assert_eq!(parts.defect, Some(Defect::QuoteMissing));
    assert_eq!(parts.value.unwrap().to_string(), "never closed");
}

#[test]
fn hierarchical_keywords_have_all_their_words() {
    let raw = card("HIERARCH ESO INS OPTI-3 ID = 'xx / y' / a lens");
    let parts = Card::new(&raw, 0).parts();
    assert_eq!(parts.style, Style::Hierarch);
    assert_eq!(parts.keyword, "ESO INS OPTI-3 ID");
    assert_eq!(parts.value.unwrap().to_string(), "xx / y");
    assert_eq!(parts.comment.to_string(), "a lens");
}

#[test]
fn commentary_has_no_value_even_with_an_equals_sign() {
    for text in ["COMMENT = 'no value'", "HISTORY = 1", "        = 2", "NOVALUE  1"] {
        let raw = card(text);
        assert!(Card::new(&raw, 0).value().is_none(), "{text}");
    }
    let raw = card("HISTORY   indented");
    assert_eq!(Card::new(&raw, 0).parts().comment.to_string(), "  indented");
}

#[test]
fn what_the_standard_does_not_allow_is_said() {
    for (text, defect) in [
        ("lower   =                    1", Defect::Keyword),
        ("X       =1", Defect::ValueIndicator),
        ("X       =                  1e5", Defect::ExponentCase),
        ("X       = 'a' comment", Defect::SlashMissing),
        ("COMMENT caf\u{e9}", Defect::HeaderCharacter),
    ] {
        let raw = card(text);
        assert_eq!(Card::new(&raw, 0).parts().defect, Some(defect), "{text}");
    }
}
