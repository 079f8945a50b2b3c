//! Starts a provider binary as Terraform does and talks to it: environment, handshake line, mutual
//! TLS, gRPC.
//!
//! ```text
//! let plugin = Launch::new(binary).start().await;
//! let mut provider = plugin.provider().await;
//! provider.get_provider_schema(Request::default()).await?;
//! plugin.shut_down().await;
//! ```
//!
//! Everything panics with a message when it fails: this is for tests and benches. They include the
//! file as a module; those that need only a part of it expect `dead_code` there.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use hyper_util::rt::TokioIo;
use rustls::SupportedProtocolVersion;
use rustls::pki_types::{CertificateDer, ServerName};
use tempfile::TempDir;
use terraform_provider_camunda::plugin::wire::proto::health::health_client::HealthClient;
use terraform_provider_camunda::plugin::wire::proto::plugin::Empty;
use terraform_provider_camunda::plugin::wire::proto::plugin::grpc_broker_client::GrpcBrokerClient;
use terraform_provider_camunda::plugin::wire::proto::plugin::grpc_controller_client::GrpcControllerClient;
use terraform_provider_camunda::plugin::wire::proto::plugin::grpc_stdio_client::GrpcStdioClient;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::provider_client::ProviderClient;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::provider_server::{
    Provider, ProviderServer,
};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tonic::transport::{Channel, Endpoint};

mod host_identity;

pub(crate) use host_identity::Identity;
use host_identity::client_config;

/// The cookie every Terraform and OpenTofu gives to its plugins.
pub(crate) const MAGIC_COOKIE: &str =
    "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2";

/// A minute: as long as Terraform waits. Only a broken plugin ever reaches it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A stream of bytes to the plugin.
pub(crate) trait Bytes: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Bytes for T {}
/// An open connection to the plugin's socket.
pub(crate) type Wire = Pin<Box<dyn Bytes>>;

/// The handshake line, taken apart as the host does it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HandshakeLine {
    /// Version of the line itself.
    pub(crate) host_protocol: u32,
    /// Major version of the plugin protocol.
    pub(crate) plugin_protocol: u32,
    /// `unix` or `tcp`.
    pub(crate) network: String,
    /// Path, or address and port.
    pub(crate) address: String,
    /// `grpc`.
    pub(crate) transport: String,
    /// The server's certificate, when there is TLS.
    pub(crate) certificate: Option<CertificateDer<'static>>,
    /// The seventh field.
    pub(crate) multiplexing: Option<String>,
}

impl HandshakeLine {
    /// Takes a line apart.
    pub(crate) fn parse(line: &str) -> Self {
        let line = line.strip_suffix('\n').expect("a whole line");
        let fields: Vec<&str> = line.split('|').collect();
        assert!((6..=7).contains(&fields.len()), "odd handshake: {line}");
        let certificate = (!fields[5].is_empty()).then(|| {
            let der = STANDARD_NO_PAD.decode(fields[5]);
            CertificateDer::from(der.expect("unpadded standard base64"))
        });
        Self {
            host_protocol: fields[0].parse().unwrap(),
            plugin_protocol: fields[1].parse().unwrap(),
            network: fields[2].to_owned(),
            address: fields[3].to_owned(),
            transport: fields[4].to_owned(),
            certificate,
            multiplexing: fields.get(6).map(|&field| field.to_owned()),
        }
    }

    /// Opens the socket, no more.
    pub(crate) async fn dial(&self) -> io::Result<Wire> {
        match self.network.as_str() {
            #[cfg(unix)]
            "unix" => Ok(Box::pin(
                tokio::net::UnixStream::connect(&self.address).await?,
            )),
            "tcp" => Ok(Box::pin(
                tokio::net::TcpStream::connect(&self.address).await?,
            )),
            other => panic!("unknown network {other}"),
        }
    }

    /// Opens the socket and does the client's side of the TLS handshake. Like the host, trusts
    /// the announced certificate alone, whether or not it is marked as an authority. In TLS 1.3 a refusal by the server shows only when reading.
    pub(crate) async fn dial_tls(
        &self,
        identity: Option<&Identity>,
    ) -> io::Result<TlsStream<Wire>> {
        self.dial_tls_version(identity, rustls::DEFAULT_VERSIONS)
            .await
    }

