//! Starts the simulator as a server of its own: arguments, the line that says where it listens, and
//! a clean end.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use camunda_simulator::{Behaviour, ClockMode, Options, Seed, Simulator};
use clap::Parser;

/// A stand-in for the Camunda 8 SaaS Administration API and its token service.
///
/// Plan and apply against it without an organization: point a client's API URL at the URL that this
/// program prints, and its token URL at the same with /oauth/token. The built-in organization knows
/// the client Zk3v8Qm1EXAMPLE with the secret s3cr3t.full.6Yp2Wq9XEXAMPLE; README.md lists the rest.
/// GET /_simulator/ lists what can be looked at and steered.
///
/// Whoever can reach the address can steer it: keep it on the loopback interface.
#[derive(Parser)]
#[command(name = "camunda-simulator", version)]
struct Arguments {
    /// Address and port to listen on; port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// How virtual time passes: real, scaled=N (N times as fast), manual (only through
    /// /_simulator/clock), or per-request=N (N seconds with every API request).
    ///
    /// A cluster takes 90 s of virtual time to become Healthy. Tokens live in real time always.
    #[arg(long, value_name = "MODE", default_value = "real", value_parser = clock_mode)]
    clock: ClockMode,

    /// JSON file with the organization, its credentials, and what clusters can be made of; see
    /// --print-seed for its form.
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,

    /// Id of the (first) organization, in the place of the one in the seed.
    #[arg(long, value_name = "ID")]
    organization: Option<String>,

    /// Behave as awkwardly as the real service may: one token request per second and address (60 s
    /// block), slow answers to repeated wrong secrets, Unhealthy during creation, deleted clusters
    /// still listed for a while, stage labels unreadable.
    #[arg(long)]
    strict: bool,

    /// JSON file with switches, as GET /_simulator/behaviour shows them; what is left out stays.
    #[arg(long, value_name = "FILE", conflicts_with = "strict")]
    behaviour: Option<PathBuf>,

    /// Also writes the URL to this file once the server accepts connections.
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,

    /// Prints the built-in seed (with its made-up secrets) and ends.
    #[arg(long)]
    print_seed: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.print_seed {
        say(&serde_json::to_string_pretty(&Seed::default())?);
        return Ok(());
    }
    // Before the URL is told: whoever reads it may send the signal at once.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut signals = runtime.block_on(async { Signals::listen() })?;

    let ready_file = arguments.ready_file.clone();
    let simulator = Simulator::start(options(arguments)?)?;
    if let Some(path) = &ready_file {
        write_whole(path, &simulator.url())?;
    }
    say(&format!("camunda-simulator listens on {}", simulator.url()));
    runtime.block_on(signals.wait());
    drop(simulator);
    if let Some(path) = &ready_file {
        // Somebody else may have removed it; nothing depends on it any more.
        let _ = fs::remove_file(path);
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "scripts read the URL from there")]
fn say(text: &str) {
    println!("{text}");
}

fn options(arguments: Arguments) -> Result<Options> {
    let mut seed = match &arguments.seed {
        Some(path) => read_json(path)?,
        None => Seed::default(),
    };
    if let Some(id) = arguments.organization {
        rename_organization(&mut seed, &id)?;
    }
    let behaviour = match &arguments.behaviour {
        Some(path) => read_json(path)?,
        None if arguments.strict => Behaviour::strict(),
        None => Behaviour::default(),
    };
    Ok(Options {
        listen: arguments.listen,
        clock: arguments.clock,
        seed,
        behaviour,
    })
}

fn rename_organization(seed: &mut Seed, id: &str) -> Result<()> {
    let Some(first) = seed.organizations.first_mut() else {
        bail!("the seed has no organization");
    };
    let old = std::mem::replace(&mut first.id, id.to_owned());
    for credential in &mut seed.credentials {
        if credential.organization == old {
            id.clone_into(&mut credential.organization);
        }
    }
    Ok(())
}

fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not as expected", path.display()))
}

/// Writes a file that readers see either whole or not at all.
fn write_whole(path: &Path, text: &str) -> Result<()> {
    let context = || format!("cannot write {}", path.display());
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".unfinished");
    fs::write(&unfinished, text).with_context(context)?;
    fs::rename(&unfinished, path).with_context(context)
}

fn clock_mode(text: &str) -> Result<ClockMode, String> {
    let number = |text: &str| {
        let number: f64 = text.parse().map_err(|_| format!("`{text}` is no number"))?;
        if number.is_finite() && number > 0.0 {
            Ok(number)
        } else {
            Err(format!("`{text}` is not above zero"))
        }
    };
    match text.split_once('=') {
        None if text == "real" => Ok(ClockMode::Real),
        None if text == "manual" => Ok(ClockMode::Manual),
        Some(("scaled", factor)) => Ok(ClockMode::Scaled(number(factor)?)),
        Some(("per-request", step)) => Duration::try_from_secs_f64(number(step)?)
            .map(ClockMode::PerRequest)
            .map_err(|error| error.to_string()),
        _ => Err("expected real, scaled=N, manual or per-request=N".to_owned()),
    }
}

/// The wish of the user, or of the system, that this should end.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Result<Self> {
        Ok(Self {})
    }

    async fn wait(&mut self) {
        // Without a way to hear of it there is nothing to wait for, and the process ends.
        let _ = tokio::signal::ctrl_c().await;
    }
}
