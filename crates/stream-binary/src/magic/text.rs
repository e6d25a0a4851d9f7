//! Text: which encoding, and a guess at what it says.

use super::{Magic, at, within};

pub(super) fn look(head: &[u8]) -> Option<Magic> {
    // UTF-32's little-endian mark starts with UTF-16's; the Unicode standard 23.8
    const MARKS: &[(&[u8], Magic)] = &[
        (b"\xff\xfe\0\0", Magic::new("text/plain", "UTF-32 text, little-endian")),
        (b"\0\0\xfe\xff", Magic::new("text/plain", "UTF-32 text, big-endian")),
        (b"\xff\xfe", Magic::new("text/plain", "UTF-16 text, little-endian")),
        (b"\xfe\xff", Magic::new("text/plain", "UTF-16 text, big-endian")),
    ];
    if let Some((_, magic)) = MARKS.iter().find(|(mark, _)| head.starts_with(mark)) {
        return Some(*magic);
    }
    let bom = at(head, 0, b"\xef\xbb\xbf");
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let text = utf8(head)?;
    // NUL and most other controls are what tells data from text
    let odd = |c: char| c.is_ascii_control() && !"\t\n\r\x0c\x08\x1b".contains(c);
    if text.contains(odd) {
        return None;
    }
    Some(guess(text).unwrap_or(match (bom, text.is_ascii()) {
        (true, _) => Magic::new("text/plain", "UTF-8 text with byte order mark"),
        (false, true) => Magic::new("text/plain", "ASCII text"),
        (false, false) => Magic::new("text/plain", "UTF-8 text"),
    }))
}

/// The head as UTF-8; a character that the end of the head cuts is left out.
fn utf8(head: &[u8]) -> Option<&str> {
    match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        Err(e) if e.error_len().is_none() && e.valid_up_to() > 0 => {
            std::str::from_utf8(head.get(..e.valid_up_to())?).ok()
        }
        Err(_) => None,
    }
}

/// What the text says it is. Marks that a standard prescribes come before habits.
fn guess(text: &str) -> Option<Magic> {
    const SCRIPTS: &[(&str, Magic)] = &[
        ("python", Magic::new("text/x-python", "Python script")),
        ("perl", Magic::new("text/x-perl", "Perl script")),
        ("ruby", Magic::new("text/x-ruby", "Ruby script")),
        ("node", Magic::new("text/javascript", "JavaScript script")),
        ("php", Magic::new("text/x-php", "PHP script")),
        ("sh", Magic::new("text/x-shellscript", "shell script")),
    ];
    if let Some(rest) = text.strip_prefix("#!") {
        let line = rest.lines().next().unwrap_or_default();
        let script = SCRIPTS.iter().find(|(name, _)| line.contains(name));
        return Some(script.map_or(Magic::new("text/plain", "script"), |(_, magic)| *magic));
    }
    const STARTS: &[(&str, Magic)] = &[
        ("WEBVTT", Magic::new("text/vtt", "WebVTT text tracks")),
        ("#EXTM3U", Magic::new("application/vnd.apple.mpegurl", "HLS playlist")),
        ("-----BEGIN CERTIFICATE", Magic::new("application/x-pem-file", "PEM certificate")),
        ("-----BEGIN PGP", Magic::new("application/pgp-encrypted", "PGP armoured data")),
        ("-----BEGIN ", Magic::new("application/x-pem-file", "PEM data")),
        ("diff --git ", Magic::new("text/x-diff", "patch")),
        ("BEGIN:VCARD", Magic::new("text/vcard", "vCard")),
        ("BEGIN:VCALENDAR", Magic::new("text/calendar", "iCalendar")),
        ("solid ", Magic::new("model/stl", "STL model, ASCII")),
        ("ply\n", Magic::new("model/ply", "PLY model")),
    ];
    if let Some((_, magic)) = STARTS.iter().find(|(start, _)| text.starts_with(start)) {
        return Some(*magic);
    }
    let trimmed = text.trim_start();
    let mut chars = trimmed.chars();
    match (chars.next()?, chars.find(|c| !c.is_whitespace())) {
        ('<', _) => markup(trimmed),
        // RFC 8259: what follows a brace is a name or the end; a bracket is too common in other text for anything but a value
        ('{', Some('"' | '}')) => Some(Magic::new("application/json", "JSON")),
        ('[', Some('{' | '[' | '"' | ']' | '-' | '0'..='9')) if is_json_array(trimmed) => {
            Some(Magic::new("application/json", "JSON"))
        }
        _ => None,
    }
}

/// `[12:30]` and `[1]` notes are text; JSON has nothing but its own characters outside of strings.
fn is_json_array(text: &str) -> bool {
    let mut in_string = false;
    let mut escaped = false;
    text.chars().all(|c| {
        if in_string {
            in_string = escaped || c != '"';
            escaped = c == '\\' && !escaped;
            return true;
        }
        in_string = c == '"';
        c.is_whitespace() || "[]{},:\"+-.0123456789eEtrufalsn".contains(c)
    })
}

fn markup(text: &str) -> Option<Magic> {
    // WHATWG "MIME Sniffing" 7.1: the tags that make HTML, in any case
    let start: String = text.chars().take(14).map(|c| c.to_ascii_lowercase()).collect();
    let html = ["<!doctype html", "<html", "<head", "<body", "<script", "<table", "<title"];
    if html.iter().any(|tag| start.starts_with(tag)) {
        return Some(Magic::new("text/html", "HTML document"));
    }
    let svg = || within(text.as_bytes(), b"<svg");
    if start.starts_with("<?xml") {
        return Some(match () {
            () if svg() => Magic::new("image/svg+xml", "SVG image"),
            () if within(text.as_bytes(), b"<html") => {
                Magic::new("application/xhtml+xml", "XHTML document")
            }
            () => Magic::new("application/xml", "XML document"),
        });
    }
    start.starts_with("<svg").then_some(Magic::new("image/svg+xml", "SVG image"))
}
