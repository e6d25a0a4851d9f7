//! Which values are written, and as what: redaction, sinks.
#![allow(clippy::unwrap_used)] // a test's helper may

use std::fs;
use std::path::Path;

use stream_memory::Budget;
use stream_scan::{Action, Base, Channel, Csv, JsonLines, Policy, Rows, Scan, canonical};

fn element(group: u16, element: u16, vr: &str, value: &str) -> Vec<u8> {
    let mut bytes = [group.to_le_bytes(), element.to_le_bytes()].concat();
    let padded = format!("{value}{}", if value.len() % 2 == 1 { " " } else { "" });
    bytes.extend(vr.as_bytes());
    bytes.extend(u16::try_from(padded.len()).unwrap().to_le_bytes());
    bytes.extend(padded.as_bytes());
    bytes
}

/// Explicit VR little endian, with a patient.
fn dicom(path: &Path) {
    let meta = [
        element(2, 3, "UI", "1.2.826.0.1.17.4"),
        element(2, 0x10, "UI", "1.2.840.10008.1.2.1"),
        element(2, 0x12, "UI", "1.2.826.0.1.17.5"),
        element(2, 0x13, "SH", "HOSPITAL_PACS"),
        element(2, 0x16, "AE", "WARD_7"),
    ]
    .concat();
    let mut length = element(2, 0, "UL", "    ");
    length.truncate(8);
    length.extend(u32::try_from(meta.len()).unwrap().to_le_bytes());
    let data = [
        element(8, 0x18, "UI", "1.2.826.0.1.17.4"),
        element(8, 0x20, "DA", "20240102"),
        element(8, 0x60, "CS", "CT"),
        element(8, 0x103e, "LO", "Secret series"),
        element(0x10, 0x10, "PN", "Doe^Jane"),
        element(0x10, 0x20, "LO", "P0000017"),
        element(0x18, 0x60, "DS", "120 "),
    ];
    let parts = [vec![0; 128], b"DICM".to_vec(), length, meta, data.concat()];
    fs::write(path, parts.concat()).unwrap();
}

fn scan(tree: &Path) -> Scan {
    Scan::new().with_root(tree).with_budget(&Budget::new("test", 64 << 20))
}

