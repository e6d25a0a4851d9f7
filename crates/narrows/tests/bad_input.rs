//! Every way an input can be wrong: a clear error, the right exit code, what was readable first, and no hang.
#![allow(clippy::unwrap_used)] // a test's helper may

#[path = "support/run.rs"]
mod run;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;

use run::{cues, narrows, tempdir};

#[test]
fn a_missing_file_is_named() {
    let run = narrows(["info", "/nonexistent/x.vtt"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.err, "narrows: /nonexistent/x.vtt: no such file or directory\n");
}

#[test]
fn a_directory_a_device_and_a_fifo_are_said_to_be_what_they_are() {
    let dir = tempdir();
    let fifo = dir.path().join("fifo");
    let made = std::process::Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success());
    for (path, says) in [
        (dir.path(), "is a directory"),
        ("/dev/zero".as_ref(), "is a device"),
        (&fifo, "is a FIFO"),
    ] {
        for verb in ["info", "ls", "cat", "check"] {
            let run = narrows([OsStr::new(verb), path.as_os_str()]);
            assert_eq!(run.code, 1, "{verb} {path:?}");
            assert!(run.err.contains(says), "{verb}: {}", run.err);
        }
    }
}

#[test]
fn no_permission_is_said() {
    let dir = tempdir();
    let path = dir.path().join("secret.vtt");
    fs::write(&path, cues(1)).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::File::open(&path).is_ok() {
        // root reads everything: nothing to see here
        return;
    }
    let run = narrows([OsStr::new("ls"), path.as_os_str()]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("permission denied"), "{}", run.err);
}

#[test]
fn an_empty_file_is_said_to_be_empty() {
    let dir = tempdir();
    let path = dir.path().join("empty.vtt");
    fs::write(&path, "").unwrap();
    for verb in ["info", "ls", "cat", "check"] {
        let run = narrows([OsStr::new(verb), path.as_os_str()]);
        assert_eq!(run.code, 1, "{verb}");
        assert!(run.err.contains("is empty"), "{verb}: {}", run.err);
    }
}

#[test]
fn a_name_that_is_not_utf_8_is_read_like_any_other() {
    let dir = tempdir();
    let path = dir.path().join(OsStr::from_bytes(b"caf\xe9.vtt"));
    fs::write(&path, cues(2)).unwrap();
    let run =
        narrows([OsStr::new("ls"), OsStr::new("--kind"), OsStr::new("cue"), path.as_os_str()]);
    assert_eq!((run.code, run.out.as_str()), (0, "cue/0\ncue/1\n"));
    let run = narrows([OsStr::new("info"), OsStr::new("--json"), path.as_os_str()]);
    assert!(run.out.contains("/caf%E9.vtt\""), "{}", run.out);
}

#[test]
fn a_budget_too_small_says_how_much_is_needed_and_that_much_is_enough() {
    let dir = tempdir();
    let path = dir.path().join("a.vtt");
    fs::write(&path, cues(3)).unwrap();
    let mut memory = "1KiB".to_owned();
    for _ in 0..40 {
        let run = narrows([
            OsStr::new("ls"),
            OsStr::new("--memory"),
            OsStr::new(&memory),
            path.as_os_str(),
        ]);
        if run.code == 0 {
            assert_ne!(memory, "1KiB", "a kibibyte cannot be enough");
            return;
        }
        assert_eq!(run.code, 3, "{}", run.err);
        let (_, needed) = run.err.trim_end().rsplit_once("--memory ").unwrap();
        memory = needed.to_owned();
    }
    panic!("{memory} is still said not to be enough");
}

#[test]
fn other_files_are_read_after_one_failed() {
    let dir = tempdir();
    let good = dir.path().join("good.vtt");
    fs::write(&good, cues(1)).unwrap();
    for verb in ["info", "check"] {
        let run = narrows([OsStr::new(verb), OsStr::new("/nonexistent"), good.as_os_str()]);
        assert_eq!(run.code, 1);
        assert!(run.out.contains("good.vtt"), "{verb}: {}", run.out);
        assert!(run.err.contains("/nonexistent"), "{verb}: {}", run.err);
    }
}

#[test]
fn wrong_usage_is_exit_code_2() {
    for args in [
        &["ls"][..],
        &["nonsense"],
        &["info", "--memory", "lots", "x"],
        &["info", "--format", "nonsense", "x"],
        &["info", "--set", "novalue", "x"],
        &["ls", "--kind", "nonsense", "x"],
        &["cat", "--region", "a:b", "x"],
        &["info", "--config", "/nonexistent.toml", "x"],
    ] {
        let run = narrows(args);
        assert_eq!(run.code, 2, "{args:?}: {}", run.err);
        assert!(!run.err.is_empty(), "{args:?}");
    }
}

#[test]
fn an_entry_that_does_not_exist_is_said_not_to() {
    let dir = tempdir();
    let path = dir.path().join("a.vtt");
    fs::write(&path, cues(1)).unwrap();
    let run =
        narrows([OsStr::new("cat"), OsStr::new("--entry"), OsStr::new("cue/9"), path.as_os_str()]);
    assert_eq!(run.code, 1);
    assert!(run.err.contains("cue/9"), "{}", run.err);
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let dir = tempdir();
    let path = dir.path().join("a.vtt");
    fs::write(&path, cues(20_000)).unwrap();
    let script = format!(
        "{} ls --json {} | head -n 1 >/dev/null; echo ${{PIPESTATUS[0]}}",
        run::EXE,
        path.display()
    );
    let done = std::process::Command::new("bash").args(["-c", &script]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&done.stdout).trim(), "0");
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
}

#[test]
fn an_interrupt_ends_a_wait_for_input_with_exit_code_130() {
    let mut child = std::process::Command::new(run::EXE)
        .args(["ls", "-"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // the pipe stays open and empty; the handler is there once the process waits for it
    let stdin = child.stdin.take();
    std::thread::sleep(std::time::Duration::from_millis(500));
    let killed =
        std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(killed.unwrap().success());
    let done = child.wait_with_output().unwrap();
    drop(stdin);
    assert_eq!(done.status.code(), Some(130));
    assert!(String::from_utf8_lossy(&done.stderr).contains("cancelled"));
}
