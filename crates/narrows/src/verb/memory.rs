//! `narrows memory`: the budget, and where it comes from.

use std::io::Write;

use stream_memory::{ChunkSizer, Level};

use crate::failure::Outcome;
use crate::output;
use crate::output::human::{Facts, Paint};
use crate::output::json::Object;
use crate::session::Session;

pub(crate) fn run(session: &Session) -> anyhow::Result<Outcome> {
    let mut out = output::stdout();
    let limit = &session.limit;
    let origin = match (&limit.asked, std::env::var_os("NARROWS_MEMORY")) {
        (Some(asked), Some(env)) if *env == **asked => format!("NARROWS_MEMORY={asked}"),
        (Some(asked), _) => format!("--memory {asked} or the configuration file"),
        (None, _) => "a quarter of what is available, at least 64 MiB".to_owned(),
    };
    let threads = match session.threads() {
        Some(threads) => threads,
        None => std::thread::available_parallelism()?,
    };
    let chunk = ChunkSizer::new(threads.get()).size(limit.bytes, Level::Healthy) as u64;
    if session.json() {
        let mut object = Object::begin(&mut out)?;
        object.number("budget", limit.bytes)?;
        object.text("origin", &origin)?;
        object.number("available", limit.available.bytes)?;
        object.number("total", limit.available.total)?;
        object.text("available_from", &limit.available.source.to_string())?;
        object.number("threads", threads.get() as u64)?;
        object.number("chunk", chunk)?;
        object.end()?;
        out.write_all(b"\n")?;
    } else {
        let mut facts = Facts::new();
        facts.push("budget", format!("{} ({origin})", session.size(limit.bytes)));
        let available = session.size(limit.available.bytes);
        let total = session.size(limit.available.total);
        facts.push("available", format!("{available} of {total} ({})", limit.available.source));
        facts.push("threads", threads.to_string());
        facts.push("chunks", session.size(chunk));
        facts.write(&mut out, Paint(session.color()))?;
    }
    out.flush()?;
    Ok(Outcome::Fine)
}
