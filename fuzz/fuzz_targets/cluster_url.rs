//! `camunda_fuzz::run("cluster_url", ...)` for libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| camunda_fuzz::run("cluster_url", data));
