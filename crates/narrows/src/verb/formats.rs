//! `narrows formats`: what can be read.

use std::io::Write;

use stream_core::Needs;
use stream_factory::{Known, formats};

use crate::cli::When;
use crate::failure::Outcome;
use crate::output::human::Paint;
use crate::output::json::{self, Object};
use crate::output::{self, Out};
use crate::session::Session;

pub(crate) fn run(session: &Session) -> anyhow::Result<Outcome> {
    let mut out = output::stdout();
    for known in formats() {
        if session.json() {
            line(&mut out, session, known)?;
        } else {
            row(&mut out, session, known)?;
        }
    }
    out.flush()?;
    Ok(Outcome::Fine)
}

fn state(known: &Known) -> &'static str {
    match (known.format().is_some(), known.has_feature()) {
        (true, _) => "reads",
        (false, true) => "not compiled in",
        (false, false) => "not in this version",
    }
}

fn row(out: &mut Out, session: &Session, known: &Known) -> anyhow::Result<()> {
    let paint = Paint(session.color());
    let d = known.descriptor();
    let state = format!("{:<19}", state(known));
    let state = if known.format().is_some() { paint.good(state) } else { paint.dim(state) };
    let name = paint.bold(format_args!("{:<8}", d.name));
    writeln!(out, "{name} {state} {:<40} {}", d.extensions.join(" "), d.reads)?;
    if let Some(library) = known.format().and_then(|f| f.library()) {
        let where_read = match session.isolate() {
            When::Never => "in this process",
            When::Auto | When::Always => "in a worker process where it is entered",
        };
        writeln!(out, "         {library}, {where_read}")?;
    }
    if session.verbose() {
        for setting in d.settings {
            writeln!(out, "         --set {}: {}", setting.name, setting.about)?;
        }
    }
    Ok(())
}

fn line(out: &mut Out, session: &Session, known: &Known) -> anyhow::Result<()> {
    let d = known.descriptor();
    let mut object = Object::begin(out)?;
    object.text("name", d.name)?;
    object.text("title", d.title)?;
    object.text("state", state(known))?;
    json::list(object.key("extensions")?, d.extensions.iter(), |o, e| json::string(o, e))?;
    json::list(object.key("media_types")?, d.media_types.iter(), |o, e| json::string(o, e))?;
    let needs = match d.needs {
        Needs::Forward => "forward",
        Needs::Random => "random",
        Needs::Path => "path",
    };
    object.text("needs", needs)?;
    if let Some(library) = known.format().and_then(|f| f.library()) {
        object.text("library", &library)?;
    }
    let in_worker = known.format().is_some_and(|f| match session.isolate() {
        When::Always => true,
        When::Never => false,
        When::Auto => f.library().is_some(),
    });
    object.boolean("worker", in_worker)?;
    json::list(object.key("settings")?, d.settings.iter(), |o, s| {
        let mut object = Object::begin(o)?;
        object.text("name", s.name)?;
        object.text("about", s.about)?;
        object.end()
    })?;
    object.end()?;
    out.write_all(b"\n")?;
    Ok(())
}
