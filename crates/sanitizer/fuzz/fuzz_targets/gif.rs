//! GIF; the seeds make it one.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| sanitizer_fuzz::check(input));
