//! Runs the command as a user does.
#![allow(dead_code, unreachable_pub)] // each test file takes what it needs
#![allow(clippy::unwrap_used, clippy::expect_used)] // a helper of tests

use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Stdio};

/// The built command.
pub const EXE: &str = env!("CARGO_BIN_EXE_narrows");

/// What a run gave.
pub struct Run {
    pub code: i32,
    pub out: String,
    pub err: String,
    pub bytes: Vec<u8>,
}

fn command() -> Command {
    let mut command = Command::new(EXE);
    // settings of whoever runs the tests are not the tests'
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("NARROWS_") {
            command.env_remove(name);
        }
    }
    command
}

fn finish(command: &mut Command, input: Option<&[u8]>) -> Run {
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut child =
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let feeder = child.stdin.take().zip(input.map(<[u8]>::to_vec)).map(|(mut pipe, bytes)| {
        // a command that stops early closes the pipe, which is its right
        std::thread::spawn(move || pipe.write_all(&bytes))
    });
    let done = child.wait_with_output().unwrap();
    if let Some(feeder) = feeder {
        let _ = feeder.join().unwrap();
    }
    Run {
        code: done.status.code().expect("ended by itself, not by a signal"),
        out: String::from_utf8_lossy(&done.stdout).into_owned(),
        err: String::from_utf8_lossy(&done.stderr).into_owned(),
        bytes: done.stdout,
    }
}

pub fn narrows<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Run {
    finish(command().args(args), None)
}

pub fn narrows_in<A: AsRef<OsStr>>(
    dir: &std::path::Path,
    env: &[(&str, &str)],
    args: impl IntoIterator<Item = A>,
) -> Run {
    finish(command().current_dir(dir).envs(env.iter().copied()).args(args), None)
}

pub fn narrows_fed<A: AsRef<OsStr>>(input: &[u8], args: impl IntoIterator<Item = A>) -> Run {
    finish(command().args(args), Some(input))
}

pub fn tempdir() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

/// A WebVTT file of `n` cues of a second each.
pub fn cues(n: usize) -> String {
    let mut text = String::from("WEBVTT\n\n");
    for i in 0..n {
        let (hour, minute, second) = (i / 3600, i / 60 % 60, i % 60);
        let time = |ms: u32| format!("{hour:02}:{minute:02}:{second:02}.{ms:03}");
        text.push_str(&format!("{} --> {}\n<v Ann>cue {i} &amp; more\n\n", time(0), time(900)));
    }
    text
}

fn element(group: u16, number: u16, vr: &[u8; 2], value: &[u8]) -> Vec<u8> {
    let mut bytes = [group.to_le_bytes(), number.to_le_bytes()].concat();
    bytes.extend(vr);
    if matches!(vr, b"OB" | b"OW") {
        bytes.extend([0, 0]);
        bytes.extend((value.len() as u32).to_le_bytes());
    } else {
        bytes.extend((value.len() as u16).to_le_bytes());
    }
    bytes.extend(value);
    bytes
}

/// Preamble, meta group and the elements of an image of `rows` x `columns` pixels of `bits` bits.
fn image(syntax: &[u8], frames: &[u8], rows: u16, columns: u16, bits: u16) -> Vec<u8> {
    let meta = [
        element(2, 1, b"OB", &[0, 1]),
        element(2, 2, b"UI", b"1.2.840.10008.5.1.4.1.1.7\0"),
        element(2, 3, b"UI", b"1.2.3\0"),
        element(2, 0x10, b"UI", syntax),
        element(2, 0x12, b"UI", b"1.2.3.4\0"),
    ]
    .concat();
    let us = |number, n: u16| element(0x28, number, b"US", &n.to_le_bytes());
    let mut file = vec![0; 128];
    file.extend(b"DICM");
    file.extend(element(2, 0, b"UL", &(meta.len() as u32).to_le_bytes()));
    file.extend(meta);
    file.extend(element(8, 0x60, b"CS", b"CT"));
    file.extend(element(0x10, 0x10, b"PN", b"Doe^Jane"));
    file.extend(us(2, 1));
    file.extend(element(0x28, 4, b"CS", b"MONOCHROME2 "));
    file.extend(element(0x28, 8, b"IS", frames));
    for (number, value) in [(0x10, rows), (0x11, columns), (0x100, bits), (0x101, bits)] {
        file.extend(us(number, value));
    }
    file.extend(us(0x102, bits - 1));
    file.extend(us(0x103, 0));
    file
}

/// A DICOM file: 2 frames of 2 x 3 pixels of 16 bits, explicit little endian, values 0 to 11.
pub fn dicom() -> Vec<u8> {
    let mut file = image(b"1.2.840.10008.1.2.1\0", b"2 ", 2, 3, 16);
    let pixels: Vec<u8> = (0..12u16).flat_map(u16::to_le_bytes).collect();
    file.extend(element(0x7fe0, 0x10, b"OW", &pixels));
    file
}

/// A DICOM file: one frame of 2 x 4 pixels of 8 bits, run lengths (PS3.5, G): four times 7, then 1 to 4.
pub fn dicom_rle() -> Vec<u8> {
    let mut file = image(b"1.2.840.10008.1.2.5\0", b"1 ", 2, 4, 8);
    let item = |bytes: &[u8]| {
        let head = [[0xfe, 0xff, 0x00, 0xe0], (bytes.len() as u32).to_le_bytes()];
        [head.as_flattened(), bytes].concat()
    };
    let mut frame = [1u32, 64].map(u32::to_le_bytes).concat();
    frame.resize(64, 0);
    // repeat 7 four times; four literal bytes; one byte of padding
    frame.extend([253, 7, 3, 1, 2, 3, 4, 0]);
    file.extend([0xe0, 0x7f, 0x10, 0, b'O', b'B', 0, 0, 255, 255, 255, 255]);
    file.extend(item(&[]));
    file.extend(item(&frame));
    file.extend([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
    file
}
