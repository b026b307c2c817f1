//! The cursor of the top list.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| promise::cursor(input));
