//! FITS files made by hand.

#![allow(dead_code)] // each test uses some of it
#![allow(clippy::unwrap_used)] // a test's helper may

/// A file as it grows.
#[derive(Clone, Default)]
pub(crate) struct File(pub(crate) Vec<u8>);

/// A card in fixed format; strings bring their quotes.
pub(crate) fn card(keyword: &str, value: impl std::fmt::Display) -> String {
    let value = value.to_string();
    if value.starts_with('\'') {
        format!("{keyword:8}= {value:20}")
    } else {
        format!("{keyword:8}= {value:>20}")
    }
}

impl File {
    /// Appends a header of these cards and END, padded.
    pub(crate) fn header(mut self, cards: &[String]) -> Self {
        for card in cards {
            assert!(card.len() <= 80, "{card}");
            self.0.extend(format!("{card:80}").bytes());
        }
        self.0.extend(format!("{:80}", "END").bytes());
        self.0.resize(self.0.len().next_multiple_of(2880), b' ');
        self
    }

    /// Appends data, padded with zeros.
    pub(crate) fn data(mut self, data: &[u8]) -> Self {
        self.0.extend(data);
        self.0.resize(self.0.len().next_multiple_of(2880), 0);
        self
    }

    /// A primary HDU without data.
    pub(crate) fn empty() -> Self {
        Self::default().header(&[
            card("SIMPLE", "T"),
            card("BITPIX", 8),
            card("NAXIS", 0),
            card("EXTEND", "T"),
        ])
    }

    /// A primary image; extents in FITS order.
    pub(crate) fn image(bitpix: i64, extents: &[u64], more: &[String], data: &[u8]) -> Self {
        Self::default().array(vec![card("SIMPLE", "T")], bitpix, extents, more).data(data)
    }

    fn array(self, first: Vec<String>, bitpix: i64, extents: &[u64], more: &[String]) -> Self {
        let mut cards = first;
        cards.push(card("BITPIX", bitpix));
        cards.push(card("NAXIS", extents.len()));
        for (n, extent) in extents.iter().enumerate() {
            cards.push(card(&format!("NAXIS{}", n + 1), extent));
        }
        cards.extend(more.iter().cloned());
        self.header(&cards)
    }

    /// An extension of any kind.
    pub(crate) fn extension(
        self,
        kind: &str,
        bitpix: i64,
        extents: &[u64],
        more: &[String],
        data: &[u8],
    ) -> Self {
        let pcount = more.iter().any(|card| card.starts_with("PCOUNT"));
        let mut cards = if pcount { vec![] } else { vec![card("PCOUNT", 0)] };
        cards.push(card("GCOUNT", 1));
        cards.extend(more.iter().cloned());
        let first = vec![card("XTENSION", format!("'{kind:8}'"))];
        self.array(first, bitpix, extents, &cards).data(data)
    }

    /// A binary table: name, form and further cards of each column (with `#` for its number), rows, heap.
    pub(crate) fn table(
        self,
        columns: &[(&str, &str, &[&str])],
        rows: &[Vec<u8>],
        heap: &[u8],
        more: &[String],
    ) -> Self {
        let width = rows.first().map_or(0, Vec::len);
        let mut cards = vec![];
        if !heap.is_empty() {
            cards.push(card("PCOUNT", heap.len()));
        }
        cards.push(card("TFIELDS", columns.len()));
        for (n, (name, form, further)) in columns.iter().enumerate() {
            let n = n + 1;
            if !name.is_empty() {
                cards.push(card(&format!("TTYPE{n}"), format!("'{name}'")));
            }
            cards.push(card(&format!("TFORM{n}"), format!("'{form}'")));
            for one in *further {
                let (key, value) = one.split_once('=').unwrap();
                cards.push(card(&key.replace('#', &n.to_string()), value));
            }
        }
        cards.extend(more.iter().cloned());
        let data: Vec<u8> = rows.concat().into_iter().chain(heap.iter().copied()).collect();
        self.extension("BINTABLE", 8, &[width as u64, rows.len() as u64], &cards, &data)
    }
}

/// Big-endian bytes of numbers.
pub(crate) fn be<const N: usize, T: Copy>(values: &[T], bytes: fn(T) -> [u8; N]) -> Vec<u8> {
    values.iter().flat_map(|v| bytes(*v)).collect()
}

