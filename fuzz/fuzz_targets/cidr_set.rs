//! `camunda_fuzz::run("cidr_set", ...)` for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| camunda_fuzz::run("cidr_set", data));
