//! Datatypes: `H5T_STD_I32BE`, `H5T_COMPOUND { … }` and so on.
use anyhow::{Context as _, Result, bail};

/// A datatype as DDL names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// A predefined type, `H5T_STD_I32BE`, or one that has no name: `16-bit little-endian floating-point`.
    Named(String),
    /// Text: bytes, or `None` for any length; then padding and character set.
    Text(Option<u64>, String, String),
    /// Bytes with a tag.
    Opaque(String),
    /// Members in order.
    Compound(Vec<(String, Type)>),
    /// Names and values of a type of integers.
    Enum(Box<Type>, Vec<(String, String)>),
    /// Any number of elements.
    Vlen(Box<Type>),
    /// A small array.
    Array(Vec<u64>, Box<Type>),
    /// `H5T_STD_REF_OBJECT` or `H5T_STD_REF_DSETREG`.
    Reference(String),
    /// The path of a named type.
    Path(String),
}

/// A word, a string or a sign.
#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Text(String),
    Sign(char),
    Line,
}

fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(first) = rest.next() {
        match first {
            '\n' => found.push(Token::Line),
            ' ' | '\t' => {}
            '{' | '}' | '[' | ']' | ';' => found.push(Token::Sign(first)),
            '"' => {
                let mut text = String::new();
                while let Some(next) = rest.next_if(|next| *next != '"') {
                    text.push(next);
                }
                rest.next();
                found.push(Token::Text(text));
            }
            _ => {
                let mut word = String::from(first);
                while let Some(next) = rest.next_if(|next| !" \t\n{}[];\"".contains(*next)) {
                    word.push(next);
                }
                found.push(Token::Word(word));
            }
        }
    }
    found
}

impl Type {
    /// Parses a type as `h5dump` prints it.
    ///
    /// # Errors
    /// When it has another form.
    pub fn parse(text: &str) -> Result<Self> {
        let tokens = tokens(text);
        let mut at = 0;
        read(&tokens, &mut at).with_context(|| format!("type {text:?}"))
    }

    /// The name that our listing gives it; `None` where DDL does not tell enough.
    #[must_use]
    pub fn listed(&self) -> Option<String> {
        Some(match self {
            Self::Named(name) => return native(name),
            Self::Text(Some(size), ..) => format!("str:{size}"),
            Self::Text(None, ..) => "str".to_owned(),
            Self::Opaque(_) | Self::Path(_) => return None,
            Self::Compound(members) => {
                let member = |(name, of): &(String, Self)| Some(format!("{name}:{}", of.listed()?));
                let members: Option<Vec<String>> = members.iter().map(member).collect();
                format!("struct{{{}}}", members?.join(","))
            }
            Self::Enum(of, _) => format!("enum<{}>", of.listed()?),
            Self::Vlen(of) => format!("vlen<{}>", of.listed()?),
            Self::Array(dims, of) => {
                let dims: Vec<String> = dims.iter().map(ToString::to_string).collect();
                format!("{}[{}]", of.listed()?, dims.join(","))
            }
            Self::Reference(_) => "ref".to_owned(),
        })
    }

    /// The names and values of the enumeration in it, if there is one.
    #[must_use]
    pub fn names(&self) -> Vec<(String, String)> {
        match self {
            Self::Enum(_, names) => names.clone(),
            Self::Vlen(of) | Self::Array(_, of) => of.names(),
            Self::Compound(members) => members.iter().flat_map(|(_, of)| of.names()).collect(),
            _ => Vec::new(),
        }
    }
}

/// The machine's type for a predefined one.
fn native(name: &str) -> Option<String> {
    let body = name.strip_prefix("H5T_")?;
    let (kind, rest) = body.split_once('_')?;
    let size = rest.trim_start_matches(['I', 'U', 'F', 'B']).trim_end_matches(['L', 'B', 'E']);
    let letter = match (kind, rest.chars().next()?) {
        ("STD", 'I') => 'i',
        ("STD", 'U' | 'B') => 'u',
        ("IEEE", 'F') => 'f',
        _ => return None,
    };
    Some(format!("{letter}{size}"))
}

fn skip(tokens: &[Token], at: &mut usize) {
    while tokens.get(*at) == Some(&Token::Line) {
        *at += 1;
    }
}

fn eat(tokens: &[Token], at: &mut usize, sign: char) -> Result<()> {
    skip(tokens, at);
    if tokens.get(*at) != Some(&Token::Sign(sign)) {
        bail!("{:?} where {sign} was expected", tokens.get(*at));
    }
    *at += 1;
    Ok(())
}

