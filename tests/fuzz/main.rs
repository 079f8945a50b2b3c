//! The fuzz targets without a fuzzer: the inputs that make sense, those that fuzzing has found, and a
//! fixed number of mutations of both, the same ones each time. Runs with any toolchain.
//!
//! A target fails by panicking, also where the panic is caught; by asking for more memory than is
//! sensible, which ends the process; and by taking too long, which ends it, too. The input at fault is
//! then in a file that the last line on stderr names. `make fuzz` goes on from here with libFuzzer.
//! Must not know what the targets do.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a test fails by panicking, and a hang is one of real time"
)]

#[path = "../../fuzz/src/lib.rs"]
#[expect(
    dead_code,
    unreachable_pub,
    reason = "a library of its own for libFuzzer"
)]
mod targets;

mod mutate;

use std::alloc::System;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use cap::Cap;

use mutate::Mutator;
use targets::{TARGETS, Target};

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// What one input may cost at the same time. Inputs have a few kilobytes; the largest answer, the
/// schemas of everything, takes less than half of this.
const MEMORY_FOR_ONE: usize = 24 << 20;

/// How long one input may take. Most take less than a millisecond; the machine may have others to
/// serve.
const TIME_FOR_ONE: Duration = Duration::from_secs(20);

/// Mutations for each target; `CAMUNDA_FUZZ_EXECUTIONS` asks for another number.
const EXECUTIONS: usize = 3_000;

/// The longest input that is made.
const LONGEST: usize = 8 << 10;

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// Milliseconds at which the current execution was seen to have begun; 1 if it has just begun, 0
/// between two.
static BEGAN: AtomicU64 = AtomicU64::new(0);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The file of the input that is being run.
fn current(target: &Target) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
    fs::create_dir_all(&folder).unwrap();
    folder.join(target.name)
}

/// The committed inputs of a target, in a fixed order.
fn corpus(target: &Target) -> Vec<Vec<u8>> {
    let folder = root().join("fuzz/corpus").join(target.name);
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let files: BTreeMap<PathBuf, Vec<u8>> = files
        .map(|file| (file.path(), fs::read(file.path()).unwrap()))
        .collect();
    files.into_values().collect()
}

/// Ends the process when an execution takes too long: nothing else ends it.
fn watch() {
    let beginning = std::time::Instant::now();
    thread::spawn(move || {
        loop {
            thread::sleep(Duration::from_millis(100));
            let now = u64::try_from(beginning.elapsed().as_millis()).unwrap();
            let began = BEGAN.load(Ordering::SeqCst);
            if began == 1 {
                // Unless it has ended meanwhile.
                let _ = BEGAN.compare_exchange(1, now.max(2), Ordering::SeqCst, Ordering::SeqCst);
            } else if began > 1 && Duration::from_millis(now - began) > TIME_FOR_ONE {
                eprintln!("an input takes longer than {TIME_FOR_ONE:?}");
                std::process::abort();
            }
        }
    });
}

/// Runs one input within its limits.
fn execute(target: &Target, file: &Path, input: &[u8]) {
    fs::write(file, input).unwrap();
    MEMORY
        .set_limit(MEMORY.allocated() + MEMORY_FOR_ONE)
        .unwrap();
    BEGAN.store(1, Ordering::SeqCst);
    (target.run)(input);
    BEGAN.store(0, Ordering::SeqCst);
    MEMORY.set_limit(usize::MAX).unwrap();
    assert_eq!(PANICS.load(Ordering::SeqCst), 0, "a panic was caught");
}

fn bounded_run(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    let file = current(target);
    let before = std::panic::take_hook();
    let place = file.display().to_string();
    std::panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        before(info);
        eprintln!("the input is in {place}");
    }));
    // Seen only when the process is ended from within.
    eprintln!("the last input is in {}", file.display());
    watch();
    let mut inputs = (target.seeds)();
    inputs.extend(corpus(target));
    for input in &inputs {
        execute(target, &file, input);
    }
    let executions = std::env::var("CAMUNDA_FUZZ_EXECUTIONS").ok();
    let executions = executions.map_or(EXECUTIONS, |number| number.parse().unwrap());
    let mut mutator = Mutator::new(name, LONGEST);
    for _ in 0..executions {
        let input = mutator.next(&inputs);
        execute(target, &file, &input);
    }
    let _ = std::panic::take_hook();
    fs::remove_file(&file).unwrap();
}

#[test]
fn msgpack() {
    bounded_run("msgpack");
}

#[test]
fn json() {
    bounded_run("json");
}

#[test]
fn rpc() {
    bounded_run("rpc");
}

#[test]
fn api_answers() {
    bounded_run("api_answers");
}

