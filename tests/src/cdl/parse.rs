//! What `ncdump -h` prints.
use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};

use super::lex::{Token, tokens};
use super::{Described, Item, beside};
use crate::ddl::{Scalar, child, scalars};

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    found: Described,
    /// Types by name, as our listing names them; a name means the one that was given last.
    types: BTreeMap<String, String>,
}

/// Parses the output of `ncdump -h`.
///
/// # Errors
/// When it breaks off or has a form that is not known.
pub fn parse(text: &str) -> Result<Described> {
    // the file's name is not escaped as names within are
    let body = text.split_once('{').context("no brace")?.1;
    let plain = [
        ("byte", "i8"),
        ("char", "char"),
        ("short", "i16"),
        ("int", "i32"),
        ("int64", "i64"),
        ("ubyte", "u8"),
        ("ushort", "u16"),
        ("uint", "u32"),
        ("uint64", "u64"),
        ("float", "f32"),
        ("double", "f64"),
        ("string", "str"),
    ];
    let types = plain.map(|(name, of)| (name.to_owned(), of.to_owned())).into();
    let mut parser = Parser { tokens: tokens(body), at: 0, found: Described::default(), types };
    parser.group("/")?;
    Ok(parser.found)
}

impl Parser {
    fn peek(&self, ahead: usize) -> Option<&Token> {
        self.tokens.get(self.at + ahead)
    }

    fn eat(&mut self, sign: char) -> bool {
        let found = self.peek(0) == Some(&Token::Sign(sign));
        self.at += usize::from(found);
        found
    }

    fn word(&mut self) -> Result<String> {
        let Some(Token::Word(word)) = self.peek(0) else {
            bail!("{:?} where a name was expected", self.peek(0));
        };
        let word = word.clone();
        self.at += 1;
        Ok(word)
    }

    /// Whether `name:` begins a section here; it is passed over.
    fn section(&mut self, name: &str) -> bool {
        let named = matches!(self.peek(0), Some(Token::Word(word)) if word == name);
        let colon = self.peek(1) == Some(&Token::Sign(':'));
        // a variable may be called like a section; then the name of an attribute follows
        let attribute = name != "dimensions" && self.peek(3) == Some(&Token::Sign('='));
        let found = named && colon && !attribute;
        self.at += if found { 2 } else { 0 };
        found
    }

    /// Whether an attribute of the group comes: `:name =`, or with its type before it.
    fn attribute_comes(&self) -> bool {
        let colon = |ahead| self.peek(ahead) == Some(&Token::Sign(':'));
        colon(0) || colon(1) && self.peek(3) == Some(&Token::Sign('='))
    }

    fn statement(&mut self) -> Result<Vec<Token>> {
        let mut found = Vec::new();
        loop {
            match self.peek(0).cloned().context("a statement that does not end")? {
                Token::Sign(';') => break,
                token => found.push(token),
            }
            self.at += 1;
        }
        self.at += 1;
        Ok(found)
    }

    fn group(&mut self, path: &str) -> Result<()> {
        self.found.items.insert(path.to_owned(), Item::Group);
        let mut section = "";
        loop {
            if self.eat('}') {
                return Ok(());
            }
            let sections = ["types", "dimensions", "variables", "data"];
            if let Some(next) = sections.into_iter().find(|name| self.section(name)) {
                section = next;
            } else if self.section("group") {
                let name = self.word()?;
                self.eat('{');
                self.group(&child(path, &name))?;
                section = "";
            } else if self.attribute_comes() || section == "variables" {
                let statement = self.statement()?;
                self.variable_or_attribute(path, &statement)
                    .with_context(|| format!("{statement:?}"))?;
            } else if section == "types" {
                self.user_type(path)?;
            } else if section == "dimensions" {
                self.dimension(path)?;
            } else {
                bail!("{:?} in group {path}", self.peek(0));
            }
        }
    }

    fn dimension(&mut self, path: &str) -> Result<()> {
        let name = self.word()?;
        self.eat('=');
        let length = self.word()?;
        self.eat(';');
        let item = if length == "UNLIMITED" {
            let Some(Token::Currently(now)) = self.peek(0).cloned() else {
                bail!("no length of the unlimited dimension {name}");
            };
            self.at += 1;
            Item::Dimension(now, true)
        } else {
            Item::Dimension(length.parse()?, false)
        };
        self.found.items.insert(beside(path, &format!("dim/{name}")), item);
        Ok(())
    }

    fn user_type(&mut self, path: &str) -> Result<()> {
        let first = self.word()?;
        let (name, of) = if first == "compound" {
            let name = self.word()?;
            self.eat('{');
            let mut members = Vec::new();
            while !self.eat('}') {
                let member = self.statement()?;
                members.push(self.member(&member)?);
            }
            self.eat(';');
            (name, format!("struct{{{}}}", members.join(",")))
        } else if first == "opaque" {
            self.eat('(');
            let size = self.word()?;
            self.eat(')');
            let name = self.word()?;
            self.eat(';');
            (name, format!("bytes:{size}"))
        } else if self.eat('(') {
            self.eat('*');
            self.eat(')');
            let name = self.word()?;
            self.eat(';');
            (name, format!("vlen<{}>", self.named(&first)?))
        } else {
            self.word().map(|word| debug_assert_eq!(word, "enum"))?;
            let name = self.word()?;
            self.eat('{');
            while !self.eat('}') {
                let member = self.word()?;
                self.eat('=');
                let value = self.word()?;
                self.found.names.push((member, value));
                self.eat(',');
            }
            self.eat(';');
            (name, format!("enum<{}>", self.named(&first)?))
        };
        self.types.insert(name.clone(), of.clone());
        self.found.items.insert(beside(path, &format!("type/{name}")), Item::Type(of));
        Ok(())
    }

