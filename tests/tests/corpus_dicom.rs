//! DICOM files of others, against dcmdump and against all that can go wrong.
use anyhow::Result;
use narrows_tests::command::{entries, run, sane};
use narrows_tests::corpus::inputs;
use narrows_tests::dicom::{dcmdump, listed, same};
use narrows_tests::report::{Known, Report};
use narrows_tests::torture::{BUDGET, CEILING, Suite};

/// Files whose element list differs from dcmdump's, each looked into.
const DIFFERENT: &[Known] = &[];

/// Files that their sources read and that break the standard all the same, as `check` says.
const BROKEN: &[Known] = &[];

#[test]
fn element_lists_equal_dcmdumps() -> Result<()> {
    let mut report = Report::new("elements as dcmdump lists them", DIFFERENT);
    // the bad too: dcmdump reads most of them
    for sample in inputs("dicom")? {
        match dcmdump(&sample.path) {
            Err(why) => report.skip(&sample.name, &format!("{why:#}")),
            Ok(theirs) => {
                let ours =
                    run(&["ls", "--json", "--memory", BUDGET], &sample.path).and_then(|seen| {
                        sane(&seen, CEILING)?;
                        listed(&entries(&seen)?)
                    });
                let outcome = ours.and_then(|ours| same(&ours, &theirs));
                report.note(&sample.name, outcome.map_err(|why| format!("{why:#}")));
            }
        }
    }
    report.finish();
    Ok(())
}

#[test]
fn good_files_read_to_their_end() -> Result<()> {
    Suite::new("dicom", "dicom").good_files_read_to_their_end(&[], BROKEN)
}

#[test]
fn bad_files_do_no_harm() -> Result<()> {
    Suite::new("dicom", "dicom").bad_files_do_no_harm(&[])
}

#[test]
fn damaged_files_do_no_harm() -> Result<()> {
    Suite::new("dicom", "dicom").damaged_files_do_no_harm(&[])
}
