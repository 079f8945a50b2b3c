//! The real transport against a real socket: how each way of breaking looks from here.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::api::test_server::{REMOTE_HOST, Reaction, TestServer, encryption, run_alone};

fn transport(server: Option<&TestServer>) -> HttpTransport {
    let authority = server.and_then(|server| server.authority.clone());
    HttpTransport::new(" test-agent/1 \n(ä)\n", authority, Duration::from_secs(5))
}

fn get(url: &str) -> Request<Bytes> {
    Request::get(url).body(Bytes::new()).unwrap()
}

async fn exchange(server: &TestServer) -> Result<Answer, Failure> {
    transport(Some(server))
        .exchange(get(&server.url("/x")))
        .await
}

#[tokio::test]
async fn connections_are_reused_and_headers_are_sent() {
    let server = TestServer::start([
        Reaction::json("1"),
        Reaction::answer("204 No Content", "", b""),
    ])
    .await;
    let transport = transport(None);
    let answer = transport.exchange(get(&server.url("/x"))).await.unwrap();
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (200, &b"1"[..]));
    let post = Request::post(server.url("/y"))
        .body(Bytes::from("body"))
        .unwrap();
    assert_eq!(transport.exchange(post).await.unwrap().status, 204);
    assert_eq!(server.connections(), 1);
    let seen = server.requests();
    assert!(seen[0].starts_with("GET /x HTTP/1.1\r\n"));
    assert!(
        seen[0].contains("user-agent: test-agent/1 ()\r\n"),
        "{}",
        seen[0]
    );
    assert!(seen[0].contains("accept-encoding: gzip\r\n"));
    assert!(seen[1].ends_with("\r\n\r\nbody"));
}

#[tokio::test]
async fn packed_bodies_are_unpacked() {
    let packed = STANDARD
        .decode("H4sIAAAAAAACA6tWSlSyMqwFAK+sG1YHAAAA")
        .unwrap();
    let server = TestServer::start([Reaction::answer(
        "200 OK",
        "content-encoding: gzip\r\n",
        &packed,
    )])
    .await;
    let answer = exchange(&server).await.unwrap();
    assert_eq!(
        (&answer.body[..], answer.fault.is_none()),
        (&b"{\"a\":1}"[..], true)
    );
}

#[tokio::test]
async fn an_answer_that_never_comes_counts_as_sent() {
    let server = TestServer::start([Reaction::AnswerAndClose(Vec::new())]).await;
    assert_eq!(exchange(&server).await.unwrap_err().kind, FailureKind::Lost);
    assert_eq!(server.requests().len(), 1, "not repeated down here");
    let server = TestServer::start([Reaction::AnswerAndClose(
        b"HTTP/1.1 200 OK\r\ncont".to_vec(),
    )])
    .await;
    assert_eq!(exchange(&server).await.unwrap_err().kind, FailureKind::Lost);
    let server = TestServer::start([Reaction::AnswerAndClose(
        b"220 smtp.example.com ESMTP\r\n".to_vec(),
    )])
    .await;
    assert_eq!(exchange(&server).await.unwrap_err().kind, FailureKind::Lost);
}

#[tokio::test]
async fn a_success_cut_short_keeps_its_status_and_says_so() {
    let server = TestServer::start([Reaction::cut_short("200 OK", 100, "{\"uuid\":")]).await;
    let answer = exchange(&server).await.unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.fault.unwrap().kind, FailureKind::Lost);
    // Of an error the status is what matters.
    let server = TestServer::start([Reaction::cut_short("502 Bad Gateway", 100, "<html>")]).await;
    let answer = exchange(&server).await.unwrap();
    assert_eq!(
        (answer.status.as_u16(), &answer.body[..]),
        (502, &b"<html>"[..])
    );
    assert!(answer.fault.is_none());
}

#[tokio::test]
async fn bodies_have_a_largest_size() {
    let large = vec![b' '; LARGEST_BODY + 1];
    let server = TestServer::start([
        Reaction::answer("200 OK", "", &large),
        Reaction::answer("200 OK", "", &large[1..]),
        Reaction::answer("500 Oops", "", &large),
    ])
    .await;
    assert_eq!(
        exchange(&server).await.unwrap().fault.unwrap().kind,
        FailureKind::TooLarge
    );
    assert!(exchange(&server).await.unwrap().fault.is_none());
    let error = exchange(&server).await.unwrap();
    assert_eq!(
        (error.body.len(), error.fault.is_none()),
        (LARGEST_ERROR_BODY, true)
    );
}

/// One byte more than is read, of blanks, packed.
fn bomb() -> Vec<u8> {
    let mut packed = Vec::new();
    let mut packer = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::fast());
    std::io::Write::write_all(&mut packer, &vec![b' '; LARGEST_BODY + 1]).unwrap();
    packer.finish().unwrap();
    packed
}

