use crate::failure::Failure;
use std::io::Write;
use wamp_actors::{Format, Payload, PayloadBuilder};

/// The arguments of a command line: `text`, `3`, `[1,2]` and `{"a":1}` are positional, `key=…` is by keyword.
///
/// What is no JSON is text, so that quotes are needed only where text looks like JSON.
pub(crate) fn payload(words: &[String]) -> Result<Payload, Failure> {
    let mut builder = PayloadBuilder::new(Format::MsgPack);
    for word in words {
        let pushed = match keyword(word) {
            Some((name, value)) => builder.kwarg(name, &value_of(value)),
            None => builder.arg(&value_of(word)),
        };
        pushed.map_err(|error| Failure::Usage(format!("{word:?}: {error}")))?;
    }
    Ok(builder.finish())
}

/// `key=value`, where the key is a name: `{"a=b": 1}` and `"a=b"` are values.
fn keyword(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let mut characters = name.chars();
    let begins = characters.next().is_some_and(|first| first.is_alphabetic() || first == '_');
    (begins && characters.all(|character| character.is_alphanumeric() || character == '_')).then_some((name, value))
}

fn value_of(word: &str) -> serde_json::Value {
    serde_json::from_str(word).unwrap_or_else(|_| word.into())
}

/// What a value is in JSON: arguments of nothing are `null`, one positional argument is itself, else `{"args": …, "kwargs": …}`.
pub(crate) fn shortest(payload: &Payload) -> String {
    let Ok(json) = payload.to_format(Format::Json) else { return unwritable(payload) };
    let view = json.as_ref();
    let mut positionals = view.positionals();
    match (positionals.next(), positionals.next()) {
        _ if !view.kwargs.is_empty() => arguments(payload),
        (None, _) => "null".to_owned(),
        (Some(only), None) => String::from_utf8_lossy(only.bytes).into_owned(),
        _ => arguments(payload),
    }
}

/// `{"args": […], "kwargs": {…}}`.
pub(crate) fn arguments(payload: &Payload) -> String {
    format!("{{{}}}", members(payload))
}

/// `"args": […], "kwargs": {…}`; binary values as the specification has them in JSON.
pub(crate) fn members(payload: &Payload) -> String {
    let Ok(json) = payload.to_format(Format::Json) else { return unwritable(payload) };
    let view = json.as_ref();
    let [args, kwargs] = [(view.args, "[]"), (view.kwargs, "{}")].map(|(bytes, none)| match bytes.is_empty() {
        true => none.into(),
        false => String::from_utf8_lossy(bytes),
    });
    format!(r#""args":{args},"kwargs":{kwargs}"#)
}

/// What JSON cannot carry, for people to look at.
fn unwritable(payload: &Payload) -> String {
    serde_json::Value::from(format!("{payload:?}")).to_string()
}

/// Prints a line at once, for who reads it as it comes.
pub(crate) fn print(line: impl std::fmt::Display) -> Result<(), Failure> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> String {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        arguments(&payload(&words).expect("arguments"))
    }

    #[test]
    fn what_is_no_json_is_text_and_a_name_before_an_equals_sign_is_a_keyword() {
        assert_eq!(words(&["2", "three", "\"4\"", "[5]"]), r#"{"args":[2,"three","4",[5]],"kwargs":{}}"#);
        assert_eq!(words(&["unit=mm", "n=1"]), r#"{"args":[],"kwargs":{"unit":"mm","n":1}}"#);
        assert_eq!(words(&["1+1=2", "\"a=b\"", "x=y=z"]), r#"{"args":["1+1=2","a=b"],"kwargs":{"x":"y=z"}}"#);
    }

    #[test]
    fn one_result_is_printed_as_itself() {
        let one = payload(&["5".to_owned()]).expect("arguments");
        let two = payload(&["5".to_owned(), "6".to_owned()]).expect("arguments");
        assert_eq!(shortest(&one), "5");
        assert_eq!(shortest(&two), r#"{"args":[5,6],"kwargs":{}}"#);
        assert_eq!(shortest(&payload(&[]).expect("arguments")), "null");
    }
}
