//! The first example.

fn main() {}
