//! WebVTT and SubRip files of others, against W3C's and vtt.js's expectations and all that can go wrong.
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context as _, Result, anyhow, bail};
use narrows_tests::command::{entries, run, sane};
use narrows_tests::corpus::{folder, inputs};
use narrows_tests::report::{Known, Report};
use narrows_tests::torture::{BUDGET, CEILING, Suite};
use narrows_tests::vtt::browser::{Load, Verdict, assertions, page};
use narrows_tests::vtt::{Node, Track, listed, mocha, vttjs};

/// Oracles of web-platform-tests that are not met, each looked into.
const W3C: &[Known] = &[];

/// Files that vtt.js reads otherwise than W3C's rules of today say.
const VTT_JS: &[Known] = &[
    Known {
        name: "cue-settings/line/bad-line-align.vtt",
        reason: "an unknown line alignment drops the whole setting (6.3); vtt.js keeps the line",
    },
    Known {
        name: "cue-settings/position/position-start-align.vtt",
        reason: "the alignment is called line-left today, so the setting is dropped",
    },
    Known {
        name: "cue-times/minimum-spots-over-sixty.vtt",
        reason: "120:00.000 is hours and minutes without seconds, no time (6.3)",
    },
    Known {
        name: "cue-times/minimum-spots-over-sixty.vtt as shown",
        reason: "120:00.000 is hours and minutes without seconds, no time (6.3)",
    },
    Known {
        name: "cuetext/escape-characters/incorrect.vtt as shown",
        reason: "references without semicolon are HTML's, which knows &lt and &nbsp (6.4)",
    },
    Known {
        name: "integration/cue-content.vtt",
        reason: "the text is kept as it stands; vtt.js drops its unknown last tag",
    },
];

/// Files that their sources read and that break W3C's rules all the same, as `check` says.
const BROKEN: &[Known] = &[
    Known { name: "cdown-srt/gb2312.srt", reason: "not UTF-8" },
    Known { name: "go-astisub/example-in.vtt", reason: "times without three digits" },
    Known { name: "go-astisub/example-out.vtt", reason: "a block that is none" },
    Known { name: "vtt.js/regions/line-break.vtt", reason: "a region in the draft's form" },
    Known { name: "resources/default-styles.vtt", reason: "a block that is none" },
    Known { name: "resources/timings-whitespace.vtt", reason: "an arrow in its title" },
];

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
            file.map(|file| track(file).map_err(|why| format!("{why:#}"))).transpose()
        });
        let outcome = if name.ends_with(".test") {
            let stem = oracle.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let own = load(Path::new(&format!("{stem}.vtt")));
            own.and_then(|track| track.ok_or_else(|| "its file is absent".to_owned()))
                .and_then(|track| assertions(&text, &track))
                .map(|held| Verdict { held, absent: Vec::new() })
        } else {
            page(&text, &load)
        };
        if let Ok(verdict) = &outcome {
            held += verdict.held;
            for source in &verdict.absent {
                report.skip(&name, &format!("{source} is not in the corpus"));
            }
        }
        report.note(&name, outcome.map(|_| ()));
    }
    println!("{held} assertions held");
    report.finish();
    Ok(())
}

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
    Suite::new("webvtt", "vtt").good_files_read_to_their_end(&[], BROKEN)
}

#[test]
fn bad_files_do_no_harm() -> Result<()> {
    Suite::new("webvtt", "vtt").bad_files_do_no_harm(&[])
}

#[test]
fn damaged_files_do_no_harm() -> Result<()> {
    Suite::new("webvtt", "vtt").damaged_files_do_no_harm(&[])
}
