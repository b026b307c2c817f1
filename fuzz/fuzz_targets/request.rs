//! The body of a recording request.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| promise::request(input));
