//! `camunda_fuzz::run("import_id", ...)` for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| camunda_fuzz::run("import_id", data));
