//! Data flows one way: a module imports only from the stations to its left, and the pure parts know no IO.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

/// The stations of `wamp-core`, left to right. Those of one row may import one another.
const CORE: &[&[&str]] = &[
    &["format", "id", "uri", "value", "role"],
    &["framing"],
    &["serializer"],
    &["payload"],
    &["message"],
    &["auth"],
    &["session", "accept"],
];

/// The stations of `wamp-actors`.
const ACTORS: &[&[&str]] = &[
    &["transport"],
    &["error", "metrics"],
    &["session"],
    &["supervisor"],
    &["component"],
    &["caller"],
    &["router"],
    &["config"],
    &["service"],
    &["testing"],
    &["prelude", "private", "main_fn", "bench", "guide"],
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// The code of a file: no comments (where paths are named freely), and no items that are for tests only.
fn code(text: &str) -> String {
    let (mut code, mut lines) = (String::new(), text.lines());
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            if !line.trim_start().starts_with("//") {
                code.push_str(line);
                code.push('\n');
            }
            continue;
        }
        // The item that follows: to the end of its line, or to the brace that closes it, which stands as deep as it began.
        let indent = &line[..line.len() - line.trim_start().len()];
        let mut item = lines.next();
        while item.is_some_and(|line| line.trim_start().starts_with(['#', '/'])) {
            item = lines.next();
        }
        if item.is_some_and(|line| !line.trim_end().ends_with([';', '}', ','])) {
            let end = format!("{indent}}}");
            lines.by_ref().find(|line| line.trim_end() == end);
        }
    }
    code
}

#[test]
fn only_what_is_for_tests_is_passed_over() {
    let text = "use a;\n#[cfg(test)]\nmod tests;\nuse crate::b;\n    #[cfg(test)]\n    fn f() {\n        crate::c();\n    }\nuse d;\n// crate::e\n";
    assert_eq!(code(text), "use a;\nuse crate::b;\nuse d;\n");
}

/// The modules that `text` names behind `crate::`, be they alone or in braces.
fn imported(text: &str) -> Vec<String> {
    let mut modules = Vec::new();
    for after in text.split("crate::").skip(1) {
        let word = |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        match after.strip_prefix('{') {
            None => modules.push(word(after)),
            Some(list) => {
                let (mut depth, mut item) = (0, String::new());
                for c in list.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => modules.push(word(&std::mem::take(&mut item))),
                        c if depth == 0 => item.push(c),
                        _ => {}
                    }
                }
                modules.push(word(&item));
            }
        }
    }
    modules
}

/// Every import from the right, as `file: station → station`.
fn backward_imports(source: &Path, stations: &[&[&str]]) -> Vec<String> {
    let place = |module: &str| stations.iter().position(|row| row.contains(&module));
    let mut wrong = Vec::new();
    for (path, text) in sources(source) {
        let relative = path.strip_prefix(source).unwrap();
        let station = relative.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs").to_owned();
        if station == "lib" || relative.components().any(|part| part.as_os_str() == "tests" || part.as_os_str() == "tests.rs") {
            continue;
        }
        let Some(here) = place(&station) else {
            if station != "bin" {
                wrong.push(format!("{}: the station {station} is not in the list of this test", relative.display()));
            }
            continue;
        };
        for module in imported(&code(&text)) {
            if place(&module).is_some_and(|there| there > here) {
                wrong.push(format!("{}: {station} → {module}", relative.display()));
            }
        }
    }
    wrong
}

#[test]
fn wamp_core_imports_only_from_the_left() {
    assert_eq!(backward_imports(&root().join("wamp-core/src"), CORE), Vec::<String>::new());
}

#[test]
fn wamp_actors_imports_only_from_the_left() {
    assert_eq!(backward_imports(&root().join("wamp-actors/src"), ACTORS), Vec::<String>::new());
}

#[test]
fn the_pure_parts_know_no_io_no_tasks_and_no_clock() {
    let forbidden = ["tokio::", "actix", "std::net", "std::fs", "std::thread", "Instant::now()", "SystemTime::now()", "awc::", "getrandom"];
    let mut wrong = Vec::new();
    for folder in ["wamp-core/src", "wamp-actors/src/router/routing"] {
        for (path, text) in sources(&root().join(folder)) {
            if path.components().any(|part| part.as_os_str() == "tests") {
                continue;
            }
            let code = code(&text);
            wrong.extend(forbidden.iter().filter(|word| code.contains(**word)).map(|word| format!("{}: {word}", path.display())));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn an_import_from_the_right_would_be_found() {
    assert_eq!(
        imported("use crate::message::Message;\nuse crate::{id::Id, session::{a, b}, accept};"),
        ["message", "id", "session", "accept"]
    );
}

#[test]
fn the_top_level_is_the_house_as_designed() {
    let expected = [
        "CHANGELOG.md",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "deny.toml",
        "examples",
        "target",
        "tests",
        "wamp-actors",
        "wamp-core",
        "wamp-macros",
    ];
    let mut found: Vec<_> = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    found.retain(|name| !name.starts_with('.') && !expected.contains(&name.as_str()));
    assert_eq!(found, Vec::<String>::new());
}
