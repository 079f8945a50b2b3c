//! Arguments, runtime and exit code of the provider binary.

use std::process::ExitCode;

use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::framework::server::Server;
use terraform_provider_camunda::plugin::rpc::ProviderService;
use terraform_provider_camunda::plugin::{self, Program, log};
use terraform_provider_camunda::provider::{self, Camunda, Environment};
use tracing::level_filters::LevelFilter;

fn main() -> ExitCode {
    let program = Program {
        name: "terraform-provider-camunda",
        source: "camunda-rs/camunda",
        version: env!("CARGO_PKG_VERSION"),
    };
    let code = plugin::run(&program, std::env::args_os().skip(1), || {
        let more_log = || log::raise(LevelFilter::DEBUG, Clock::system());
        let camunda = Camunda::new(Environment::of_process(), Clock::system(), more_log);
        ProviderService::new(Server::new(camunda, Clock::system()))
    });
    provider::log_summary();
    code
}
