//! The program `camunda-simulator`, as users start it.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Output, Stdio},
};

use camunda_simulator::{Seed, seed::credentials};
use serde_json::json;

const PROGRAM: &str = env!("CARGO_BIN_EXE_camunda-simulator");

/// A started program; killed when it is dropped, so that a failing test leaves nothing behind.
struct Program {
    child: Child,
    url: String,
}

impl Program {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(PROGRAM)
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().expect("piped"))
            .read_line(&mut line)
            .expect("one line");
        let url = line
            .trim_end()
            .strip_prefix("camunda-simulator listens on ")
            .expect("the line says so")
            .to_owned();
        Self { child, url }
    }

    fn request(&self, head: &str, body: &str) -> String {
        let address = self.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(address).expect("a connection");
        write!(
            stream,
            "{head} HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("sent");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("received");
        answer
    }

    fn log_in(&self) -> String {
        let body = json!({
            "grant_type": "client_credentials", "audience": "127.0.0.1",
            "client_id": credentials::FULL.client_id, "client_secret": credentials::FULL.client_secret,
        });
        self.request("POST /oauth/token", &body.to_string())
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn run(arguments: &[&str]) -> Output {
    Command::new(PROGRAM)
        .args(arguments)
        .output()
        .expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[cfg(unix)]
#[test]
fn it_serves_until_it_is_told_to_stop() {
    let folder = tempfile::tempdir().expect("a folder");
    let ready = folder.path().join("url");
    for signal in ["-INT", "-TERM"] {
        let ready_argument = ready.to_str().expect("text");
        let mut program = Program::start(&["--ready-file", ready_argument]);
        assert_eq!(
            std::fs::read_to_string(&ready).expect("written"),
            program.url
        );
        assert!(program.log_in().starts_with("HTTP/1.1 200"));
        let killed = Command::new("kill")
            .args([signal, &program.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(killed.success());
        let status = program.child.wait().expect("it ends");
        assert_eq!(status.code(), Some(0), "{signal}");
        let mut rest = String::new();
        let stdout = program.child.stdout.as_mut().expect("piped");
        stdout.read_to_string(&mut rest).expect("read");
        assert_eq!(rest, "");
        assert!(!ready.exists());
    }
}

#[cfg(unix)]
/// Scripts wait for the ready file: one that an earlier simulator has left must not lead them to it.
#[test]
fn the_ready_file_is_that_of_the_simulator_that_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let ready = folder.path().join("url");
    let argument = ready.to_str().expect("text");
    std::fs::write(&ready, "http://127.0.0.1:9").expect("written");
    let output = run(&["--listen", "203.0.113.1:80", "--ready-file", argument]);
    assert!(!output.status.success());
    assert!(!ready.exists(), "a start that fails leaves no old address");
    // One that ends late takes only its own file away.
    let mut first = Program::start(&["--ready-file", argument]);
    let second = Program::start(&["--ready-file", argument]);
    let id = first.child.id().to_string();
    let killed = Command::new("kill")
        .args(["-TERM", &id])
        .status()
        .expect("kill runs");
    assert!(killed.success());
    assert!(first.child.wait().expect("it ends").success());
    assert_eq!(std::fs::read_to_string(&ready).expect("there"), second.url);
}

#[test]
fn clock_seed_organization_and_strictness_are_arguments() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("seed.json");
    let mut seed = Seed::default();
    seed.organizations[0].name = "My own".to_owned();
    std::fs::write(&path, serde_json::to_string(&seed).expect("JSON")).expect("written");
    let program = Program::start(&[
        "--clock",
        "scaled=60",
        "--strict",
        "--organization",
        "org-1",
        "--seed",
        path.to_str().expect("text"),
    ]);
    let state = program.request("GET /_simulator/state", "");
    assert!(state.contains(r#""mode":{"scaled":60.0}"#), "{state}");
    assert!(state.contains(r#""id":"org-1","name":"My own""#), "{state}");
    assert!(state.contains(r#""rate_limit":{"block":60.0"#), "{state}");
    assert!(program.log_in().starts_with("HTTP/1.1 200"));
    // A slow machine may ask just once in a second, now and then.
    assert!((0..100).any(|_| program.log_in().starts_with("HTTP/1.1 429")));
}

#[test]
fn the_printed_seed_can_be_read_back() {
    let output = run(&["--print-seed"]);
    assert!(output.status.success());
    let seed: Seed = serde_json::from_slice(&output.stdout).expect("a seed");
    assert_eq!(seed, Seed::default());
}

#[test]
fn help_tells_what_it_is_and_how_to_log_in() {
    let help = text(&run(&["--help"]).stdout);
    insta::assert_snapshot!(help, @"
    A stand-in for the Camunda 8 SaaS Administration API and its token service.

    Plan and apply against it without an organization: point a client's API URL at the URL that this
    program prints, and its token URL at the same with /oauth/token. The built-in organization knows the
    client Zk3v8Qm1EXAMPLE with the secret s3cr3t.full.6Yp2Wq9XEXAMPLE; README.md lists the rest. GET
    /_simulator/ lists what can be looked at and steered.

    Whoever can reach the address can steer it: keep it on the loopback interface.

    Usage: camunda-simulator [OPTIONS]

    Options:
          --listen <ADDRESS>
              Address and port to listen on; port 0 picks a free one
              
              [default: 127.0.0.1:8080]

          --ready-file <FILE>
              Also writes the URL to this file once the server accepts connections

          --state <FILE>
              Keeps the organization in this file, from one run to the next: what is changed is in it
              before it is answered. Made if it does not exist.
              
              It holds secrets and the tokens in use, and only its owner can read it. Give the same
              --listen every time, because clients keep their tokens by URL. Virtual time goes on where
              it stopped, or at real time if that is later (except with --clock manual). Switches, clock
              and faults are not in it.

          --seed <FILE>
              File with the organization, its credentials, members and clusters, and what clusters can
              be made of; YAML if its name ends with .yaml or .yml, otherwise JSON.
              
              What it leaves out is as in the built-in seed, which --print-seed shows. Not read again
              while there is a file of --state.

          --organization <ID>
              Id of the (first) organization, in the place of the one in the seed

          --clock <MODE>
              How virtual time passes: real, scaled=N (N times as fast), manual (only through
              /_simulator/clock), or per-request=N (N seconds with every API request).
              
              A cluster takes 90 s of virtual time to become Healthy. Tokens live in real time always.
              
              [default: real]

          --fault <RULE>
              Lets something go wrong: OPERATION=KIND[,OPTION]…, such as CreateCluster=503,times=2. May
              be given several times. The kinds are listed below

          --strict
              Behave as awkwardly as the real service may: one token request per second and address (60
              s block), slow answers to repeated wrong secrets, Unhealthy during creation, deleted
              clusters still listed for a while, stage labels unreadable

          --behaviour <FILE>
              File with switches, as GET /_simulator/behaviour shows them; what is left out stays. YAML
              or JSON

          --print-seed
              Prints the built-in seed (with its made-up secrets) and ends

      -h, --help
              Print help (see a summary with '-h')

      -V, --version
              Print version

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
      be JSON, as POST /_simulator/faults takes it.
    ");
}

/// What the table of the README has, `--help` has, and the program knows.
#[test]
fn faults_are_the_same_in_help_and_readme() {
    let readme = include_str!("../../README.md");
    let (_, readme) = readme.split_once("## Faults").expect("a section");
    let help = text(&run(&["--help"]).stdout);
    for kind in [
        "reset",
        "slow",
        "hold",
        "truncated-json",
        "cut-off-body",
        "empty-body",
        "body-on-no-content",
        "revoke-token",
    ] {
        assert!(readme.contains(&format!("\n| `{kind}` |")), "{kind}");
        assert!(help.contains(&format!("\n  {kind} ")), "{kind}");
        let more = if kind == "slow" {
            ",milliseconds=1"
        } else {
            ""
        };
        let rule = format!("GetClusters={kind}{more}");
        assert!(
            Program::start(&["--fault", &rule])
                .log_in()
                .starts_with("HTTP/1.1 200")
        );
    }
    // The commands of the section, literally.
    let command = readme
        .lines()
        .find_map(|line| line.strip_prefix("$ camunda-simulator "))
        .expect("a command");
    let arguments: Vec<&str> = command
        .split(' ')
        .map(|word| word.trim_matches('\''))
        .collect();
    let program = Program::start(&arguments);
    let answer = program.log_in();
    assert!(
        answer.starts_with("HTTP/1.1 429") && answer.contains("retry-after: 2"),
        "{answer}"
    );
    assert!(program.log_in().starts_with("HTTP/1.1 200"));
    let (_, json) = readme.split_once("`--fault '").expect("a rule in JSON");
    let (json, _) = json.split_once('\'').expect("its end");
    let program = Program::start(&["--fault", json]);
    let faults = program.request("GET /_simulator/faults", "");
    assert!(
        faults.contains(r#""fault":{"omit":["encryption"]}"#),
        "{faults}"
    );
}

#[test]
fn the_organization_survives_even_a_kill() {
    let folder = tempfile::tempdir().expect("a folder");
    let (state, seed) = (
        folder.path().join("state.json"),
        folder.path().join("seed.yaml"),
    );
    std::fs::write(&seed, "clusters:\n  - name: from-the-seed\n").expect("written");
    let arguments = [
        "--state",
        state.to_str().expect("text"),
        "--seed",
        seed.to_str().expect("text"),
    ];
    let clusters = |program: &Program| {
        let (_, body) = program
            .request("GET /_simulator/clusters", "")
            .split_once("\r\n\r\n")
            .map(|(head, body)| (head.to_owned(), body.to_owned()))
            .expect("a body");
        let list: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        let list = list.as_array().cloned().unwrap_or_default().into_iter();
        list.map(|it| it["name"].as_str().expect("text").to_owned())
            .collect::<Vec<_>>()
    };
    let mut program = Program::start(&arguments);
    program.request("POST /_simulator/clusters", r#"{"name": "by-hand"}"#);
    program.child.kill().expect("SIGKILL");
    program.child.wait().expect("it is gone");
    let program = Program::start(&arguments);
    assert_eq!(clusters(&program), ["from-the-seed", "by-hand"]);
    drop(program);
    std::fs::remove_file(&state).expect("ours");
    assert_eq!(clusters(&Program::start(&arguments)), ["from-the-seed"]);
}

#[cfg(unix)]
#[test]
fn a_state_that_cannot_be_written_at_the_end_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state.json");
    let mut child = Command::new(PROGRAM)
        .args([
            "--listen",
            "127.0.0.1:0",
            "--state",
            state.to_str().expect("text"),
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
    stdout.read_line(&mut line).expect("one line");
    drop(folder);
    let id = child.id().to_string();
    let killed = Command::new("kill")
        .args(["-TERM", &id])
        .status()
        .expect("kill runs");
    assert!(killed.success());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(1));
    let message = text(&output.stderr);
    assert!(message.contains("cannot write the state file"), "{message}");
}

#[test]
fn what_is_said_when_it_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().join("state.json");
    let state = state.to_str().expect("text");
    drop(Program::start(&["--state", state]));
    let said = |arguments: &[&str]| {
        let mut child = Command::new(PROGRAM)
            .args(["--listen", "127.0.0.1:0", "--state", state])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("piped"));
        stdout.read_line(&mut line).expect("one line");
        child.kill().expect("SIGKILL");
        let output = child.wait_with_output().expect("it ends");
        text(&output.stderr).replace(state, "FILE")
    };
    assert_eq!(said(&[]), "camunda-simulator goes on from FILE\n");
    assert_eq!(
        said(&["--organization", "mine"]),
        "camunda-simulator goes on from FILE; --seed and --organization are for a new organization only\n"
    );
}

#[test]
fn wrong_arguments_are_explained() {
    for (arguments, words) in [
        (&["--clock", "sometimes"][..], "per-request=N"),
        (&["--clock", "scaled=0"][..], "not above zero"),
        (&["--seed", "/nonexistent"][..], "cannot read /nonexistent"),
        (&["--state", "/"][..], "cannot read the state file /"),
        (
            &["--fault", "Frobnicate=503"][..],
            "invalid value 'Frobnicate=503' for '--fault <RULE>': There is no operation `Frobnicate`",
        ),
        (
            &["--listen", "203.0.113.1:80"][..],
            "cannot listen on 203.0.113.1:80",
        ),
    ] {
        let output = run(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        let message = text(&output.stderr);
        assert!(message.contains(words), "{arguments:?}: {message}");
        assert_eq!(text(&output.stdout), "");
    }
}
