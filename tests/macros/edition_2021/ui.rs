//! What the macros refuse, in edition 2021: the same files (through a link) and the same errors as in 2024.

#[test]
fn each_rule_has_the_same_error_in_edition_2021() {
    trybuild::TestCases::new().compile_fail("macros/ui/fail/*.rs");
}
