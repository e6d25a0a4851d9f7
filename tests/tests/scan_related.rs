//! Files whose data lies in other files, scanned: those beside it are read, by policy; nothing outside its directory is.
#![allow(clippy::unwrap_used)] // a test's helper may

use std::collections::BTreeMap;
use std::fs;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use hdf5_metno::File;
use narrows_tests::scan::{Scanned, differences, measures, rows, scan};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, Reader, WatchFlags};
use serde_json::{Value, json};
use stream_worker::Landlock;
use xtask::child::End;

/// A folder that is scanned, and one beside it that is none of the scan's business.
struct Folders {
    _all: tempfile::TempDir,
    here: PathBuf,
    away: PathBuf,
}

/// Ten big-endian numbers from 100 on: four in the first file behind three other bytes, six in the second.
const FIRST: usize = 16;

/// Writes the files that others refer to.
fn targets(folder: &Path) {
    let numbers: Vec<u8> = (100..110i32).flat_map(i32::to_ne_bytes).collect();
    let (first, second) = numbers.split_at(FIRST);
    fs::write(folder.join("first.raw"), [b"xyz", first].concat()).unwrap();
    fs::write(folder.join("second.raw"), second).unwrap();
    let numbers: Vec<i32> = (500..548).collect();
    let source = File::create(folder.join("source.h5")).unwrap();
    let builder = source.new_dataset::<i32>().chunk((4, 3)).deflate(3).shape((6, 8));
    builder.create("a").unwrap().write_raw(&numbers).unwrap();
}

/// `name.h5` with a dataset `e` in these two files.
fn external(folder: &Path, name: &str, first: &str, second: &str) {
    let file = File::create(folder.join(name)).unwrap();
    let builder = file.new_dataset::<i32>().external(first, 3, FIRST).external(second, 0, 24);
    builder.shape(10).create("e").unwrap();
}

/// `name.h5` with a dataset `v` of seven rows, of which `source` has six; the last is -1.
fn mapped(folder: &Path, name: &str, source: &str) {
    let file = File::create(folder.join(name)).unwrap();
    let builder = file.new_dataset::<i32>().virtual_map(source, "a", (6, 8), .., (7, 8), (..6, ..));
    builder.fill_value(-1i32).shape((7, 8)).create("v").unwrap();
}

fn linked(folder: &Path, name: &str, to: &str) {
    File::create(folder.join(name)).unwrap().link_external(to, "/a", "l").unwrap();
}

fn made() -> Folders {
    let all = tempfile::tempdir().unwrap();
    let (here, away) = (all.path().join("here"), all.path().join("away"));
    for folder in [&here, &away] {
        fs::create_dir(folder).unwrap();
        targets(folder);
    }
    external(&here, "external.h5", "first.raw", "second.raw");
    mapped(&here, "virtual.h5", "source.h5");
    linked(&here, "link.h5", "source.h5");
    Folders { _all: all, here, away }
}

/// What lies outside: by a path that leads there, by one from the root, and by a link that lies in the folder.
fn leading_out(folders: &Folders) {
    let (here, away) = (&folders.here, folders.away.to_str().unwrap());
    external(here, "external-up.h5", "first.raw", "../away/second.raw");
    external(here, "external-root.h5", &format!("{away}/first.raw"), "second.raw");
    mapped(here, "virtual-up.h5", "../away/source.h5");
    mapped(here, "virtual-root.h5", &format!("{away}/source.h5"));
    linked(here, "link-up.h5", "../away/source.h5");
}

fn scanned(tree: &Path, more: &[&str]) -> Result<(End, BTreeMap<String, Scanned>)> {
    let out = tempfile::tempdir()?;
    let arguments: Vec<&str> = ["--depth", "full"].iter().chain(more).copied().collect();
    let seen = scan(tree, out.path(), &arguments)?;
    Ok((seen.end, rows(out.path(), tree)?))
}

