//! The token endpoint.

use std::time::Duration;

use camunda_simulator::{ClockMode, Fault, Options, RetryAfter, behaviour::TokenRateLimit, seed};
use serde_json::{Value, json};

use crate::support::{Reply, World};

const FULL: seed::Login = seed::credentials::FULL;

fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

#[test]
fn both_encodings_get_a_token_that_the_api_takes() {
    let mut world = World::new();
    let reply = world.log_in(FULL);
    assert_eq!(reply.status, 200);
    let answer = reply.json();
    assert_eq!(answer["token_type"], "Bearer");
    assert_eq!(answer["expires_in"], 86_400);
    assert!(
        answer["scope"]
            .as_str()
            .expect("text")
            .contains("create:cluster")
    );

    let reply = world.token(
        "application/x-www-form-urlencoded",
        form(&[
            ("grant_type", "client_credentials"),
            ("client_id", FULL.client_id),
            ("client_secret", FULL.client_secret),
            ("audience", "127.0.0.1"),
        ]),
    );
    assert_eq!(reply.status, 200);
    for token in [&answer["access_token"], &reply.json()["access_token"]] {
        token.as_str().expect("text").clone_into(&mut world.token);
        assert_eq!(world.get("/clusters").status, 200);
    }
    assert_eq!(world.simulator.statistics().tokens["issued"], 2);
    assert_eq!(world.simulator.statistics().bearers, 2);
    world.simulator.assert_clean();
}

#[test]
fn a_token_says_when_it_expires_in_real_time() {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let world = World::new();
    world
        .simulator
        .change_behaviour(|all| all.tokens.lifetime = Duration::from_secs(300));
    world.simulator.advance(Duration::from_secs(1_000_000));
    let answer = world.log_in(FULL).json();
    assert_eq!(answer["expires_in"], 300);
    let token = answer["access_token"].as_str().expect("text");
    let claims = token.split('.').nth(1).expect("three parts");
    let claims = URL_SAFE_NO_PAD.decode(claims).expect("base64");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    let until = |name: &str| claims[name].as_i64().expect("a number");
    assert_eq!(until("exp") - until("iat"), 300);
    let real = jiff::Timestamp::now().as_second();
    assert!((real - until("iat")).abs() < 60, "{claims}");
    assert_eq!(claims["aud"], "api.cloud.camunda.io");
    assert_eq!(claims["https://camunda.com/orgId"], seed::ORGANIZATION);
}

#[test]
fn bad_logins_are_refused_and_counted() {
    let world = World::new();
    let wrong = seed::Login {
        client_secret: "wrong",
        ..FULL
    };
    let unknown = seed::Login {
        client_id: "nobody",
        ..FULL
    };
    for login in [wrong, unknown, seed::credentials::REVOKED] {
        let reply = world.log_in(login);
        assert_eq!(reply.status, 401);
        assert_eq!(
            reply.json(),
            json!({ "error": "access_denied", "error_description": "Unauthorized" })
        );
    }
    let body = json!({
        "grant_type": "client_credentials", "audience": "zeebe.camunda.io",
        "client_id": FULL.client_id, "client_secret": FULL.client_secret,
    });
    assert_eq!(
        world.token("application/json", body.to_string()).status,
        403
    );
    let counts = world.simulator.statistics().tokens;
    assert_eq!(
        json!(counts),
        json!({ "wrong_secret": 1, "unknown_client": 1, "revoked_client": 1, "wrong_audience": 1 })
    );
    let seen = world.simulator.token_requests();
    assert_eq!(seen[0].client_id.as_deref(), Some(FULL.client_id));
    assert_eq!(seen[0].address, "127.0.0.1");
    world.simulator.assert_clean();
}