/// A table with a column of every kind.
pub(crate) fn every_column() -> File {
    let mut rows = Vec::new();
    let mut heap: Vec<u8> = Vec::new();
    for i in 0..5u8 {
        let mut row = vec![if i % 2 == 0 { b'T' } else { b'F' }];
        row.extend([0b1010_0000 | i, 0b1000_0000]);
        row.push(i);
        row.extend((i16::from(i) - 2).to_be_bytes());
        row.extend((i32::from(i) * 70_000).to_be_bytes());
        row.extend((i64::from(i) << 40).to_be_bytes());
        row.extend(format!("name{i}\0\0\0").bytes());
        for k in 0..3u8 {
            row.extend((f32::from(i) + f32::from(k) / 4.0).to_be_bytes());
        }
        row.extend((f64::from(i) * 1.5).to_be_bytes());
        row.extend(1f32.to_be_bytes());
        row.extend((-f32::from(i)).to_be_bytes());
        row.extend(f64::from(i).to_be_bytes());
        row.extend(2f64.to_be_bytes());
        // i values of 16 bits
        row.extend(u32::from(i).to_be_bytes());
        row.extend((heap.len() as u32).to_be_bytes());
        for k in 0..i {
            heap.extend((i16::from(k) * 100).to_be_bytes());
        }
        // a text
        row.extend(3u64.to_be_bytes());
        row.extend((heap.len() as u64).to_be_bytes());
        heap.extend([b'a' + i, b'b', b'c']);
        rows.push(row);
    }
    let columns: [(&str, &str, &[&str]); 13] = [
        ("FLAG", "1L", &[]),
        ("BITS", "10X", &[]),
        ("BYTE", "1B", &["TNULL#=3"]),
        ("SHORT", "1I", &["TZERO#=32768"]),
        ("INT", "1J", &["TSCAL#=0.5", "TZERO#=10", "TUNIT#='km'"]),
        ("LONG", "1K", &[]),
        ("NAME", "8A", &[]),
        ("VEC", "3E", &["TDIM#='(3,1)'"]),
        ("DOUBLE", "1D", &["TDISP#='F8.3'"]),
        ("C", "1C", &[]),
        ("", "1M", &[]),
        ("HEAP", "1PI(4)", &[]),
        ("TEXT", "1QA(3)", &[]),
    ];
    let more = [card("EXTNAME", "'ALL'"), card("EXTVER", 2)];
    File::empty().table(&columns, &rows, &heap, &more)
}

/// An ASCII table.
pub(crate) fn ascii() -> File {
    let rows = [
        "  1 alpha   1.50  0012345\n",
        "  2 beta   -2.25  1.0D+03\n",
        "    gamma    ***         \n",
    ];
    let cards = [
        card("TFIELDS", 4),
        card("TBCOL1", 1),
        card("TFORM1", "'I3'"),
        card("TTYPE1", "'N'"),
        card("TBCOL2", 5),
        card("TFORM2", "'A5'"),
        card("TTYPE2", "'NAME'"),
        card("TBCOL3", 11),
        card("TFORM3", "'F6.2'"),
        card("TTYPE3", "'X'"),
        card("TNULL3", "'***'"),
        card("TBCOL4", 19),
        card("TFORM4", "'D7.3'"),
        card("TTYPE4", "'Y'"),
    ];
    let data = rows.concat();
    File::empty().extension("TABLE", 8, &[26, 3], &cards, data.as_bytes())
}

/// Random groups: two parameters and an array of 3 by 2 for each of four groups.
pub(crate) fn groups() -> File {
    let cards = [
        card("SIMPLE", "T"),
        card("BITPIX", -32),
        card("NAXIS", 3),
        card("NAXIS1", 0),
        card("NAXIS2", 3),
        card("NAXIS3", 2),
        card("GROUPS", "T"),
        card("PCOUNT", 2),
        card("GCOUNT", 4),
        card("PTYPE1", "'UU'"),
        card("PSCAL1", 2.0),
        card("PTYPE2", "'VV'"),
        card("PZERO2", 0.5),
    ];
    let mut data = Vec::new();
    for group in 0..4u8 {
        for value in 0..8u8 {
            data.extend((f32::from(group) * 100.0 + f32::from(value)).to_be_bytes());
        }
    }
    File::default().header(&cards).data(&data)
}

/// Several HDUs, with strings that go on, hierarchical keywords and coordinates.
pub(crate) fn many() -> File {
    let more = [
        card("EXTEND", "T"),
        card("CTYPE1", "'RA---TAN'"),
        card("CTYPE2", "'DEC--TAN'"),
        card("CRVAL1", 150.0),
        card("CRVAL2", 2.2),
        card("CRPIX1", 1.5),
        card("CRPIX2", 2.0),
        card("CDELT1", -0.025),
        card("CDELT2", 0.025),
        card("DATE-OBS", "'2020-01-01T00:00:00'"),
        card("EXPTIME", 30.5),
        "LONGSTR = 'one &' / first".to_owned(),
        "CONTINUE  'two&'".to_owned(),
        "CONTINUE  ' three' / last".to_owned(),
        "HIERARCH ESO DET WIN1 NX = 2148 / [pixel] number".to_owned(),
        "COMMENT a remark".to_owned(),
        "HISTORY once".to_owned(),
        "HISTORY twice".to_owned(),
        "UNDEF   =                      / nothing".to_owned(),
    ];
    let data = be(&[1i16, -2, 3, -4, 5, -32768], i16::to_be_bytes);
    File::image(16, &[2, 3], &more, &data)
        .extension("IMAGE", 16, &[4], &[card("BZERO", 32768), card("EXTNAME", "'U16'")], &[0; 8])
        .extension("IMAGE", -64, &[0], &[card("EXTNAME", "'NONE'")], &[])
        .extension("FOREIGN", 8, &[10], &[], &[7; 10])
        .extension("IMAGE", 8, &[3, 2, 2], &[], &(0..12).collect::<Vec<u8>>())
}
