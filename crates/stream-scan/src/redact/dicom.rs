//! The default for DICOM: the basic application level confidentiality profile (PS3.15, annex E): every attribute of table E.1-1, and
//! what the table does not name by its kind of value: what may hold free text, a name or a time is not written.

mod table;

use super::Action;
use table::{IDENTIFIERS, REMOVED};

/// Attributes of text that say how, not of whom: they stand in no row of table E.1-1.
const TECHNICAL: [&str; 11] = [
    // SpecificCharacterSet, Manufacturer, ManufacturerModelName, SoftwareVersions
    "(0008,0005)",
    "(0008,0070)",
    "(0008,1090)",
    "(0018,1020)",
    // CodeValue, CodingSchemeDesignator, CodingSchemeVersion, MappingResource (a code's meaning may be free text)
    "(0008,0100)",
    "(0008,0102)",
    "(0008,0103)",
    "(0008,0105)",
    // ConvolutionKernel, SequenceName, ReceiveCoilName
    "(0018,1210)",
    "(0018,0024)",
    "(0018,1250)",
];

/// Unique identifiers that name a class and not an instance. Not the class of the implementation that wrote a file: E.1.1 wants what
/// the File Meta Information says of that replaced.
const CLASSES: [&str; 5] = [
    // MediaStorageSOPClassUID, TransferSyntaxUID
    "(0002,0002)",
    "(0002,0010)",
    // SOPClassUID, ReferencedSOPClassUID, ContextUID
    "(0008,0016)",
    "(0008,1150)",
    "(0008,0117)",
];

/// Numbers and codes about a person, in table E.1-1 or not, which kinds of values do not tell from others.
const PERSONAL: [&str; 17] = [
    // PatientSex, PatientSexNeutered, PatientSize, PatientWeight, SmokingStatus, PregnancyStatus
    "(0010,0040)",
    "(0010,2203)",
    "(0010,1020)",
    "(0010,1030)",
    "(0010,21A0)",
    "(0010,21C0)",
    // PatientBodyMassIndex, MeasuredAPDimension, MeasuredLateralDimension, ExaminedBodyThickness
    "(0010,1022)",
    "(0010,1023)",
    "(0010,1024)",
    "(0010,9431)",
    // PatientAlternativeCalendar
    "(0010,0035)",
    // ResponsiblePersonRole, QualityControlSubject
    "(0010,2298)",
    "(0010,0200)",
    // StudyStatusID, StudyPriorityID, InterpretationStatusID, InterpretationTypeID
    "(0032,000A)",
    "(0032,000C)",
    "(4008,0212)",
    "(4008,0210)",
];

/// Codes that are names of files, in which a patient's may stand. E.1.1 wants group 0004 removed from all but the directories of media.
const FILES: [&str; 3] = [
    // FileSetID, FileSetDescriptorFileID, ReferencedFileID
    "(0004,1130)",
    "(0004,1141)",
    "(0004,1500)",
];

/// What happens to a value of this tag, `(gggg,eeee)`, and representation.
pub(super) fn basic(tag: &str, vr: &str) -> Action {
    let Some(number) = number(tag) else { return Action::Drop };
    if is_removed(tag) || PERSONAL.contains(&tag) || FILES.contains(&tag) {
        return Action::Drop;
    }
    if IDENTIFIERS.binary_search(&number).is_ok() {
        return Action::Hash;
    }
    if TECHNICAL.contains(&tag) || CLASSES.contains(&tag) {
        return Action::Keep;
    }
    match vr {
        // identifiers are to stay the same across a set of files, and lead to none
        "UI" => Action::Hash,
        "CS" | "DS" | "IS" | "US" | "SS" | "UL" | "SL" | "UV" | "SV" | "FL" | "FD" | "AT" => {
            Action::Keep
        }
        // sequences and items have no values of their own
        "SQ" => Action::Keep,
        // names, text, ages, dates, times, and bytes of any kind
        _ => Action::Drop,
    }
}

/// Whether the profile lets nothing of an attribute stay, nor of what is in it where it is a sequence: those of the table, private
/// ones, curves and overlays.
pub(super) fn is_removed(tag: &str) -> bool {
    let Some(number) = number(tag) else { return false };
    let group = number >> 16;
    let drawn = matches!(group & 0xff00, 0x5000 | 0x6000);
    group % 2 == 1 || drawn || REMOVED.binary_search(&number).is_ok()
}

/// Group and element of `(gggg,eeee)`.
pub(super) fn number(tag: &str) -> Option<u32> {
    let hex = |digits: Option<&str>| u16::from_str_radix(digits?, 16).ok();
    let (group, element) = (hex(tag.get(1..5))?, hex(tag.get(6..10))?);
    Some(u32::from(group) << 16 | u32::from(element))
}

/// The element that a fact of a whole file comes from: tag, keyword, representation.
pub(super) fn source(fact: &str) -> Option<(&'static str, &'static str, &'static str)> {
    Some(match fact {
        "patient" => ("(0010,0010)", "PatientName", "PN"),
        "patient_id" => ("(0010,0020)", "PatientID", "LO"),
        "study_date" | "created" => ("(0008,0020)", "StudyDate", "DA"),
        "study" => ("(0008,1030)", "StudyDescription", "LO"),
        "series" | "title" => ("(0008,103E)", "SeriesDescription", "LO"),
        "manufacturer" => ("(0008,0070)", "Manufacturer", "LO"),
        "model" | "instrument" => ("(0008,1090)", "ManufacturerModelName", "LO"),
        "modality" => ("(0008,0060)", "Modality", "CS"),
        "series_number" => ("(0020,0011)", "SeriesNumber", "IS"),
        "instance_number" => ("(0020,0013)", "InstanceNumber", "IS"),
        "sop_class" => ("(0008,0016)", "SOPClassUID", "UI"),
        "transfer_syntax" => ("(0002,0010)", "TransferSyntaxUID", "UI"),
        _ => return None,
    })
}

