use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::sync::Arc;

use proptest::prelude::*;
use stream_core::{
    Array, DType, Diagnostic, Dims, Entry, Error, ErrorKind, Fields, Form, Kind, Member, Progress,
    Region, Request, Severity, Slice, Span, Summary, Time, Value,
};
use stream_memory::{Budget, OverBudget};

use super::array::{put_dtype, take_dtype};
use super::*;

fn budget() -> Budget {
    Budget::new("test", 16 << 20)
}

fn dims() -> impl Strategy<Value = Dims> {
    proptest::collection::vec(any::<u64>(), 0..9).prop_map(|all| all.into_iter().collect())
}

fn dtype() -> impl Strategy<Value = DType> {
    let leaf = prop_oneof![
        Just(DType::I8),
        Just(DType::U64),
        Just(DType::F16),
        Just(DType::C128),
        Just(DType::Bool),
        Just(DType::Str),
        Just(DType::Ref),
        any::<u32>().prop_map(DType::StrN),
        any::<u32>().prop_map(DType::Bytes),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            inner.clone().prop_map(|of| DType::Enum(Arc::new(of))),
            inner.clone().prop_map(|of| DType::Vlen(Arc::new(of))),
            (inner.clone(), dims()).prop_map(|(of, dims)| DType::Array(Arc::new(of), dims)),
            proptest::collection::vec((".*", inner), 0..5).prop_map(|members| {
                let members = members.into_iter();
                DType::Struct(members.map(|(name, dtype)| Member { name, dtype }).collect())
            }),
        ]
    })
}

fn array() -> impl Strategy<Value = Array> {
    let filters = proptest::collection::vec("[a-z]{0,9}", 0..4);
    (dtype(), dims(), proptest::option::of(dims()), filters)
        .prop_map(|(dtype, shape, chunk, filters)| Array { dtype, shape, chunk, filters })
}

/// A value of any kind, nested.
#[derive(Clone, Debug)]
enum Any {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Time(i64, u32),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Any>),
    Map(Vec<(String, Any)>),
}

fn value() -> impl Strategy<Value = Any> {
    let leaf = prop_oneof![
        Just(Any::Null),
        any::<bool>().prop_map(Any::Bool),
        any::<i64>().prop_map(Any::Int),
        any::<u64>().prop_map(Any::Uint),
        any::<f64>().prop_map(Any::Float),
        (any::<i64>(), any::<u32>()).prop_map(|(ticks, per)| Any::Time(ticks, per)),
        ".*".prop_map(Any::Text),
        any::<Vec<u8>>().prop_map(Any::Bytes),
    ];
    leaf.prop_recursive(4, 20, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Any::List),
            proptest::collection::vec((".*", inner), 0..4).prop_map(Any::Map),
        ]
    })
}

fn named(fields: &mut Fields, key: &str, value: &Any) {
    match value {
        Any::List(all) => {
            fields.begin_named_list(key).unwrap();
            all.iter().for_each(|one| item(fields, one));
            fields.end();
        }
        Any::Map(all) => {
            fields.begin_named_map(key).unwrap();
            all.iter().for_each(|(key, one)| named(fields, key, one));
            fields.end();
        }
        scalar => fields.push_named(key, plain(scalar)).unwrap(),
    }
}

fn item(fields: &mut Fields, value: &Any) {
    match value {
        Any::List(all) => {
            fields.begin_item_list().unwrap();
            all.iter().for_each(|one| item(fields, one));
            fields.end();
        }
        Any::Map(all) => {
            fields.begin_item_map().unwrap();
            all.iter().for_each(|(key, one)| named(fields, key, one));
            fields.end();
        }
        scalar => fields.item(plain(scalar)).unwrap(),
    }
}

fn plain(value: &Any) -> Value<'_> {
    match value {
        Any::Bool(b) => Value::Bool(*b),
        Any::Int(n) => Value::Int(*n),
        Any::Uint(n) => Value::Uint(*n),
        Any::Float(x) => Value::Float(*x),
        Any::Time(ticks, per_second) => {
            Value::Time(Time { ticks: *ticks, per_second: *per_second })
        }
        Any::Text(s) => Value::Text(s),
        Any::Bytes(b) => Value::Bytes(b),
        Any::Null | Any::List(_) | Any::Map(_) => Value::Null,
    }
}

