//! The command over files that are made here: what they hold is known to the last byte.
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use narrows_tests::command::{entries, run, sane};
use narrows_tests::torture::{BUDGET, CEILING, scratch};
use xtask::make::{self, dicom, random::Random, vtt};

fn image(folder: &Path, frames: u32) -> Result<(PathBuf, dicom::Sums)> {
    let path = folder.join(format!("frames-{frames}.dcm"));
    let image = dicom::Image { side: 64, frames, patient: 1, series: 1, instance: 1 };
    let mut sums = None;
    make::file(&path, None, |out| {
        sums = Some(dicom::write(out, image)?);
        Ok(())
    })?;
    Ok((path, sums.context("nothing was written")?))
}

fn captions(folder: &Path, cues: u64) -> Result<PathBuf> {
    let path = folder.join(format!("captions-{cues}.vtt"));
    make::file(&path, None, |out| vtt::write(out, cues, 7))?;
    Ok(path)
}

#[test]
fn pixels_come_out_as_they_went_in() -> Result<()> {
    let (path, sums) = image(&scratch("command-pixels")?, 10)?;
    let seen = run(&["cat", "--entry", "(7FE0,0010)", "--to", "raw"], &path)?;
    ensure!(sane(&seen, CEILING)? == 0, "{}", seen.stderr.text());
    let values =
        seen.stdout.kept.chunks(2).map(|two| u64::from(u16::from_le_bytes([two[0], two[1]])));
    assert_eq!(values.clone().count() as u64, sums.count);
    assert_eq!(values.clone().sum::<u64>(), sums.sum);
    assert_eq!(values.clone().min(), Some(u64::from(sums.min)));
    assert_eq!(values.max(), Some(u64::from(sums.max)));
    Ok(())
}

#[test]
fn nested_elements_are_listed_in_file_order_with_their_paths() -> Result<()> {
    let (path, _) = image(&scratch("command-nested")?, 2)?;
    let seen = run(&["ls", "--json"], &path)?;
    ensure!(sane(&seen, CEILING)? == 0, "{}", seen.stderr.text());
    let listed = entries(&seen)?;
    let at = |path: &str| listed.iter().position(|entry| entry["path"] == path);
    let order = [
        "(0002,0010)",
        "(0008,0018)",
        "(0008,1140)",
        "(0008,1140)[0]/(0008,1150)",
        "(0008,1140)[1]/(0040,A170)[0]/(0008,0104)",
        "(0010,0010)",
        "(0029,1010)",
        "(7FE0,0010)",
    ];
    let places: Vec<Option<usize>> = order.iter().map(|path| at(path)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?}");
    let name = &listed[at("(0010,0010)").unwrap()];
    assert_eq!(name["fields"]["value"], "Müller^Anna1");
    let pixels = &listed[at("(7FE0,0010)").unwrap()];
    assert_eq!(pixels["shape"], serde_json::json!([2, 64, 64]));
    assert_eq!(pixels["dtype"], "u16");
    Ok(())
}

#[test]
fn every_cue_is_listed_once_and_in_order() -> Result<()> {
    let path = captions(&scratch("command-cues")?, 1000)?;
    let seen = run(&["ls", "--json"], &path)?;
    ensure!(sane(&seen, CEILING)? == 0, "{}", seen.stderr.text());
    let listed = entries(&seen)?;
    let cues = listed.iter().filter(|entry| entry["kind"] == "cue");
    let paths: Vec<&str> = cues.filter_map(|entry| entry["path"].as_str()).collect();
    let expected: Vec<String> = (0..1000).map(|index| format!("cue/{index}")).collect();
    assert_eq!(paths, expected);
    Ok(())
}

#[test]
fn any_bytes_are_copied_as_they_are() -> Result<()> {
    let path = scratch("command-bytes")?.join("random.bin");
    let mut bytes = vec![0; 3_000_001];
    Random::new(3).fill(&mut bytes);
    std::fs::write(&path, &bytes)?;
    let seen = run(&["cat", "--to", "raw", "--memory", BUDGET], &path)?;
    ensure!(sane(&seen, CEILING)? == 0, "{}", seen.stderr.text());
    assert!(seen.stdout.kept == bytes);
    Ok(())
}

/// What two runs of the same work may differ by: pages that the allocator happens to keep.
const NOISE: u64 = 4 << 20;

#[test]
fn a_file_forty_times_longer_takes_no_more_memory() -> Result<()> {
    let folder = scratch("command-flat")?;
    let pairs = [
        (captions(&folder, 1000)?, captions(&folder, 40_000)?),
        (image(&folder, 20)?.0, image(&folder, 800)?.0),
    ];
    for (short, long) in &pairs {
        for verb in ["info", "check"] {
            let arguments = [verb, "--memory", BUDGET, "--threads", "1", "--chunk", "256KiB"];
            let (little, much) = (run(&arguments, short)?, run(&arguments, long)?);
            ensure!(sane(&little, CEILING)? == 0, "{}", little.stderr.text());
            ensure!(sane(&much, CEILING)? == 0, "{}", much.stderr.text());
            let (little, much) = (little.peak, much.peak);
            ensure!(much < little + NOISE, "{verb} {}: {little}, then {much}", long.display());
        }
    }
    Ok(())
}

#[test]
fn a_file_that_breaks_off_gives_what_came_before_and_says_where() -> Result<()> {
    let folder = scratch("command-cut")?;
    let (path, _) = image(&folder, 3)?;
    let whole = std::fs::read(&path)?;
    let cut = folder.join("cut.dcm");
    std::fs::write(&cut, &whole[..whole.len() - 1000])?;
    let seen = run(&["check"], &cut)?;
    assert_eq!(sane(&seen, CEILING)?, 1);
    assert!(seen.stderr.text().contains("cut.dcm"), "{}", seen.stderr.text());
    std::fs::write(&cut, &whole[..1000])?;
    let seen = run(&["ls", "--json"], &cut)?;
    assert_eq!(sane(&seen, CEILING)?, 1);
    assert!(entries(&seen)?.len() > 10);
    let last = seen.stdout.text();
    let error: serde_json::Value = serde_json::from_str(last.lines().last().unwrap())?;
    assert_eq!(error["error"]["kind"], "truncated");
    assert!(error["error"]["offset"].as_u64().is_some_and(|offset| offset <= 1000), "{error}");
    Ok(())
}
