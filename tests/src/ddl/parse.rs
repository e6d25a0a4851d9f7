//! What `h5dump` prints, line by line: an object opens with its keyword and its name on one line.
use anyhow::{Context as _, Result, bail};

use super::{Kind, Object, Objects, Type, child, scalars};

/// What a dump holds.
#[derive(Clone, Debug, Default)]
pub struct Dump {
    /// Objects by path.
    pub objects: Objects,
    /// Whether `h5dump` said that it could not print something.
    pub broken: bool,
}

struct Lines<'a> {
    lines: Vec<&'a str>,
    at: usize,
}

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let line = self.lines.get(self.at).copied();
        self.at += usize::from(line.is_some());
        line
    }

    fn peek(&self) -> Option<&'a str> {
        self.lines.get(self.at).map(|line| line.trim())
    }

    /// The lines up to the brace that closes what this line opened.
    fn block(&mut self, first: &str) -> Result<String> {
        let mut text = first.to_owned();
        let mut open = depth(first);
        while open > 0 {
            let line = self.next().context("a block that is not closed")?;
            open += depth(line);
            text.push('\n');
            text.push_str(line);
        }
        Ok(text)
    }
}

/// By how much a line goes deeper, texts and comments aside.
fn depth(line: &str) -> i64 {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for sign in line.chars() {
        match sign {
            '"' if !escaped => quoted = !quoted,
            '{' if !quoted => depth += 1,
            '}' if !quoted => depth -= 1,
            _ => {}
        }
        escaped = sign == '\\' && !escaped;
    }
    depth
}

/// The name behind a keyword: all between the first and the last quote, since quotes within are not escaped.
fn name<'a>(line: &'a str, keyword: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(keyword)?.strip_prefix(" \"")?;
    rest.rsplit_once('"').map(|(name, _)| name)
}

/// Parses the output of `h5dump`, with or without `-p`, `-A`, `-H`.
///
/// # Errors
/// When it breaks off or has a form that is not known.
pub fn parse(text: &str) -> Result<Dump> {
    let mut lines = Lines { lines: text.lines().collect(), at: 0 };
    let mut dump = Dump::default();
    // before it stands which command was run, behind it what went wrong
    while lines.peek().is_some_and(|line| !line.starts_with("HDF5 ")) {
        lines.next();
    }
    lines.next();
    while let Some(line) = lines.next() {
        let line = line.trim();
        if line.is_empty() || line == "}" {
            break;
        } else if line.starts_with("SUPER_BLOCK") || line.starts_with("USER_BLOCK") {
            lines.block(line)?;
        } else if name(line, "GROUP") == Some("/") {
            group(&mut lines, "/", &mut dump)?;
        } else if !member(&mut lines, "/", line, &mut dump)? {
            bail!("{line:?} where the root group was expected");
        }
    }
    resolve(&mut dump.objects);
    Ok(dump)
}

/// Named types stand in the place of their paths.
fn resolve(objects: &mut Objects) {
    let types: Vec<(String, Type)> = objects
        .iter()
        .filter(|(_, object)| object.kind == Kind::Type)
        .filter_map(|(path, object)| Some((path.clone(), object.dtype.clone()?)))
        .collect();
    for object in objects.values_mut() {
        if let Some(Type::Path(path)) = &object.dtype {
            let found = types.iter().find(|(known, _)| known == path);
            object.dtype = found.map(|(_, dtype)| dtype.clone());
        }
    }
    // a type without a name stands under its address, and no path leads to it
    objects.retain(|path, object| object.kind != Kind::Type || !path.starts_with("/#"));
}

fn group(lines: &mut Lines<'_>, path: &str, dump: &mut Dump) -> Result<()> {
    let mut own = Object { kind: Kind::Group, ..Object::default() };
    loop {
        let line = lines.next().with_context(|| format!("group {path} is not closed"))?.trim();
        if line == "}" {
            break;
        }
        if let Some(target) = name(line, "HARDLINK") {
            own.kind = Kind::HardLink;
            own.target = Some(target.to_owned());
        } else if let Some(comment) = name(line, "COMMENT") {
            own.comment = Some(comment.to_owned());
        } else if !member(lines, path, line, dump)? {
            bail!("{line:?} in group {path}");
        }
    }
    dump.objects.insert(path.to_owned(), own);
    Ok(())
}

