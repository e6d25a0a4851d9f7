//! WebVTT and SubRip files of others, against W3C's and vtt.js's expectations and all that can go wrong.
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context as _, Result, anyhow, bail};
use narrows_tests::command::{entries, run, sane};
use narrows_tests::corpus::{folder, inputs};
use narrows_tests::report::{Known, Report};
use narrows_tests::torture::{BUDGET, CEILING, scratch, survives, survives_cuts};
use narrows_tests::vtt::browser::{Load, assertions, page};
use narrows_tests::vtt::{Node, Track, listed, mocha, vttjs};

/// Oracles of web-platform-tests that are not met, each looked into.
const W3C: &[Known] = &[];

/// Files that vtt.js reads otherwise than W3C's rules of today say.
const VTT_JS: &[Known] = &[];

/// The track that the command lists of a file.
fn track(path: &Path) -> Result<Track> {
    let seen = run(&["ls", "--json", "--memory", BUDGET, "--format", "vtt"], path)?;
    sane(&seen, CEILING)?;
    listed::track(&entries(&seen)?)
}

#[test]
fn cues_are_as_w3c_asserts() -> Result<()> {
    let mut report = Report::new("W3C's assertions", W3C);
    let mut held = 0;
    let samples = inputs("webvtt")?;
    let mut oracles: Vec<_> = samples.iter().flat_map(|sample| &sample.oracles).collect();
    oracles.sort();
    oracles.dedup();
    for oracle in oracles.iter().filter(|path| path.to_string_lossy().contains("/wpt/")) {
        let name = oracle.to_string_lossy().into_owned();
        let text = std::fs::read_to_string(oracle)?;
        // a page names its tracks relative to itself; the corpus has them under another folder
        let own = samples.iter().filter(|sample| sample.oracles.contains(*oracle));
        let files: Vec<_> = own.map(|sample| sample.path.clone()).collect();
        let load: Load = Rc::new(move |source| {
            let name = source.file_name().unwrap_or_default();
            let file = files.iter().find(|file| file.file_name() == Some(name));
            let file = file.ok_or_else(|| format!("{ABSENT}{}", source.display()))?;
            track(file).map_err(|why| format!("{why:#}"))
        });
        let outcome = if name.ends_with(".test") {
            let stem = oracle.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let own = load(Path::new(&format!("{stem}.vtt")));
            own.and_then(|track| assertions(&text, &track))
        } else {
            page(&text, &load)
        };
        match outcome {
            Err(why) if why.contains(ABSENT) => report.skip(&name, &why),
            Ok(count) => {
                held += count;
                report.note(&name, Ok::<(), String>(()));
            }
            Err(why) => report.note(&name, Err(why)),
        }
    }
    println!("{held} assertions held");
    report.finish();
    Ok(())
}

/// How a load says that the corpus does not have a file; such a page is skipped and counted.
const ABSENT: &str = "not in the corpus: ";

#[test]
fn cues_and_trees_are_as_vtt_js_expects() -> Result<()> {
    let mut report = Report::new("vtt.js's expectations", VTT_JS);
    let Some(corpus) = folder() else { return Ok(()) };
    let root = corpus.join("webvtt/oracle/vtt.js");
    for sample in inputs("webvtt")? {
        let Some((_, own)) = sample.name.split_once("/vtt.js/") else { continue };
        let scripts = sample.oracles.iter().filter(|path| path.ends_with("test.js"));
        let mut compared = 0;
        for script in scripts {
            let text = std::fs::read_to_string(script)?;
            let pairs =
                mocha::pairs(&text).map_err(|why| anyhow!("{}: {why}", script.display()))?;
            for pair in pairs.iter().filter(|pair| pair.vtt == own) {
                let Ok(json) = std::fs::read_to_string(root.join(&pair.json)) else { continue };
                compared += 1;
                let outcome = track(&sample.path)
                    .and_then(|track| vttjs::compare(&track.cues, &json))
                    .with_context(|| pair.json.clone());
                report.note(&sample.name, outcome.map_err(|why| format!("{why:#}")));
            }
        }
        let shown = root.join(own.replace(".vtt", "-proc.json"));
        if let Ok(json) = std::fs::read_to_string(&shown) {
            compared += 1;
            let outcome = track(&sample.path).and_then(|track| trees(&track, &json));
            report.note(
                &format!("{} as shown", sample.name),
                outcome.map_err(|why| format!("{why:#}")),
            );
        }
        if compared == 0 {
            report.skip(&sample.name, "its JSON is not in the corpus");
        }
    }
    report.finish();
    Ok(())
}

/// Compares the payload trees of the cues that vtt.js shows.
fn trees(track: &Track, json: &str) -> Result<()> {
    let expected = vttjs::trees(json)?;
    let found: Vec<&[Node]> = track.cues.iter().map(|cue| cue.tree.as_slice()).collect();
    if found.len() != expected.len() {
        bail!("{} cues, {} are shown", found.len(), expected.len());
    }
    for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
        if *found != expected.as_slice() {
            bail!("cue {index} is {found:?}, expected {expected:?}");
        }
    }
    Ok(())
}

#[test]
fn good_files_read_to_their_end() -> Result<()> {
    let mut report = Report::new("good WebVTT and SubRip reads", &[]);
    for sample in inputs("webvtt")?.iter().filter(|sample| sample.good) {
        let outcome = survives(&sample.path, None).and_then(|code| match code {
            0 => Ok(()),
            code => bail!("check gives {code}"),
        });
        report.note(&sample.name, outcome.map_err(|why| format!("{why:#}")));
    }
    report.finish();
    Ok(())
}

#[test]
fn bad_files_do_no_harm() -> Result<()> {
    let mut report = Report::new("bad WebVTT and SubRip does no harm", &[]);
    for sample in inputs("webvtt")?.iter().filter(|sample| !sample.good) {
        let outcome = survives(&sample.path, None).and(survives(&sample.path, Some("vtt")));
        report.note(&sample.name, outcome.map(|_| ()).map_err(|why| format!("{why:#}")));
    }
    report.finish();
    Ok(())
}

#[test]
fn cut_files_do_no_harm() -> Result<()> {
    let scratch = scratch("vtt")?;
    let mut report = Report::new("cut WebVTT and SubRip does no harm", &[]);
    for sample in inputs("webvtt")?.iter().filter(|sample| sample.good) {
        let outcome = survives_cuts(&sample.path, "vtt", &scratch);
        report.note(&sample.name, outcome.map_err(|why| format!("{why:#}")));
    }
    report.finish();
    Ok(())
}
