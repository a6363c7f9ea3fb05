use crate::errors::Errors;
use crate::literal::{DurationError, parse_duration};
use proc_macro2::{Span, TokenStream};
use std::time::Duration;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, ExprLit, Ident, Lit, LitStr, Meta, Path, Token};

/// What stands in an attribute's brackets: `"text", key = value, flag`. Each option is taken by its name; what is left at
/// the end is unknown, and the names that were asked for are the known ones.
pub(crate) struct Options<'e> {
    attribute: &'static str,
    errors: &'e Errors,
    leading: Option<LitStr>,
    named: Vec<Named>,
    known: Vec<&'static str>,
}

struct Named {
    name: Ident,
    value: Option<Expr>,
}

enum Item {
    Leading(LitStr),
    Named(Named),
}

impl<'e> Options<'e> {
    /// Reads an attribute on an item: `#[attribute]` or `#[attribute(…)]`.
    pub(crate) fn of(attribute: &'static str, attr: &Attribute, errors: &'e Errors) -> Self {
        match &attr.meta {
            Meta::Path(_) => Self::empty(attribute, errors),
            Meta::List(list) => Self::parse(attribute, list.tokens.clone(), errors),
            Meta::NameValue(pair) => {
                errors.at(pair, format_args!("options stand in brackets: `#[{attribute}(…)]`"));
                Self::empty(attribute, errors)
            }
        }
    }

