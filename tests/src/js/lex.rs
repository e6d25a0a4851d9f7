//! Text to tokens.

/// One token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Number(f64),
    Text(String),
    Word(String),
    Sign(&'static str),
    End,
}

/// The longest come first, so that `===` is not read as `==` and `=`.
const SIGNS: [&str; 31] = [
    "===", "!==", "==", "!=", "<=", ">=", "&&", "||", "++", "+=", "(", ")", "[", "]", "{", "}",
    ";", ",", ".", "=", "<", ">", "+", "-", "*", "/", "!", ":", "?", "%", "&",
];

/// All tokens with the line each stands on, the last one being [`Token::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, usize)>, String> {
    let mut found = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix("//") {
            rest = after.find('\n').map_or("", |end| &after[end..]);
        } else if let Some(after) = rest.strip_prefix("/*") {
            let end = after.find("*/").ok_or("a comment does not end")?;
            line += after[..end].matches('\n').count();
            rest = &after[end + 2..];
        } else if first.is_whitespace() {
            line += usize::from(first == '\n');
            rest = &rest[first.len_utf8()..];
        } else {
            let (token, after) = token(rest, first).map_err(|why| format!("line {line}: {why}"))?;
            found.push((token, line));
            rest = after;
        }
    }
    found.push((Token::End, line));
    Ok(found)
}

fn token(rest: &str, first: char) -> Result<(Token, &str), String> {
    let run = |accept: fn(char) -> bool| rest.find(|c| !accept(c)).unwrap_or(rest.len());
    if first == '"' || first == '\'' {
        return text(&rest[1..], first);
    }
    if first.is_ascii_digit() {
        let (number, after) = rest.split_at(run(|c| c.is_ascii_alphanumeric() || c == '.'));
        let value = number.parse().map_err(|_| format!("{number} is no number"))?;
        return Ok((Token::Number(value), after));
    }
    if first.is_alphabetic() || first == '_' || first == '$' {
        let (word, after) = rest.split_at(run(|c| c.is_alphanumeric() || c == '_' || c == '$'));
        let token = if word == "in" { Token::Sign("in") } else { Token::Word(word.to_owned()) };
        return Ok((token, after));
    }
    let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
    let sign = sign.ok_or_else(|| format!("cannot read {first:?}"))?;
    Ok((Token::Sign(sign), &rest[sign.len()..]))
}

/// A string after its opening quote.
fn text(rest: &str, quote: char) -> Result<(Token, &str), String> {
    let mut value = String::new();
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Ok((Token::Text(value), &rest[at + 1..]));
        }
        if c != '\\' {
            value.push(c);
            continue;
        }
        match chars.next().map(|(_, escaped)| escaped) {
            Some('n') => value.push('\n'),
            Some('r') => value.push('\r'),
            Some('t') => value.push('\t'),
            Some('u') => {
                let digits: String = chars.by_ref().take(4).map(|(_, digit)| digit).collect();
                let code = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                value.push(code.ok_or_else(|| format!("\\u{digits} is no character"))?);
            }
            Some(other) => value.push(other),
            None => break,
        }
    }
    Err("a string does not end".into())
}