#[test]
fn names_and_dates_of_a_redacted_file_are_nowhere_in_the_catalogue() {
    let (tree, plain) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    dicom(&tree.path().join("a.dcm"));
    scan(tree.path()).catalogue(plain.path()).unwrap();
    let all = canonical(plain.path()).unwrap().join("\n");
    for secret in ["Doe^Jane", "P0000017", "20240102", "Secret series", "CT", "120"] {
        assert!(all.contains(secret), "{secret}: {all}");
    }
    let out = tempfile::tempdir().unwrap();
    let rules = [("PatientID".to_owned(), Action::Hash)];
    let policy = Policy { base: Base::Basic, dicom: rules.into(), ..Policy::default() };
    let redacted = scan(tree.path()).with_redaction(policy).with_redaction_key("key");
    redacted.catalogue(out.path()).unwrap();
    let lines = canonical(out.path()).unwrap();
    let all = lines.join("\n");
    let secrets = ["Doe^Jane", "P0000017", "20240102", "2024-01-02", "Secret series"];
    for secret in secrets.into_iter().chain(["1.2.826", "HOSPITAL_PACS", "WARD_7"]) {
        assert!(!all.contains(secret), "{secret}: {all}");
    }
    // the instance is the same in the file meta information and in the data set, and not who wrote the file
    let hash = |tag: &str| {
        let line = lines.iter().find(|line| line.contains(tag)).unwrap();
        line.split_once("hash:").unwrap().1.get(..32).unwrap().to_owned()
    };
    assert_eq!(hash("(0002,0003)"), hash("(0008,0018)"));
    assert_ne!(hash("(0002,0003)"), hash("(0002,0012)"));
    assert!(
        all.contains(r#""modality":"CT""#) && all.contains("120") && all.contains("hash:"),
        "{all}"
    );
}

#[test]
fn places_and_what_is_in_sequences_that_the_profile_removes_are_nowhere() {
    let tree = tempfile::tempdir().unwrap();
    let path = tree.path().join("a.dcm");
    dicom(&path);
    let mut bytes = fs::read(&path).unwrap();
    // GPSLatitude; RequestAttributesSequence with a code of its own; ReferencedImageSequence with an identifier
    bytes.extend(element(0x16, 0x72, "DS", "48\\8\\12.25"));
    let sequence = |group: u16, number: u16, inside: &[u8]| {
        let mut bytes = [group.to_le_bytes(), number.to_le_bytes()].concat();
        bytes.extend(b"SQ\0\0");
        let length = u32::try_from(inside.len()).unwrap();
        bytes.extend((length + 8).to_le_bytes());
        bytes.extend([0xfe, 0xff, 0, 0xe0]);
        bytes.extend(length.to_le_bytes());
        bytes.extend(inside);
        bytes
    };
    bytes.extend(sequence(0x40, 0x275, &element(0x18, 0x15, "CS", "KNEELEFT")));
    bytes.extend(sequence(0x88, 0x200, &element(0x28, 0x10, "CS", "ICONROWS")));
    bytes.extend(sequence(0x5200, 0x9229, &element(0x18, 0x50, "CS", "VISIBLE1")));
    fs::write(&path, &bytes).unwrap();
    let secrets = ["12.25", "KNEELEFT", "ICONROWS"];
    let all = |policy: Option<Policy>| {
        let out = tempfile::tempdir().unwrap();
        let scan = scan(tree.path());
        let scan = match policy {
            Some(policy) => scan.with_redaction(policy),
            None => scan,
        };
        scan.catalogue(out.path()).unwrap();
        canonical(out.path()).unwrap().join("\n")
    };
    let plain = all(None);
    assert!(secrets.iter().all(|secret| plain.contains(secret)), "{plain}");
    let basic = all(Some(Policy::default()));
    assert!(!secrets.iter().any(|secret| basic.contains(secret)), "{basic}");
    assert!(basic.contains("VISIBLE1"), "{basic}");
    // a rule for an element, and one for a sequence
    let rules = [
        ("(0018,0015)".to_owned(), Action::Keep),
        ("(0088,0200)".to_owned(), Action::Keep),
        ("(5200,9229)".to_owned(), Action::Drop),
    ];
    let ruled = all(Some(Policy { dicom: rules.into(), ..Policy::default() }));
    assert!(ruled.contains("KNEELEFT") && ruled.contains("ICONROWS"), "{ruled}");
    assert!(!ruled.contains("VISIBLE1") && !ruled.contains("12.25"), "{ruled}");
}

#[test]
fn another_key_is_refused_and_a_missing_one_too() {
    let (tree, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    dicom(&tree.path().join("a.dcm"));
    let rules = [("PatientID".to_owned(), Action::Hash)];
    let policy = Policy { dicom: rules.into(), ..Policy::default() };
    let scan = scan(tree.path()).with_redaction(policy);
    assert!(scan.plan(out.path(), None).is_err());
    scan.clone().with_redaction_key("one").plan(out.path(), None).unwrap();
    let other = scan.with_redaction_key("two");
    assert!(other.run(out.path(), stream_scan::Shard::WHOLE).is_err());
}

#[test]
fn rows_go_as_lines_as_values_and_into_channels() {
    let tree = tempfile::tempdir().unwrap();
    fs::write(tree.path().join("a,b.vtt"), "WEBVTT\n\n00:00.000 --> 00:01.000\nx\n").unwrap();
    let scan = scan(tree.path());
    let mut lines = JsonLines::new(Vec::new());
    scan.into_sink(&mut lines).unwrap();
    let lines = String::from_utf8(lines.into_inner()).unwrap();
    let lines: Vec<&str> = lines.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with(r#"{"entry":{"#) && lines[0].contains("header"), "{}", lines[0]);
    assert!(lines[2].starts_with(r#"{"file":{"#) && lines[2].contains(r#""status":"ok""#));
    let mut csv = Csv::new(Vec::new());
    scan.into_sink(&mut csv).unwrap();
    let csv = String::from_utf8(csv.into_inner()).unwrap();
    let rows: Vec<&str> = csv.lines().collect();
    assert!(rows[0].starts_with("id,path,path_bytes,size,") && rows.len() == 2, "{csv}");
    assert!(rows[1].starts_with(&format!("0,\"{}/a,b.vtt\",,", tree.path().display())), "{csv}");
    let (to, from) = std::sync::mpsc::sync_channel(8);
    scan.into_sink(&mut Channel::new(to)).unwrap();
    let sent: Vec<Rows> = from.iter().collect();
    let counts = sent.iter().map(|rows| match rows {
        Rows::Entries(batch) => (0, batch.num_rows()),
        Rows::Files(batch) => (1, batch.num_rows()),
    });
    assert_eq!(counts.collect::<Vec<_>>(), [(0, 2), (1, 1)]);
}
