use super::*;

const DUMP: &str = r#"HDF5 "x.h5" {
GROUP "/" {
   COMMENT "of the root"
   ATTRIBUTE "list" {
      DATATYPE  H5T_VLEN { H5T_STD_I32LE}
      DATASPACE  SIMPLE { ( 2 ) / ( 2 ) }
      DATA {
      (0): (3, 2),
      (1): (1)
      }
   }
   DATASET "a "quoted" name" {
      DATATYPE  H5T_COMPOUND {
         H5T_STD_I32BE "id";
         H5T_ARRAY { [2][3] H5T_IEEE_F32LE } "grid";
         H5T_STRING {
            STRSIZE 7;
            STRPAD H5T_STR_NULLTERM;
            CSET H5T_CSET_ASCII;
            CTYPE H5T_C_S1;
         } "text";
         H5T_ENUM {
            H5T_STD_I16LE;
            "RED"              0;
            "GREEN"            1;
         } "colour";
      }
      DATASPACE  SIMPLE { ( 5, 0 ) / ( H5S_UNLIMITED, 7 ) }
      STORAGE_LAYOUT {
         CHUNKED ( 10, 5 )
         SIZE 458 (1.747:1 COMPRESSION)
      }
      FILTERS {
         PREPROCESSING SHUFFLE
         COMPRESSION DEFLATE { LEVEL 5 }
         USER_DEFINED_FILTER {
            FILTER_ID 32001
            COMMENT blosc
            PARAMS { 2 2 4 }
         }
      }
      FILLVALUE {
         FILL_TIME H5D_FILL_TIME_IFSET
         VALUE  -99
      }
      ALLOCATION_TIME {
         H5D_ALLOC_TIME_INCR
      }
      ATTRIBUTE "ref" {
         DATATYPE  H5T_REFERENCE { H5T_STD_REF_OBJECT }
         DATASPACE  SCALAR
         DATA {
         (0): (DATASET 1400 "/a "quoted" name"), NULL
         }
      }
   }
   GROUP "g" {
      DATASET "again" {
         HARDLINK "/a "quoted" name"
      }
      SOFTLINK "soft" {
         LINKTARGET "/g/nothing"
      }
      EXTERNAL_LINK "out" {
         TARGETFILE "other.h5"
         TARGETPATH "/x"
            DATASET "/x" {
               DATATYPE  H5T_STD_I32LE
               DATASPACE  SCALAR
            }
      }
      DATATYPE "named" H5T_OPAQUE {
         OPAQUE_TAG "bits";
      }
   }
}
}
"#;

#[test]
fn what_h5dump_prints_is_taken_apart() {
    let objects = parse(DUMP).unwrap().objects;
    let paths: Vec<&str> = objects.keys().map(String::as_str).collect();
    let expected = [
        "/",
        "/@list",
        "/a \"quoted\" name",
        "/a \"quoted\" name@ref",
        "/g",
        "/g/again",
        "/g/named",
        "/g/out",
        "/g/soft",
    ];
    assert_eq!(paths, expected);
    assert_eq!(objects["/"].comment.as_deref(), Some("of the root"));
    let data = &objects["/a \"quoted\" name"];
    let listed = "struct{id:i32,grid:f32[2,3],text:str:7,colour:enum<i16>}";
    assert_eq!(data.dtype.as_ref().and_then(Type::listed).as_deref(), Some(listed));
    assert_eq!(data.shape, Some(vec![5, 0]));
    assert_eq!(data.max_shape, Some(vec![None, Some(7)]));
    assert_eq!(data.chunk, Some(vec![10, 5]));
    assert_eq!(data.filters, ["shuffle", "deflate", "#32001"]);
    assert_eq!(data.stored, Some(458));
    assert_eq!(data.fill, [Scalar::Number("-99".into())]);
    assert_eq!(objects["/g/again"].target.as_deref(), Some("/a \"quoted\" name"));
    assert_eq!(objects["/g/out"].files, ["other.h5"]);
    assert_eq!(objects["/g/out"].target.as_deref(), Some("/x"));
    assert_eq!(objects["/g/named"].dtype, Some(Type::Opaque("bits".into())));
    let value = objects["/a \"quoted\" name@ref"].value.as_deref().unwrap();
    let reference = |path: &str| Scalar::Reference(path.into());
    assert_eq!(value, [reference("/a \"quoted\" name"), reference("")]);
    assert_eq!(objects["/@list"].value.as_ref().map(Vec::len), Some(3));
}

#[test]
fn a_description_equals_itself_and_nothing_else() {
    let objects = parse(DUMP).unwrap().objects;
    assert!(differences(&objects, &objects).is_empty());
    let mut other = objects.clone();
    other.remove("/g/soft");
    other.get_mut("/a \"quoted\" name").unwrap().chunk = Some(vec![10, 6]);
    other.get_mut("/@list").unwrap().value = Some(vec![Scalar::Number("4".into())]);
    assert_eq!(differences(&objects, &other).len(), 3);
}

#[test]
fn texts_come_out_of_their_escapes() {
    let found = scalars(r#"(0): "a\"b\\c\n", "\303\251", "x\37777777702""#);
    let expected: [&[u8]; 3] = [b"a\"b\\c\n", "é".as_bytes(), b"x\xc2"];
    assert_eq!(found, expected.map(|bytes| Scalar::Text(bytes.to_vec())));
}

#[test]
fn our_listing_takes_the_same_shape() {
    let line = r#"{"path":"/g%40h/t","kind":"array","dtype":"i32","shape":[2],"chunk":[1],
        "filters":["shuffle"],"fields":{"stored_type":"H5T_STD_I32BE","maxshape":[null],
        "layout":"chunked","fill":7}}"#;
    let objects = listed(&[serde_json::from_str(line).unwrap()]).unwrap();
    let own = &objects["/g@h/t"];
    assert_eq!(own.max_shape, Some(vec![None]));
    assert_eq!(own.dtype, Some(Type::Named("H5T_STD_I32BE".into())));
    assert_eq!(own.fill, [Scalar::Number("7".into())]);
}
