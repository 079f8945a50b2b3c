//! One HTTP exchange: a request goes out, an answer or a failure comes back.
//!
//! The seam at which tests put a service of their own. Must not know tokens, retries or what the
//! bodies mean.

use std::error::Error as StdError;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Request, StatusCode};
use reqwest::Url;

use super::config::url_host::is_loopback;

/// Largest body of a success that is read, unpacked. The largest answers are lists of clusters, at
/// about 2 KiB each.
const LARGEST_BODY: usize = 32 << 20;

/// How much of an error's body is read: what is shown of it is shorter still.
const LARGEST_ERROR_BODY: usize = 64 << 10;

/// An answer with whatever status.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// What came of the body.
    pub(crate) body: Bytes,
    /// Why a success has no whole body. Error bodies are just cut.
    pub(crate) fault: Option<Failure>,
}

/// Why there is no answer.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    pub(crate) cause: Arc<dyn StdError + Send + Sync>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum FailureKind {
    /// No connection came about.
    NotSent,
    /// The server's certificate is not trusted.
    Untrusted,
    /// The request was, or may have been, sent.
    Lost,
    /// The body is larger than is read.
    TooLarge,
    /// The client could not be built.
    Setup,
}

pub(crate) type Exchange<'a> = Pin<Box<dyn Future<Output = Result<Answer, Failure>> + Send + 'a>>;

/// Carries out exchanges. Dropping the future gives the exchange up.
pub(crate) trait Transport: Send + Sync + 'static {
    fn exchange(&self, request: Request<Bytes>) -> Exchange<'_>;
}

/// The real one. Building the underlying clients reads the system's certificates, so it waits
/// for the first exchange that needs them.
pub(crate) struct HttpTransport {
    user_agent: String,
    ca_certificate: Option<String>,
    connect_timeout: Duration,
    clients: [OnceLock<Result<reqwest::Client, Failure>>; 3],
}

/// Where a request goes decides what its client needs.
#[derive(Clone, Copy)]
enum Route {
    /// To this machine in clear text: no certificates, no proxy.
    Plain = 0,
    /// To this machine, encrypted: no proxy.
    Local = 1,
    /// Anywhere else: by the proxy the environment names.
    Remote = 2,
}

impl Route {
    fn to(url: &Url) -> Self {
        match (is_loopback(url), url.scheme()) {
            (true, "http") => Self::Plain,
            (true, _) => Self::Local,
            (false, _) => Self::Remote,
        }
    }
}

impl HttpTransport {
    pub(crate) fn new(
        user_agent: &str,
        ca_certificate: Option<String>,
        connect_timeout: Duration,
    ) -> Self {
        let printable: String = user_agent
            .chars()
            .filter(|character| matches!(character, ' '..='~'))
            .collect();
        Self {
            user_agent: printable.trim().to_owned(),
            ca_certificate,
            connect_timeout,
            clients: Default::default(),
        }
    }

    fn client(&self, route: Route) -> Result<&reqwest::Client, Failure> {
        self.clients[route as usize]
            .get_or_init(|| {
                self.build(route)
                    .map_err(|cause| Failure::new(FailureKind::Setup, cause))
            })
            .as_ref()
            .map_err(Clone::clone)
    }

    fn build(&self, route: Route) -> Result<reqwest::Client, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .user_agent(&self.user_agent)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.connect_timeout)
            .tcp_nodelay(true)
            .gzip(true)
            // What reqwest repeats on its own, and may, is what a server declares not to have
            // looked at: HTTP/2 streams refused or beyond a GOAWAY.
            //
            // Load balancers drop idle connections after about a minute; a request written into
            // one that is just closing counts as sent, so ours go first.
            .pool_idle_timeout(Duration::from_secs(30));
        let own = match &self.ca_certificate {
            Some(pem) => reqwest::Certificate::from_pem_bundle(pem.as_bytes())?,
            None => Vec::new(),
        };
        builder = match route {
            Route::Plain => builder.no_proxy().tls_certs_only(own),
            Route::Local => builder.no_proxy().tls_certs_merge(own),
            Route::Remote => builder.tls_certs_merge(own),
        };
        builder.build()
    }

    async fn run(&self, request: Request<Bytes>) -> Result<Answer, Failure> {
        let request = reqwest::Request::try_from(request)
            .map_err(|cause| Failure::new(FailureKind::Setup, cause.without_url()))?;
        let client = self.client(Route::to(request.url()))?;
        let mut response = client.execute(request).await.map_err(failure)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let limit = if status.is_success() {
            LARGEST_BODY
        } else {
            LARGEST_ERROR_BODY
        };
        let mut body = BytesMut::new();
        let fault = loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() <= limit => {
                    body.extend_from_slice(&chunk)
                }
                Ok(Some(chunk)) => {
                    body.extend_from_slice(&chunk[..limit - body.len()]);
                    let cause = format!("the body is larger than {limit} bytes");
                    break Some(Failure {
                        kind: FailureKind::TooLarge,
                        cause: Arc::from(Box::from(cause)),
                    });
                }
                Ok(None) => break None,
                Err(cause) => break Some(Failure::new(FailureKind::Lost, cause.without_url())),
            }
        };
        let fault = fault.filter(|_| status.is_success());
        Ok(Answer {
            status,
            headers,
            body: body.freeze(),
            fault,
        })
    }
}

impl Transport for HttpTransport {
    fn exchange(&self, request: Request<Bytes>) -> Exchange<'_> {
        Box::pin(self.run(request))
    }
}

impl Failure {
    pub(crate) fn new(kind: FailureKind, cause: impl StdError + Send + Sync + 'static) -> Self {
        Self {
            kind,
            cause: Arc::new(cause),
        }
    }
}

fn failure(cause: reqwest::Error) -> Failure {
    let kind = if is_untrusted(&cause) {
        FailureKind::Untrusted
    } else if cause.is_connect() {
        FailureKind::NotSent
    } else if cause.is_builder() {
        FailureKind::Setup
    } else {
        FailureKind::Lost
    };
    Failure::new(kind, cause.without_url())
}

/// Looks for a refused certificate among the causes. No retry helps against that.
fn is_untrusted(error: &reqwest::Error) -> bool {
    let mut next: Option<&(dyn StdError + 'static)> = error.source();
    while let Some(cause) = next {
        if let Some(rustls::Error::InvalidCertificate(_)) = cause.downcast_ref() {
            return true;
        }
        // An input/output error is transparent: `source` skips the very error it wraps.
        next = match cause
            .downcast_ref::<std::io::Error>()
            .and_then(std::io::Error::get_ref)
        {
            Some(wrapped) => Some(wrapped),
            None => cause.source(),
        };
    }
    false
}

#[cfg(test)]
mod tests;
