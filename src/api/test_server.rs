//! A scripted HTTP/1.1 server on a real socket, for tests of the real transport: it can break
//! connections at chosen moments, which no library server does.

use std::collections::VecDeque;
use std::process::Command;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What to do after a request was read.
pub(super) enum Reaction {
    /// Writes these bytes and keeps the connection.
    Answer(Vec<u8>),
    /// Writes these bytes and closes the connection.
    AnswerAndClose(Vec<u8>),
    /// Writes the first bytes once and the others again and again, until the other side goes away.
    Endless(Vec<u8>, Vec<u8>),
    /// Keeps silent until the other side goes away.
    Silence,
}

impl Reaction {
    pub(super) fn answer(status: &str, headers: &str, body: &[u8]) -> Self {
        let mut bytes = format!(
            "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        bytes.extend_from_slice(body);
        Self::Answer(bytes)
    }

    pub(super) fn json(body: &str) -> Self {
        Self::answer(
            "200 OK",
            "content-type: application/json\r\n",
            body.as_bytes(),
        )
    }

    /// Says it answers with `length` bytes, sends fewer and closes.
    pub(super) fn cut_short(status: &str, length: usize, body: &str) -> Self {
        let text = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{body}");
        Self::AnswerAndClose(text.into_bytes())
    }
}

#[derive(Default)]
struct Log {
    connections: usize,
    requests: Vec<String>,
}

pub(super) struct TestServer {
    pub(super) port: u16,
    /// Certificate authority of an encrypted server, in PEM text.
    pub(super) authority: Option<String>,
    log: Arc<Mutex<Log>>,
}

impl TestServer {
    pub(super) async fn start(reactions: impl IntoIterator<Item = Reaction>) -> Self {
        Self::listen(reactions, None, None).await
    }

    /// With a certificate for `localhost` and [`REMOTE_HOST`] of an authority made up on the spot.
    pub(super) async fn start_encrypted(reactions: impl IntoIterator<Item = Reaction>) -> Self {
        let (config, authority) = encryption();
        let tls = TlsAcceptor::from(Arc::new(config));
        Self::listen(reactions, Some(tls), Some(authority)).await
    }

    async fn listen(
        reactions: impl IntoIterator<Item = Reaction>,
        tls: Option<TlsAcceptor>,
        authority: Option<String>,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let log = Arc::new(Mutex::new(Log::default()));
        let script = Arc::new(Mutex::new(reactions.into_iter().collect::<VecDeque<_>>()));
        let seen = Arc::clone(&log);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                seen.lock().unwrap().connections += 1;
                let (script, seen, tls) = (Arc::clone(&script), Arc::clone(&seen), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, script, seen).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, script, seen).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            port,
            authority,
            log,
        }
    }

    pub(super) fn url(&self, path: &str) -> String {
        match self.authority {
            None => format!("http://127.0.0.1:{}{path}", self.port),
            Some(_) => format!("https://localhost:{}{path}", self.port),
        }
    }

    /// Head and body of each request, as they came.
    pub(super) fn requests(&self) -> Vec<String> {
        self.log.lock().unwrap().requests.clone()
    }

    pub(super) fn connections(&self) -> usize {
        self.log.lock().unwrap().connections
    }
}

/// Name of a host that is not this machine, for which certificates of [`encryption`] hold.
pub(super) const REMOTE_HOST: &str = "api.example.invalid";

/// How a server of tests encrypts, and its authority in PEM text.
pub(super) fn encryption() -> (rustls::ServerConfig, String) {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec!["localhost".to_owned(), REMOTE_HOST.to_owned()])
        .unwrap()
        .signed_by(&key, &authority)
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![leaf.der().clone()],
            PrivateKeyDer::Pkcs8(key.serialize_der().into()),
        )
        .unwrap();
    (config, authority.pem())
}

async fn serve(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    script: Arc<Mutex<VecDeque<Reaction>>>,
    log: Arc<Mutex<Log>>,
) {
    while let Some(request) = read_request(&mut stream).await {
        log.lock().unwrap().requests.push(request);
        let reaction = script.lock().unwrap().pop_front();
        match reaction {
            Some(Reaction::Answer(bytes)) => {
                let _ = stream.write_all(&bytes).await;
            }
            Some(Reaction::AnswerAndClose(bytes)) => {
                let _ = stream.write_all(&bytes).await;
                let _ = stream.shutdown().await;
                return;
            }
            Some(Reaction::Endless(first, again)) => {
                let mut written = stream.write_all(&first).await;
                while written.is_ok() {
                    written = stream.write_all(&again).await;
                }
                return;
            }
            Some(Reaction::Silence) => {
                let _ = stream.read_u8().await;
                return;
            }
            None => return,
        }
    }
}

async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse::<usize>().unwrap());
            if bytes.len() >= end + 4 + length {
                return Some(String::from_utf8(bytes).unwrap());
            }
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

/// Runs an ignored test in a new process with these variables set and those of proxies unset. In a
/// running process neither its environment nor where it logs to can be changed for one test.
pub(super) fn run_alone(test: &str, environment: &[(&str, &str)]) {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored"]);
    for proxy in ["http_proxy", "https_proxy", "all_proxy", "no_proxy"] {
        command
            .env_remove(proxy)
            .env_remove(proxy.to_ascii_uppercase());
    }
    let output = command.envs(environment.iter().copied()).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}"
    );
}
