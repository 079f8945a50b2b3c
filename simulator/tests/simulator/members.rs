//! Members, the activity log, and what is told without a token.

use std::time::Duration;

use camunda_simulator::{ADMIN, Event, OWNER, WEB_MODELER_RANGES, seed};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{World, order};

fn invite(world: &World, email: &str, roles: &[&str]) -> u16 {
    let body = json!({ "orgRoles": roles });
    world
        .call(Method::POST, &format!("/members/{email}"), Some(&body))
        .status
}

fn remove(world: &World, email: &str) -> u16 {
    let path = format!("/members/{email}");
    world.call(Method::DELETE, &path, None).status
}

fn member(world: &World, email: &str) -> Option<Value> {
    let members = world.get("/members").json();
    let mut members = members.as_array().expect("a list").iter();
    members.find(|member| member["email"] == email).cloned()
}

#[test]
fn members_are_invited_changed_and_removed() {
    let world = World::new();
    assert!(member(&world, OWNER).is_some());
    assert!(member(&world, ADMIN).is_some());
    assert_eq!(invite(&world, "ada@example.com", &["analyst"]), 204);
    assert_eq!(
        member(&world, "ada@example.com").expect("invited"),
        json!({ "name": "", "email": "ada@example.com", "roles": ["analyst"], "invitePending": true })
    );
    assert!(world.simulator.accept_invitation("ada@example.com", "Ada"));
    assert_eq!(invite(&world, "ADA@example.com", &["admin"]), 204);
    assert_eq!(
        member(&world, "ada@example.com").expect("accepted"),
        json!({ "name": "Ada", "email": "ada@example.com", "roles": ["admin"], "invitePending": false })
    );
    assert_eq!(remove(&world, "ada@example.com"), 204);
    assert_eq!(remove(&world, "ada@example.com"), 404);
    world.simulator.assert_clean();
}

#[test]
fn invitations_are_listed_late_if_told_so() {
    let world = World::new();
    world
        .simulator
        .change_behaviour(|all| all.durations.member_visibility = Duration::from_secs(200));
    assert_eq!(invite(&world, "ada@example.com", &["analyst"]), 204);
    assert_eq!(member(&world, "ada@example.com"), None);
    // Whoever invites again changes the same invitation.
    assert_eq!(invite(&world, "ada@example.com", &["admin"]), 204);
    assert_eq!(world.simulator.members().len(), 3);
    world.simulator.advance(Duration::from_secs(200));
    let listed = member(&world, "ada@example.com").expect("listed");
    assert_eq!(listed["roles"], json!(["admin"]));
    world.simulator.assert_clean();
}

#[test]
fn people_are_changed_by_hand() {
    let world = World::new();
    let path = "/_simulator/members/ada@example.com";
    let change = json!({ "roles": ["admin", "member"] });
    assert_eq!(world.call(Method::PUT, path, Some(&change)).status, 200);
    assert_eq!(
        member(&world, "ada@example.com").expect("added"),
        json!({ "name": "By Hand", "email": "ada@example.com", "roles": ["admin", "member"], "invitePending": false })
    );
    let change = json!({ "name": "Ada", "invite_pending": true });
    assert_eq!(world.call(Method::PUT, path, Some(&change)).status, 200);
    let changed = member(&world, "ada@example.com").expect("changed");
    assert_eq!(changed["name"], "Ada");
    assert_eq!(changed["roles"], json!(["admin", "member"]));
    assert_eq!(changed["invitePending"], true);
    let all = world.get("/_simulator/members").json();
    assert_eq!(all.as_array().map(Vec::len), Some(3));
    assert_eq!(world.call(Method::DELETE, path, None).status, 200);
    assert_eq!(world.call(Method::DELETE, path, None).status, 404);
    world.simulator.assert_clean();
}

#[test]
fn addresses_in_the_path_are_decoded() {
    let world = World::new();
    assert_eq!(
        invite(&world, "a%2Bb%2Fc%25d%40example.com", &["admin"]),
        204
    );
    assert!(member(&world, "a+b/c%d@example.com").is_some());
    world.simulator.assert_clean();
}

#[test]
fn the_owner_stays_and_seats_are_limited() {
    let world = World::new();
    assert_eq!(invite(&world, OWNER, &["admin"]), 403);
    assert_eq!(remove(&world, OWNER), 403);
    world.simulator.change_organization(|it| it.seats = 2);
    assert_eq!(invite(&world, "ada@example.com", &["admin"]), 403);
    assert_eq!(invite(&world, ADMIN, &["analyst"]), 204);
    world.simulator.assert_clean();
    assert_eq!(invite(&world, ADMIN, &["owner"]), 400);
}

#[test]
fn writes_are_noted_whatever_their_area() {
    let world = World::new();
    let id = world.create(&order("orders"));
    invite(&world, "ada@example.com", &["admin"]);
    invite(&world, OWNER, &["admin"]);
    world.get("/members");
    remove(&world, "ada@example.com");
    let noted = |event: &Event| {
        let Event {
            audit_type,
            entity,
            entity_id,
            ..
        } = event;
        format!("{audit_type} {entity} {entity_id}")
    };
    let events = world.simulator.events();
    assert_eq!(
        events.iter().map(noted).collect::<Vec<_>>(),
        [
            format!("c Cluster {id}"),
            "u Members ada@example.com".to_owned(),
            "d Members ada@example.com".to_owned(),
        ]
    );
    assert!(
        events
            .iter()
            .all(|event| event.user_id == seed::credentials::FULL.client_id)
    );
    assert_eq!(world.get("/activity/json").json(), json!(events));
    assert_eq!(world.get("/activity/csv").text.lines().count(), 4);
    world.simulator.assert_clean();
}

#[test]
fn ranges_need_no_token() {
    let mut world = World::new();
    world.token = "nonsense".to_owned();
    let ranges = world.get("/meta/ip-ranges");
    assert_eq!(ranges.json(), json!({ "web-modeler": WEB_MODELER_RANGES }));
    world.simulator.assert_clean();
}