/// Whether a sign comes next; it is passed over.
fn comes(tokens: &[Token], at: &mut usize, sign: char) -> bool {
    skip(tokens, at);
    let found = tokens.get(*at) == Some(&Token::Sign(sign));
    *at += usize::from(found);
    found
}

fn word(tokens: &[Token], at: &mut usize) -> Result<String> {
    skip(tokens, at);
    let Some(Token::Word(word)) = tokens.get(*at) else {
        bail!("{:?} where a word was expected", tokens.get(*at));
    };
    *at += 1;
    Ok(word.clone())
}

fn text(tokens: &[Token], at: &mut usize) -> Result<String> {
    skip(tokens, at);
    let Some(Token::Text(text)) = tokens.get(*at) else {
        bail!("{:?} where a string was expected", tokens.get(*at));
    };
    *at += 1;
    Ok(text.clone())
}

/// The words behind a key, up to the semicolon.
fn setting(tokens: &[Token], at: &mut usize) -> Result<(String, String)> {
    let key = word(tokens, at)?;
    let mut value = Vec::new();
    while !comes(tokens, at, ';') {
        match tokens.get(*at) {
            Some(Token::Word(word)) => value.push(word.clone()),
            Some(Token::Text(text)) => value.push(text.clone()),
            other => bail!("{other:?} behind {key}"),
        }
        *at += 1;
    }
    Ok((key, value.join(" ")))
}

fn settings(tokens: &[Token], at: &mut usize) -> Result<Vec<(String, String)>> {
    eat(tokens, at, '{')?;
    let mut found = Vec::new();
    while !comes(tokens, at, '}') {
        found.push(setting(tokens, at)?);
    }
    Ok(found)
}

fn read(tokens: &[Token], at: &mut usize) -> Result<Type> {
    skip(tokens, at);
    if let Some(Token::Text(path)) = tokens.get(*at) {
        *at += 1;
        return Ok(Type::Path(path.clone()));
    }
    let first = word(tokens, at)?;
    match first.as_str() {
        "H5T_STRING" => {
            let found = settings(tokens, at)?;
            let get = |key: &str| {
                let pair = found.iter().find(|(name, _)| name == key);
                pair.map(|(_, value)| value.clone()).unwrap_or_default()
            };
            let size = get("STRSIZE");
            let size = if size == "H5T_VARIABLE" { None } else { Some(size.parse()?) };
            Ok(Type::Text(size, get("STRPAD"), get("CSET")))
        }
        "H5T_OPAQUE" => {
            let found = settings(tokens, at)?;
            let tag = found.into_iter().find(|(name, _)| name == "OPAQUE_TAG");
            Ok(Type::Opaque(tag.map(|(_, tag)| tag).unwrap_or_default()))
        }
        "H5T_COMPOUND" => {
            eat(tokens, at, '{')?;
            let mut members = Vec::new();
            while !comes(tokens, at, '}') {
                let of = read(tokens, at)?;
                members.push((text(tokens, at)?, of));
                eat(tokens, at, ';')?;
            }
            Ok(Type::Compound(members))
        }
        "H5T_ENUM" => {
            eat(tokens, at, '{')?;
            let of = Box::new(read(tokens, at)?);
            eat(tokens, at, ';')?;
            let mut names = Vec::new();
            while !comes(tokens, at, '}') {
                names.push((text(tokens, at)?, word(tokens, at)?));
                eat(tokens, at, ';')?;
            }
            Ok(Type::Enum(of, names))
        }
        "H5T_VLEN" => {
            eat(tokens, at, '{')?;
            let of = Box::new(read(tokens, at)?);
            eat(tokens, at, '}')?;
            Ok(Type::Vlen(of))
        }
        "H5T_ARRAY" => {
            eat(tokens, at, '{')?;
            let mut dims = Vec::new();
            while comes(tokens, at, '[') {
                dims.push(word(tokens, at)?.parse()?);
                eat(tokens, at, ']')?;
            }
            let of = Box::new(read(tokens, at)?);
            eat(tokens, at, '}')?;
            Ok(Type::Array(dims, of))
        }
        "H5T_REFERENCE" => {
            eat(tokens, at, '{')?;
            let of = word(tokens, at)?;
            eat(tokens, at, '}')?;
            Ok(Type::Reference(of))
        }
        _ => {
            // a type without a name is described in words, on one line
            let mut name = first;
            while let Some(Token::Word(next)) = tokens.get(*at) {
                name = format!("{name} {next}");
                *at += 1;
            }
            Ok(Type::Named(name))
        }
    }
}