#[tokio::test]
async fn a_packed_body_may_not_become_larger_than_a_plain_one() {
    let bomb = bomb();
    assert!(bomb.len() < LARGEST_BODY / 100);
    let packed = "content-encoding: gzip\r\n";
    let server = TestServer::start([
        Reaction::answer("200 OK", packed, &bomb),
        Reaction::answer("500 Oops", packed, &bomb),
    ])
    .await;
    let success = exchange(&server).await.unwrap();
    assert_eq!(success.fault.unwrap().kind, FailureKind::TooLarge);
    assert_eq!(success.body.len(), LARGEST_BODY);
    let error = exchange(&server).await.unwrap();
    assert_eq!(error.body.len(), LARGEST_ERROR_BODY);
}

#[tokio::test]
async fn an_answer_without_end_is_left_in_the_middle() {
    let head = |status| format!("HTTP/1.1 {status}\r\ntransfer-encoding: chunked\r\n\r\n");
    let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
    let endless = |status| Reaction::Endless(head(status).into_bytes(), chunk.clone().into_bytes());
    let server = TestServer::start([
        endless("200 OK"),
        endless("500 Oops"),
        // Not even the head comes to an end.
        Reaction::Endless(b"HTTP/1.1 200 OK\r\n".to_vec(), b"x: y\r\n".to_vec()),
        Reaction::Endless(b"HTTP/1.1 200 OK\r\nx: ".to_vec(), vec![b'y'; 1000]),
        Reaction::Endless(Vec::new(), vec![b'1'; 1000]),
    ])
    .await;
    let success = exchange(&server).await.unwrap();
    assert_eq!(success.fault.unwrap().kind, FailureKind::TooLarge);
    let error = exchange(&server).await.unwrap();
    assert_eq!(error.body.len(), LARGEST_ERROR_BODY);
    for _ in 0..3 {
        assert_eq!(exchange(&server).await.unwrap_err().kind, FailureKind::Lost);
    }
}

#[tokio::test]
async fn nobody_there_means_not_sent() {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let url = format!(
        "http://127.0.0.1:{}/",
        listener.local_addr().unwrap().port()
    );
    drop(listener);
    let failure = transport(None).exchange(get(&url)).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotSent);
    let failure = transport(None)
        .exchange(get("https://no-such-host.invalid/"))
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotSent);
}

#[tokio::test]
async fn redirects_come_back_as_they_are() {
    let server = TestServer::start([Reaction::answer(
        "302 Found",
        "location: /elsewhere\r\n",
        b"",
    )])
    .await;
    assert_eq!(exchange(&server).await.unwrap().status, 302);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_authority_of_ones_own_is_trusted_only_when_configured() {
    let server = TestServer::start_encrypted([Reaction::json("1")]).await;
    let failure = transport(None)
        .exchange(get(&server.url("/")))
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Untrusted, "{failure:?}");
    assert_eq!(server.requests().len(), 0);
    assert_eq!(exchange(&server).await.unwrap().status, 200);
    // Not for another name.
    let url = server.url("/").replace("localhost", "127.0.0.1");
    let failure = transport(Some(&server))
        .exchange(get(&url))
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Untrusted, "{failure:?}");
}

#[tokio::test]
async fn dropping_the_exchange_closes_the_connection() {
    let server = TestServer::start([Reaction::Silence, Reaction::json("1")]).await;
    let transport = transport(None);
    let silent = tokio::time::timeout(
        Duration::from_millis(50),
        transport.exchange(get(&server.url("/x"))),
    )
    .await;
    assert!(silent.is_err());
    assert_eq!(
        transport
            .exchange(get(&server.url("/x")))
            .await
            .unwrap()
            .status,
        200
    );
    assert_eq!(server.connections(), 2);
}

/// Runs one of the ignored tests below with a proxy in its environment.
async fn with_proxy(proxy: &TestServer, test: &'static str, target: String) {
    let proxy = proxy.url("");
    let run = move || {
        let environment = [
            ("http_proxy", proxy.as_str()),
            ("HTTPS_PROXY", &proxy),
            ("ALL_PROXY", &proxy),
            ("TEST_TARGET", &target),
        ];
        run_alone(&format!("api::transport::tests::{test}"), &environment);
    };
    tokio::task::spawn_blocking(run).await.unwrap();
}

#[tokio::test]
async fn the_proxy_of_the_environment_is_used_except_for_this_machine() {
    let proxy = TestServer::start([Reaction::answer(
        "407 Proxy Authentication Required",
        "",
        b"",
    )])
    .await;
    with_proxy(
        &proxy,
        "child_meets_the_proxy",
        "https://api.example.invalid/x".to_owned(),
    )
    .await;
    assert!(
        proxy.requests()[0].starts_with("CONNECT api.example.invalid:443 "),
        "{:?}",
        proxy.requests()
    );

    let server = TestServer::start([Reaction::json("1")]).await;
    with_proxy(&proxy, "child_is_served", server.url("/")).await;
    let server = TestServer::start([Reaction::json("1")]).await;
    with_proxy(
        &proxy,
        "child_is_served",
        server.url("/").replace("127.0.0.1", "localhost"),
    )
    .await;
    assert_eq!(proxy.requests().len(), 1);
}

