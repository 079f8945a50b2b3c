//! `camunda_fuzz::run("journal", ...)` for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| camunda_fuzz::run("journal", data));
