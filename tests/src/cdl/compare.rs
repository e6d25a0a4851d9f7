//! Where two descriptions of one file differ.
use super::{Described, Item};
use crate::ddl::{Scalar, same_values};

/// Every difference between theirs and ours, each with its path.
#[must_use]
pub fn differences(theirs: &Described, ours: &Described) -> Vec<String> {
    let mut found = Vec::new();
    for (path, their) in &theirs.items {
        match ours.items.get(path) {
            None => found.push(format!("{path} is not listed ({their:?})")),
            Some(our) if !same(their, our, &theirs.names) => {
                found.push(format!("{path}: {our:?}, ncdump has {their:?}"));
            }
            Some(_) => {}
        }
    }
    for (path, our) in &ours.items {
        if !theirs.items.contains_key(path) {
            found.push(format!("{path} is listed ({our:?}), and ncdump has none"));
        }
    }
    found
}

fn same(their: &Item, our: &Item, names: &[(String, String)]) -> bool {
    match (their, our) {
        (Item::Variable(a, dims), Item::Variable(b, others)) => {
            // a dimension of another group stands with its path
            let last = |name: &String| name.rsplit('/').next().unwrap_or_default().to_owned();
            let same = dims.iter().map(last).eq(others.iter().map(last));
            same_type(a, b) && same
        }
        (Item::Type(a), Item::Type(b)) => same_type(a, b),
        (Item::Attribute(a, values), Item::Attribute(b, others)) => {
            let typed = a.as_ref().zip(b.as_ref()).is_none_or(|(a, b)| same_type(a, b));
            let empty = |values: &[Scalar]| {
                values.iter().all(|one| matches!(one, Scalar::Text(bytes) if bytes.is_empty()))
            };
            let pairs = || values.iter().zip(others);
            let same =
                values.len() == others.len() && pairs().all(|(a, b)| same_values(a, b, names));
            typed && (same || empty(values) && empty(others))
        }
        _ => their == our,
    }
}

/// Characters are listed as texts.
fn same_type(theirs: &str, ours: &str) -> bool {
    let texts = theirs == "char" && (ours.starts_with("str") || ours.starts_with("bytes:"));
    texts || theirs.replace("char", "str:1") == ours
}
