//! State of the community provider is taken over as it is: one command, then an empty plan.

use camunda_simulator::NewZeebeClient;
use serde_json::{Value, json};

use super::*;
use crate::support::look::writes;

const PEER: &str = "registry.terraform.io/camunda-community-hub/camunda";

/// A state file as the community provider has left it, for a client that exists.
fn takes_over(cli: &Cli, scopes: &str, attributes: impl FnOnce(&ZeebeClient) -> Value) {
    let world = world(cli);
    let permissions = ["Operate", "Zeebe"].map(str::to_owned).to_vec();
    let id = world.simulator.add_zeebe_client(
        CLUSTER,
        NewZeebeClient {
            name: "workers".to_owned(),
            permissions,
        },
    );
    let attributes = attributes(&client(&world));
    let state = json!({
        "version": 4,
        "terraform_version": "1.5.7",
        "serial": 3,
        "lineage": "4f2f9e1c-1d2b-4a53-9c11-6de0a1b2c3d4",
        "outputs": {},
        "resources": [{
            "mode": "managed",
            "type": "camunda_cluster_client",
            "name": "it",
            "provider": format!("provider[\"{PEER}\"]"),
            "instances": [{
                "schema_version": 0,
                "attributes": attributes,
                "sensitive_attributes": [],
            }],
        }],
        "check_results": null,
    });
    write(&world, "workers", scopes);
    world
        .workspace
        .write("terraform.tfstate", &state.to_string());
    let ours = format!("{}/camunda-rs/camunda", cli.kind.registry());
    world
        .workspace
        .run(&["state", "replace-provider", "-auto-approve", PEER, &ours])
        .expect_success();
    world.workspace.assert_empty_plan();
    let run = world.workspace.apply(&[]);
    assert_eq!(warnings(&world, &run), "");
    world.workspace.assert_empty_plan();
    assert_eq!(writes(&world), [""; 0]);
    let after = world.workspace.attributes(ADDRESS);
    for name in ["id", "secret", "zeebe_client_id", "zeebe_address"] {
        assert_eq!(after[name], attributes[name], "{name}");
    }
    assert_eq!(after["scopes"], json!(["Operate", "Zeebe"]));

    // The service may show merged scopes one day.
    world
        .simulator
        .change_behaviour(|all| all.fold_client_permissions = true);
    world.workspace.assert_empty_plan();
    world.workspace.destroy(&[]).expect_success();
    assert!(clients(&world).iter().all(|client| client.client_id != id));
    world.finish();
}

fn version_0_0(client: &ZeebeClient) -> Value {
    json!({
        "id": client.uuid,
        "cluster_id": CLUSTER,
        "name": "workers",
        "scopes": ["Operate", "Zeebe"],
        "secret": "once-only",
        "zeebe_client_id": client.client_id,
        "zeebe_address": format!("{CLUSTER}.bru-2.zeebe.camunda.io:443"),
        "zeebe_authorization_server_url": "https://login.cloud.camunda.io/oauth/token",
    })
}

const SCOPES: &str = "  scopes = [\"Zeebe\", \"Operate\"]";

for_each_cli! {
    fn of_0_0(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        takes_over(cli, SCOPES, version_0_0);
    }
}

for_each_cli! {
    /// Scopes were never stored, in the configuration or not.
    fn of_0_0_without_scopes(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        for scopes in ["", SCOPES] {
            takes_over(cli, scopes, |client| {
                let mut state = version_0_0(client);
                state["scopes"] = Value::Null;
                state
            });
        }
    }
}

for_each_cli! {
    fn of_0_1(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        takes_over(cli, SCOPES, |client| {
            let mut state = version_0_0(client);
            state["id"] = json!(format!("{CLUSTER}/{}", client.client_id));
            state
        });
    }
}

for_each_cli! {
    /// Imported there: the secret was never known.
    fn of_0_1_without_a_secret(cli: &Cli) on main {
        takes_over(cli, "", |client| {
            let mut state = version_0_0(client);
            state["id"] = json!(format!("{CLUSTER}/{}", client.client_id));
            state["secret"] = Value::Null;
            state
        });
    }
}