/// What is like these values, as another would compute it.
fn expected(values: &[i32]) -> Value {
    let values: Vec<f64> = values.iter().copied().map(f64::from).collect();
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    json!({
        "count": count, "missing": 0, "min": least, "max": greatest, "mean": mean, "sd": variance.sqrt()
    })
}

fn entry<'a>(scanned: &'a Scanned, path: &str) -> &'a Value {
    scanned.entries.iter().find(|entry| entry["path"] == path).unwrap()
}

fn field<'a>(entry: &'a Value, key: &str) -> Option<&'a str> {
    let fields = entry["fields"].as_array()?;
    fields.iter().find(|field| field["key"] == key)?["value"].as_str()
}

/// Which files of a folder are opened.
struct Opened(OwnedFd);

impl Opened {
    fn in_folder(folder: &Path) -> Self {
        let watch = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).unwrap();
        inotify::add_watch(&watch, folder, WatchFlags::OPEN | WatchFlags::ACCESS).unwrap();
        Self(watch)
    }

    /// Since this was last asked.
    fn names(&self) -> Vec<String> {
        let mut space = [MaybeUninit::uninit(); 4096];
        let mut events = Reader::new(self.0.as_fd(), &mut space);
        let mut names = Vec::new();
        while let Ok(event) = events.next() {
            if event.events().intersects(ReadFlags::OPEN | ReadFlags::ACCESS) {
                names.extend(event.file_name().map(|name| name.to_string_lossy().into_owned()));
            }
        }
        names
    }
}

#[test]
fn data_in_files_beside_it_is_that_which_libhdf5_reads() -> Result<()> {
    let folders = made();
    let (end, rows) = scanned(&folders.here, &[])?;
    assert_eq!(end, End::Code(0));
    let of_library: Vec<i32> =
        File::open(folders.here.join("virtual.h5"))?.dataset("v")?.read_raw()?;
    assert_eq!((of_library[0], of_library[47], of_library[48]), (500, 547, -1));
    let (tens, sources): (Vec<i32>, Vec<i32>) = ((100..110).collect(), (500..548).collect());
    for (file, path, values) in [
        ("external.h5", "/e", &tens),
        ("virtual.h5", "/v", &of_library),
        // where the link leads to has a row of its own
        ("source.h5", "/a", &sources),
    ] {
        let row = &rows[file];
        assert_eq!(row.file["status"], "ok", "{}", row.file);
        let found = differences(&measures(entry(row, path)), &expected(values), (1e-12, 0.0));
        ensure!(found.is_empty(), "{file}: {found:?}");
    }
    let link = entry(&rows["link.h5"], "/l");
    assert_eq!((&link["kind"], field(link, "link")), (&json!("link"), Some("external")));
    assert_eq!((field(link, "file"), field(link, "target")), (Some("source.h5"), Some("/a")));
    Ok(())
}

#[test]
fn what_lies_outside_is_named_and_not_opened() -> Result<()> {
    let folders = made();
    leading_out(&folders);
    let opened = Opened::in_folder(&folders.away);
    fs::read(folders.away.join("first.raw"))?;
    ensure!(opened.names().contains(&"first.raw".to_owned()), "what is opened is not seen");
    let (end, rows) = scanned(&folders.here, &[])?;
    assert_eq!((end, opened.names()), (End::Code(1), Vec::<String>::new()));
    let away = folders.away.to_str().unwrap();
    for (file, path, other) in [
        ("external-up.h5", "/e", "../away/second.raw"),
        ("external-root.h5", "/e", &*format!("{away}/first.raw")),
        ("virtual-up.h5", "/v", "../away/source.h5"),
        ("virtual-root.h5", "/v", &*format!("{away}/source.h5")),
    ] {
        let row = &rows[file].file;
        assert_eq!((&row["status"], &row["error_stage"]), (&json!("partial"), &json!("data")));
        assert_eq!(
            (&row["error_kind"], &row["error_entry"]),
            (&json!("unsupported"), &json!(path))
        );
        let ends = format!("related file {other}: only files in the same directory are opened");
        for key in ["error_message", "incomplete_reason"] {
            let told = row[key].as_str().unwrap_or_default();
            assert!(told.ends_with(&ends), "{file}: {key}: {told}");
        }
        assert_eq!(entry(&rows[file], path)["measures"], json!([]), "{file}");
    }
    // a link to another file is an entry, whose target is not the file's own
    let row = &rows["link-up.h5"];
    assert_eq!(row.file["status"], "ok");
    assert_eq!(field(entry(row, "/l"), "file"), Some("../away/source.h5"));
    Ok(())
}

