//! A scan that is killed again and again, and goes on each time: its catalogue is that of one which nobody disturbed.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use super::processes::{descendants, stat};
use crate::make::random::Random;
use crate::make::{self, hdf5, vtt};
use crate::project::{self, cargo, output, step};

/// Kills of a whole run.
pub(super) const KILLS: u32 = 50;
/// How long a process may live on once its parent was killed.
const GRACE: Duration = Duration::from_secs(10);
/// Seconds without an answer after which a worker that loops is ended: small, for the scan waits for it twice; yet long enough that
/// one which hits its wall is seen to, on a machine that has other work.
const DEADLINE: &str = "4";

pub(super) fn run(kills: u32) -> Result<()> {
    let program = program()?;
    let folder = project::target().join("kills");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).context("cannot clear the folder of kills")?;
    }
    let faulty = tree(&folder.join("faulty"), true)?;
    let plain = tree(&folder.join("plain"), false)?;
    let scan = |tree: &Path| Scan { program: program.clone(), tree: tree.to_owned() };
    let done = disturb(&scan(&faulty), &folder, Victim::Scan, kills.div_ceil(2))?;
    // one worker a scan: a file that loses two is told to have crashed, and rightly
    let more = disturb(&scan(&plain), &folder, Victim::Worker, kills / 2)?;
    std::fs::remove_dir_all(&folder).context("cannot remove the folder of kills")?;
    eprintln!(
        "{done} scans went on after their process was killed, {more} after a worker of theirs was: the same catalogue each time"
    );
    Ok(())
}

/// The command with faults compiled in: what `NARROWS_FAULTY` names, or it is built.
fn program() -> Result<PathBuf> {
    if let Some(named) = std::env::var_os("NARROWS_FAULTY") {
        return Ok(named.into());
    }
    let target = project::target().join("faulty");
    let mut build = cargo(["build", "--quiet", "--locked", "--package", "narrows"]);
    step(build.args(["--features", "full,faults", "--target-dir"]).arg(&target))?;
    Ok(target.join("debug").join("narrows"))
}

/// Files of several formats, some broken; where they are to be faulty, some that take their worker down.
fn tree(folder: &Path, faulty: bool) -> Result<PathBuf> {
    let mut random = Random::new(6);
    for n in 0..240u64 {
        let place = folder.join(format!("{}", n % 7));
        std::fs::create_dir_all(&place)?;
        match n % 4 {
            0 => make::file(&place.join(format!("{n}.vtt")), None, |out| vtt::write(out, n, n))?,
            1 if n % 20 == 1 => {
                make::file(&place.join(format!("{n}.h5")), None, |out| hdf5::write(out, 1, n))?
            }
            1 | 2 => make::file(&place.join(format!("{n}.bin")), None, |out| {
                make::random::write(out, n * 100, n)
            })?,
            // cut somewhere
            _ => {
                let path = place.join(format!("{n}.cut.vtt"));
                make::file(&path, None, |out| vtt::write(out, 50, n))?;
                let file = std::fs::File::options().write(true).open(&path)?;
                file.set_len(10 + random.next_u64() % 2000)?;
                0
            }
        };
    }
    if faulty {
        for (n, fault) in ["abort", "exit", "allocate", "loop"].iter().enumerate() {
            let path = folder.join(format!("{n}/{n}.fault-{fault}.vtt"));
            make::file(&path, None, |out| vtt::write(out, 9, 1))?;
        }
    }
    Ok(folder.to_owned())
}

struct Scan {
    program: PathBuf,
    tree: PathBuf,
}

impl Scan {
    fn start(&self, catalogue: &Path) -> Result<Child> {
        let mut command = Command::new(&self.program);
        command.args(["scan", "--isolate", "always", "--deadline", DEADLINE, "--threads", "2"]);
        command.args(["--memory", "256MiB", "--progress", "never", "-o"]);
        command.arg(catalogue).arg(&self.tree).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().context("cannot start the scan")
    }

