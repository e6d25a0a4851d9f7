//! Tokens to statements.
use std::rc::Rc;

use super::lex::{Token, tokens};

#[derive(Debug)]
pub(super) enum Expression {
    Number(f64),
    Text(String),
    Name(String),
    Array(Vec<Expression>),
    Object(Vec<(String, Expression)>),
    Function(Rc<Function>),
    Member(Box<Expression>, Box<Expression>),
    Call(Box<Expression>, Vec<Expression>),
    Unary(&'static str, Box<Expression>),
    Binary(&'static str, Box<Expression>, Box<Expression>),
    Assign(Box<Expression>, Box<Expression>),
}

#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: Option<String>,
    pub(super) parameters: Vec<String>,
    pub(super) body: Vec<Statement>,
}

#[derive(Debug)]
pub(super) struct Statement {
    pub(super) line: usize,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    Expression(Expression),
    Variables(Vec<(String, Option<Expression>)>),
    Function(Rc<Function>),
    For(Box<Statement>, Expression, Expression, Box<Statement>),
    If(Expression, Box<Statement>),
    Return(Option<Expression>),
    Block(Vec<Statement>),
    Empty,
}

/// Parses a whole script.
pub(super) fn script(text: &str) -> Result<Vec<Statement>, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0 };
    let parsed = parser.statements(&Token::End);
    parsed.map_err(|why| format!("line {}: {why}", parser.line()))
}

struct Parser {
    tokens: Vec<(Token, usize)>,
    at: usize,
}

/// Binary operators, those that bind loosest first.
const LEVELS: [&[&str]; 6] = [
    &["||"],
    &["&&"],
    &["==", "!=", "===", "!=="],
    &["<", ">", "<=", ">=", "in"],
    &["+", "-"],
    &["*", "/", "%"],
];

