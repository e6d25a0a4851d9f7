//! Every command that the README shows runs, on files made here under the names it uses.
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use narrows_tests::command::{DEADLINE, narrows};
use narrows_tests::torture::scratch;
use xtask::child::{End, measure};
use xtask::make::{self, audio, dicom, fits, hdf5, netcdf, random, vtt};
use xtask::project;

/// The lines of the README's blocks of commands that run `narrows`.
fn commands() -> Result<Vec<String>> {
    let text = std::fs::read_to_string(project::root().join("README.md"))?;
    let blocks = text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).filter(|line| line.contains("narrows "));
    Ok(lines.map(str::to_owned).collect())
}

fn files(folder: &Path) -> Result<()> {
    let image = dicom::Image { side: 16, frames: 12, patient: 1, series: 1, instance: 1 };
    let file = |name: &str| folder.join(name);
    make::file(&file("scan.dcm"), None, |out| dicom::write(out, image).map(|_| ()))?;
    make::file(&file("talk.vtt"), None, |out| vtt::write(out, 100, 7))?;
    make::file(&file("model.nc"), None, |out| netcdf::write(out, 12, 8))?;
    make::file(&file("catalogue.fits"), None, |out| fits::table(out, 100, 9))?;
    make::file(&file("array.h5"), None, |out| hdf5::write(out, 1, 10))?;
    make::file(&file("talk.wav"), None, |out| audio::write(out, 2, 12))?;
    let film = project::root().join("crates/stream-video/tests/files/b-frames.mp4");
    std::fs::copy(film, file("film.mp4"))?;
    make::file(&file("huge.bin"), None, |out| random::write(out, 3_000_000, 11))?;
    Ok(())
}

#[test]
fn every_command_of_the_readme_runs() -> Result<()> {
    let folder = scratch("readme")?;
    files(&folder)?;
    let own = narrows()?.parent().context("the command stands in no folder")?;
    let path = format!("{}:{}", own.display(), std::env::var("PATH")?);
    let commands = commands()?;
    ensure!(commands.len() > 5, "the README shows {} commands", commands.len());
    for line in commands {
        // nothing here needs a network
        let line = line.replace("curl --silent https://example.org/talk.vtt", "cat talk.vtt");
        let mut shell = Command::new("sh");
        shell.args(["-c", &line]).current_dir(&folder).env("PATH", &path).stdin(Stdio::null());
        let seen = measure(shell.stdout(Stdio::piped()).stderr(Stdio::piped()), Some(DEADLINE))?;
        ensure!(seen.end == End::Code(0), "{line}: {:?} {}", seen.end, seen.stderr.text());
        let redirected = line.contains(" >");
        ensure!(redirected || seen.stdout.bytes > 0, "{line}: prints nothing");
    }
    Ok(())
}