fn words(entry: &Entry) -> String {
    let mut text = String::new();
    let fields = entry.fields().iter();
    let (path, kind, depth) = (entry.path(), entry.kind(), entry.depth());
    let (array, span, data) = (entry.array(), entry.span(), entry.has_data());
    write!(text, "{path} {kind} {depth} {array:?} {span:?} {data} {fields:?}").unwrap();
    text
}

fn encoded(put: impl FnOnce(&mut Put) -> Result<(), OverBudget>) -> Vec<u8> {
    let mut bytes = Put::new(&budget());
    put(&mut bytes).unwrap();
    bytes.as_bytes().to_vec()
}

proptest! {
    #[test]
    fn integers_and_types_come_back(n in any::<u64>(), i in any::<i64>(), of in dtype()) {
        let bytes = encoded(|put| { put.u64(n)?; put.i64(i)?; put_dtype(put, &of) });
        let mut take = Take::new(&bytes);
        prop_assert_eq!((take.u64().unwrap(), take.i64().unwrap()), (n, i));
        prop_assert_eq!(take_dtype(&mut take, &budget()).unwrap(), of);
        take.end().unwrap();
    }

    #[test]
    fn entries_come_back(
        (path, kind, depth, data) in (".*", 0..Kind::ALL.len(), any::<u32>(), any::<bool>()),
        array in proptest::option::of(array()),
        span in proptest::option::of((any::<u64>(), any::<u64>())),
        fields in proptest::collection::vec((".*", value()), 0..5),
    ) {
        let budget = budget();
        let mut entry = Entry::new(&budget);
        entry.reset(Kind::ALL[kind]);
        entry.path_mut().push_str(&path).unwrap();
        entry.set_depth(depth);
        array.into_iter().for_each(|array| entry.set_array(array));
        span.into_iter().for_each(|(offset, length)| entry.set_span(Span { offset, length }));
        if data { entry.set_has_data(); }
        fields.iter().for_each(|(key, value)| named(entry.fields_mut(), key, value));
        let bytes = encoded(|put| put_entry(put, &entry));
        let mut back = Entry::new(&budget);
        take_entry(&bytes, &mut back).unwrap();
        prop_assert_eq!(words(&entry), words(&back));
        // whatever is cut off is missed
        for len in 0..bytes.len() {
            prop_assert!(take_entry(&bytes[..len], &mut back).is_err());
        }
    }

    #[test]
    fn requests_and_openings_come_back(
        entries in proptest::collection::vec(".*", 0..4),
        axes in proptest::collection::vec((any::<Option<i64>>(), any::<Option<i64>>(), any::<u64>()), 0..4),
        chunk_size in any::<Option<usize>>(),
    ) {
        let axes: Vec<_> = axes.into_iter().map(|(start, stop, step)| Slice { start, stop, step }).collect();
        let mut request = Request::entries(entries.clone()).with_region(Region::new(axes));
        request.chunk_size = chunk_size;
        request.form = Form::Scaled;
        let bytes = encoded(|put| put_request(put, &request));
        let back = take_request(&mut Take::new(&bytes)).unwrap();
        prop_assert_eq!(format!("{request:?}"), format!("{back:?}"));
        let opening = Opening {
            path: "/a/b".into(),
            format: "vtt".into(),
            threads: NonZeroUsize::MIN,
            chunk_size,
            settings: entries.iter().map(|e| (e.clone(), "on".to_owned())).collect(),
            budget: u64::MAX,
            batch: 7,
            list: chunk_size.is_some(),
        };
        let bytes = encoded(|put| put_opening(put, &opening));
        prop_assert_eq!(take_opening(&mut Take::new(&bytes)).unwrap(), opening);
    }

    #[test]
    fn errors_come_back(
        (kind, message, resumable) in (0..ErrorKind::ALL.len(), ".{0,200}", any::<bool>()),
        (entry, offset, numbers) in (any::<Option<String>>(), any::<Option<u64>>(), any::<Option<[u64; 4]>>()),
    ) {
        let mut e = Error::new(ErrorKind::ALL[kind], message).with_format("dicom");
        if let Some(entry) = entry { e = e.in_entry(entry); }
        if let Some(offset) = offset { e = e.at(offset); }
        e = match numbers {
            Some(numbers) => e.with_source(OverBudget::told("b", numbers, Vec::new(), false)),
            None => e.with_source("a cause"),
        };
        let e = if resumable { e.as_resumable() } else { e };
        let bytes = encoded(|put| put_error(put, &e));
        let back = take_error(&mut Take::new(&bytes)).unwrap();
        prop_assert_eq!(back.to_string(), e.to_string());
        prop_assert_eq!((back.kind(), back.resumable(), back.format()), (e.kind(), resumable, Some("dicom")));
        prop_assert_eq!(back.over_budget().map(|o| format!("{o:?}")), e.over_budget().map(|o| format!("{o:?}")));
        let source = std::error::Error::source(&back).map(ToString::to_string);
        prop_assert_eq!(source, std::error::Error::source(&e).map(ToString::to_string));
    }

    #[test]
    fn any_bytes_are_an_error_or_a_value_and_take_no_more_than_the_budget(bytes in any::<Vec<u8>>()) {
        let budget = Budget::new("test", 64 << 10);
        let mut entry = Entry::new(&budget);
        let _ = take_entry(&bytes, &mut entry);
        let _ = take_header(&bytes, &budget);
        let _ = take_place(&mut Take::new(&bytes));
        let _ = take_error(&mut Take::new(&bytes));
        let _ = take_summary(&mut Take::new(&bytes), &budget);
        let _ = take_standing(&mut Take::new(&bytes));
        let _ = take_request(&mut Take::new(&bytes));
        let _ = take_opening(&mut Take::new(&bytes));
        let _ = take_array(&mut Take::new(&bytes), &budget);
        drop(entry);
        prop_assert_eq!(budget.used(), 0);
    }

    #[test]
    fn flipped_entries_are_an_error_or_an_entry(at in any::<prop::sample::Index>(), to in any::<u8>()) {
        let budget = budget();
        let mut entry = Entry::new(&budget);
        entry.reset(Kind::Array);
        entry.path_mut().push_str("/g/t").unwrap();
        let members = ["x", "y"].map(|name| Member { name: name.into(), dtype: DType::F64 });
        entry.set_array(Array::new(DType::Struct(members.into_iter().collect()), [4, 5]));
        named(entry.fields_mut(), "l", &Any::List(vec![Any::Uint(1), Any::Text("x".into())]));
        let mut bytes = encoded(|put| put_entry(put, &entry));
        let at = at.index(bytes.len());
        bytes[at] = to;
        let _ = take_entry(&bytes, &mut Entry::new(&budget));
    }
}

