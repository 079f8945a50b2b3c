//! What a start costs: time to the handshake line, memory, size, time of the first schema.
//!
//! ```text
//! cargo bench --bench startup [-- [--runs N] [NAME=PATH]...]
//! ```
//!
//! Measures this provider, a process that only prints a line, and any other provider binaries
//! named on the command line, taking turns, and prints one table of medians. Times are seen from
//! the host's side: starting the process is part of them. `benches/run` adds the baseline.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench prints, measures real time, and fails by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use terraform_provider_camunda::plugin::wire::proto::tfplugin6::get_provider_schema;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::provider_client::ProviderClient;
use tonic::transport::Channel;

#[path = "../tests/support/plugin_client.rs"]
#[expect(dead_code, reason = "tests use more of it")]
mod plugin_client;

use plugin_client::{Launch, Process};

const DEFAULT_RUNS: usize = 30;

/// Runs before the ones that count, which bring the files into memory.
const WARM_UP_RUNS: usize = 3;

fn main() {
    let (runs, others) = arguments();
    let floor = build_floor();
    let mut programs = vec![
        Program::new(
            "this provider",
            env!("CARGO_BIN_EXE_terraform-provider-camunda").into(),
        ),
        Program::floor(floor.path().join("print_a_line")),
    ];
    programs.extend(
        others
            .into_iter()
            .map(|(name, path)| Program::new(&name, path)),
    );

    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut turns: Vec<usize> = (0..programs.len()).collect();
    for run in 0..WARM_UP_RUNS + runs {
        // In another order each time: what ran just before leaves its traces in caches.
        fastrand::shuffle(&mut turns);
        for &turn in &turns {
            let sample = runtime.block_on(programs[turn].measure());
            if run >= WARM_UP_RUNS {
                programs[turn].samples.push(sample);
            }
        }
    }
    print!("{}", table(&programs, runs));
}

fn arguments() -> (usize, Vec<(String, PathBuf)>) {
    let mut runs = DEFAULT_RUNS;
    let mut others = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.split_once('=') {
            // Given by cargo to every bench.
            None if argument == "--bench" => {}
            None if argument == "--runs" => {
                let number = arguments.next().and_then(|number| number.parse().ok());
                runs = number.expect("a number after --runs");
            }
            Some((name, path)) => others.push((name.to_owned(), PathBuf::from(path))),
            None => panic!("unknown argument {argument}"),
        }
    }
    (runs, others)
}

/// Compiles the process that only prints a line.
fn build_floor() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/floor/print_a_line.rs");
    let compiled = Command::new("rustc")
        .args(["-O", "--edition=2024", "--out-dir"])
        .args([directory.path(), &source])
        .status();
    assert!(compiled.unwrap().success());
    directory
}

struct Program {
    name: String,
    path: PathBuf,
    is_provider: bool,
    samples: Vec<Sample>,
}

/// One start. Times are in milliseconds, memory in mebibytes.
#[derive(Default)]
struct Sample {
    first_line: f64,
    memory_after_line: Option<f64>,
    connect: Option<f64>,
    schema: Option<f64>,
    memory_after_schema: Option<f64>,
    calls: Option<f64>,
    shutdown: Option<f64>,
}

impl Program {
    fn new(name: &str, path: PathBuf) -> Self {
        Self {
            name: name.to_owned(),
            path,
            is_provider: true,
            samples: Vec::new(),
        }
    }

    fn floor(path: PathBuf) -> Self {
        Self {
            is_provider: false,
            ..Self::new("printing a line", path)
        }
    }