    fn named(&self, name: &str) -> Result<String> {
        // a type of another group stands with its path
        let last = name.rsplit('/').next().unwrap_or(name);
        let found = self.types.get(name).or_else(|| self.types.get(last));
        found.cloned().with_context(|| format!("no type {name}"))
    }

    /// `float x(3)` within a compound.
    fn member(&self, tokens: &[Token]) -> Result<String> {
        let (of, name, dims) = declared(tokens)?;
        let of = self.named(&of)?;
        let of = if dims.is_empty() { of } else { format!("{of}[{}]", dims.join(",")) };
        Ok(format!("{name}:{of}"))
    }

    fn variable_or_attribute(&mut self, path: &str, tokens: &[Token]) -> Result<()> {
        let equals = tokens.iter().position(|token| *token == Token::Sign('='));
        let Some(equals) = equals else {
            let (of, name, dims) = declared(tokens)?;
            let item = Item::Variable(self.named(&of)?, dims);
            self.found.items.insert(child(path, &name), item);
            return Ok(());
        };
        let (head, value) = (&tokens[..equals], &tokens[equals + 1..]);
        let colon = head.iter().position(|token| *token == Token::Sign(':'));
        let colon = colon.context("an attribute without a colon")?;
        let words = |tokens: &[Token]| -> Vec<String> {
            let word = |token: &Token| match token {
                Token::Word(word) => Some(word.clone()),
                _ => None,
            };
            tokens.iter().filter_map(word).collect()
        };
        let name = words(&head[colon..]).concat();
        let mut owner = words(&head[..colon]);
        // a type stands before the variable, or alone before a group's attribute
        let spaced =
            owner.len() == 2 || owner.first().is_some_and(|word| self.is_global(path, word));
        let typed = if spaced { Some(owner.remove(0)) } else { None };
        let owner = owner.pop().map_or(path.to_owned(), |variable| child(path, &variable));
        let item = self.attribute(typed.as_deref(), value)?;
        self.found.items.insert(beside(&owner, &name), item);
        Ok(())
    }

    /// Whether a word before a colon is a type rather than a variable of this group.
    fn is_global(&self, path: &str, word: &str) -> bool {
        self.types.contains_key(word) && !self.found.items.contains_key(&child(path, word))
    }

    fn attribute(&self, typed: Option<&str>, value: &[Token]) -> Result<Item> {
        let mut found = Vec::new();
        let mut of = typed.map(|name| self.named(name)).transpose()?;
        for token in value {
            match token {
                Token::Text(text) => {
                    found.extend(scalars(&format!("\"{text}\"")));
                }
                Token::Word(word) if word == "NIL" => found.push(Scalar::Text(Vec::new())),
                Token::Word(word) => {
                    let (number, suffix) = number(word);
                    if of.is_none() {
                        of = suffix.map(str::to_owned);
                    }
                    found.push(number);
                }
                _ => {}
            }
        }
        // texts of characters go on after a line feed; those of strings are several
        let texts: Option<Vec<Vec<u8>>> = found
            .iter()
            .map(|one| if let Scalar::Text(bytes) = one { Some(bytes.clone()) } else { None })
            .collect();
        if let (None, Some(texts)) = (typed, texts) {
            of = Some("char".to_owned());
            found = vec![Scalar::Text(texts.concat())];
        }
        Ok(Item::Attribute(of, found))
    }
}

/// A type, a name, and the names or numbers in the brackets behind it.
fn declared(tokens: &[Token]) -> Result<(String, String, Vec<String>)> {
    let mut words = tokens.iter().filter_map(|token| match token {
        Token::Word(word) => Some(word.clone()),
        _ => None,
    });
    let of = words.next().context("no type")?;
    let name = words.next().context("no name")?;
    Ok((of, name, words.collect()))
}

/// A number without its suffix, and the type that the suffix means; bytes in hexadecimal; or a name.
fn number(word: &str) -> (Scalar, Option<&'static str>) {
    if let Some(hex) = word.strip_prefix("0X") {
        let lower = hex.to_ascii_lowercase();
        let pairs: Vec<&str> =
            (0..lower.len() / 2).filter_map(|at| lower.get(2 * at..2 * at + 2)).collect();
        return (Scalar::Word(pairs.join(":")), None);
    }
    let suffixes = [
        ("ULL", "u64"),
        ("LL", "i64"),
        ("UB", "u8"),
        ("US", "u16"),
        ("UL", "u32"),
        ("U", "u32"),
        ("b", "i8"),
        ("s", "i16"),
        ("f", "f32"),
    ];
    let bare = word.parse::<f64>().is_ok() && !word.ends_with("inf");
    if bare {
        let whole = !word.contains(['.', 'e', 'E', 'N', 'n']);
        return (Scalar::Number(word.to_owned()), Some(if whole { "i32" } else { "f64" }));
    }
    for (suffix, of) in suffixes {
        if let Some(number) = word.strip_suffix(suffix)
            && number.parse::<f64>().is_ok()
        {
            return (Scalar::Number(number.to_owned()), Some(of));
        }
    }
    (Scalar::Word(word.to_owned()), None)
}
