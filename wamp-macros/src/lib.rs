//! Attribute and derive macros of `wamp-actors`.
