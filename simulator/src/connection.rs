//! TCP connections that can be made to fail: reset instead of answered, or answered with bytes that
//! no HTTP library would send. Knows nothing of what is asked or answered.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};

use axum::{
    extract::connect_info::Connected,
    serve::{IncomingStream, Listener},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
};

/// Accepts connections and counts them.
pub(crate) struct FaultyListener {
    listener: TcpListener,
    accepted: Arc<AtomicU64>,
}

impl FaultyListener {
    pub(crate) fn new(listener: TcpListener, accepted: Arc<AtomicU64>) -> Self {
        Self { listener, accepted }
    }
}

impl Listener for FaultyListener {
    type Io = FaultyStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (FaultyStream, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.listener).await;
        self.accepted.fetch_add(1, Ordering::Relaxed);
        // Without it, answers on a connection that is used again wait for delayed
        // acknowledgements. Failing to set it costs time only.
        let _ = stream.set_nodelay(true);
        let end = ConnectionEnd::default();
        (FaultyStream { stream, end }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}

/// The handle by which a request handler spoils its own connection.
#[derive(Clone, Default)]
pub(crate) struct ConnectionEnd {
    ending: Arc<Mutex<Ending>>,
}

#[derive(Default)]
enum Ending {
    #[default]
    Proper,
    Reset,
    /// These bytes go out in the place of everything that follows.
    Raw {
        bytes: Vec<u8>,
        sent: usize,
    },
}

impl ConnectionEnd {
    fn ending(&self) -> MutexGuard<'_, Ending> {
        self.ending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Resets the connection in the place of the next answer.
    pub(crate) fn reset(&self) {
        *self.ending() = Ending::Reset;
    }

    /// Sends these bytes in the place of the next answer, which must close the connection.
    pub(crate) fn send_raw(&self, bytes: Vec<u8>) {
        *self.ending() = Ending::Raw { bytes, sent: 0 };
    }
}

/// Who is at the other end, and how to spoil the connection.
#[derive(Clone)]
pub(crate) struct Peer {
    pub(crate) address: IpAddr,
    pub(crate) end: ConnectionEnd,
}

impl Default for Peer {
    fn default() -> Self {
        Self {
            address: Ipv4Addr::LOCALHOST.into(),
            end: ConnectionEnd::default(),
        }
    }
}

impl Connected<IncomingStream<'_, FaultyListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, FaultyListener>) -> Self {
        Self {
            address: stream.remote_addr().ip(),
            end: stream.io().end.clone(),
        }
    }
}

/// A TCP stream that looks at its [`ConnectionEnd`] before it writes.
pub(crate) struct FaultyStream {
    stream: TcpStream,
    end: ConnectionEnd,
}

impl AsyncRead for FaultyStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for FaultyStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Self { stream, end } = &mut *self;
        match &mut *end.ending() {
            Ending::Proper => Pin::new(stream).poll_write(context, buffer),
            Ending::Reset => {
                // Closing with nothing lingering makes the kernel send RST.
                stream.set_zero_linger()?;
                Poll::Ready(Err(io::ErrorKind::ConnectionReset.into()))
            }
            Ending::Raw { bytes, sent } => {
                while *sent < bytes.len() {
                    *sent += ready!(Pin::new(&mut *stream).poll_write(context, &bytes[*sent..]))?;
                }
                Poll::Ready(Ok(buffer.len()))
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
