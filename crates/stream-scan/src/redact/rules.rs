//! Rules as a policy has them, and as they are looked up.

use std::collections::BTreeMap;

use stream_core::{Error, ErrorKind, Result};

use super::{Policy, dicom};

/// Keywords that end as those of sequences do, and are of codes (PS3.6).
const CODES: [&str; 5] = [
    "ScanningSequence",
    "EchoPulseSequence",
    "SteadyStatePulseSequence",
    "EchoPlanarPulseSequence",
    "CompressionSequence",
];

/// Keywords of sequences that do not end as others do (PS3.6).
const SEQUENCES: [&str; 6] = [
    "SequenceOfUltrasoundRegions",
    "SummarizedFilterLookupTable",
    "AnalogFilterType",
    "SelectorCodeSequenceValue",
    "ReferencedImageBoxSequenceRetired",
    "ReferencedPrintJobSequencePullStoredPrint",
];

/// The policy with each name as it is looked up: tags in capital letters, other formats' names in small ones. A rule that could not
/// hold is an error: who wrote it would take for dropped what is written.
pub(super) fn checked(policy: &Policy) -> Result<Policy> {
    let (mut dicom, mut tags) = (BTreeMap::new(), BTreeMap::new());
    for (name, action) in &policy.dicom {
        if dicom.insert(element(name)?, *action).is_some_and(|before| before != *action) {
            return Err(wrong(name, "two rules for one tag"));
        }
    }
    for (name, action) in &policy.tags {
        if tags.insert(name.to_lowercase(), *action).is_some_and(|before| before != *action) {
            return Err(wrong(name, "two rules for one name"));
        }
    }
    Ok(Policy { base: policy.base, dicom, tags })
}

/// A tag, `(gggg,eeee)`, or a keyword of anything but a sequence: what is in one is known by tags alone.
fn element(name: &str) -> Result<String> {
    let is_keyword = name.chars().all(|c| c.is_ascii_alphanumeric());
    if is_keyword && name.starts_with(|c: char| c.is_ascii_uppercase()) {
        let ends = name.strip_suffix("Trial").unwrap_or(name).ends_with("Sequence");
        if ends && !CODES.contains(&name) || SEQUENCES.contains(&name) {
            let message = "expected a tag (gggg,eeee) for a sequence, found its keyword";
            return Err(wrong(name, message));
        }
        return Ok(name.to_owned());
    }
    let written = dicom::number(name).map(|n| format!("({:04X},{:04X})", n >> 16, n & 0xffff));
    let written = written.filter(|written| written.eq_ignore_ascii_case(name));
    written.ok_or_else(|| wrong(name, "expected a tag (gggg,eeee) or a keyword"))
}

fn wrong(name: &str, message: &str) -> Error {
    Error::new(ErrorKind::Request, format!("redaction policy: {name}: {message}"))
}

#[cfg(test)]
mod tests {
    use super::super::{Action, Base, Redactor};
    use super::*;

    fn policy(dicom: &[(&str, Action)], tags: &[(&str, Action)]) -> Policy {
        let own = |rules: &[(&str, Action)]| {
            rules.iter().map(|(name, action)| ((*name).to_owned(), *action)).collect()
        };
        Policy { base: Base::None, dicom: own(dicom), tags: own(tags) }
    }

    #[test]
    fn a_rule_holds_in_whatever_letters_it_is_written() {
        let rules = policy(&[("(0008,103e)", Action::Drop)], &[("OBSERVER", Action::Drop)]);
        let redactor = Redactor::new(&rules, None).unwrap();
        assert_eq!(redactor.tag("(0008,103E)", "SeriesDescription", "LO"), Action::Drop);
        assert!(redactor.drops("(0008,103E)[0]"));
        assert_eq!(redactor.named("observer"), Action::Drop);
        assert_eq!(redactor.named("OBSERVER"), Action::Drop);
        assert_eq!(redactor.named("object"), Action::Keep);
    }

    #[test]
    fn a_rule_that_could_not_hold_is_an_error() {
        let wrong = [
            "RequestAttributesSequence",
            "VerbalSourceIdentifierCodeSequenceTrial",
            "SequenceOfUltrasoundRegions",
            "(0008,103)",
            "(0008,103g)",
            "(0008,+03E)",
            "0008,103E",
            "0008103E",
            "(0008 ,103E)",
            "(0008,103E)[0]",
            "patientName",
            "Patient Name",
            "",
        ];
        for name in wrong {
            let e = Redactor::new(&policy(&[(name, Action::Drop)], &[]), None).unwrap_err();
            assert_eq!(e.kind(), ErrorKind::Request);
            assert!(e.to_string().contains(name), "{e}");
        }
        for name in ["ScanningSequence", "SequenceName", "PatientID", "(0040,A730)"] {
            assert!(Redactor::new(&policy(&[(name, Action::Drop)], &[]), None).is_ok(), "{name}");
        }
        let twice = [("(0008,103E)", Action::Drop), ("(0008,103e)", Action::Keep)];
        assert!(Redactor::new(&policy(&twice, &[]), None).is_err());
        let twice = [("artist", Action::Drop), ("Artist", Action::Keep)];
        assert!(Redactor::new(&policy(&[], &twice), None).is_err());
    }
}
