//! Keys that variables of the environment set: `WAMP_COMPONENT__MAILER__INSTANCES=4` is `component.mailer.instances = 4`.

use super::document::{Entry, Node, Table, Value};
use super::error::{ConfigFault, Place, Problem};
use std::sync::Arc;

const PREFIX: &str = "WAMP_";
const UNDER: &str = "__";

/// The variables that set keys: they begin with `WAMP_` and have two underscores in a row.
pub(super) fn of(variables: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
    let sets = |(name, _): &(String, String)| name.strip_prefix(PREFIX).is_some_and(|path| path.contains(UNDER));
    let mut found: Vec<_> = variables.into_iter().filter(sets).collect();
    found.sort();
    found
}

/// Sets a key; `components` are the names of those there are, which may have letters of both cases.
pub(super) fn set(root: &mut Table, name: &str, value: &str, components: &[&str]) -> Result<(), ConfigFault> {
    let place = Place::Environment { variable: Arc::from(name) };
    let path: Vec<&str> = name.strip_prefix(PREFIX).unwrap_or(name).split(UNDER).collect();
    let mut table = root;
    for (depth, part) in path.iter().enumerate() {
        let known = if depth == 1 { components } else { &[] };
        let Some(entry) = entry(table, part, known, &place) else { return Ok(()) };
        if depth + 1 == path.len() {
            entry.place = place.clone();
            entry.node = Node { place, value: Value::Untyped(value.to_owned()) };
            return Ok(());
        }
        let key = entry.key.clone();
        let Value::Table(inner) = &mut entry.node.value else {
            let problem = Problem::WrongValue { found: "a value".to_owned(), expected: "a table".to_owned() };
            return Err(ConfigFault { place, key, problem });
        };
        table = inner;
    }
    Ok(())
}

/// The entry of that name, made if there is none.
fn entry<'t>(table: &'t mut Table, part: &str, known: &[&str], place: &Place) -> Option<&'t mut Entry> {
    if !table.0.iter().any(|entry| same(&entry.key, part)) {
        let key = known.iter().find(|name| same(name, part)).map_or_else(|| part.to_lowercase(), |name| (*name).to_owned());
        let node = Node { place: place.clone(), value: Value::Table(Table::default()) };
        table.0.push(Entry { key, place: place.clone(), node });
    }
    table.0.iter_mut().find(|entry| same(&entry.key, part))
}

/// Whether a part of a variable's name means the key: variables have neither small letters nor hyphens, as a rule.
fn same(key: &str, part: &str) -> bool {
    let plain = |c: char| if c == '-' { '_' } else { c.to_ascii_lowercase() };
    key.chars().map(plain).eq(part.chars().map(plain))
}