    /// As [`Self::dial_tls`], with certain versions of TLS only.
    pub(crate) async fn dial_tls_version(
        &self,
        identity: Option<&Identity>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> io::Result<TlsStream<Wire>> {
        let announced = self.certificate.clone().expect("the plugin announced TLS");
        let config = client_config(announced, identity, versions);
        let name = ServerName::try_from("localhost").unwrap();
        TlsConnector::from(config)
            .connect(name, self.dial().await?)
            .await
    }

    /// A gRPC channel: over TLS as `identity` if the plugin announced TLS, else in plain text.
    pub(crate) async fn connect(
        &self,
        identity: Option<&Identity>,
    ) -> Result<Channel, tonic::transport::Error> {
        let wire: io::Result<Wire> = match self.certificate {
            None => self.dial().await,
            Some(_) => self
                .dial_tls(identity)
                .await
                .map(|stream| Box::pin(stream) as Wire),
        };
        channel_over(wire).await
    }
}

/// How to start a plugin.
pub(crate) struct Launch {
    command: Command,
    identity: Option<Identity>,
    directory: TempDir,
}

impl Launch {
    /// A start of `binary` as by Terraform with automatic mutual TLS. Variables of the caller that
    /// the plugin reads are not passed on. Its directory for temporary files is its own and goes
    /// with the process, so that a killed plugin leaves no socket behind.
    pub(crate) fn new(binary: impl AsRef<Path>) -> Self {
        let identity = Identity::generate();
        let directory = tempfile::tempdir().unwrap();
        let mut command = Command::new(binary.as_ref());
        command
            .env("TMPDIR", directory.path())
            .env_remove("TF_LOG")
            .env_remove("TF_LOG_PROVIDER")
            .env_remove("TF_LOG_PROVIDER_CAMUNDA")
            .env_remove("PLUGIN_UNIX_SOCKET_DIR")
            .env_remove("PLUGIN_UNIX_SOCKET_GROUP")
            .env_remove("PLUGIN_MULTIPLEX_GRPC")
            .env("TF_PLUGIN_MAGIC_COOKIE", MAGIC_COOKIE)
            .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .env("PLUGIN_MIN_PORT", "10000")
            .env("PLUGIN_MAX_PORT", "25000")
            .env("PLUGIN_CLIENT_CERT", &identity.pem);
        Self {
            command,
            identity: Some(identity),
            directory,
        }
    }

    /// Without TLS, as when `TF_DISABLE_PLUGIN_TLS` is set for Terraform.
    pub(crate) fn plain(mut self) -> Self {
        self.command.env_remove("PLUGIN_CLIENT_CERT");
        self.identity = None;
        self
    }

    /// Sets a variable.
    pub(crate) fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// Removes a variable.
    pub(crate) fn env_remove(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Adds an argument.
    pub(crate) fn arg(mut self, argument: &str) -> Self {
        self.command.arg(argument);
        self
    }

    /// Starts the plugin and waits for its handshake line.
    pub(crate) async fn start(self) -> Plugin {
        let (mut process, identity) = self.spawn();
        let line = process.stdout_line().await;
        assert!(
            !line.is_empty(),
            "no handshake; stderr: {:?}",
            process.stderr.borrow().lines
        );
        Plugin {
            handshake: HandshakeLine::parse(&line),
            process,
            identity,
        }
    }

    /// Starts the program, whatever it then does.
    pub(crate) fn spawn(mut self) -> (Process, Option<Identity>) {
        let mut child = self
            .command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the binary can be started");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let stderr = BufReader::new(child.stderr.take().expect("stderr is piped"));
        let (reading, stderr) = collect(stderr);
        let process = Process {
            child,
            stdout,
            reading,
            stderr,
            directory: self.directory,
        };
        (process, self.identity)
    }
}

/// A started program.
pub(crate) struct Process {
    child: Child,
    stdout: BufReader<ChildStdout>,
    reading: JoinHandle<()>,
    stderr: watch::Receiver<Collected>,
    directory: TempDir,
}

#[derive(Default)]
struct Collected {
    lines: Vec<String>,
    is_closed: bool,
}

/// What a program left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    /// How it ended.
    pub(crate) status: ExitStatus,
    /// The rest of its stdout.
    pub(crate) stdout: String,
    /// All of its stderr.
    pub(crate) stderr: String,
    /// Its directory for temporary files, with what it left there.
    pub(crate) directory: TempDir,
}

impl Process {
    /// The process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().expect("the process has not ended")
    }

    /// The next line of stdout with its line feed; empty when stdout is closed.
    pub(crate) async fn stdout_line(&mut self) -> String {
        let mut line = String::new();
        patiently(self.stdout.read_line(&mut line)).await.unwrap();
        line
    }

    /// Waits for a line on stderr that contains `text`, and returns it.
    pub(crate) async fn stderr_line(&self, text: &str) -> String {
        let find = |collected: &Collected| {
            let mut lines = collected.lines.iter();
            lines.find(|line| line.contains(text)).cloned()
        };
        let mut stderr = self.stderr.clone();
        let collected = patiently(
            stderr.wait_for(|collected| collected.is_closed || find(collected).is_some()),
        )
        .await
        .unwrap();
        find(&collected).unwrap_or_else(|| panic!("no {text:?} on stderr: {:?}", collected.lines))
    }

    /// Stops reading stderr: the pipe is broken for the process from now on.
    pub(crate) async fn break_stderr(&mut self) {
        self.reading.abort();
        let _ = (&mut self.reading).await;
    }

