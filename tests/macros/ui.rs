//! What the macros refuse: one file a rule, beside it the errors as the user sees them.
//!
//! Only errors that the macros write themselves are compared: those of the compiler change with its version. What must
//! compile is in `macros/edition_2021` and in `wamp-actors/tests/macros_*.rs`. After a change of an error's text, run
//! `TRYBUILD=overwrite cargo test -p wamp-tests --test ui` and read the difference.

#[test]
fn each_rule_has_an_error_that_says_what_to_write() {
    trybuild::TestCases::new().compile_fail("macros/ui/fail/*.rs");
}
