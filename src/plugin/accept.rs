//! From accepted sockets to connections the gRPC server can use.
//!
//! Each connection does its TLS handshake on its own, within a time limit, so that a client that
//! stalls or talks nonsense costs nobody else anything.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

use super::listen::{Listener, Socket};
use super::orphan::{Connections, Open};
use crate::clock::Clock;

/// How long a client may take for its TLS handshake. Hosts need milliseconds.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// Pause after the system failed to hand over a connection, which it does for want of file
/// descriptors or memory: asking again at once would only burn the processor.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(100);

/// A connection that is ready for HTTP/2.
pub(super) struct Connection {
    socket: Box<dyn Socket>,
    // Counts for as long as the server holds the connection.
    _open: Open,
}

/// A queue between [`accept_all`] and the server.
#[must_use]
pub(super) fn queue() -> (
    mpsc::Sender<io::Result<Connection>>,
    ReceiverStream<io::Result<Connection>>,
) {
    let (ready, connections) = mpsc::channel(1);
    (ready, ReceiverStream::new(connections))
}

/// Accepts connections until the server has dropped its end of the queue. The listener is closed
/// when this returns, or when its future is dropped.
///
/// With `tls`, only connections that completed the handshake are handed over.
pub(super) async fn accept_all(
    listener: Listener,
    tls: Option<Arc<ServerConfig>>,
    clock: Clock,
    connections: Connections,
    ready: mpsc::Sender<io::Result<Connection>>,
) {
    let acceptor = tls.map(TlsAcceptor::from);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = ready.closed() => return,
        };
        match accepted {
            Ok(socket) => {
                tokio::spawn(hand_over(
                    socket,
                    acceptor.clone(),
                    ready.clone(),
                    clock.clone(),
                    connections.clone(),
                ));
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                clock.sleep(PAUSE_AFTER_FAILURE).await;
            }
        }
    }
}

async fn hand_over(
    socket: Box<dyn Socket>,
    acceptor: Option<TlsAcceptor>,
    ready: mpsc::Sender<io::Result<Connection>>,
    clock: Clock,
    connections: Connections,
) {
    let socket = match acceptor {
        None => socket,
        Some(acceptor) => match secure(socket, &acceptor, &clock).await {
            Ok(socket) => socket,
            Err(error) => {
                tracing::warn!(%error, "refused a connection to the plugin's socket");
                return;
            }
        },
    };
    // Nobody waits for it any more when the server is stopping.
    let connection = Connection {
        socket,
        _open: connections.open(),
    };
    let _ = ready.send(Ok(connection)).await;
}

async fn secure(
    socket: Box<dyn Socket>,
    acceptor: &TlsAcceptor,
    clock: &Clock,
) -> io::Result<Box<dyn Socket>> {
    tokio::select! {
        accepted = acceptor.accept(socket) => Ok(Box::new(accepted?)),
        () = clock.sleep(HANDSHAKE_LIMIT) => Err(io::Error::new(
            io::ErrorKind::TimedOut,
            format!("no TLS handshake within {} s", HANDSHAKE_LIMIT.as_secs()),
        )),
    }
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) -> Self::ConnectInfo {}
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tls::MutualTls;
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_client_that_says_nothing_is_dropped_after_the_limit() {
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = rcgen::CertificateParams::default()
            .self_signed(&key)
            .unwrap();
        let tls = MutualTls::accepting_only(&certificate.pem()).unwrap();
        let clock = Clock::system();
        let started = clock.instant();

        let (_silent_client, server) = tokio::io::duplex(64);
        let refused = secure(Box::new(server), &TlsAcceptor::from(tls.config), &clock).await;

        assert_eq!(refused.err().unwrap().kind(), io::ErrorKind::TimedOut);
        assert_eq!(started.elapsed(), HANDSHAKE_LIMIT);
    }
}
