//! Provider functions, as expressions in a configuration: without credentials and without a request.

use camunda_simulator::NewCluster;
use serde_json::{Value, json};

use crate::support::World;

/// A configuration with one output.
fn output(world: &World, expression: &str) {
    world.write(&format!(
        "variable \"client\" {{\n  type    = any\n  default = null\n}}\n\n\
         output \"it\" {{\n  value     = {expression}\n  sensitive = true\n}}\n"
    ));
}

const CLUSTER: &str = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11";

for_each_cli! {
    /// On every CLI that has functions; the run needs neither credentials nor the API.
    fn parse_cluster_url(cli: &Cli) on every requires Functions {
        let mut world = World::new(cli);
        world.workspace.unset("CAMUNDA_CONSOLE_CLIENT_ID").unset("CAMUNDA_CONSOLE_CLIENT_SECRET");
        output(&world, &format!(
            "provider::camunda::parse_cluster_url(\"{CLUSTER}.bru-2.zeebe.camunda.io:443\")"
        ));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(
            world.workspace.output("it"),
            json!({
                "cluster_id": CLUSTER,
                "component": "zeebe",
                "region": "bru-2",
                "organization_id": null,
            })
        );
        output(&world, "provider::camunda::parse_cluster_url(null) == null");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.workspace.output("it"), json!(true));
        output(&world, "provider::camunda::parse_cluster_url(\"orders\")");
        world.workspace.plan(&[])
            .expect_failure_containing("\"orders\" is no address of a cluster. Such addresses look like");
        assert!(world.simulator.requests().is_empty());
        world.finish();
    }
}

for_each_cli! {
    /// An object with more than is needed, as the resource is, and one whose secret nobody knows.
    fn build_client_environment(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] {
        let world = World::new(cli);
        let client = |secret: Value| json!({
            "id": "a9b8c7d6-e5f4-4321-9012-3456789abcde",
            "zeebe_address": format!("{CLUSTER}.bru-2.zeebe.camunda.io:443"),
            "zeebe_client_id": "Qm7x~",
            "secret": secret,
            "zeebe_authorization_server_url": "https://login.cloud.camunda.io/oauth/token",
            "scopes": ["Zeebe"],
        });
        output(&world, "provider::camunda::build_client_environment(var.client)");
        let variable = |secret| format!("client={}", client(secret));
        world.workspace.apply(&["-var", &variable(json!("once"))]).expect_success();
        let environment = world.workspace.output("it");
        assert_eq!(environment["ZEEBE_CLIENT_SECRET"], json!("once"));
        assert_eq!(environment["CAMUNDA_CLUSTER_ID"], json!(CLUSTER));
        assert_eq!(environment.as_object().unwrap().len(), 12, "{environment:#}");
        world.workspace.apply(&["-var", &variable(Value::Null)]).expect_success();
        assert_eq!(world.workspace.output("it").as_object().unwrap().len(), 11);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(
            world.workspace.run(&["output", "-json"]).expect_success().json().get("it"),
            None,
            "null gives null"
        );
        world.finish();
    }
}

for_each_cli! {
    /// Of a list and of a set, without credentials; what is wrong is named by its place.
    fn normalize_cidrs(cli: &Cli) on every requires Functions {
        let mut world = World::new(cli);
        world.workspace.unset("CAMUNDA_CONSOLE_CLIENT_ID").unset("CAMUNDA_CONSOLE_CLIENT_SECRET");
        for argument in [
            "[\"203.0.113.7/24\", \"9.0.0.1\", \"203.0.113.7\"]",
            "toset([\"203.0.113.7/24\", \"9.0.0.1\", \"203.0.113.7\"])",
        ] {
            output(&world, &format!("provider::camunda::normalize_cidrs({argument})"));
            world.workspace.apply(&[]).expect_success();
            assert_eq!(world.workspace.output("it"), json!(["9.0.0.1/32", "203.0.113.0/24"]));
        }
        output(&world, "[provider::camunda::normalize_cidrs(null) == null, provider::camunda::normalize_cidrs([])]");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.workspace.output("it"), json!([true, []]));
        for (argument, words) in [
            ("[\"9.0.0.1\", \"office\"]", "Element 1, counted from 0: \"office\" is neither an IPv4 address"),
            ("[null]", "Element 0, counted from 0: it is null."),
        ] {
            output(&world, &format!("provider::camunda::normalize_cidrs({argument})"));
            world.workspace.plan(&[])
                .expect_failure_containing(words)
                .expect_output_containing("cidrs");
        }
        assert!(world.simulator.requests().is_empty());
        world.finish();
    }
}

for_each_cli! {
    /// An allowlist takes what it returns, also in the place of the same ranges in another spelling,
    /// and also when part of it is not known while planning.
    fn normalize_cidrs_for_an_allowlist(cli: &Cli) on life requires Functions {
        let world = World::new(cli);
        world.simulator.add_cluster(NewCluster {
            id: Some(CLUSTER.to_owned()),
            ..NewCluster::default()
        });
        let write = |cidrs: &str| world.write(&format!(
            "resource \"terraform_data\" \"address\" {{\n  input = \"192.0.2.9/28\"\n}}\n\n\
             resource \"camunda_cluster_ip_allowlist\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n  \
             entries = [{{ cidrs = {cidrs} }}]\n}}\n"
        ));
        write("provider::camunda::normalize_cidrs([terraform_data.address.output, \"9.0.0.1\"])");
        world.workspace.apply(&[]).expect_success();
        let list = world.simulator.allowlist(CLUSTER);
        assert_eq!(list.len(), 1, "{list:?}");
        assert_eq!(list[0].ip, "192.0.2.0/28,9.0.0.1/32");
        world.workspace.assert_empty_plan();
        write("[\"192.0.2.1/28\", \"9.0.0.1\"]");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
