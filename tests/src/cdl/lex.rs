//! The words of CDL.

/// A word, a text or a sign.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name or a number, its escapes undone.
    Word(String),
    /// What stood between quotes, its escapes still in it.
    Text(String),
    /// One of `{}()=;,:*`.
    Sign(char),
    /// A remark that an unlimited dimension is so long now.
    Currently(u64),
}

pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(first) = rest.next() {
        match first {
            _ if first.is_whitespace() => {}
            '/' if rest.peek() == Some(&'/') => {
                let mut remark = String::new();
                while let Some(next) = rest.next_if(|next| *next != '\n') {
                    remark.push(next);
                }
                let count = remark.strip_prefix("/ (").and_then(|r| r.strip_suffix(" currently)"));
                found.extend(count.and_then(|count| count.parse().ok()).map(Token::Currently));
            }
            '{' | '}' | '(' | ')' | '=' | ';' | ',' | ':' | '*' => found.push(Token::Sign(first)),
            '"' => {
                let mut text = String::new();
                while let Some(next) = rest.next_if(|next| *next != '"') {
                    text.push(next);
                    if next == '\\' {
                        text.extend(rest.next());
                    }
                }
                rest.next();
                found.push(Token::Text(text));
            }
            _ => found.push(Token::Word(word(first, &mut rest))),
        }
    }
    found
}

/// A name; a backslash makes the character behind it part of it.
fn word(first: char, rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut word = String::new();
    let mut next = Some(first);
    while let Some(sign) = next {
        if sign == '\\' {
            word.extend(rest.next());
        } else {
            word.push(sign);
        }
        let more = |sign: &char| !sign.is_whitespace() && !"{}()=;,:*\"".contains(*sign);
        next = rest.next_if(more);
    }
    word
}
