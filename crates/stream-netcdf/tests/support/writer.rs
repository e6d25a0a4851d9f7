//! Classic files made from a description: dimensions, attributes, variables with their values.

#![allow(dead_code, clippy::unwrap_used)] // each test uses what it needs

/// A value of an attribute or the values of a variable, big-endian.
#[derive(Clone)]
pub(crate) struct Values {
    code: u32,
    count: usize,
    bytes: Vec<u8>,
}

pub(crate) fn text(s: &str) -> Values {
    Values { code: 2, count: s.len(), bytes: s.as_bytes().to_vec() }
}

macro_rules! values {
    ($($name:ident $t:ty = $code:literal;)*) => {$(
        pub(crate) fn $name(values: impl IntoIterator<Item = $t>) -> Values {
            let bytes: Vec<[u8; size_of::<$t>()]> =
                values.into_iter().map(<$t>::to_be_bytes).collect();
            Values { code: $code, count: bytes.len(), bytes: bytes.concat() }
        }
    )*};
}
values! {
    byte i8 = 1;
    short i16 = 3;
    int i32 = 4;
    float f32 = 5;
    double f64 = 6;
    ubyte u8 = 7;
    ushort u16 = 8;
    uint u32 = 9;
    int64 i64 = 10;
    uint64 u64 = 11;
}

impl Values {
    fn size(&self) -> usize {
        [0, 1, 1, 2, 4, 4, 8, 1, 2, 4, 8, 8][self.code as usize]
    }
}

struct Variable {
    name: String,
    dims: Vec<usize>,
    atts: Vec<(String, Values)>,
    values: Values,
}

/// A file in the making. A dimension of length 0 is the record dimension.
pub(crate) struct File {
    version: u8,
    records: usize,
    streaming: bool,
    dims: Vec<(String, u64)>,
    atts: Vec<(String, Values)>,
    vars: Vec<Variable>,
}

impl File {
    pub(crate) fn new(version: u8, records: usize) -> Self {
        Self { version, records, streaming: false, dims: vec![], atts: vec![], vars: vec![] }
    }

    pub(crate) fn streaming(mut self) -> Self {
        self.streaming = true;
        self
    }

    pub(crate) fn dim(mut self, name: &str, len: u64) -> Self {
        self.dims.push((name.into(), len));
        self
    }

    /// A global attribute, or one of the last variable.
    pub(crate) fn att(mut self, name: &str, values: Values) -> Self {
        let atts = self.vars.last_mut().map_or(&mut self.atts, |v| &mut v.atts);
        atts.push((name.into(), values));
        self
    }

    /// A variable over the named dimensions, with all of its values.
    pub(crate) fn var(mut self, name: &str, dims: &[&str], values: Values) -> Self {
        let at = |d: &&str| self.dims.iter().position(|(n, _)| n == d).unwrap();
        let dims = dims.iter().map(at).collect();
        self.vars.push(Variable { name: name.into(), dims, atts: vec![], values });
        self
    }

    fn word(&self, out: &mut Vec<u8>, n: u64) {
        if self.version == 5 {
            out.extend(n.to_be_bytes());
        } else {
            out.extend((n as u32).to_be_bytes());
        }
    }

    fn name(&self, out: &mut Vec<u8>, name: &str) {
        self.word(out, name.len() as u64);
        out.extend(name.as_bytes());
        pad(out);
    }

    fn list(&self, out: &mut Vec<u8>, tag: u32, count: usize) {
        out.extend(if count == 0 { 0 } else { tag }.to_be_bytes());
        self.word(out, count as u64);
    }

    fn attributes(&self, out: &mut Vec<u8>, atts: &[(String, Values)]) {
        self.list(out, 12, atts.len());
        for (name, values) in atts {
            self.name(out, name);
            out.extend(values.code.to_be_bytes());
            self.word(out, values.count as u64);
            out.extend(&values.bytes);
            pad(out);
        }
    }

    fn is_record(&self, v: &Variable) -> bool {
        v.dims.first().is_some_and(|&d| self.dims[d].1 == 0)
    }

    /// Bytes of a variable, or of one of its records.
    fn bytes(&self, v: &Variable) -> usize {
        let dims = v.dims.iter().map(|&d| self.dims[d].1.max(1) as usize);
        dims.product::<usize>() * v.values.size()
    }