#[test]
fn token_file() {
    bounded_run("token_file");
}

#[test]
fn journal() {
    bounded_run("journal");
}

#[test]
fn retry_after() {
    bounded_run("retry_after");
}

#[test]
fn import_id() {
    bounded_run("import_id");
}

#[test]
fn cluster_url() {
    bounded_run("cluster_url");
}

#[test]
fn cidr_set() {
    bounded_run("cidr_set");
}

/// A target is a function, a test here, a file for libFuzzer, and a folder of inputs.
#[test]
fn every_target_is_run_everywhere() {
    let targets: BTreeSet<&str> = TARGETS.iter().map(|target| target.name).collect();
    let here = include_str!("main.rs").replace("\r\n", "\n");
    let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    let names = |folder: &str| -> BTreeSet<String> {
        let files = fs::read_dir(root().join("fuzz").join(folder)).unwrap();
        files
            .map(|file| {
                let path = file.unwrap().path();
                path.file_stem().unwrap().to_str().unwrap().to_owned()
            })
            .collect()
    };
    let expected: BTreeSet<String> = targets.iter().map(|name| (*name).to_owned()).collect();
    assert_eq!(names("fuzz_targets"), expected);
    assert_eq!(names("corpus"), expected);
    for name in targets {
        let test = format!("#[test]\nfn {name}() {{\n    bounded_run(\"{name}\");\n}}");
        assert!(here.contains(&test), "{name}");
        assert!(manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")));
        let file = root().join(format!("fuzz/fuzz_targets/{name}.rs"));
        let call = format!("camunda_fuzz::run(\"{name}\", data)");
        assert!(fs::read_to_string(file).unwrap().contains(&call), "{name}");
    }
}

/// A call that the protocol gains is fuzzed as well, or this says that it is not.
#[test]
fn every_call_of_the_protocol_is_made() {
    let protocol = fs::read_to_string(root().join("proto/tfplugin6.proto")).unwrap();
    let service = protocol.split("service Provider {").nth(1).unwrap();
    let calls = service
        .lines()
        .take_while(|line| *line != "}")
        .filter_map(|line| line.trim().strip_prefix("rpc "))
        .map(|rest| snake_case(rest.split('(').next().unwrap()))
        // Its request is a stream, which only a transport can make.
        .filter(|name| name != "write_state_bytes");
    let made: BTreeSet<String> = targets::calls::CALLS
        .iter()
        .map(|name| (*name).to_owned())
        .collect();
    assert_eq!(made, calls.collect());
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

/// For `make fuzz`: libFuzzer begins with files.
#[test]
#[ignore = "run by make fuzz"]
fn write_seeds() {
    for target in TARGETS {
        let folder = root().join("target/fuzz-seeds").join(target.name);
        fs::create_dir_all(&folder).unwrap();
        for (place, seed) in (target.seeds)().into_iter().enumerate() {
            fs::write(folder.join(format!("seed-{place:04}")), seed).unwrap();
        }
    }
}

/// The limits are real: each of these children is ended by its own.
mod limits {
    use std::process::Command;

    use super::{Target, execute};

    fn run(target: Target) {
        super::watch();
        execute(&target, &super::current(&target), b"");
    }

    #[test]
    #[ignore = "run by the test below"]
    fn child_that_asks_for_too_much() {
        run(Target {
            name: "too-much",
            run: |_| drop(vec![1_u8; super::MEMORY_FOR_ONE + 1]),
            seeds: Vec::new,
        });
    }

    #[test]
    #[ignore = "run by the test below"]
    fn child_that_panics_and_is_caught() {
        std::panic::set_hook(Box::new(|_| {
            super::PANICS.fetch_add(1, super::Ordering::SeqCst);
        }));
        run(Target {
            name: "caught",
            run: |_| drop(std::panic::catch_unwind(|| panic!("caught"))),
            seeds: Vec::new,
        });
    }

    #[test]
    #[ignore = "takes as long as an input may; run by hand"]
    fn child_that_hangs() {
        run(Target {
            name: "hang",
            run: |_| {
                loop {
                    std::hint::spin_loop();
                }
            },
            seeds: Vec::new,
        });
    }

    #[test]
    fn what_goes_beyond_them_fails() {
        for test in [
            "child_that_asks_for_too_much",
            "child_that_panics_and_is_caught",
        ] {
            let output = Command::new(std::env::current_exe().unwrap())
                .args([
                    &format!("limits::{test}"),
                    "--exact",
                    "--ignored",
                    "--nocapture",
                ])
                .output()
                .unwrap();
            assert!(!output.status.success(), "{test}: {output:?}");
        }
    }
}
