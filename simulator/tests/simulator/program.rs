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
    for words in [
        "stand-in",
        credentials::FULL.client_id,
        "--ready-file",
        "scaled=N",
        "/_simulator/",
    ] {
        assert!(help.contains(words), "{words} is missing in:\n{help}");
    }
}

#[test]
fn wrong_arguments_are_explained() {
    for (arguments, words) in [
        (&["--clock", "sometimes"][..], "per-request=N"),
        (&["--clock", "scaled=0"][..], "not above zero"),
        (&["--seed", "/nonexistent"][..], "cannot read /nonexistent"),
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
