//! Panics outside operations, as the host sees them. The test starts itself: the child is the test
//! that panics, with the hook installed.

use std::process::Command;

use terraform_provider_camunda::plugin::panic;

#[test]
#[ignore = "run by the test below"]
fn child_that_panics() {
    panic::install_hook("1.2.3");
    let thread = std::thread::Builder::new().name("worker".to_owned());
    let crashed = thread
        .spawn(|| panic!("out of luck\nand out of ideas"))
        .unwrap()
        .join();
    assert!(crashed.is_err());
}

#[test]
#[ignore = "run by the test below"]
fn child_whose_panic_is_caught() {
    panic::install_hook("1.2.3");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let caught = runtime.block_on(panic::caught(async { panic!("out of luck") }));
    let message = caught.unwrap_err().to_string();
    assert!(
        message.starts_with("out of luck (tests/plugin_host/crash.rs:"),
        "{message}"
    );
}

fn stderr_of(test: &str) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            &format!("crash::{test}"),
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_panic_is_written_in_the_form_the_host_recognises() {
    let stderr = stderr_of("child_that_panics");
    let head: Vec<&str> = stderr.lines().take(5).collect();
    insta::with_settings!({filters => [(r":\d+:\d+", ":[LINE]")]}, {
        insta::assert_snapshot!(head.join("\n"), @"
        panic: out of luck
        and out of ideas

        terraform-provider-camunda 1.2.3, thread 'worker' at tests/plugin_host/crash.rs:[LINE]
        ");
    });
    assert!(
        stderr.contains("child_that_panics"),
        "no backtrace: {stderr}"
    );
    assert!(
        !stderr.contains("RUST_BACKTRACE"),
        "Rust's own text is replaced"
    );
}

#[test]
fn a_caught_panic_is_no_crash() {
    assert_eq!(stderr_of("child_whose_panic_is_caught"), "");
}