/// Whether a line opens something that stands in a group; it is read then. Named alone on h5dump's command line, it stands
/// under its whole path.
fn member(lines: &mut Lines<'_>, parent: &str, line: &str, dump: &mut Dump) -> Result<bool> {
    let path = |name: &str| child(parent, name.trim_start_matches('/'));
    if let Some(name) = name(line, "GROUP") {
        group(lines, &path(name), dump)?;
    } else if let Some(name) = name(line, "DATASET") {
        array(lines, &path(name), Kind::Dataset, dump)?;
    } else if let Some(name) = name(line, "ATTRIBUTE") {
        array(lines, &format!("{parent}@{name}"), Kind::Attribute, dump)?;
    } else if line.starts_with("DATATYPE \"") {
        named_type(lines, parent, line, dump)?;
    } else if let Some((name, kind)) = link_line(line) {
        let object = link(&lines.block(line)?, kind);
        dump.objects.insert(path(name), object);
    } else {
        return Ok(false);
    }
    Ok(true)
}

fn link_line(line: &str) -> Option<(&str, Kind)> {
    let kinds = [
        ("SOFTLINK", Kind::SoftLink),
        ("EXTERNAL_LINK", Kind::ExternalLink),
        ("USERDEFINED_LINK", Kind::UserLink),
    ];
    kinds.into_iter().find_map(|(keyword, kind)| Some((name(line, keyword)?, kind)))
}

/// Links are followed by `h5dump`; what they lead to is not theirs.
fn link(block: &str, kind: Kind) -> Object {
    let mut object = Object { kind, ..Object::default() };
    for line in block.lines().map(str::trim) {
        let target = name(line, "LINKTARGET").or_else(|| name(line, "TARGETPATH"));
        if let (Some(target), None) = (target, &object.target) {
            object.target = Some(target.to_owned());
        }
        if let (Some(file), true) = (name(line, "TARGETFILE"), object.files.is_empty()) {
            object.files.push(file.to_owned());
        }
    }
    object
}

/// `DATATYPE "name" H5T_COMPOUND {`: a name in quotes and a type behind it, or a hard link between braces.
fn named_type(lines: &mut Lines<'_>, parent: &str, line: &str, dump: &mut Dump) -> Result<()> {
    let rest = line.trim_start_matches("DATATYPE \"");
    let (name, first) = rest.split_once("\" ").with_context(|| line.to_owned())?;
    let path = child(parent, name.trim_start_matches('/'));
    let block = lines.block(first)?;
    let mut object = Object { kind: Kind::Type, ..Object::default() };
    let target = block.lines().find_map(|line| self::name(line.trim(), "HARDLINK"));
    if let Some(target) = target {
        object.kind = Kind::HardLink;
        object.target = Some(target.to_owned());
    } else {
        // attributes and a comment follow the type, inside braces of their own or not at all
        object.dtype = Some(Type::parse(block.trim_end_matches(';'))?);
    }
    dump.objects.insert(path.clone(), object);
    while let Some(name) = lines.peek().and_then(|line| self::name(line, "ATTRIBUTE")) {
        lines.next();
        array(lines, &format!("{path}@{name}"), Kind::Attribute, dump)?;
    }
    Ok(())
}

