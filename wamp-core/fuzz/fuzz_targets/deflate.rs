#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| wamp_core_fuzz::deflate::receive(input));
