//! What is left of the memory of a plugin that crashes: nothing.

use std::fs;

use crate::BINARY;
use crate::plugin_client::Launch;

/// The limit on core dumps of a process, soft and hard, as the kernel knows it.
fn limit(process: &str) -> (String, String) {
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).unwrap();
    let line = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max core file size"))
        .unwrap();
    let mut values = line.split_whitespace().map(str::to_owned);
    (values.next().unwrap(), values.next().unwrap())
}

#[tokio::test]
async fn a_crash_leaves_no_core_dump() {
    let plugin = Launch::new(BINARY).start().await;
    let none = || "0".to_owned();
    assert_eq!(limit(&plugin.process.id().to_string()), (none(), none()));
}

#[tokio::test]
async fn whoever_debugs_the_provider_keeps_core_dumps() {
    let (mut process, _) = Launch::new(BINARY).arg("-debug").spawn();
    assert!(!process.stdout_line().await.is_empty());
    assert_eq!(limit(&process.id().to_string()), limit("self"));
}
