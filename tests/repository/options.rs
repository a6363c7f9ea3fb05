//! Each option of each attribute has a test that is named for it, and so sees its effect.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../wamp-macros/src/attr/table.rs"]
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use table::OPTIONS;

/// The Rust files under a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The names of all tests of the runtime: functions right after `#[test]` or `#[tokio::test…]`.
fn tests() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut names = Vec::new();
    for folder in ["wamp-actors/src", "wamp-actors/tests"] {
        for path in sources(&root.join(folder)) {
            let text = fs::read_to_string(path).unwrap();
            let mut lines = text.lines().map(str::trim);
            while let Some(line) = lines.next() {
                if line == "#[test]" || line.starts_with("#[tokio::test") || line.starts_with("#[actix_rt::test") {
                    let signature = lines.next().unwrap_or_default();
                    names.extend(signature.split("fn ").nth(1).and_then(|rest| rest.split('(').next()).map(str::to_owned));
                }
            }
        }
    }
    names
}

#[test]
fn each_option_has_a_test_named_for_it() {
    let tests = tests();
    let mut untested = Vec::new();
    for (attribute, options) in OPTIONS {
        for option in *options {
            let name = format!("option_{attribute}_{option}_");
            if !tests.iter().any(|test| test.starts_with(&name)) {
                untested.push(name);
            }
        }
    }
    assert_eq!(untested, Vec::<String>::new(), "options without a test of this name");
}

#[test]
fn no_test_is_named_for_an_option_that_is_not_there() {
    let known: Vec<_> =
        OPTIONS.iter().flat_map(|(attribute, options)| options.iter().map(move |option| format!("option_{attribute}_{option}_"))).collect();
    let stray: Vec<_> =
        tests().into_iter().filter(|test| test.starts_with("option_") && !known.iter().any(|name| test.starts_with(name))).collect();
    assert_eq!(stray, Vec::<String>::new());
}
