//! Arguments, runtime and exit code of the provider binary.

use std::process::ExitCode;

use terraform_provider_camunda::plugin::{self, Program};

// Stands in until the provider's own service is there.
#[path = "../tests/support/fixture_provider.rs"]
mod fixture_provider;

fn main() -> ExitCode {
    let program = Program {
        name: "terraform-provider-camunda",
        source: "camunda-rs/camunda",
        version: env!("CARGO_PKG_VERSION"),
    };
    plugin::run(
        &program,
        std::env::args_os().skip(1),
        fixture_provider::FixtureProvider::default,
    )
}