impl Parser {
    fn line(&self) -> usize {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(0, |(_, line)| *line)
    }

    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn next(&mut self) -> Token {
        let token = self.peek().clone();
        self.at += 1;
        token
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Token::Sign(one) if *one == sign);
        self.at += usize::from(found);
        found
    }

    fn keyword(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Token::Word(one) if one == word);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.take(sign) { Ok(()) } else { Err(format!("`{sign}`, found {:?}", self.peek())) }
    }

    fn word(&mut self) -> Result<String, String> {
        match self.next() {
            Token::Word(word) => Ok(word),
            other => Err(format!("a name, found {other:?}")),
        }
    }

    fn statements(&mut self, end: &Token) -> Result<Vec<Statement>, String> {
        let mut found = Vec::new();
        while self.peek() != end {
            found.push(self.statement()?);
        }
        self.at += 1;
        Ok(found)
    }

    fn statement(&mut self) -> Result<Statement, String> {
        let line = self.line();
        let kind = if self.take("{") {
            Kind::Block(self.statements(&Token::Sign("}"))?)
        } else if self.take(";") {
            Kind::Empty
        } else if self.keyword("var") {
            let found = self.variables()?;
            self.take(";");
            found
        } else if self.keyword("function") {
            Kind::Function(self.function()?)
        } else if self.keyword("return") {
            let bare = matches!(self.peek(), Token::Sign(";" | "}"));
            let value = if bare { None } else { Some(self.expression()?) };
            self.take(";");
            Kind::Return(value)
        } else if self.keyword("if") {
            self.expect("(")?;
            let condition = self.expression()?;
            self.expect(")")?;
            Kind::If(condition, Box::new(self.statement()?))
        } else if self.keyword("for") {
            self.r#for()?
        } else {
            let value = self.expression()?;
            self.take(";");
            Kind::Expression(value)
        };
        Ok(Statement { line, kind })
    }

    fn variables(&mut self) -> Result<Kind, String> {
        let mut list = Vec::new();
        loop {
            let name = self.word()?;
            let value = if self.take("=") { Some(self.expression()?) } else { None };
            list.push((name, value));
            if !self.take(",") {
                return Ok(Kind::Variables(list));
            }
        }
    }

    fn r#for(&mut self) -> Result<Kind, String> {
        self.expect("(")?;
        let start = Box::new(self.statement()?);
        let condition = self.expression()?;
        self.expect(";")?;
        let step = self.expression()?;
        self.expect(")")?;
        Ok(Kind::For(start, condition, step, Box::new(self.statement()?)))
    }

    fn function(&mut self) -> Result<Rc<Function>, String> {
        let named = matches!(self.peek(), Token::Word(_));
        let name = if named { Some(self.word()?) } else { None };
        self.expect("(")?;
        let mut parameters = Vec::new();
        while !self.take(")") {
            parameters.push(self.word()?);
            self.take(",");
        }
        self.expect("{")?;
        let body = self.statements(&Token::Sign("}"))?;
        Ok(Rc::new(Function { name, parameters, body }))
    }

    fn expression(&mut self) -> Result<Expression, String> {
        let left = self.binary(0)?;
        if self.take("=") {
            return Ok(Expression::Assign(Box::new(left), Box::new(self.expression()?)));
        }
        Ok(left)
    }

    fn binary(&mut self, level: usize) -> Result<Expression, String> {
        let Some(signs) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        loop {
            let Token::Sign(sign) = *self.peek() else { return Ok(left) };
            if !signs.contains(&sign) {
                return Ok(left);
            }
            self.at += 1;
            left = Expression::Binary(sign, Box::new(left), Box::new(self.binary(level + 1)?));
        }
    }

    fn unary(&mut self) -> Result<Expression, String> {
        for sign in ["!", "-"] {
            if self.take(sign) {
                return Ok(Expression::Unary(sign, Box::new(self.unary()?)));
            }
        }
        let inner = self.postfix()?;
        Ok(if self.take("++") { Expression::Unary("++", Box::new(inner)) } else { inner })
    }

    fn postfix(&mut self) -> Result<Expression, String> {
        let mut value = self.primary()?;
        loop {
            if self.take(".") {
                let key = Expression::Text(self.word()?);
                value = Expression::Member(Box::new(value), Box::new(key));
            } else if self.take("[") {
                let key = self.expression()?;
                self.expect("]")?;
                value = Expression::Member(Box::new(value), Box::new(key));
            } else if self.take("(") {
                value = Expression::Call(Box::new(value), self.list(")")?);
            } else {
                return Ok(value);
            }
        }
    }

    fn primary(&mut self) -> Result<Expression, String> {
        Ok(match self.next() {
            Token::Number(value) => Expression::Number(value),
            Token::Text(value) => Expression::Text(value),
            Token::Word(word) if word == "function" => Expression::Function(self.function()?),
            // the host's constructors are functions that give an object
            Token::Word(word) if word == "new" => self.postfix()?,
            Token::Word(word) => Expression::Name(word),
            Token::Sign("(") => {
                let inner = self.expression()?;
                self.expect(")")?;
                inner
            }
            Token::Sign("[") => Expression::Array(self.list("]")?),
            Token::Sign("{") => self.object()?,
            other => return Err(format!("a value, found {other:?}")),
        })
    }

    fn list(&mut self, end: &str) -> Result<Vec<Expression>, String> {
        let mut found = Vec::new();
        while !self.take(end) {
            found.push(self.expression()?);
            if !self.take(",") {
                self.expect(end)?;
                break;
            }
        }
        Ok(found)
    }

    fn object(&mut self) -> Result<Expression, String> {
        let mut found = Vec::new();
        while !self.take("}") {
            let key = match self.next() {
                Token::Word(key) | Token::Text(key) => key,
                other => return Err(format!("a key, found {other:?}")),
            };
            self.expect(":")?;
            found.push((key, self.expression()?));
            self.take(",");
        }
        Ok(Expression::Object(found))
    }
}