#[test]
fn a_link_in_the_folder_that_leads_out_of_it_leads_nowhere() -> Result<()> {
    let Some(landlock) = Landlock::here() else {
        println!("skipped: no Landlock here");
        return Ok(());
    };
    println!("{landlock}");
    let folders = made();
    for name in ["second.raw", "source.h5"] {
        let alias = format!("alias-{name}");
        std::os::unix::fs::symlink(folders.away.join(name), folders.here.join(alias))?;
    }
    external(&folders.here, "external-link.h5", "first.raw", "alias-second.raw");
    mapped(&folders.here, "virtual-link.h5", "alias-source.h5");
    let opened = Opened::in_folder(&folders.away);
    let (end, rows) = scanned(&folders.here, &[])?;
    assert_eq!((end, opened.names()), (End::Code(1), Vec::<String>::new()));
    for (file, path, other) in [
        ("external-link.h5", "/e", "alias-second.raw"),
        ("virtual-link.h5", "/v", "alias-source.h5"),
    ] {
        let row = &rows[file].file;
        assert_eq!((&row["status"], &row["error_kind"]), (&json!("partial"), &json!("io")));
        let told = row["error_message"].as_str().unwrap_or_default();
        assert!(told.contains(other) && told.ends_with("permission denied"), "{file}: {told}");
        assert_eq!(entry(&rows[file], path)["measures"], json!([]), "{file}");
    }
    assert_eq!(rows["external.h5"].file["status"], "ok");
    Ok(())
}

#[test]
fn by_policy_no_other_file_is_opened_at_all() -> Result<()> {
    let folders = made();
    let (alone, tree) = (folders.here.join("alone"), folders.here.join("tree"));
    for folder in [&alone, &tree] {
        fs::create_dir(folder)?;
        targets(folder);
        external(folder, "external.h5", "first.raw", "second.raw");
        mapped(folder, "virtual.h5", "source.h5");
    }
    let only = ["--only", "external.h5", "--only", "virtual.h5"];
    let opened = Opened::in_folder(&alone);
    let (end, rows) = scanned(&alone, &[&only[..], &["--related", "never"]].concat())?;
    assert_eq!(end, End::Code(1));
    let names = opened.names();
    ensure!(names.contains(&"external.h5".to_owned()), "{names:?}");
    for other in ["first.raw", "second.raw", "source.h5"] {
        ensure!(!names.contains(&other.to_owned()), "{other} was opened");
    }
    for (file, path, other) in
        [("external.h5", "/e", "first.raw"), ("virtual.h5", "/v", "source.h5")]
    {
        let row = &rows[file].file;
        assert_eq!(
            (&row["status"], &row["error_kind"]),
            (&json!("partial"), &json!("unsupported"))
        );
        let ends = format!("related file {other}: by policy no other file is opened");
        let told = row["error_message"].as_str().unwrap_or_default();
        assert!(told.ends_with(&ends), "{file}: {told}");
        assert_eq!(entry(&rows[file], path)["measures"], json!([]), "{file}");
    }
    // with the policy that is used by default they are
    let opened = Opened::in_folder(&tree);
    let (end, _) = scanned(&tree, &only)?;
    assert_eq!(end, End::Code(0));
    let names = opened.names();
    ensure!(names.contains(&"second.raw".to_owned()), "{names:?}");
    Ok(())
}
