//! Every file of the corpus as what it is to anyone: bytes.
use anyhow::{Result, ensure};
use narrows_tests::command::{entries, run, sane};
use narrows_tests::corpus::samples;
use narrows_tests::report::Report;
use narrows_tests::torture::{BUDGET, CEILING};

#[test]
fn every_file_is_listed_with_its_size_and_copied_byte_for_byte() -> Result<()> {
    let mut report = Report::new("any file as bytes", &[]);
    for sample in samples()? {
        let common = ["--format", "binary", "--memory", BUDGET];
        let outcome = (|| {
            let seen = run(&[&["ls", "--json"], &common[..]].concat(), &sample.path)?;
            ensure!(sane(&seen, CEILING)? == 0, "ls fails");
            let listed = entries(&seen)?;
            let bytes = listed.iter().find(|entry| entry["path"] == "bytes");
            let length = bytes.and_then(|entry| entry["length"].as_u64());
            ensure!(length == Some(sample.bytes), "{length:?} bytes, expected {}", sample.bytes);
            let seen = run(&[&["cat", "--to", "raw"], &common[..]].concat(), &sample.path)?;
            ensure!(sane(&seen, CEILING)? == 0, "cat fails");
            ensure!(seen.stdout.kept == std::fs::read(&sample.path)?, "cat gives other bytes");
            Ok(())
        })();
        report.note(&sample.name, outcome.map_err(|why: anyhow::Error| format!("{why:#}")));
    }
    report.finish();
    Ok(())
}
