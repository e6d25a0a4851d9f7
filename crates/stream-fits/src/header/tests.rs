use super::*;

fn header(cards: &[&str]) -> Header {
    let mut header = Header::new(&Budget::new("header", 1 << 20));
    for card in cards {
        let mut raw = card.as_bytes().to_vec();
        raw.resize(80, b' ');
        header.raw.extend(&raw).unwrap();
    }
    header
}

#[test]
fn continued_strings_are_one_card() {
    let h = header(&[
        "LONG    = 'abc &' / first",
        "CONTINUE  'it''s &' / second",
        "CONTINUE  'end'",
        "NEXT    =                    1",
    ]);
    let cards: Vec<_> = h.cards().collect();
    assert_eq!((cards.len(), h.len()), (2, 4));
    let parts = cards[0].parts();
    assert_eq!(parts.value.unwrap().to_string(), "abc it's end");
    assert_eq!(parts.comment.to_string(), "first second");
    assert_eq!(cards[1].offset(), 240);
    assert_eq!(h.text("LONG").unwrap(), "abc it's end");
}

#[test]
fn hierarch_and_continue_go_together() {
    let h = header(&["HIERARCH A B C = 'one&'", "CONTINUE  '&'", "CONTINUE  'two' / end"]);
    assert_eq!(h.text("A B C").unwrap().to_string(), "onetwo");
    assert_eq!(h.get("A B C").unwrap().parts().comment.to_string(), "end");
}

#[test]
fn an_ampersand_at_the_end_of_an_ordinary_string_stays() {
    let h = header(&["X       = 'R&D &'", "Y       = 1", "CONTINUE  'stray'"]);
    assert_eq!(h.text("X").unwrap().to_string(), "R&D &");
    let last = h.cards().last().unwrap().parts();
    assert_eq!(last.defect, Some(crate::Defect::ContinueStray));
}

#[test]
fn the_first_of_repeated_keywords_is_found_and_all_are_kept() {
    let h = header(&["A       = 1", "A       = 2", "NAXIS12 = 7"]);
    assert_eq!(h.integer("A"), Some(1));
    assert_eq!(h.cards().filter(|c| c.is("A")).count(), 2);
    assert_eq!(h.indexed("NAXIS", 12).and_then(|c| c.value()), Some(Value::Integer(7)));
    assert_eq!(h.cards().last().and_then(|c| c.index("NAXIS")), Some(12));
}