#[test]
fn a_summary_comes_back_with_the_findings_that_were_only_counted() {
    let budget = budget();
    let mut summary = Summary::new(&budget);
    (summary.entries, summary.complete) = (7, true);
    summary.fields.push("cues", 3u64).unwrap();
    for n in 0..1200u64 {
        let finding = Diagnostic {
            severity: if n % 2 == 0 { Severity::Warning } else { Severity::Error },
            rule: "some_rule",
            message: format!("finding {n}").into(),
            offset: Some(n),
            entry: Some("/g".into()),
        };
        summary.diagnostics.push(finding).unwrap();
    }
    let bytes = encoded(|put| put_summary(put, &summary));
    let back = take_summary(&mut Take::new(&bytes), &budget).unwrap();
    assert_eq!((back.entries, back.complete), (7, true));
    assert_eq!(
        format!("{:?}", back.diagnostics.kept()),
        format!("{:?}", summary.diagnostics.kept())
    );
    assert_eq!((back.diagnostics.dropped(), back.diagnostics.count(Severity::Error)), (200, 600));
    let standing = Standing {
        progress: Progress { done: 5, total: Some(9), complete: true },
        bytes_read: 77,
        reads: 3,
        peak: 1 << 20,
    };
    let bytes = encoded(|put| put_standing(put, &standing));
    assert_eq!(take_standing(&mut Take::new(&bytes)).unwrap(), standing);
}

#[test]
fn types_nested_without_end_are_refused() {
    // vlen<vlen<...
    let e = take_dtype(&mut Take::new(&[35; 100_000]), &budget()).unwrap_err();
    assert!(matches!(e, Flaw::Wrong("a type nested too deep")), "{e:?}");
    // lists in lists
    let mut bytes = vec![0, 0, 0, 0];
    bytes.extend([10, 0]);
    bytes.extend([10; 1000]);
    assert!(take_entry(&bytes, &mut Entry::new(&budget())).is_err());
    // a struct of more members than there are bytes
    let mut bytes = vec![37, 0xff, 0xff, 0x7f];
    bytes.extend([0; 100]);
    assert!(take_dtype(&mut Take::new(&bytes), &budget()).is_err());
}
