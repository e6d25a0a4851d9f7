//! `narrows scan`: trees of files into a catalogue.

mod duplicates;
mod meter;
mod summary;

use std::io::{BufReader, Write as _};
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use stream_core::{Error, ErrorKind};
use stream_memory::parse_size;
use stream_scan::{Depth, Policy, Report, Shard, Walk, Workers};

use crate::cli::{Scan, Stage, Trees, When};
use crate::failure::Outcome;
use crate::session::Session;
use crate::{input, output, worker};
use meter::Meter;

pub(crate) fn run(session: &Session, words: &Scan) -> anyhow::Result<Outcome> {
    let scan = scan(session, words)?;
    match (&words.stage, &words.trees) {
        (Some(Stage::Plan(trees)), _) => {
            let scan = of_trees(scan, trees)?;
            let found = plan(&scan, trees)?;
            summary::planned(session, &found)?;
            Ok(Outcome::Fine)
        }
        (Some(Stage::Run { catalogue, shard }), _) => {
            let report = share(session, &scan, catalogue, *shard)?;
            summary::report(session, &report)?;
            Ok(outcome(&report))
        }
        (Some(Stage::Commit { catalogue }), _) => {
            let report = stream_scan::commit(catalogue, &session.budget)?.report;
            summary::report(session, &report)?;
            Ok(outcome(&report))
        }
        (Some(Stage::Duplicates { catalogue }), _) => {
            duplicates::list(session, catalogue)?;
            Ok(Outcome::Fine)
        }
        (Some(Stage::Canonical { catalogue }), _) => {
            let mut out = output::stdout();
            for line in stream_scan::canonical(catalogue)? {
                writeln!(out, "{line}")?;
            }
            out.flush()?;
            Ok(Outcome::Fine)
        }
        (None, Some(trees)) => {
            let scan = of_trees(scan, trees)?;
            let found = plan(&scan, trees)?;
            let mut report = share(session, &scan, &trees.output, Shard::WHOLE)?;
            if !report.interrupted {
                report = stream_scan::commit(&trees.output, &session.budget)?.report;
            }
            summary::renewed(session, &found)?;
            summary::report(session, &report)?;
            Ok(outcome(&report))
        }
        (None, None) => anyhow::bail!("nothing to scan"),
    }
}

fn outcome(report: &Report) -> Outcome {
    if report.interrupted {
        Outcome::Interrupted
    } else if report.broken() > 0 {
        Outcome::Broken
    } else {
        Outcome::Fine
    }
}

/// What the common flags say.
fn scan(session: &Session, words: &Scan) -> anyhow::Result<stream_scan::Scan> {
    stream_scan::raise_descriptors();
    let threads = session
        .threads()
        .or_else(|| std::thread::available_parallelism().ok())
        .unwrap_or(NonZeroUsize::MIN);
    let pool = worker::pool_of(threads, &session.common)?;
    let isolate = session.isolate();
    let workers = Workers::new(&pool, move |looked, apart| {
        // a process died of it, or may have: another one takes the risk
        let isolate = if apart && isolate == When::Auto { When::Always } else { isolate };
        input::program(isolate, looked)
    });
    let mut scan = stream_scan::Scan::new()
        .with_budget(&session.budget)
        .with_threads(threads)
        .with_cancel(&session.cancel)
        .with_stop(&session.stop)
        .with_isolation(Arc::new(workers));
    if let Some(format) = &session.common.format {
        scan = scan.with_format(format);
    }
    for (name, value) in session.settings() {
        scan = scan.with_setting(name, value);
    }
    if let Some(key) = &words.redact_key {
        scan = scan.with_redaction_key(key);
    }
    Ok(if words.forget { scan.forgetting() } else { scan })
}

fn of_trees(scan: stream_scan::Scan, trees: &Trees) -> anyhow::Result<stream_scan::Scan> {
    let size = |text: &Option<String>, name: &str| {
        let parsed = text.as_ref().map(|text| parse_size(text, 0)).transpose();
        parsed.with_context(|| format!("{name} {text:?}"))
    };
    let mut walk = Walk::new()
        .with_only(trees.only.iter().cloned())
        .with_without(trees.without.iter().cloned())
        .with_sizes(size(&trees.min_size, "min-size")?, size(&trees.max_size, "max-size")?);
    for path in trees.paths.iter().filter(|path| **path != Path::new("-")) {
        walk = walk.with_root(path);
    }
    if trees.follow {
        walk = walk.following_links();
    }
    let depth = match (trees.depth, &trees.with[..]) {
        (depth, []) => depth.unwrap_or_default(),
        (None | Some(Depth::Full), _) => Depth::Full,
        (Some(_), _) => {
            let message = "--with: analyses need --depth full";
            return Err(Error::new(ErrorKind::Request, message).into());
        }
    };
    let mut scan = scan.with_walk(walk).with_depth(depth).with_analyses(trees.with.iter().copied());
    if trees.changed {
        scan = scan.renewing();
    }
    if let Some(digest) = trees.digest {
        scan = scan.with_digest(digest);
    }
    if let Some(policy) = &trees.redact {
        scan = scan.with_redaction(self::policy(policy)?);
    }
    Ok(scan)
}

fn policy(name: &Path) -> anyhow::Result<Policy> {
    if name == Path::new("basic") {
        return Ok(Policy::default());
    }
    let text = std::fs::read_to_string(name).with_context(|| format!("{}", name.display()))?;
    toml::from_str(&text).with_context(|| format!("{}", name.display()))
}

fn plan(scan: &stream_scan::Scan, trees: &Trees) -> anyhow::Result<stream_scan::Planned> {
    let mut list = trees
        .paths
        .iter()
        .any(|path| path == Path::new("-"))
        .then(|| BufReader::new(std::io::stdin().lock()));
    let list = list.as_mut().map(|list| list as &mut dyn std::io::BufRead);
    Ok(scan.plan(&trees.output, list)?)
}

fn share(
    session: &Session,
    scan: &stream_scan::Scan,
    catalogue: &Path,
    shard: Shard,
) -> anyhow::Result<Report> {
    let meter = Arc::new(Meter::new(session));
    let listener = meter.clone();
    let scan = scan.clone().with_listener(move |event| listener.hear(event));
    let report = scan.run(catalogue, shard);
    meter.end();
    report.with_context(|| {
        format!("{}: the same command goes on where this one stopped", catalogue.display())
    })
}
