//! The process as a plugin: arguments and environment in, handshake line out, exit code at the end.
//!
//! Everything up to the handshake line is on the path of every plan, three times: no files, no
//! network, no threads that are not needed.

use std::io::{self, Write as _};
#[cfg(unix)]
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::runtime::Runtime;

use super::arguments::{Program, Request};
use super::environment::Environment;
use super::handshake::{announce, is_offered, is_started_by_host};
use super::host::{Host, Settings, StartError};
use super::lifecycle::WIND_DOWN_LIMIT;
#[cfg(not(unix))]
use super::listen::ports;
use super::listen::{ListenError, Network};
use super::orphan::{Parent, host_is_dead};
use super::signals::{Mode, Signals, stop_operations};
use super::wire::proto::tfplugin6::provider_server::Provider;
use super::{core_dumps, debug, log, panic};
use crate::clock::Clock;

/// A service that has something to clean up when nobody is served any more.
pub trait WindDown {
    /// Cleans up. Not waited for longer than about a second.
    fn wind_down(&self) -> impl Future<Output = ()> + Send;
}

/// Exit status for a command line that makes no sense.
const USAGE: u8 = 2;

/// Why the process ends with a failure.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("cannot start threads or take over signals: {0}")]
    System(#[source] io::Error),
    #[error("cannot write to stdout: {0}")]
    Announce(#[source] io::Error),
    #[error("the server failed: {0}")]
    Serve(#[source] tonic::transport::Error),
}

/// Does what the command line asks for, and returns the exit code. Reads the environment.
///
/// `provider` is called only when there is something to serve.
pub fn run<P: Provider + WindDown>(
    program: &Program,
    arguments: impl IntoIterator<Item = std::ffi::OsString>,
    provider: impl FnOnce() -> P,
) -> ExitCode {
    let environment = Environment::of_process();
    let mode = match Request::from_arguments(arguments) {
        Request::Version => return print(&program.version_text()),
        Request::Help => return print(&program.help_text()),
        Request::Unknown(argument) => {
            complain(&program.unknown_argument_text(&argument));
            return ExitCode::from(USAGE);
        }
        Request::Plugin if !is_started_by_host(environment.magic_cookie.as_deref()) => {
            complain(&program.started_by_hand_text());
            return ExitCode::FAILURE;
        }
        Request::Plugin => Mode::Plugin,
        Request::Debug => Mode::Debug,
    };
    match serve(program, mode, &environment, provider) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&format!("{} cannot run: {failure}\n", program.name));
            ExitCode::FAILURE
        }
    }
}

fn serve<P: Provider + WindDown>(
    program: &Program,
    mode: Mode,
    environment: &Environment,
    provider: impl FnOnce() -> P,
) -> Result<(), Failure> {
    let parent = Parent::now();
    let clock = Clock::system();
    log::to_stderr(log::level(environment.log_level.as_deref()), clock.clone());
    panic::install_hook(program.version);
    // Whoever debugs the process wants to see what is in it.
    if matches!(mode, Mode::Plugin) {
        core_dumps::forbid();
    }

    let runtime = runtime().map_err(Failure::System)?;
    let served = runtime.block_on(async {
        let signals = Signals::take_over().map_err(Failure::System)?;
        let host = Host::bind(&settings(mode, environment)?, &clock)?;
        announce(&announcement(program, mode, &host)).map_err(Failure::Announce)?;
        if !is_offered(environment.protocol_versions.as_deref()) {
            tracing::warn!(
                offered = environment.protocol_versions,
                "the host lacks our protocol"
            );
        }

        let provider = Arc::new(provider());
        let obeying = signals.obey(mode, provider.clone(), host.lifecycle());
        let connections = host.connections();
        let watching = async {
            let stop = || stop_operations(provider.clone());
            match mode {
                Mode::Plugin => host_is_dead(parent, connections, clock.clone(), stop).await,
                Mode::Debug => std::future::pending().await,
            }
        };
        let served = tokio::select! {
            served = host.serve(provider.clone()) => served.map_err(Failure::Serve),
            () = obeying => Ok(()),
            () = watching => Ok(()),
        };
        tokio::select! {
            () = provider.wind_down() => {}
            () = clock.sleep(WIND_DOWN_LIMIT) => tracing::warn!("no time was left to clean up"),
        }
        served
    });
    // What still runs may not hold up the end.
    runtime.shutdown_background();
    served
}

/// One thread for everything. Operations take turns whenever they wait, and they mostly wait for
/// the API; what they compute between two waits is less than what handing it to another thread
/// costs: with two workers, a thousand small calls took 23 ms instead of 15, and the start 0.3 ms
/// more. Whatever blocks belongs on `spawn_blocking`.
fn runtime() -> io::Result<Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}

fn settings(mode: Mode, environment: &Environment) -> Result<Settings, StartError> {
    Ok(Settings {
        network: network(environment)?,
        client_certificate: match mode {
            Mode::Plugin => environment.client_certificate.clone(),
            // Whoever attaches later has a certificate of its own, if any.
            Mode::Debug => None,
        },
        announce_multiplexing: environment.multiplex,
    })
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "on other systems it can fail")]
fn network(environment: &Environment) -> Result<Network, ListenError> {
    let directory = environment.socket_directory.clone();
    Ok(Network::Unix {
        directory: directory.unwrap_or_else(|| PathBuf::from("/tmp")),
        group: environment.socket_group.clone(),
    })
}

#[cfg(not(unix))]
fn network(environment: &Environment) -> Result<Network, ListenError> {
    let (min, max) = (&environment.min_port, &environment.max_port);
    Ok(Network::Tcp {
        ports: ports(min.as_deref(), max.as_deref())?,
    })
}

fn announcement(program: &Program, mode: Mode, host: &Host) -> String {
    match mode {
        Mode::Plugin => host.handshake().line(),
        Mode::Debug => debug::instructions(
            program,
            std::process::id(),
            &host.handshake(),
            debug::Shells::HERE,
        ),
    }
}

fn print(text: &str) -> ExitCode {
    match announce(text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn complain(text: &str) {
    // Nobody is left to tell when stderr is closed.
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
