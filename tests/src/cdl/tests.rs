use super::*;

const DUMP: &str = r#"netcdf x\ y {
types:
  byte enum cloud_t {Clear = 0, Not\ so = 1} ;
  compound cmp_t {
    float x(3) ;
    cloud_t c ;
  }; // cmp_t
  float(*) row_t ;
  opaque(11) raw_t ;
dimensions:
	time = UNLIMITED ; // (12 currently)
	lat = 4500000000 ;
variables:
	float t2m(time, lat) ;
		t2m:_FillValue = -9999.f ;
		t2m:note = "one\n",
			"two" ;
		string t2m:names = "a", NIL ;
		cloud_t t2m:sky = Not\ so ;
	cmp_t c ;

// global attributes:
		:title = "x; y" ;
		:flags = 1b, 2b ;

group: g {
  variables:
  	double v(time) ;
  } // group g
}
"#;

#[test]
fn what_ncdump_prints_is_taken_apart() {
    let found = parse(DUMP).unwrap();
    let paths: Vec<&str> = found.items.keys().map(String::as_str).collect();
    let expected = [
        "/",
        "/@dim/lat",
        "/@dim/time",
        "/@flags",
        "/@title",
        "/@type/cloud_t",
        "/@type/cmp_t",
        "/@type/raw_t",
        "/@type/row_t",
        "/c",
        "/g",
        "/g/v",
        "/t2m",
        "/t2m@_FillValue",
        "/t2m@names",
        "/t2m@note",
        "/t2m@sky",
    ];
    assert_eq!(paths, expected);
    let item = |path: &str| found.items[path].clone();
    assert_eq!(item("/@dim/time"), Item::Dimension(12, true));
    assert_eq!(item("/@dim/lat"), Item::Dimension(4_500_000_000, false));
    let names = vec!["time".to_owned(), "lat".to_owned()];
    assert_eq!(item("/t2m"), Item::Variable("f32".into(), names));
    assert_eq!(item("/@type/cmp_t"), Item::Type("struct{x:f32[3],c:enum<i8>}".into()));
    assert_eq!(item("/@type/row_t"), Item::Type("vlen<f32>".into()));
    let note = vec![Scalar::Text(b"one\ntwo".to_vec())];
    assert_eq!(item("/t2m@note"), Item::Attribute(Some("char".into()), note));
    let flags = ["1", "2"].map(|number| Scalar::Number(number.into())).to_vec();
    assert_eq!(item("/@flags"), Item::Attribute(Some("i8".into()), flags));
    assert_eq!(found.names[1], ("Not so".to_owned(), "1".to_owned()));
}

#[test]
fn our_listing_takes_the_same_shape() {
    let lines = [
        r#"{"path":"/","kind":"group"}"#,
        r#"{"path":"/@dim/time","kind":"dimension","fields":{"length":12,"unlimited":true}}"#,
        r#"{"path":"/v","kind":"array","dtype":"f32","shape":[12],
            "fields":{"dimensions":["/@dim/time"]}}"#,
        r#"{"path":"/v@units","kind":"attribute","dtype":"str","fields":{"value":"K"}}"#,
    ];
    let ours = listed(&lines.map(|line| serde_json::from_str(line).unwrap())).unwrap();
    let text = "netcdf x {\ndimensions:\n\ttime = UNLIMITED ; // (12 currently)\nvariables:\n\
        \tfloat v(time) ;\n\t\tv:units = \"K\" ;\n}\n";
    let theirs = parse(text).unwrap();
    let found = differences(&theirs, &ours);
    assert!(found.is_empty(), "{found:?}");
    let other = parse(&text.replace("\"K\"", "\"m\"").replace("12", "13")).unwrap();
    assert_eq!(differences(&other, &ours).len(), 2);
}
