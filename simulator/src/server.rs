//! Starts and stops the HTTP server: one thread of its own, so that plain synchronous tests can use
//! it, and the routes of the three surfaces.

use std::{
    net::{SocketAddr, TcpListener},
    sync::Arc,
    thread::{self, JoinHandle},
};

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::{ConnectInfo, Request},
};
use tokio::sync::oneshot;

use crate::{
    connection::{FaultyListener, Peer},
    control, exchange,
    shared::Shared,
};

/// A running server. Dropping it closes all connections at once.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Binds an address. From then on connections queue, so that nobody has to wait for the server.
pub(crate) fn bind(listen: SocketAddr) -> Result<TcpListener> {
    let listener =
        TcpListener::bind(listen).with_context(|| format!("cannot listen on {listen}"))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

impl Server {
    pub(crate) fn start(listener: TcpListener, shared: Arc<Shared>) -> Result<Self> {
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("cannot start the runtime of the simulator")?;
        let listener = {
            let _guard = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new()
            .name("camunda-simulator".to_owned())
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = serve(listener, shared) => {}
                        _ = stopped => {}
                    }
                });
            })
            .context("cannot start the thread of the simulator")?;
        Ok(Self {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // It panicked or it ended; either way it is gone.
            let _ = thread.join();
        }
    }
}

async fn serve(listener: tokio::net::TcpListener, shared: Arc<Shared>) {
    let listener = FaultyListener::new(listener, shared.connections.clone());
    let control = {
        let shared = shared.clone();
        move |request: Request| control::serve(shared.clone(), request)
    };
    let exchange = move |ConnectInfo(peer): ConnectInfo<Peer>, request: Request| {
        exchange::serve(shared.clone(), peer, request)
    };
    let router = Router::new()
        .route("/_simulator", axum::routing::any(control.clone()))
        .route("/_simulator/", axum::routing::any(control.clone()))
        .route("/_simulator/{*rest}", axum::routing::any(control))
        .fallback(exchange);
    let service = router.into_make_service_with_connect_info::<Peer>();
    // It ends only with an error of the listener, which axum has retried by then.
    let _ = axum::serve(listener, service).await;
}
