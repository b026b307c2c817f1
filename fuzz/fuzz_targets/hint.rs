//! The body of a queue message.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| promise::hint(input));
