//! The default for DICOM: the basic application level confidentiality profile (PS3.15, annex E, table E.1-1), by the kind of value
//! where the table goes by attribute, and so stricter: what may hold free text, a name or a time is not written.

use super::Action;

/// Attributes of text that say how, not of whom: they stand in no row of table E.1-1.
const TECHNICAL: [&str; 12] = [
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
    // ImplementationVersionName
    "(0002,0013)",
];

/// Unique identifiers that name a class and not an instance.
const CLASSES: [&str; 6] = [
    // MediaStorageSOPClassUID, TransferSyntaxUID, ImplementationClassUID
    "(0002,0002)",
    "(0002,0010)",
    "(0002,0012)",
    // SOPClassUID, ReferencedSOPClassUID, ContextUID
    "(0008,0016)",
    "(0008,1150)",
    "(0008,0117)",
];

/// Numbers and codes of table E.1-1, which kinds of values do not tell from others.
const PERSONAL: [&str; 15] = [
    // PatientSex, PatientSexNeutered, PatientSize, PatientWeight, SmokingStatus, PregnancyStatus
    "(0010,0040)",
    "(0010,2203)",
    "(0010,1020)",
    "(0010,1030)",
    "(0010,21A0)",
    "(0010,21C0)",
    // PatientBodyMassIndex, MeasuredAPDimension, MeasuredLateralDimension
    "(0010,1022)",
    "(0010,1023)",
    "(0010,1024)",
    // ResponsiblePersonRole, QualityControlSubject
    "(0010,2298)",
    "(0010,0200)",
    // StudyStatusID, StudyPriorityID, InterpretationStatusID, InterpretationTypeID
    "(0032,000A)",
    "(0032,000C)",
    "(4008,0212)",
    "(4008,0210)",
];

/// What happens to a value of this tag and representation.
pub(super) fn basic(tag: &str, vr: &str) -> Action {
    let group = tag.get(1..5).and_then(|group| u16::from_str_radix(group, 16).ok());
    let private = group.is_none_or(|group| group % 2 == 1);
    let drawn = group.is_some_and(|group| matches!(group & 0xff00, 0x5000 | 0x6000));
    if private || drawn || PERSONAL.contains(&tag) {
        return Action::Drop;
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
    use super::*;

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