/// A dataset or an attribute; its keyword's line is read.
fn array(lines: &mut Lines<'_>, path: &str, kind: Kind, dump: &mut Dump) -> Result<()> {
    let mut own = Object { kind, ..Object::default() };
    loop {
        let line = lines.next().with_context(|| format!("{path} is not closed"))?.trim();
        if line == "}" {
            break;
        }
        if let Some(target) = name(line, "HARDLINK") {
            own.kind = Kind::HardLink;
            own.target = Some(target.to_owned());
        } else if let Some(comment) = name(line, "COMMENT") {
            own.comment = Some(comment.to_owned());
        } else if let Some(name) = name(line, "ATTRIBUTE") {
            array(lines, &format!("{path}@{name}"), Kind::Attribute, dump)?;
        } else if let Some(first) = line.strip_prefix("DATATYPE") {
            own.dtype = Some(Type::parse(&lines.block(first.trim())?)?);
        } else if let Some(space) = line.strip_prefix("DATASPACE") {
            dataspace(space.trim(), &mut own)?;
        } else if line.starts_with("STORAGE_LAYOUT") {
            layout(&lines.block(line)?, &mut own);
        } else if line.starts_with("FILTERS") {
            filters(&lines.block(line)?, &mut own);
        } else if line.starts_with("FILLVALUE") {
            fill(&lines.block(line)?, &mut own);
        } else if line.starts_with("DATA {") {
            own.value = Some(data(lines)?);
        } else if ["ALLOCATION_TIME", "PACKED_BITS", "SUBSET"]
            .iter()
            .any(|key| line.starts_with(key))
        {
            lines.block(line)?;
        } else if line.contains("nable to") || line.contains("error") {
            dump.broken = true;
        } else {
            bail!("{line:?} in {path}");
        }
    }
    dump.objects.insert(path.to_owned(), own);
    Ok(())
}

/// Values, up to a line that only closes the braces; those of compounds are indented further than that.
fn data(lines: &mut Lines<'_>) -> Result<Vec<super::Scalar>> {
    let mut open = 1;
    let mut text = String::new();
    loop {
        let line = lines.next().context("data that is not closed")?;
        open += depth(line);
        if open <= 0 {
            break;
        }
        text.push_str(line);
        text.push('\n');
    }
    Ok(scalars(&text))
}

fn numbers(text: &str) -> Vec<Option<u64>> {
    let inside = text.trim().trim_start_matches('(').trim_end_matches(')');
    inside.split(',').map(|number| number.trim().parse().ok()).collect()
}

/// `SCALAR`, `NULL`, `SIMPLE { ( 5, 3 ) / ( H5S_UNLIMITED, 3 ) }`.
fn dataspace(space: &str, own: &mut Object) -> Result<()> {
    match space {
        "SCALAR" => own.shape = Some(Vec::new()),
        "NULL" => own.shape = None,
        _ => {
            let inside = space.trim_start_matches("SIMPLE {").trim_end_matches('}');
            let (now, most) = inside.split_once('/').with_context(|| space.to_owned())?;
            own.shape = Some(numbers(now).into_iter().flatten().collect());
            own.max_shape = Some(numbers(most));
        }
    }
    Ok(())
}

fn layout(block: &str, own: &mut Object) {
    for line in block.lines().map(str::trim) {
        let mut words = line.split_whitespace();
        let (first, second) = (words.next().unwrap_or_default(), words.next());
        let number = second.and_then(|word| word.parse().ok());
        match first {
            "COMPACT" | "CONTIGUOUS" | "EXTERNAL" => own.layout = Some(first.to_lowercase()),
            "CHUNKED" => {
                own.layout = Some("chunked".into());
                let dims = line.trim_start_matches("CHUNKED").trim();
                own.chunk = Some(numbers(dims).into_iter().flatten().collect());
            }
            "MAPPING" => own.layout = Some("virtual".into()),
            "SIZE" => own.stored = number,
            "OFFSET" => own.offset = number,
            "FILE" => own.files.extend(name(line, "FILE").map(str::to_owned)),
            "FILENAME" => {
                let file = line.trim_start_matches("FILENAME").trim();
                own.files.extend(file.split(" SIZE").next().map(str::to_owned));
            }
            _ => {}
        }
    }
}

fn filters(block: &str, own: &mut Object) {
    for line in block.lines().map(str::trim) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let filter = match words.as_slice() {
            ["PREPROCESSING" | "CHECKSUM" | "COMPRESSION", name, ..] => name.to_lowercase(),
            ["FILTER_ID", id] => format!("#{id}"),
            _ => continue,
        };
        own.filters.push(filter);
    }
}

fn fill(block: &str, own: &mut Object) {
    let Some((_, value)) = block.split_once("VALUE") else { return };
    // FILLVALUE itself contains the word
    let Some((_, value)) = value.split_once("VALUE") else { return };
    let value = value.trim();
    if !value.starts_with("H5D_FILL_VALUE") && !value.starts_with("NULL") {
        own.fill = scalars(value);
    }
}
