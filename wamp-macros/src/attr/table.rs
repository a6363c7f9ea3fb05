//! Every option of every attribute, by name: the list against which the parsers, the documentation and the tests are held.
//!
//! Tests compare it with what the parsers ask for and with the tables in the documentation; a test of the repository
//! (`options`) reads this file and fails for an option whose effect no test is named for (`option_<attribute>_<option>_…`).

/// The attributes and their options, in the order in which they are documented.
pub(crate) const OPTIONS: &[(&str, &[&str])] = &[
    ("component", &["prefix", "name", "discover", "requires", "interface", "client"]),
    ("interface", &["prefix"]),
    (
        "procedure",
        &[
            "uri",
            "match",
            "invoke",
            "concurrency",
            "queue",
            "timeout",
            "disclose_caller",
            "force_reregister",
            "cancel",
            "collect",
            "roles",
            "idempotent",
        ],
    ),
    ("topic", &["uri", "match", "concurrency", "queue", "get_retained", "delivery"]),
    ("task", &[]),
    ("every", &["period"]),
    ("on_join", &[]),
    ("on_ready", &[]),
    ("on_leave", &[]),
    ("on_error", &[]),
    ("wamp_error", &["uri", "prefix", "other"]),
];
