//! The real transport against a real socket: how each way of breaking looks from here.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::api::test_server::{Reaction, TestServer, run_alone};

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
