//! `camunda_activity` and `camunda_ip_ranges`: what happened in the organisation, and where Camunda's
//! services call from.

use camunda_simulator::{Fault, seed};
use serde_json::json;

use crate::support::World;
use crate::support::look::{count, errors};

for_each_cli! {
    /// The events of what was just done, filtered and in their order.
    fn tells_what_happened(cli: &Cli) on life {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        let id = world.cluster_id();
        world.write_cluster("renamed", "");
        world.workspace.apply(&[]).expect_success();

        let text = world.workspace.read("main.tf");
        let query = |filters: &str| {
            world.workspace.write(
                "main.tf",
                &format!(
                    "{text}\ndata \"camunda_activity\" \"it\" {{\n{filters}\n}}\n\
                     output \"it\" {{\n  value = data.camunda_activity.it.events\n}}\n"
                ),
            );
            world.workspace.apply(&[]).expect_success();
            let events = world.workspace.output("it");
            let events = events.as_array().unwrap().clone();
            let types: Vec<String> = events
                .iter()
                .map(|event| event["audit_type"].as_str().unwrap().to_owned())
                .collect();
            (events, types)
        };
        let (events, types) = query(&format!("  entity = \"cluster\"\n  entity_id = {id:?}"));
        assert_eq!(types, ["u", "c"], "newest first");
        assert_eq!(events[0]["user_id"], json!(seed::credentials::FULL.client_id));
        let times: Vec<&str> = events.iter().map(|event| event["happened_at"].as_str().unwrap()).collect();
        assert!(times[0] > times[1] && times[0].ends_with('Z'), "{times:?}");
        let (_, types) = query(&format!("  until = {:?}", times[0]));
        assert_eq!(types, ["c"]);
        let (_, types) = query(&format!("  since = {:?}\n  limit = 1", times[1]));
        assert_eq!(types, ["u"]);
        assert!(query("  user_id = \"nobody\"").1.is_empty());
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_success();
        world.finish_empty();
    }
}

for_each_cli! {
    fn refuses_what_is_no_time_and_says_what_is_missing(cli: &Cli) on main {
        let mut world = World::new(cli);
        let query = "data \"camunda_activity\" \"it\" {\n  since = \"yesterday\"\n}\n";
        world.write(query);
        let run = world.workspace.validate();
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Invalid time

        with data.camunda_activity.it, on main.tf line 10, in data "camunda_activity" "it": 10: since = "yesterday"

        "yesterday" is not a point in time: write it as RFC 3339 does, with an offset, for example 2026-10-02T08:00:00Z or 2026-10-02T10:00:00+02:00.
        "#);
        world.log_in(&seed::credentials::CLUSTER);
        world.write("data \"camunda_activity\" \"it\" {}\n");
        let run = world.workspace.plan(&[]);
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot read the activity log

        with data.camunda_activity.it, on main.tf line 9, in data "camunda_activity" "it": 9: data "camunda_activity" "it" {}

        127.0.0.1 answered 403 Forbidden: The client lacks the permission get of the group Activity.

        The credentials probably lack the permission group "Activity". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (GET /activity/json)
        "#);
        world.finish();
    }
}

for_each_cli! {
    /// Neither a token nor credentials are needed, and a fault that passes is got over.
    fn ip_ranges_are_public(cli: &Cli) on life {
        let mut world = World::new(cli);
        world.workspace.unset("CAMUNDA_CONSOLE_CLIENT_ID").unset("CAMUNDA_CONSOLE_CLIENT_SECRET");
        world.simulator.faults().on("GetMeta").inject(Fault::html(502));
        world.write(
            "data \"camunda_ip_ranges\" \"it\" {}\n\
             output \"it\" {\n  value = data.camunda_ip_ranges.it.ranges\n}\n",
        );
        world.workspace.apply(&[]).expect_success();
        assert_eq!(
            world.workspace.output("it"),
            json!({ "web-modeler": ["192.0.2.10/32", "192.0.2.11/32"] })
        );
        world.workspace.assert_empty_plan();
        assert!(world.simulator.token_requests().is_empty());
        let requests = world.simulator.requests();
        assert!(requests.iter().all(|request| request.bearer.is_none()), "{requests:#?}");
        assert!(count(&world, "GetMeta") >= 3);
        // Everything else still needs them.
        world.write("data \"camunda_channel\" \"it\" {\n  name = \"Stable\"\n}\n");
        world.workspace.plan(&[]).expect_failure_containing("No credentials for Camunda");
        world.finish();
    }
}
