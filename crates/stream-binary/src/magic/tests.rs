use super::*;

fn name(head: &[u8]) -> &'static str {
    Magic::of(head).name
}

fn media_type(head: &[u8]) -> &'static str {
    Magic::of(head).media_type
}

#[test]
fn signatures_at_the_start_are_known() {
    let cases: &[(&[u8], &str)] = &[
        (b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR", "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0", "image/jpeg"),
        (b"\x1f\x8b\x08\0\0\0\0\0", "application/gzip"),
        (b"\xfd7zXZ\0\0\x04", "application/x-xz"),
        (b"\x28\xb5\x2f\xfd\x24\0", "application/zstd"),
        (b"BZh91AY&SY", "application/x-bzip2"),
        (b"\x04\x22\x4d\x18\x64\x40", "application/x-lz4"),
        (b"7z\xbc\xaf\x27\x1c\0\x04", "application/x-7z-compressed"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "application/pdf"),
        (b"SQLite format 3\0\x10\0\x01", "application/vnd.sqlite3"),
        (b"PAR1\x15\x04\x15\x10", "application/vnd.apache.parquet"),
        (b"ARROW1\0\0\xff\xff\xff\xff", "application/vnd.apache.arrow.file"),
        (b"wOF2\0\x01\0\0", "font/woff2"),
        (b"\0\x01\0\0\0\x0c\0\x80", "font/ttf"),
        (b"fLaC\0\0\0\x22", "audio/flac"),
        (b"ID3\x04\0\0\0\0\0\0", "audio/mpeg"),
        (b"\xff\xfb\x90\x64\0\0", "audio/mpeg"),
        (b"\xff\xf1\x50\x80\x02\x1f", "audio/aac"),
        (b"\x89HDF\r\n\x1a\n\0", "application/x-hdf5"),
    ];
    for (head, expected) in cases {
        assert_eq!(media_type(head), *expected, "{head:?}");
    }
}

#[test]
fn tar_and_dicom_are_known_by_marks_further_on() {
    let mut head = vec![0; 600];
    head[257..262].copy_from_slice(b"ustar");
    assert_eq!(name(&head), "tar archive");
    let mut head = vec![0; 600];
    head[128..132].copy_from_slice(b"DICM");
    assert_eq!(name(&head), "DICOM file");
    head[..4].copy_from_slice(b"II*\0");
    assert_eq!(name(&head), "DICOM file");
    head[128] = 0;
    assert_eq!(name(&head), "TIFF image, little-endian");
}

#[test]
fn executables_are_told_apart() {
    let mut elf = b"\x7fELF\x02\x01\x01".to_vec();
    elf.resize(64, 0);
    elf[16] = 3;
    assert_eq!(name(&elf), "ELF shared object or executable");
    let mut pe = b"MZ".to_vec();
    pe.resize(200, 0);
    assert_eq!(name(&pe), "DOS executable");
    pe[60] = 128;
    pe[128..132].copy_from_slice(b"PE\0\0");
    assert_eq!(name(&pe), "Windows executable");
    assert_eq!(name(b"\xcf\xfa\xed\xfe\x07\0\0\x01"), "Mach-O binary");
    assert_eq!(name(b"\xca\xfe\xba\xbe\0\0\0\x02"), "Mach-O universal binary");
    assert_eq!(name(b"\xca\xfe\xba\xbe\0\0\0\x34"), "Java class");
}

/// A local header of a ZIP archive with a stored member.
fn member(name: &str, content: &str) -> Vec<u8> {
    let mut all = b"PK\x03\x04\x14\0\0\0\0\0".to_vec();
    all.resize(26, 0);
    all.extend_from_slice(&(name.len() as u16).to_le_bytes());
    all.extend_from_slice(&[0, 0]);
    all.extend_from_slice(name.as_bytes());
    all.extend_from_slice(content.as_bytes());
    all
}

#[test]
fn office_kinds_are_told_by_what_the_archive_holds() {
    let word = [member("[Content_Types].xml", "<x/>"), member("word/document.xml", "")].concat();
    assert_eq!(name(&word), "Word document");
    let excel = [member("[Content_Types].xml", "<x/>"), member("xl/workbook.xml", "")].concat();
    assert_eq!(name(&excel), "Excel workbook");
    let odt = member("mimetype", "application/vnd.oasis.opendocument.text");
    assert_eq!(name(&odt), "OpenDocument text");
    assert_eq!(name(&member("mimetype", "application/epub+zip")), "EPUB book");
    assert_eq!(name(&member("readme", "speaks of word/ and xl/")), "ZIP archive");
    assert_eq!(name(&member("a.npy", "")), "NumPy archive");
}

#[test]
fn media_containers_are_told_by_their_brands() {
    assert_eq!(media_type(b"RIFF\x24\0\0\0WAVEfmt "), "audio/wav");
    assert_eq!(media_type(b"RIFF\x24\0\0\0WEBPVP8 "), "image/webp");
    assert_eq!(media_type(b"\0\0\0\x20ftypisom\0\0\x02\0"), "video/mp4");
    assert_eq!(media_type(b"\0\0\0\x20ftypM4A \0\0\x02\0"), "audio/mp4");
    assert_eq!(media_type(b"\0\0\0\x20ftypavif\0\0\0\0"), "image/avif");
    assert_eq!(media_type(b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm"), "video/webm");
    assert_eq!(media_type(b"\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska"), "video/matroska");
    let mut ts = vec![0xff; 188 * 4];
    (0..4).for_each(|packet| ts[packet * 188] = 0x47);
    assert_eq!(media_type(&ts), "video/mp2t");
}

#[test]
fn text_is_told_by_its_encoding() {
    assert_eq!(name(b"plain words\n"), "ASCII text");
    assert_eq!(name("M\u{fc}nchen\n".as_bytes()), "UTF-8 text");
    assert_eq!(name(b"\xef\xbb\xbfwords"), "UTF-8 text with byte order mark");
    assert_eq!(name(b"\xff\xfew\0o\0"), "UTF-16 text, little-endian");
    assert_eq!(name(b"\xfe\xff\0w\0o"), "UTF-16 text, big-endian");
    assert_eq!(name(b"\xff\xfe\0\0w\0\0\0"), "UTF-32 text, little-endian");
    assert_eq!(name(b"words \xff words"), "data");
    assert_eq!(name(b"words\0"), "data");
    assert_eq!(name(b""), "empty file");
}

#[test]
fn text_that_says_what_it_is_is_believed() {
    assert_eq!(media_type(b" {\"a\": 1}"), "application/json");
    assert_eq!(media_type(b"[1, 2, {\"a\": \"x]\"}]"), "application/json");
    assert_eq!(media_type(b"[12:30] <me> hello"), "text/plain");
    assert_eq!(media_type(b"{ not json }"), "text/plain");
    assert_eq!(media_type(b"<?xml version=\"1.0\"?><a/>"), "application/xml");
    assert_eq!(media_type(b"<?xml version=\"1.0\"?><svg/>"), "image/svg+xml");
    assert_eq!(media_type(b"<!DOCTYPE HTML><html>"), "text/html");
    assert_eq!(media_type(b"#!/usr/bin/env python3\n"), "text/x-python");
    assert_eq!(media_type(b"#!/bin/sh\n"), "text/x-shellscript");
}

#[test]
fn a_character_that_the_head_cuts_does_not_make_data_of_text() {
    let text = "\u{20ac}".repeat(2000);
    assert_ne!(Magic::HEAD % 3, 0);
    assert_eq!(name(text.as_bytes()), "UTF-8 text");
}

#[test]
fn no_prefix_of_anything_makes_it_panic() {
    let mut head = b"PK\x03\x04RIFFMZ\x7fELF".repeat(20);
    for cut in 0..head.len() {
        let _ = Magic::of(&head[cut..]);
        let _ = Magic::of(&head[..cut]);
    }
    head.truncate(2);
    assert_eq!(name(&head), "ASCII text");
}