    fn header(&self, begins: &[u64]) -> Vec<u8> {
        let mut out = vec![b'C', b'D', b'F', self.version];
        self.word(&mut out, if self.streaming { u64::MAX } else { self.records as u64 });
        self.list(&mut out, 10, self.dims.len());
        for (name, len) in &self.dims {
            self.name(&mut out, name);
            self.word(&mut out, *len);
        }
        self.attributes(&mut out, &self.atts);
        self.list(&mut out, 11, self.vars.len());
        for (v, begin) in self.vars.iter().zip(begins) {
            self.name(&mut out, &v.name);
            self.word(&mut out, v.dims.len() as u64);
            v.dims.iter().for_each(|&d| self.word(&mut out, d as u64));
            self.attributes(&mut out, &v.atts);
            out.extend(v.values.code.to_be_bytes());
            self.word(&mut out, self.bytes(v).next_multiple_of(4) as u64);
            if self.version == 1 {
                out.extend((*begin as u32).to_be_bytes());
            } else {
                out.extend(begin.to_be_bytes());
            }
        }
        out
    }

    /// The bytes of the file.
    pub(crate) fn build(&self) -> Vec<u8> {
        let mut at = self.header(&vec![0; self.vars.len()]).len() as u64;
        let mut begins = vec![0; self.vars.len()];
        let record: Vec<bool> = self.vars.iter().map(|v| self.is_record(v)).collect();
        let single = record.iter().filter(|&&r| r).count() == 1;
        for wanted in [false, true] {
            for (i, v) in self.vars.iter().enumerate().filter(|(i, _)| record[*i] == wanted) {
                begins[i] = at;
                let bytes = self.bytes(v);
                let padded = if wanted && single { bytes } else { bytes.next_multiple_of(4) };
                at += padded as u64;
            }
        }
        let mut out = self.header(&begins);
        for v in self.vars.iter().filter(|v| !self.is_record(v)) {
            out.extend(&v.values.bytes);
            pad(&mut out);
        }
        for r in 0..self.records {
            for v in self.vars.iter().filter(|v| self.is_record(v)) {
                let bytes = self.bytes(v);
                out.extend(&v.values.bytes[r * bytes..(r + 1) * bytes]);
                if !single {
                    out.resize(out.len() + bytes.next_multiple_of(4) - bytes, 0);
                }
            }
        }
        out
    }
}

fn pad(out: &mut Vec<u8>) {
    out.resize(out.len().next_multiple_of(4), 0);
}

/// A file with what the format has: fixed and record variables of many types, scalars, attributes, times.
pub(crate) fn rich(version: u8, records: usize) -> File {
    let n = records;
    let mut file = File::new(version, n)
        .dim("time", 0)
        .dim("y", 3)
        .dim("x", 5)
        .att("title", text("a test"))
        .att("Conventions", text("CF-1.11"))
        .att("numbers", double([1.5, -2.0]))
        .var("x", &["x"], float((0..5).map(|i| i as f32 * 0.5)))
        .att("units", text("degrees_east"))
        .var("scalar", &[], int([-7]))
        .var("name", &["x"], text("hello"))
        .var("time", &["time"], double((0..n).map(|i| i as f64)))
        .att("units", text("days since 2000-01-01 12:00 +2:00"))
        .att("calendar", text("noleap"))
        .var("t", &["time", "y", "x"], short((0..n as i32 * 15).map(|i| (i % 1000) as i16)))
        .att("scale_factor", float([0.5]))
        .att("add_offset", float([10.0]))
        .att("_FillValue", short([7]))
        .att("coordinates", text("x"))
        .var("flag", &["time"], byte((0..n).map(|i| (i % 3) as i8)))
        .att("flag_values", byte([0, 1, 2]))
        .att("flag_meanings", text("good bad ugly"));
    if version == 5 {
        file = file
            .var("big", &["time", "x"], uint64((0..n as u64 * 5).map(|i| u64::MAX - i)))
            .var("small", &["y"], ubyte([1, 2, 255]))
            .att("limits", ushort([1, 65535]));
    }
    file
}