async fn ask_target() -> Result<Answer, Failure> {
    transport(None)
        .exchange(get(&std::env::var("TEST_TARGET").unwrap()))
        .await
}

#[tokio::test]
#[ignore = "run by the test of the proxy"]
async fn child_meets_the_proxy() {
    let failure = ask_target().await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotSent, "{failure:?}");
}

#[tokio::test]
#[ignore = "run by the test of the proxy"]
async fn child_is_served() {
    assert_eq!(ask_target().await.unwrap().status, 200);
}

/// A proxy that lets requests through a tunnel, to this machine whatever host they name. Returns
/// its port and the first line of each request.
async fn tunnelling_proxy() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let lines = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&lines);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(client.read_u8().await.unwrap());
            }
            let head = String::from_utf8(head).unwrap();
            let line = head.lines().next().unwrap().to_owned();
            let target = line.split(' ').nth(1).unwrap().to_owned();
            seen.lock().unwrap().push(line);
            let port: u16 = target.rsplit(':').next().unwrap().parse().unwrap();
            let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
            tokio::spawn(async move { copy_bidirectional(&mut client, &mut server).await });
        }
    });
    (port, lines)
}

#[tokio::test]
async fn what_goes_through_a_proxy_stays_encrypted() {
    let server = TestServer::start_encrypted([Reaction::json("1")]).await;
    let (port, lines) = tunnelling_proxy().await;
    let (authority, target) = (
        server.authority.clone().unwrap(),
        format!("https://{REMOTE_HOST}:{}/behind", server.port),
    );
    let run = move || {
        let environment = [
            ("HTTPS_PROXY", format!("http://127.0.0.1:{port}")),
            ("TEST_TARGET", target),
            ("TEST_AUTHORITY", authority),
        ];
        let environment = environment
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        run_alone(
            "api::transport::tests::child_goes_through_the_tunnel",
            &environment,
        );
    };
    tokio::task::spawn_blocking(run).await.unwrap();
    let connect = format!("CONNECT {REMOTE_HOST}:{} HTTP/1.1", server.port);
    assert_eq!(*lines.lock().unwrap(), [connect]);
    assert!(server.requests()[0].starts_with("GET /behind HTTP/1.1\r\n"));
}

#[tokio::test]
#[ignore = "run by the test of the tunnel"]
async fn child_goes_through_the_tunnel() {
    let authority = std::env::var("TEST_AUTHORITY").unwrap();
    let transport = HttpTransport::new("test-agent/1", Some(authority), Duration::from_secs(5));
    let target = std::env::var("TEST_TARGET").unwrap();
    assert_eq!(transport.exchange(get(&target)).await.unwrap().status, 200);
}

/// The real service speaks HTTP/2, so all requests of a run share one connection.
#[tokio::test]
async fn http_2_is_spoken_where_the_server_offers_it() {
    let (mut config, authority) = encryption();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let connections = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&connections);
    tokio::spawn(async move {
        let tls = TlsAcceptor::from(Arc::new(config));
        while let Ok((stream, _)) = listener.accept().await {
            seen.fetch_add(1, Ordering::SeqCst);
            let stream = tls.accept(stream).await.unwrap();
            let mut connection = h2::server::handshake(stream).await.unwrap();
            tokio::spawn(async move {
                // The first is answered at once. The answers to the others come when both are
                // there: only then are they at the same time.
                let (mut waiting, mut enough) = (Vec::new(), 1);
                while let Some(Ok((request, answer))) = connection.accept().await {
                    waiting.push((request.version(), answer));
                    if waiting.len() == enough {
                        enough = 2;
                        for (version, mut answer) in waiting.drain(..) {
                            let head = http::Response::new(());
                            let body = Bytes::from(format!("{version:?}"));
                            let mut body_stream = answer.send_response(head, false).unwrap();
                            body_stream.send_data(body, true).unwrap();
                        }
                    }
                }
            });
        }
    });
    let transport = HttpTransport::new("test-agent/1", Some(authority), Duration::from_secs(5));
    let url = format!("https://localhost:{port}/x");
    let first = transport.exchange(get(&url)).await.unwrap();
    let (second, third) =
        tokio::join!(transport.exchange(get(&url)), transport.exchange(get(&url)));
    for answer in [first, second.unwrap(), third.unwrap()] {
        assert_eq!(&answer.body[..], b"HTTP/2.0");
    }
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}