    /// Sends a signal by its name without `SIG`.
    #[cfg(unix)]
    pub(crate) fn signal(&self, name: &str) {
        let sent = std::process::Command::new("sh")
            .arg("-c")
            .arg(format!("kill -{name} {}", self.id()))
            .status();
        assert!(sent.unwrap().success());
    }

    /// Waits for the end of the process.
    pub(crate) async fn ended(mut self) -> Ended {
        let mut stdout = String::new();
        patiently(self.stdout.read_to_string(&mut stdout))
            .await
            .unwrap();
        let status = patiently(self.child.wait()).await.unwrap();
        // An error means that nobody reads it any more.
        let _ = patiently(self.stderr.wait_for(|collected| collected.is_closed)).await;
        let stderr = self.stderr.borrow().lines.concat();
        Ended {
            status,
            stdout,
            stderr,
            directory: self.directory,
        }
    }
}

/// A plugin that has sent its handshake line.
pub(crate) struct Plugin {
    /// What the line said.
    pub(crate) handshake: HandshakeLine,
    /// The process behind it.
    pub(crate) process: Process,
    /// The certificate it was told to accept.
    pub(crate) identity: Option<Identity>,
}

impl Plugin {
    /// A new connection, as the host.
    pub(crate) async fn connect(&self) -> Channel {
        self.handshake
            .connect(self.identity.as_ref())
            .await
            .expect("the plugin accepts its host")
    }

    /// A client of the provider service on a new connection. Messages may have any size, as for
    /// Terraform.
    pub(crate) async fn provider(&self) -> ProviderClient<Channel> {
        ProviderClient::new(self.connect().await).max_decoding_message_size(usize::MAX)
    }

    /// The socket's file.
    pub(crate) fn socket(&self) -> PathBuf {
        assert_eq!(self.handshake.network, "unix");
        PathBuf::from(&self.handshake.address)
    }

    /// Asks the plugin to end, on a new connection, and waits until it has.
    pub(crate) async fn shut_down(self) -> Ended {
        controller(self.connect().await)
            .shutdown(Empty {})
            .await
            .expect("shutdown is answered");
        self.process.ended().await
    }
}

/// A client of `provider` over a pipe inside the process: no binary, no handshake, no TLS, but
/// every message encoded and decoded.
pub(crate) async fn in_memory<P: Provider>(provider: P) -> ProviderClient<Channel> {
    let (client, server) = tokio::io::duplex(1 << 20);
    let service = ProviderServer::new(provider).max_decoding_message_size(usize::MAX);
    tokio::spawn(
        tonic::transport::Server::builder()
            .add_service(service)
            .serve_with_incoming(tokio_stream::once(Ok::<_, io::Error>(server))),
    );
    let channel = channel_over(Ok(Box::pin(client))).await;
    ProviderClient::new(channel.unwrap()).max_decoding_message_size(usize::MAX)
}

/// A gRPC channel over this one connection: it is not made anew when it is lost.
async fn channel_over(wire: io::Result<Wire>) -> Result<Channel, tonic::transport::Error> {
    let mut wire = Some(wire);
    let connector = tower::service_fn(move |_| {
        let wire = wire
            .take()
            .unwrap_or_else(|| Err(io::Error::other("the connection was lost")));
        std::future::ready(wire.map(TokioIo::new))
    });
    Endpoint::from_static("http://localhost")
        .connect_with_connector(connector)
        .await
}

/// A client of the controller service.
pub(crate) fn controller(channel: Channel) -> GrpcControllerClient<Channel> {
    GrpcControllerClient::new(channel)
}

/// A client of the stdio service.
pub(crate) fn stdio(channel: Channel) -> GrpcStdioClient<Channel> {
    GrpcStdioClient::new(channel)
}

/// A client of the broker service.
pub(crate) fn broker(channel: Channel) -> GrpcBrokerClient<Channel> {
    GrpcBrokerClient::new(channel)
}

/// A client of the health service.
pub(crate) fn health(channel: Channel) -> HealthClient<Channel> {
    HealthClient::new(channel)
}

/// Waits for something that must happen, so that a test fails instead of hanging.
pub(crate) async fn patiently<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(PATIENCE, future)
        .await
        .expect("it happens within a minute")
}

fn collect(
    mut stderr: impl tokio::io::AsyncBufRead + Send + Unpin + 'static,
) -> (JoinHandle<()>, watch::Receiver<Collected>) {
    let (collected, receiver) = watch::channel(Collected::default());
    let reading = tokio::spawn(async move {
        let mut line = String::new();
        while stderr
            .read_line(&mut line)
            .await
            .is_ok_and(|length| length > 0)
        {
            let line = std::mem::take(&mut line);
            collected.send_modify(|collected| collected.lines.push(line));
        }
        collected.send_modify(|collected| collected.is_closed = true);
    });
    (reading, receiver)
}
