//! The cards of an HDU as one asks for them: FITS 4.0, 10.1.2 says how those of a compressed image are mapped back.
#![deny(clippy::arithmetic_side_effects)]

use super::Hdu;
use crate::{Card, Cards};

/// Cards that stand for others in the header of a compressed image, and what they stand for.
const MAPPED: [(&str, &str); 9] = [
    ("ZSIMPLE", "SIMPLE"),
    ("ZTENSION", "XTENSION"),
    ("ZBITPIX", "BITPIX"),
    ("ZPCOUNT", "PCOUNT"),
    ("ZGCOUNT", "GCOUNT"),
    ("ZEXTEND", "EXTEND"),
    ("ZBLOCKED", "BLOCKED"),
    ("ZHECKSUM", "CHECKSUM"),
    ("ZDATASUM", "DATASUM"),
];

/// Cards of the table that holds the tiles.
const OF_TABLE: [&str; 18] = [
    "XTENSION", "BITPIX", "NAXIS", "NAXIS1", "NAXIS2", "PCOUNT", "GCOUNT", "TFIELDS", "THEAP",
    "CHECKSUM", "DATASUM", "ZIMAGE", "ZCMPTYPE", "ZQUANTIZ", "ZDITHER0", "ZMASKCMP", "ZSCALE",
    "ZZERO",
];

/// Indexed cards of that table.
const INDEXED: [&str; 9] =
    ["TTYPE", "TFORM", "TUNIT", "TNULL", "TDISP", "TDIM", "ZTILE", "ZNAME", "ZVAL"];

impl Hdu {
    /// The cards: of a compressed image those of the image that it holds, under their own names.
    pub fn cards_presented(&self) -> Presented<'_> {
        Presented { cards: self.header.cards(), maps: self.compressed.is_some() }
    }
}

/// Cards in file order, those of a compressed image mapped back.
pub struct Presented<'a> {
    cards: Cards<'a>,
    maps: bool,
}

impl<'a> Iterator for Presented<'a> {
    type Item = Card<'a>;

    fn next(&mut self) -> Option<Card<'a>> {
        if !self.maps {
            return self.cards.next();
        }
        self.cards.find_map(|card| {
            let name = card.keyword();
            if let Some((_, alias)) = MAPPED.iter().find(|(from, _)| *from == name) {
                return Some(card.named(alias));
            }
            if card.is("ZNAXIS") || card.index("ZNAXIS").is_some() {
                return Some(card.named(name.get(1..).unwrap_or(name)));
            }
            let of_table =
                OF_TABLE.contains(&name) || INDEXED.iter().any(|root| card.index(root).is_some());
            (!of_table).then_some(card)
        })
    }
}