    /// The rows of a catalogue, without what differs from run to run.
    fn rows(&self, catalogue: &Path) -> Result<String> {
        output(Command::new(&self.program).args(["scan", "canonical"]).arg(catalogue))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Victim {
    Scan,
    Worker,
}

/// Scans until `kills` processes were killed; each scan goes on until it comes to its end. Gives how many were killed.
fn disturb(scan: &Scan, folder: &Path, victim: Victim, kills: u32) -> Result<u32> {
    let calm = folder.join("calm");
    let start = Instant::now();
    let code = scan.start(&calm)?.wait()?.code();
    ensure!(code == Some(1), "an undisturbed scan ends with {code:?}; some files are broken");
    let usual = start.elapsed();
    let expected = scan.rows(&calm)?;
    let files = expected.lines().count();
    eprintln!("undisturbed: {files} rows in {:.1} s", usual.as_secs_f64());
    let mut random = Random::new(u64::from(std::process::id()));
    let (mut killed, mut ended) = (0, 0);
    while killed < kills {
        let catalogue = folder.join(format!("{ended}"));
        let mut disturbed = false;
        loop {
            let mut running = scan.start(&catalogue)?;
            let most = u64::try_from(usual.as_millis())?.max(1);
            let moment = Duration::from_millis(random.next_u64() % most);
            let spared = killed >= kills || (disturbed && victim == Victim::Worker);
            let ran_out = if spared { false } else { !outlives(&mut running, moment)? };
            if !spared && !ran_out {
                let all = descendants(running.id());
                if victim == Victim::Scan {
                    running.kill()?;
                    running.wait()?;
                    gone(&all)?;
                } else if let Some(worker) = all.first() {
                    kill(*worker);
                } else {
                    // none yet: nothing was disturbed
                    running.wait()?;
                    break;
                }
                killed += 1;
                disturbed = true;
                if victim == Victim::Scan {
                    continue;
                }
            }
            let all = descendants(running.id());
            let code = running.wait()?.code();
            ensure!(code == Some(1), "a scan that goes on ends with {code:?}");
            gone(&all)?;
            break;
        }
        let rows = scan.rows(&catalogue)?;
        if rows != expected {
            bail!("after {killed} kills {}", difference(&expected, &rows, &catalogue));
        }
        std::fs::remove_dir_all(&catalogue)?;
        ended += 1;
    }
    std::fs::remove_dir_all(&calm)?;
    Ok(killed)
}

/// Whether a process still runs after some time.
fn outlives(child: &mut Child, time: Duration) -> Result<bool> {
    let start = Instant::now();
    while start.elapsed() < time {
        if child.try_wait()?.is_some() {
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    Ok(child.try_wait()?.is_none())
}

fn kill(process: u32) {
    if let Ok(process) = i32::try_from(process) {
        // SAFETY: takes no memory; the number is that of a worker which was seen a moment ago, and whose parent has not waited for it.
        unsafe { libc::kill(process, libc::SIGKILL) };
    }
}

/// Waits until none of these runs.
fn gone(processes: &[u32]) -> Result<()> {
    let start = Instant::now();
    let runs = |pid: &&u32| stat(**pid).is_some_and(|stat| stat.first().is_some_and(|s| s != "Z"));
    while let Some(process) = processes.iter().find(runs) {
        ensure!(start.elapsed() < GRACE, "process {process} outlives its parent");
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

/// The first line in which two catalogues differ.
fn difference(expected: &str, found: &str, catalogue: &Path) -> String {
    let (one, two): (BTreeSet<_>, BTreeSet<_>) =
        (expected.lines().collect(), found.lines().collect());
    let first =
        |a: &BTreeSet<&str>, b: &BTreeSet<&str>| a.difference(b).next().map(|l| (*l).to_owned());
    format!(
        "{} has {} rows instead of {}; missing {:?}, too many {:?}",
        catalogue.display(),
        found.lines().count(),
        expected.lines().count(),
        first(&one, &two),
        first(&two, &one)
    )
}