    /// Reads what stands in the brackets.
    pub(crate) fn parse(attribute: &'static str, tokens: TokenStream, errors: &'e Errors) -> Self {
        let mut options = Self::empty(attribute, errors);
        let list = Punctuated::<Item, Token![,]>::parse_terminated_with;
        for item in errors.ok((|input: ParseStream<'_>| list(input, parse_item)).parse2(tokens)).into_iter().flatten() {
            options.add(item);
        }
        options
    }

    fn empty(attribute: &'static str, errors: &'e Errors) -> Self {
        Self { attribute, errors, leading: None, named: Vec::new(), known: Vec::new() }
    }

    fn add(&mut self, item: Item) {
        match item {
            Item::Leading(text) if self.leading.is_some() => {
                self.errors.at(text, format_args!("`#[{}]` takes one text; write one attribute for each", self.attribute));
            }
            Item::Leading(text) => self.leading = Some(text),
            Item::Named(option) if self.named.iter().any(|other| other.name == option.name) => {
                self.errors.at(&option.name, format_args!("the option `{}` is given twice", option.name));
            }
            Item::Named(option) => self.named.push(option),
        }
    }

    /// The text without a name, or the option `name`: two ways to say the same.
    pub(crate) fn leading_or(&mut self, name: &'static str) -> Option<LitStr> {
        let named = self.text(name);
        let leading = self.leading.take();
        if let (Some(_), Some(named)) = (&leading, &named) {
            self.errors.at(named, format_args!("the text before it says the same as `{name}`: keep one of them"));
        }
        leading.or(named)
    }

    /// `name = "text"`.
    pub(crate) fn text(&mut self, name: &'static str) -> Option<LitStr> {
        let (option, value) = self.valued(name, "\"…\"")?;
        match value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text),
            _ => self.wrong(&option, format_args!("`{name}` takes a text in quotes, known when this compiles: `{name} = \"…\"`")),
        }
    }

    /// `name = "word"`, one of `words`.
    pub(crate) fn word<T: Copy>(&mut self, name: &'static str, words: &[(&str, T)]) -> Option<T> {
        self.word_at(name, words).map(|(value, _)| value)
    }

    /// [`word`](Self::word), with where it stands.
    pub(crate) fn word_at<T: Copy>(&mut self, name: &'static str, words: &[(&str, T)]) -> Option<(T, Span)> {
        let text = self.text(name)?;
        let found = words.iter().find(|(word, _)| *word == text.value()).map(|&(_, value)| (value, text.span()));
        if found.is_none() {
            let known: Vec<_> = words.iter().map(|(word, _)| format!("\"{word}\"")).collect();
            self.errors.at(&text, format_args!("`{name}` is one of {}", known.join(", ")));
        }
        found
    }

    /// `name = 64`, at least 1; with where it stands.
    pub(crate) fn count(&mut self, name: &'static str) -> Option<(usize, Span)> {
        let (option, value) = self.valued(name, "64")?;
        let Expr::Lit(ExprLit { lit: Lit::Int(number), .. }) = &value else {
            return self.wrong(&option, format_args!("`{name}` takes a whole number: `{name} = 64`"));
        };
        match number.base10_parse::<usize>() {
            Ok(0) => self.wrong(&option, format_args!("`{name}` is at least 1; leave it out for the default")),
            Ok(count) => Some((count, number.span())),
            Err(error) => self.wrong(&option, format_args!("`{name}`: {error}")),
        }
    }

    /// `name = 64`, at least 1, or a word for 0; with where it stands.
    pub(crate) fn count_or(&mut self, name: &'static str, word: &str) -> Option<(usize, Span)> {
        let at = self.named.iter().find(|option| option.name == name);
        match at.and_then(|option| option.value.clone()).map(ungrouped) {
            Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => {
                self.take(name);
                if text.value() == word {
                    return Some((0, text.span()));
                }
                self.wrong(&text, format_args!("`{name}` takes a whole number or \"{word}\": `{name} = 64`"))
            }
            _ => self.count(name),
        }
    }

    /// `name = ["text", "text"]`, at least one.
    pub(crate) fn texts(&mut self, name: &'static str) -> Option<Vec<LitStr>> {
        let (option, value) = self.valued(name, "[\"…\"]")?;
        let Expr::Array(list) = value else {
            return self.wrong(&option, format_args!("`{name}` takes a list of texts: `{name} = [\"…\", \"…\"]`"));
        };
        let mut texts = Vec::new();
        for element in list.elems.iter().cloned().map(ungrouped) {
            match element {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => texts.push(text),
                other => return self.wrong(&other, format_args!("`{name}` takes texts in quotes: `{name} = [\"…\", \"…\"]`")),
            }
        }
        if texts.is_empty() {
            return self.wrong(&list, format_args!("`{name}` names at least one, or is left out"));
        }
        Some(texts)
    }

    /// `name = "5s"`, more than nothing.
    pub(crate) fn duration(&mut self, name: &'static str) -> Option<Duration> {
        let text = self.text(name)?;
        self.duration_in(&text)
    }

    /// The duration `text`.
    pub(crate) fn duration_in(&self, text: &LitStr) -> Option<Duration> {
        match parse_duration(&text.value()) {
            Ok(duration) => Some(duration),
            Err(DurationError::Zero) => self.wrong(text, "the duration is nothing: give at least \"1ms\""),
            Err(DurationError::Syntax) => self.wrong(text, "a duration is a number and a unit, ms, s, m or h: \"250ms\", \"5s\", \"1.5h\""),
        }
    }

    /// `name`, `name = true` or `name = false`.
    pub(crate) fn flag(&mut self, name: &'static str) -> Option<bool> {
        let option = self.take(name)?;
        match &option.value {
            None => Some(true),
            Some(Expr::Lit(ExprLit { lit: Lit::Bool(on), .. })) => Some(on.value),
            Some(_) => self.wrong(&option.name, format_args!("`{name}` is a switch: write `{name}` or `{name} = false`")),
        }
    }

    /// `name = path` or `name = [path, path]`.
    pub(crate) fn paths(&mut self, name: &'static str) -> Vec<Path> {
        let Some((option, value)) = self.valued(name, "Calculator") else { return Vec::new() };
        let values: Vec<Expr> = match value {
            Expr::Array(array) => array.elems.into_iter().collect(),
            one => vec![one],
        };
        let path = |value| match ungrouped(value) {
            Expr::Path(path) if path.qself.is_none() => Some(path.path),
            _ => self.wrong(&option, format_args!("`{name}` takes the name of a trait, or several: `{name} = [Calculator, Clock]`")),
        };
        values.into_iter().filter_map(path).collect()
    }

    /// `name`, `name = false` or `name = "text"`.
    pub(crate) fn flag_or_text(&mut self, name: &'static str, example: &str) -> Option<Result<bool, LitStr>> {
        let option = self.take(name)?;
        match option.value.map(ungrouped) {
            None => Some(Ok(true)),
            Some(Expr::Lit(ExprLit { lit: Lit::Bool(on), .. })) => Some(Ok(on.value)),
            Some(Expr::Lit(ExprLit { lit: Lit::Str(text), .. })) => Some(Err(text)),
            Some(_) => self.wrong(&option.name, format_args!("`{name}` takes a text or a switch: `{name} = {example}`, `{name} = false`")),
        }
    }

    /// Notes what nobody asked for.
    pub(crate) fn finish(self) {
        let known = if self.known.is_empty() { "it has none".to_owned() } else { format!("known: {}", quoted(&self.known)) };
        if let Some(text) = self.leading {
            self.errors.at(text, format_args!("`#[{}]` takes no option without a name; {known}", self.attribute));
        }
        for option in self.named {
            self.errors.at(&option.name, format_args!("unknown option `{}` of `#[{}]`; {known}", option.name, self.attribute));
        }
    }

    fn take(&mut self, name: &'static str) -> Option<Named> {
        self.known.push(name);
        let at = self.named.iter().position(|option| option.name == name)?;
        Some(self.named.remove(at))
    }

    fn valued(&mut self, name: &'static str, example: &str) -> Option<(Ident, Expr)> {
        let option = self.take(name)?;
        match option.value {
            Some(value) => Some((option.name, ungrouped(value))),
            None => self.wrong(&option.name, format_args!("`{name}` needs a value: `{name} = {example}`")),
        }
    }

    fn wrong<T>(&self, at: impl quote::ToTokens, message: impl std::fmt::Display) -> Option<T> {
        self.errors.at(at, message);
        None
    }
}

fn parse_item(input: ParseStream<'_>) -> syn::Result<Item> {
    if input.peek(LitStr) {
        return input.parse().map(Item::Leading);
    }
    // `match` is a keyword and an option.
    let name = input.call(Ident::parse_any)?;
    let value = if input.parse::<Option<Token![=]>>()?.is_some() { Some(input.parse()?) } else { None };
    Ok(Item::Named(Named { name, value }))
}

/// A value that came through a `macro_rules` macro is wrapped in an invisible group.
fn ungrouped(mut value: Expr) -> Expr {
    while let Expr::Group(group) = value {
        value = *group.expr;
    }
    value
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
