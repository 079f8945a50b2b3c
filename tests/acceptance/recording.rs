//! The picture at the top of the README: its tool runs the quickstart again, with the built provider, and
//! compares what is printed now with what the picture shows.

use std::path::Path;
use std::process::Command;

fn check() -> Command {
    let binaries = Path::new(env!("CARGO_BIN_EXE_terraform-provider-camunda"))
        .parent()
        .unwrap();
    let mut command = Command::new("python3");
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["tools/recording.py", "--check", "--binaries"])
        .arg(binaries)
        .env_remove("CLI")
        .env_remove("TF_CLI_ARGS");
    command
}

#[test]
fn shows_what_the_provider_prints_now() {
    let output = check().output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