#[test]
fn malformed_requests_violate_the_contract() {
    let world = World::new();
    let mut body = json!({
        "grant_type": "password", "audience": "a",
        "client_id": FULL.client_id, "client_secret": FULL.client_secret,
    });
    let reply = world.token("application/json", body.to_string());
    assert_eq!(reply.status, 400);
    assert_eq!(reply.json()["error"], "unsupported_grant_type");

    body["grant_type"] = "client_credentials".into();
    body.as_object_mut().expect("an object").remove("audience");
    let reply = world.token("application/json", body.to_string());
    assert_eq!(reply.status, 400);
    assert_eq!(reply.json()["error"], "invalid_request");
    assert!(reply.text.contains("audience"), "{}", reply.text);

    assert_eq!(world.token("text/plain", body.to_string()).status, 400);
    assert_eq!(world.token("application/json", "{".to_owned()).status, 400);
    let violations = world.simulator.take_violations();
    assert_eq!(violations.len(), 4, "{violations:#?}");
    assert!(!format!("{violations:?}").contains(FULL.client_secret));
}

/// The limit is a matter of real time: a slow machine may ask just once in a second, now and then.
fn until_blocked(world: &World) -> Reply {
    (0..100)
        .map(|_| world.log_in(FULL))
        .find(|reply| reply.status != 200)
        .expect("a hundred requests are faster than one in a second")
}

#[test]
fn the_limit_blocks_the_address_until_its_time_is_up() {
    let world = World::new();
    let limit = |send_retry_after| {
        world.simulator.change_behaviour(|all| {
            all.tokens.rate_limit = Some(TokenRateLimit {
                block: Duration::from_secs(120),
                send_retry_after,
            });
        });
    };
    limit(false);
    assert_eq!(world.log_in(FULL).status, 200);
    let blocked = until_blocked(&world);
    assert_eq!((blocked.status, blocked.retry_after), (429, None));
    assert_eq!(
        serde_json::from_str::<Value>(&blocked.text).expect("JSON")["error_description"],
        "Too Many Requests"
    );
    limit(true);
    let blocked = world.log_in(FULL);
    assert_eq!(blocked.status, 429);
    let seconds: u64 = blocked
        .retry_after
        .expect("a header")
        .parse()
        .expect("seconds");
    assert!((110..=120).contains(&seconds), "{seconds}");
    world.simulator.advance_token_time(Duration::from_secs(121));
    assert_eq!(world.log_in(FULL).status, 200);
    until_blocked(&world);
    world.simulator.unblock_token_requests();
    assert_eq!(world.log_in(FULL).status, 200);
    assert_eq!(world.simulator.statistics().tokens["rate_limited"], 3);
    world.simulator.assert_clean();
}

#[test]
fn the_second_wrong_secret_is_answered_late() {
    let world = World::with(Options {
        clock: ClockMode::Manual,
        ..Options::default()
    });
    world.simulator.change_behaviour(|all| {
        all.tokens.repeated_refusal_delay = Some(Duration::from_secs(30));
    });
    let wrong = seed::Login {
        client_secret: "wrong",
        ..FULL
    };
    assert_eq!(world.log_in(wrong).status, 401);
    std::thread::scope(|scope| {
        let second = scope.spawn(|| world.log_in(wrong));
        assert!(
            world
                .simulator
                .wait_for_request("IssueToken", 2, Duration::from_secs(30))
        );
        assert_eq!(world.simulator.requests()[1].outcome, "waiting");
        assert!(!second.is_finished());
        world.simulator.advance(Duration::from_secs(30));
        assert_eq!(second.join().expect("no panic").status, 401);
    });
    world.simulator.assert_clean();
}

#[test]
fn expires_in_can_be_left_out_and_faults_work_here_too() {
    let world = World::new();
    world
        .simulator
        .change_behaviour(|all| all.tokens.send_expires_in = false);
    assert_eq!(world.log_in(FULL).json().get("expires_in"), None);

    let faults = world.simulator.faults();
    faults
        .on("IssueToken")
        .inject(Fault::too_many_requests(RetryAfter::Seconds(7)));
    faults.on("IssueToken").inject(Fault::html(502));
    let reply = world.log_in(FULL);
    assert_eq!(
        (reply.status, reply.retry_after.as_deref()),
        (429, Some("7"))
    );
    assert!(reply.text.contains("Too Many Requests"), "{}", reply.text);
    let reply = world.log_in(FULL);
    assert_eq!(reply.status, 502);
    assert!(reply.text.starts_with("<html>"), "{}", reply.text);
    assert_eq!(world.log_in(FULL).status, 200);
    assert_eq!(world.simulator.statistics().tokens["fault"], 2);
    world.simulator.assert_clean();
}
