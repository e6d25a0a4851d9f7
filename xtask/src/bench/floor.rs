//! The floors: what no reader can beat, as processes of their own so that they are measured alike.
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Result;

/// A bare loop that reads and does next to nothing.
#[derive(clap::Args)]
pub struct Args {
    kind: Kind,
    path: PathBuf,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Kind {
    /// Starts and ends.
    Idle,
    /// Reads a file in pieces of 1 MiB.
    Read,
    /// Reads a file and counts its line feeds.
    Lines,
    /// Reads a file and adds up its bytes as `f32`, in the machine's order.
    Sum,
    /// The same in the other order, as FITS and netCDF classic store them.
    SumSwapped,
    /// Opens each file under a folder and reads its first 64 KiB.
    Heads,
}

/// Runs the verb.
///
/// # Errors
/// When a file cannot be read.
pub fn run(args: &Args) -> Result<()> {
    match args.kind {
        Kind::Idle => {}
        Kind::Read => println!("{}", scan(&args.path, 1 << 20, |bytes| bytes.len() as u64)?),
        Kind::Lines => println!("{}", scan(&args.path, 1 << 18, line_feeds)?),
        Kind::Sum => println!("{}", sum(&args.path, u32::from_ne_bytes)?),
        Kind::SumSwapped => println!("{}", sum(&args.path, u32::from_be_bytes)?),
        Kind::Heads => println!("{}", heads(&args.path)?),
    }
    Ok(())
}

fn scan(path: &Path, piece: usize, count: impl Fn(&[u8]) -> u64) -> Result<u64> {
    let mut file = File::open(path)?;
    let mut bytes = vec![0; piece];
    let mut total = 0;
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(total),
            got => total += count(&bytes[..got]),
        }
    }
}

fn sum(path: &Path, order: impl Fn([u8; 4]) -> u32) -> Result<f64> {
    let mut file = File::open(path)?;
    let mut bytes = vec![0; 1 << 20];
    let mut lanes = [0.0; 8];
    loop {
        let got = file.read(&mut bytes)?;
        if got == 0 {
            return Ok(lanes.iter().sum());
        }
        for eight in bytes[..got].as_chunks::<32>().0 {
            for (lane, four) in lanes.iter_mut().zip(eight.as_chunks::<4>().0) {
                *lane += f64::from(f32::from_bits(order(*four)));
            }
        }
    }
}

fn line_feeds(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

fn heads(folder: &Path) -> Result<u64> {
    let mut bytes = vec![0; 64 << 10];
    let mut total = 0;
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                folders.push(entry.path());
            } else {
                total += File::open(entry.path())?.read(&mut bytes)? as u64;
            }
        }
    }
    Ok(total)
}