    async fn measure(&self) -> Sample {
        let launch = Launch::new(&self.path);
        if !self.is_provider {
            let started = Instant::now();
            let mut process = launch.spawn().0;
            process.stdout_line().await;
            return Sample {
                first_line: milliseconds(started.elapsed()),
                memory_after_line: resident_memory(&process),
                ..Sample::default()
            };
        }

        let started = Instant::now();
        let plugin = launch.start().await;
        let first_line = milliseconds(started.elapsed());
        let memory_after_line = resident_memory(&plugin.process);

        let started = Instant::now();
        let mut provider = plugin.provider().await;
        let connect = milliseconds(started.elapsed());
        let started = Instant::now();
        provider
            .get_provider_schema(get_provider_schema::Request::default())
            .await
            .unwrap();
        let schema = milliseconds(started.elapsed());
        let memory_after_schema = resident_memory(&plugin.process);

        let started = Instant::now();
        many_calls(&provider).await;
        let calls = milliseconds(started.elapsed());
        drop(provider);

        let started = Instant::now();
        plugin.shut_down().await;
        Sample {
            first_line,
            memory_after_line,
            connect: Some(connect),
            schema: Some(schema),
            memory_after_schema,
            calls: Some(calls),
            shutdown: Some(milliseconds(started.elapsed())),
        }
    }

    fn median(&self, figure: impl Fn(&Sample) -> Option<f64>) -> Option<f64> {
        let mut values: Vec<f64> = self.samples.iter().filter_map(figure).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied()
    }

    fn size(&self) -> f64 {
        self.path.metadata().unwrap().len() as f64 / f64::from(1 << 20)
    }
}

/// As many calls as a plan of some fifty resources makes, with Terraform's usual parallelism.
async fn many_calls(provider: &ProviderClient<Channel>) {
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let mut provider = provider.clone();
            tokio::spawn(async move {
                for _ in 0..20 {
                    let request = get_provider_schema::Request::default();
                    provider.get_provider_schema(request).await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// What the system says the process occupies, where it says so in a file.
fn resident_memory(process: &Process) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", process.id())).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kibibytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes / 1024.0)
}

/// Reads one figure of a program; `None` where it has none.
type Figure = fn(&Program) -> Option<f64>;

/// One line per figure, one column per program with its ratio to the first one.
fn table(programs: &[Program], runs: usize) -> String {
    let figures: [(&str, &str, Figure); 8] = [
        ("start to first line", "ms", |p| {
            p.median(|s| Some(s.first_line))
        }),
        ("resident after it", "MiB", |p| {
            p.median(|s| s.memory_after_line)
        }),
        ("connect, mutual TLS", "ms", |p| p.median(|s| s.connect)),
        ("first GetProviderSchema", "ms", |p| p.median(|s| s.schema)),
        ("resident after it", "MiB", |p| {
            p.median(|s| s.memory_after_schema)
        }),
        ("200 calls, ten at once", "ms", |p| p.median(|s| s.calls)),
        ("Shutdown to exit", "ms", |p| p.median(|s| s.shutdown)),
        ("size of the binary", "MiB", |p| Some(p.size())),
    ];
    let mut rows = vec![{
        let mut heads = vec![format!("median of {runs}"), String::new()];
        heads.extend(programs.iter().map(|program| program.name.clone()));
        heads
    }];
    for (name, unit, figure) in figures {
        let ours = figure(&programs[0]);
        let mut row = vec![name.to_owned(), unit.to_owned()];
        row.extend(programs.iter().enumerate().map(|(column, program)| {
            match (figure(program), ours) {
                (None, _) => "-".to_owned(),
                (Some(value), Some(ours)) if column > 0 => {
                    format!("{value:.2} (x {:.2})", value / ours)
                }
                (Some(value), _) => format!("{value:.2}"),
            }
        }));
        rows.push(row);
    }
    aligned(&rows)
}

/// As a table that reads well in a terminal and in Markdown.
fn aligned(rows: &[Vec<String>]) -> String {
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for (number, row) in rows.iter().enumerate() {
        for (cell, &width) in row.iter().zip(&widths) {
            text.push_str(&format!("| {cell:<width$} "));
        }
        text.push_str("|\n");
        if number == 0 {
            for &width in &widths {
                text.push_str(&format!("| {} ", "-".repeat(width)));
            }
            text.push_str("|\n");
        }
    }
    text
}
