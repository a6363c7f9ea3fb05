//! A configuration as it was written: values that know their place.

use super::error::{ConfigFault, Place, Problem};
use std::path::Path;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) value: Value,
}

/// A value of a file or of the environment.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// A text; a date too.
    Text(String),
    Integer(i64),
    Float(f64),
    Bool(bool),
    /// What a variable of the environment holds: its type is the one wanted.
    Untyped(String),
    List(Vec<Node>),
    Table(Table),
}

/// Keys with their values, in an order that does not change.
#[derive(Debug, Clone, Default)]
pub(super) struct Table(pub(super) Vec<Entry>);

/// A key with its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) place: Place,
    pub(super) node: Node,
}

impl Table {
    pub(super) fn get(&self, key: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.key == key)
    }
}

/// The tables of a TOML text.
pub(super) fn parse(text: &str, path: &Arc<Path>) -> Result<Table, ConfigFault> {
    let lines = Lines { text, path };
    match DeTable::parse(text) {
        Ok(table) => Ok(lines.table(table.into_inner())),
        Err(error) => {
            let place = lines.place(error.span().map_or(0, |span| span.start));
            Err(ConfigFault { place, key: String::new(), problem: Problem::Syntax(error.message().trim().to_owned()) })
        }
    }
}

/// Finds lines and columns.
struct Lines<'a> {
    text: &'a str,
    path: &'a Arc<Path>,
}

impl Lines<'_> {
    fn place(&self, at: usize) -> Place {
        let before = self.text.get(..at).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
        Place::File { path: Arc::clone(self.path), line, column }
    }

    fn table(&self, table: DeTable<'_>) -> Table {
        let entry = |(key, value): (Spanned<_>, _)| {
            let (place, mut node) = (self.place(key.span().start), self.node(value));
            if let Value::Table(_) = node.value {
                // Its header may be elsewhere, or that of a table below it.
                node.place = place.clone();
            }
            Entry { key: String::from(key.into_inner()), place, node }
        };
        Table(table.into_iter().map(entry).collect())
    }

    fn node(&self, value: Spanned<DeValue<'_>>) -> Node {
        let place = self.place(value.span().start);
        let value = match value.into_inner() {
            DeValue::String(text) => Value::Text(text.into_owned()),
            // What does not fit is refused as what it is: a text.
            DeValue::Integer(number) => {
                i64::from_str_radix(number.as_str(), number.radix()).map_or_else(|_| Value::Text(number.to_string()), Value::Integer)
            }
            DeValue::Float(number) => number.as_str().parse().map_or_else(|_| Value::Text(number.to_string()), Value::Float),
            DeValue::Boolean(flag) => Value::Bool(flag),
            DeValue::Datetime(date) => Value::Text(date.to_string()),
            DeValue::Array(items) => Value::List(items.into_iter().map(|item| self.node(item)).collect()),
            DeValue::Table(table) => Value::Table(self.table(table)),
        };
        Node { place, value }
    }
}
