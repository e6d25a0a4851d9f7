use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::Dims;

fn shown(dtype: &DType, bytes: &[u8], count: u64) -> String {
    fn one(e: Result<Element<'_>>) -> String {
        match e {
            Ok(Element::List(items)) => {
                format!("[{}]", items.map(one).collect::<Vec<_>>().join(" "))
            }
            Ok(Element::Struct(members)) => {
                let members: Vec<_> = members.map(|(n, e)| format!("{n}={}", one(e))).collect();
                format!("{{{}}}", members.join(" "))
            }
            Ok(Element::Text(t)) => format!("{:?}", String::from_utf8_lossy(t)),
            Ok(Element::Int(n)) => n.to_string(),
            Ok(Element::Uint(n)) => n.to_string(),
            Ok(Element::Single(x)) => x.to_string(),
            Ok(Element::Double(x)) => x.to_string(),
            Ok(other) => format!("{other:?}"),
            Err(e) => format!("! {e}"),
        }
    }
    Elements::new(dtype, bytes, count).map(one).collect::<Vec<_>>().join(" ")
}

fn counted(bytes: &[u8], count: u32) -> Vec<u8> {
    [&count.to_ne_bytes()[..], bytes].concat()
}

#[test]
fn members_of_variable_size_follow_one_another() {
    let member = |name: &str, dtype| Member { name: name.into(), dtype };
    let dtype = DType::Struct(
        [
            member("s", DType::Str),
            member("v", DType::Vlen(Arc::new(DType::Str))),
            member("n", DType::Array(Arc::new(DType::I16), Dims::from([2]))),
        ]
        .into(),
    );
    let words = [counted(b"a", 1), counted(b"", 0), counted(b"bc", 2)].concat();
    let one = [
        counted(b"xyz", 3),
        counted(&words, 3),
        (-1i16).to_ne_bytes().to_vec(),
        7i16.to_ne_bytes().to_vec(),
    ]
    .concat();
    let two = [one.clone(), one].concat();
    let expected = r#"{s="xyz" v=["a" "" "bc"] n=[-1 7]}"#;
    assert_eq!(shown(&dtype, &two, 2), format!("{expected} {expected}"));
}

#[test]
fn fields_lose_their_padding_and_halves_become_singles() {
    assert_eq!(shown(&DType::StrN(4), b"ab\0\0abcd\0\0\0\0", 3), r#""ab" "abcd" """#);
    let halves: Vec<u8> = [0x3c00u16, 0xc000, 1].into_iter().flat_map(u16::to_ne_bytes).collect();
    assert_eq!(shown(&DType::F16, &halves, 3), format!("1 -2 {}", 2f32.powi(-24)));
}

#[test]
fn a_count_beyond_the_bytes_is_one_error_and_the_end() {
    let dtype = DType::Vlen(Arc::new(DType::F64));
    let text = shown(&dtype, &counted(&[0; 8], u32::MAX), 5);
    assert_eq!(text, "! element of vlen<f64>: more bytes than its chunk has");
    // elements of no bytes cost nothing, however many are claimed
    let nothing = DType::Array(Arc::new(DType::Str), Dims::from([0]));
    for of in [DType::Bytes(0), nothing] {
        let dtype = DType::Vlen(Arc::new(of));
        assert_eq!(shown(&dtype, &counted(&[], u32::MAX), 1), "[]");
    }
}

fn dtypes() -> impl Strategy<Value = DType> {
    let leaf = prop_oneof![
        Just(DType::I8),
        Just(DType::F16),
        Just(DType::C128),
        Just(DType::Str),
        Just(DType::Ref),
        Just(DType::StrN(3)),
        Just(DType::Bool),
    ];
    leaf.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|d| DType::Vlen(Arc::new(d))),
            (inner.clone(), 0u64..3).prop_map(|(d, n)| DType::Array(Arc::new(d), Dims::from([n]))),
            prop::collection::vec(inner, 0..3).prop_map(|all| {
                DType::Struct(
                    all.into_iter().map(|dtype| Member { name: "m".into(), dtype }).collect(),
                )
            }),
        ]
    })
}

proptest! {
    #[test]
    fn any_bytes_of_any_type_end_in_values_or_one_error(
        dtype in dtypes(),
        bytes in prop::collection::vec(prop_oneof![3 => Just(0u8), 1 => 0u8..4, 1 => any::<u8>()], 0..80),
    ) {
        // a struct without members has any number of elements
        let count = (bytes.len() as u64).min(50);
        let _ = shown(&dtype, &bytes, count);
    }
}
