//! Where two descriptions of one file differ.
use super::{Kind, Object, Objects, Type, same_values};

/// Every difference between theirs and ours, each with its path.
#[must_use]
pub fn differences(theirs: &Objects, ours: &Objects) -> Vec<String> {
    let mut found = Vec::new();
    for (path, their) in theirs {
        match ours.get(path) {
            None => found.push(format!("{path} is not listed ({:?})", their.kind)),
            Some(our) => {
                let mut say = |what: String| found.push(format!("{path}: {what}"));
                object(their, our, &mut say);
            }
        }
    }
    for (path, our) in ours {
        if !theirs.contains_key(path) {
            found.push(format!("{path} is listed ({:?}), and h5dump has none", our.kind));
        }
    }
    found
}

fn object(their: &Object, our: &Object, say: &mut dyn FnMut(String)) {
    if their.kind != our.kind {
        say(format!("{:?}, h5dump has {:?}", our.kind, their.kind));
        return;
    }
    if let (Some(theirs), Some(ours)) = (&their.dtype, &our.dtype)
        && !same_type(theirs, ours)
    {
        say(format!("type {ours:?}, h5dump has {theirs:?}"));
    }
    if our.dtype.is_none() && matches!(our.kind, Kind::Dataset | Kind::Attribute | Kind::Type) {
        say("has no stored_type".to_owned());
    }
    let mut differ = |what: &str, theirs: String, ours: String| {
        if theirs != ours {
            say(format!("{what} {ours}, h5dump has {theirs}"));
        }
    };
    let arrays = matches!(our.kind, Kind::Dataset | Kind::Attribute);
    // a null dataspace has no extents at all
    if arrays && their.shape.is_some() {
        differ("shape", format!("{:?}", their.shape), format!("{:?}", our.shape));
    }
    if our.kind == Kind::Dataset && their.max_shape.is_some() {
        differ("maxshape", format!("{:?}", their.max_shape), format!("{:?}", our.max_shape));
    }
    if their.layout.is_some() {
        differ("layout", format!("{:?}", their.layout), format!("{:?}", our.layout));
        differ("chunk", format!("{:?}", their.chunk), format!("{:?}", our.chunk));
        differ("number of filters", their.filters.len().to_string(), our.filters.len().to_string());
    }
    for (theirs, ours) in their.filters.iter().zip(&our.filters) {
        // registered filters have numbers there and names here
        if !theirs.starts_with('#') {
            differ("filter", theirs.clone(), ours.replace('-', ""));
        }
    }
    // ours has a place only where the values themselves lie there
    let placed = our.offset.and(their.offset);
    for (what, theirs, ours) in
        [("offset", placed, our.offset), ("storage_size", their.stored, our.stored)]
    {
        // data that has no place yet has none to be told
        if let Some(theirs) = theirs.filter(|theirs| *theirs != u64::MAX && *theirs != 0) {
            differ(what, format!("{:?}", Some(theirs)), format!("{ours:?}"));
        }
    }
    // it prints no comments of named types
    if our.kind != Kind::Type {
        differ("comment", format!("{:?}", their.comment), format!("{:?}", our.comment));
    }
    differ("target", format!("{:?}", their.target), format!("{:?}", our.target));
    let names = |files: &[String]| {
        let mut files = files.to_vec();
        files.dedup();
        format!("{files:?}")
    };
    if their.layout.is_some() || their.kind == Kind::ExternalLink {
        differ("files", names(&their.files), names(&our.files));
    }
    // told together with the layout
    if their.layout.is_some() {
        values("fill", &their.fill, &our.fill, our.dtype.as_ref(), say);
    }
    // the values of datasets are compared elsewhere, whole
    if let (Some(theirs), Kind::Attribute) = (&their.value, our.kind) {
        match &our.value {
            Some(ours) => values("value", theirs, ours, our.dtype.as_ref(), say),
            None if theirs.is_empty() => {}
            None => say(format!("has no value, h5dump has {theirs:?}")),
        }
    }
}

fn values(
    what: &str,
    theirs: &[super::Scalar],
    ours: &[super::Scalar],
    dtype: Option<&Type>,
    say: &mut dyn FnMut(String),
) {
    let names = dtype.map(Type::names).unwrap_or_default();
    let pairs = theirs.iter().zip(ours);
    if let Some((theirs, ours)) = pairs.clone().find(|(a, b)| !same_values(a, b, &names)) {
        say(format!("{what} {ours:?}, h5dump has {theirs:?}"));
    } else if theirs.len() != ours.len() {
        say(format!("{what} of {} numbers or texts, h5dump has {}", ours.len(), theirs.len()));
    }
}

/// A type in words, without those that one side adds.
fn described(words: &str) -> String {
    let plain = words.replace(" signed", "");
    let bits = plain.split('-').next().unwrap_or_default();
    plain.trim_end_matches(&format!(" {bits}-bit precision")).to_owned()
}

/// Padding and character sets are told by ours too; a tag may be cut by theirs.
fn same_type(theirs: &Type, ours: &Type) -> bool {
    match (theirs, ours) {
        (Type::Path(_), _) => true,
        // h5dump 1.10 knows no name for the half and the references of later versions
        (Type::Named(theirs), Type::Named(ours)) if !theirs.starts_with("H5T_") => {
            described(theirs) == described(ours) || ours.starts_with("H5T_")
        }
        (Type::Reference(theirs), Type::Reference(_)) if theirs == "UNDEFINED" => true,
        (Type::Compound(a), Type::Compound(b)) => {
            let same = |((a, of_a), (b, of_b)): (&(String, Type), &(String, Type))| {
                a == b && same_type(of_a, of_b)
            };
            a.len() == b.len() && a.iter().zip(b).all(same)
        }
        (Type::Vlen(a), Type::Vlen(b)) => same_type(a, b),
        (Type::Array(d, a), Type::Array(e, b)) => d == e && same_type(a, b),
        // enumerations are printed in the order of values by some versions
        (Type::Enum(a, names), Type::Enum(b, others)) => {
            let sorted = |names: &[(String, String)]| {
                let mut names = names.to_vec();
                names.sort();
                names
            };
            same_type(a, b) && sorted(names) == sorted(others)
        }
        _ => theirs == ours,
    }
}
