//! Starts the simulator as a server of its own: arguments, the line that says where it listens, and
//! a clean end.

use std::{
    fs,
    io::ErrorKind,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use camunda_simulator::{
    Behaviour, ClockMode, FaultRule, Options, Seed, Simulator, seed::read_file,
};
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
#[command(name = "camunda-simulator", version, after_long_help = FAULTS, term_width = 100)]
struct Arguments {
    /// Address and port to listen on; port 0 picks a free one.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,

    /// Also writes the URL to this file once the server accepts connections.
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,

    /// Keeps the organization in this file, from one run to the next: what is changed is in it
    /// before it is answered. Made if it does not exist.
    ///
    /// It holds secrets and the tokens in use, and only its owner can read it. Give the same
    /// --listen every time, because clients keep their tokens by URL. Virtual time goes on where it
    /// stopped, or at real time if that is later (except with --clock manual). Switches, clock and faults are not in it.
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// File with the organization, its credentials, members and clusters, and what clusters can be
    /// made of; YAML if its name ends with .yaml or .yml, otherwise JSON.
    ///
    /// What it leaves out is as in the built-in seed, which --print-seed shows. Not read again while
    /// there is a file of --state.
    #[arg(long, value_name = "FILE")]
    seed: Option<PathBuf>,

    /// Id of the (first) organization, in the place of the one in the seed.
    #[arg(long, value_name = "ID")]
    organization: Option<String>,

    /// How virtual time passes: real, scaled=N (N times as fast), manual (only through
    /// /_simulator/clock), or per-request=N (N seconds with every API request).
    ///
    /// A cluster takes 90 s of virtual time to become Healthy. Tokens live in real time always.
    #[arg(long, value_name = "MODE", default_value = "real", value_parser = clock_mode)]
    clock: ClockMode,

    /// Lets something go wrong: OPERATION=KIND[,OPTION]…, such as CreateCluster=503,times=2. May be
    /// given several times. The kinds are listed below.
    #[arg(long = "fault", value_name = "RULE")]
    faults: Vec<FaultRule>,

    /// Behave as awkwardly as the real service may: one token request per second and address (60 s
    /// block), slow answers to repeated wrong secrets, Unhealthy during creation, deleted clusters
    /// still listed for a while, stage labels unreadable.
    #[arg(long)]
    strict: bool,

    /// File with switches, as GET /_simulator/behaviour shows them; what is left out stays. YAML or
    /// JSON.
    #[arg(long, value_name = "FILE", conflicts_with = "strict")]
    behaviour: Option<PathBuf>,

    /// Prints the built-in seed (with its made-up secrets) and ends.
    #[arg(long)]
    print_seed: bool,
}

const FAULTS: &str = "\
Faults:
  OPERATION is an operationId of the API, IssueToken for the token endpoint, or * for all.

  503                  any status from 200 to 599 instead of the proper answer. Options: html or
                       empty (the body), retry-after=SECONDS, after-commit
  reset                the connection is reset. Option: after-commit
  slow                 the answer takes milliseconds=N. Option: after-commit
  hold                 the answer waits for POST /_simulator/faults/ID/release. Option: after-commit
  truncated-json       half of the body is missing from a complete answer
  cut-off-body         the connection ends in the middle of the body
  empty-body           a success without a body
  body-on-no-content   204 with a body
  revoke-token         the token of the request is refused from then on

  Options of every kind: times=N (1 if left out) or times=all, skip=N (requests that pass first),
  path=TEXT (only requests whose path contains it). after-commit: the request is carried out, its
  answer is what goes wrong. Of several rules for one operation each takes its turn. A rule can also
  be JSON, as POST /_simulator/faults takes it.";

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
    if let Some(path) = &ready_file {
        // One that a killed simulator has left would lead whoever waits for it to a dead address.
        remove(path)?;
    }
    let note = state_note(&arguments);
    let simulator = Simulator::start(options(arguments)?)?;
    if let Some(note) = note {
        tell(&note);
    }
    if let Some(path) = &ready_file {
        write_whole(path, &simulator.url())?;
    }
    say(&format!("camunda-simulator listens on {}", simulator.url()));
    runtime.block_on(signals.wait());
    let saved = simulator.save();
    let url = simulator.url();
    drop(simulator);
    if let Some(path) = &ready_file {
        // Unless it is that of another one that has been started meanwhile.
        if fs::read_to_string(path).is_ok_and(|written| written == url) {
            // Nothing depends on it any more.
            let _ = fs::remove_file(path);
        }
    }
    saved
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove the old {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// What people may wonder about when the simulator does not begin anew.
fn state_note(arguments: &Arguments) -> Option<String> {
    let path = arguments.state.as_ref().filter(|path| path.exists())?;
    let mut note = format!("camunda-simulator goes on from {}", path.display());
    if arguments.seed.is_some() || arguments.organization.is_some() {
        note.push_str("; --seed and --organization are for a new organization only");
    }
    Some(note)
}

#[expect(clippy::print_stdout, reason = "scripts read the URL from there")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "what is said beside the URL")]
fn tell(text: &str) {
    eprintln!("{text}");
}

fn options(arguments: Arguments) -> Result<Options> {
    let mut seed = match &arguments.seed {
        Some(path) => read_file(path)?,
        None => Seed::default(),
    };
    if let Some(id) = arguments.organization {
        rename_organization(&mut seed, &id)?;
    }
    let behaviour = match &arguments.behaviour {
        Some(path) => read_file(path)?,
        None if arguments.strict => Behaviour::strict(),
        None => Behaviour::default(),
    };
    Ok(Options {
        listen: arguments.listen,
        clock: arguments.clock,
        seed,
        behaviour,
        faults: arguments.faults,
        state: arguments.state,
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
    let clusters = seed.clusters.iter_mut().map(|it| &mut it.organization);
    let members = seed.members.iter_mut().map(|it| &mut it.organization);
    for organization in clusters.chain(members).flatten() {
        if *organization == old {
            id.clone_into(organization);
        }
    }
    Ok(())
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
