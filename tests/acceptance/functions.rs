//! Provider functions, as expressions in a configuration: without credentials and without a request.

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