/// Facts that only say how a file is stored.
pub(super) fn is_technical(fact: &str) -> bool {
    const FACTS: [&str; 14] = [
        "photometric",
        "rows",
        "columns",
        "frames",
        "samples",
        "bits_allocated",
        "bits_stored",
        "preamble",
        "deviations",
        "elements",
        "frames_claimed",
        "frames_counted",
        "incomplete_reason",
        "duration",
    ];
    FACTS.contains(&fact)
}

#[cfg(test)]
mod tests {
    use super::table::KEPT_SEQUENCES;
    use super::*;

    fn written(number: u32) -> String {
        format!("({:04X},{:04X})", number >> 16, number & 0xffff)
    }

    #[test]
    fn every_attribute_of_table_e_1_1_is_covered_whatever_its_representation() {
        // X, Z, D and their combinations; U; X/Z/U*; with curves, overlays (two rows) and private groups the 657 rows of edition 2026d
        assert_eq!((REMOVED.len(), IDENTIFIERS.len(), KEPT_SEQUENCES.len()), (596, 55, 2));
        for table in [&REMOVED[..], &IDENTIFIERS, &KEPT_SEQUENCES] {
            assert!(table.is_sorted_by(|a, b| a < b), "twice, or out of order");
        }
        assert!(!IDENTIFIERS.iter().chain(&KEPT_SEQUENCES).any(|n| REMOVED.contains(n)));
        assert!(!KEPT_SEQUENCES.iter().any(|n| IDENTIFIERS.contains(n)));
        for number in REMOVED {
            let tag = written(number);
            for vr in ["CS", "DS", "US", "SQ", "UI", "LO"] {
                assert_eq!(basic(&tag, vr), Action::Drop, "{tag} {vr}");
            }
        }
        for number in IDENTIFIERS {
            assert_eq!(basic(&written(number), "UI"), Action::Hash, "{}", written(number));
        }
        // of the identifiers in these only hashes are written
        for number in KEPT_SEQUENCES {
            assert!(!is_removed(&written(number)) && basic("(0008,1155)", "UI") == Action::Hash);
        }
        for tag in ["(5010,3000)", "(6002,3000)", "(6000,4000)", "(0019,1001)", "(50FE,0010)"] {
            assert!(is_removed(tag) && basic(tag, "US") == Action::Drop, "{tag}");
        }
        for tag in TECHNICAL.iter().chain(&CLASSES) {
            let number = number(tag).unwrap();
            assert!(IDENTIFIERS.binary_search(&number).is_err() && !is_removed(tag), "{tag}");
        }
    }

    #[test]
    fn attributes_of_each_code_are_treated_as_the_table_asks() {
        // code, attribute, representation
        let removed = [
            ("Z", "(0010,0010)", "PN"),
            ("Z/D", "(0010,0020)", "LO"),
            ("X/D", "(0008,0021)", "DA"),
            ("X/Z", "(0010,2203)", "CS"),
            ("X/Z/D", "(0018,1000)", "LO"),
            ("D", "(0040,A730)", "SQ"),
            ("D", "(006A,0003)", "UI"),
            ("X", "(0000,1000)", "UI"),
            ("X, new in 2026d", "(3004,007F)", "LO"),
        ];
        for (code, tag, vr) in removed {
            assert_eq!(basic(tag, vr), Action::Drop, "{tag} {code}");
        }
        // the file meta information's, the instance's, the study's, the series', one in a sequence, one in a directory of media
        let replaced = [
            "(0002,0003)",
            "(0008,0018)",
            "(0020,000D)",
            "(0020,000E)",
            "(0008,1155)",
            "(0004,1511)",
        ];
        for tag in replaced {
            assert_eq!(basic(tag, "UI"), Action::Hash, "{tag}");
        }
        assert!(is_removed("(0040,A730)") && !is_removed("(0008,1140)"));
    }

    #[test]
    fn who_wrote_a_file_and_names_of_files_in_it_do_not_stay() {
        assert_eq!(basic("(0002,0012)", "UI"), Action::Hash);
        for (tag, vr) in [
            ("(0002,0013)", "SH"),
            ("(0002,0016)", "AE"),
            ("(0002,0026)", "UR"),
            ("(0002,0102)", "OB"),
            ("(0004,1130)", "CS"),
            ("(0004,1141)", "CS"),
            ("(0004,1500)", "CS"),
        ] {
            assert_eq!(basic(tag, vr), Action::Drop, "{tag}");
        }
        assert_eq!(basic("(0002,0010)", "UI"), Action::Keep);
        assert_eq!(basic("(0004,1430)", "CS"), Action::Keep);
    }

    #[test]
    fn names_dates_and_private_elements_go_and_numbers_stay() {
        assert_eq!(basic("(0010,0010)", "PN"), Action::Drop);
        assert_eq!(basic("(0008,0020)", "DA"), Action::Drop);
        assert_eq!(basic("(0010,1030)", "DS"), Action::Drop);
        assert_eq!(basic("(0029,1010)", "US"), Action::Drop);
        assert_eq!(basic("(0020,000D)", "UI"), Action::Hash);
        assert_eq!(basic("(0008,0016)", "UI"), Action::Keep);
        assert_eq!(basic("(0028,0010)", "US"), Action::Keep);
        assert_eq!(basic("(0008,0070)", "LO"), Action::Keep);
    }
}
