//! Who may do what: tokens, permission groups, organizations.

use std::time::Duration;

use camunda_simulator::{
    NewCluster,
    behaviour::{ForeignCluster, HiddenMember},
    seed::{self, credentials},
};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{World, order};

#[test]
fn without_a_good_token_there_is_no_answer() {
    let mut world = World::new();
    let good = world.token.clone();
    let refused = |world: &World, words: &str| {
        let reply = world.get("/clusters");
        assert_eq!(reply.status, 401, "{}", reply.text);
        assert!(reply.text.contains(words), "{}", reply.text);
    };
    world.token = String::new();
    refused(&world, "carries no bearer token");
    world.token = "not a token".to_owned();
    refused(&world, "malformed");
    let (signed, signature) = good.rsplit_once('.').expect("three parts");
    let flipped: String = signature.chars().rev().collect();
    world.token = format!("{signed}.{flipped}");
    refused(&world, "malformed");
    world.token = world
        .simulator
        .issue_token_for(credentials::FULL.client_id, "zeebe.camunda.io");
    refused(&world, "audience");

    world.token.clone_from(&good);
    assert_eq!(world.get("/clusters").status, 200);
    assert_eq!(world.simulator.expire_tokens(), 2);
    refused(&world, "expired");

    world.login(credentials::FULL);
    assert_eq!(world.get("/clusters").status, 200);
    world.simulator.revoke_tokens();
    refused(&world, "revoked");

    world.login(credentials::FULL);
    assert_eq!(world.get("/clusters").status, 200);
    world
        .simulator
        .advance_token_time(Duration::from_secs(24 * 3600));
    refused(&world, "expired");

    world.login(credentials::FULL);
    assert!(world.simulator.revoke_client(credentials::FULL.client_id));
    refused(&world, "revoked");
    assert_eq!(world.log_in(credentials::FULL).status, 401);
    world.simulator.assert_clean();
}

#[test]
fn virtual_time_does_not_age_tokens() {
    let world = World::new();
    world.simulator.advance(Duration::from_secs(1_000_000));
    assert_eq!(world.get("/clusters").status, 200);
}

#[test]
fn each_permission_group_opens_its_own_operations() {
    let mut world = World::new();
    world.login(credentials::CLUSTER);
    let id = world.create(&order("a"));
    for login in [
        credentials::ZEEBE_CLIENT,
        credentials::IP_ALLOWLIST,
        credentials::CONNECTOR_SECRETS,
        credentials::MEMBERS,
        credentials::BACKUPS,
    ] {
        world.login(login);
        let reply = world.get("/clusters");
        assert_eq!(reply.status, 403, "{}", login.client_id);
        assert!(reply.text.contains("group Cluster"), "{}", reply.text);
    }
    world.login(credentials::READ_ONLY);
    assert_eq!(world.get(&format!("/clusters/{id}")).status, 200);
    assert_eq!(
        world
            .call(Method::DELETE, &format!("/clusters/{id}"), None)
            .status,
        403
    );
    assert_eq!(
        world
            .call(Method::POST, "/clusters", Some(&order("b")))
            .status,
        403
    );
    assert_eq!(world.simulator.clusters().len(), 1);
    world.simulator.assert_clean();
}

#[test]
fn the_allowlist_shows_to_those_who_may_see_it() {
    let mut world = World::new();
    let entry = camunda_simulator::AllowlistEntry {
        ip: "203.0.113.0/24".to_owned(),
        description: "office".to_owned(),
    };
    let id = world.simulator.add_cluster(NewCluster {
        allowlist: vec![entry],
        ..NewCluster::default()
    });
    let shown = |world: &World| {
        world
            .get(&format!("/clusters/{id}"))
            .json()
            .get("ipallowlist")
            .cloned()
    };
    assert_eq!(
        shown(&world),
        Some(json!([{ "ip": "203.0.113.0/24", "description": "office" }]))
    );
    world.login(credentials::CLUSTER);
    assert_eq!(shown(&world), None);
    world
        .simulator
        .change_behaviour(|all| all.hidden_allowlist = HiddenMember::Null);
    assert_eq!(shown(&world), Some(Value::Null));
    world.login(credentials::FULL);
    world
        .simulator
        .change_organization(|organization| organization.allowlist = false);
    assert_eq!(shown(&world), Some(Value::Null));
    world.simulator.assert_clean();
}

#[test]
fn clusters_of_another_organization_are_out_of_reach() {
    let mut world = World::new();
    let mine = world.simulator.add_cluster(NewCluster::default());
    let foreign = world.simulator.add_cluster(NewCluster {
        organization: Some(seed::OTHER_ORGANIZATION.to_owned()),
        ..NewCluster::default()
    });
    let path = format!("/clusters/{foreign}");
    let both = |world: &World| {
        (
            world.get(&path).status,
            world.call(Method::DELETE, &path, None).status,
        )
    };
    assert_eq!(
        world.get("/clusters").json().as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(both(&world), (404, 403));
    let switch = |world: &World, to| {
        world
            .simulator
            .change_behaviour(|all| all.foreign_cluster = to)
    };
    switch(&world, ForeignCluster::Forbidden);
    assert_eq!(both(&world), (403, 403));
    switch(&world, ForeignCluster::NotFound);
    assert_eq!(both(&world), (404, 404));

    world.login(credentials::OTHER_ORGANIZATION);
    assert_eq!(both(&world), (200, 204));
    assert!(world.simulator.cluster(&mine).is_some());
    world.simulator.assert_clean();
}
