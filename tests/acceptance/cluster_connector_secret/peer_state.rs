//! State of the community provider is taken over as it is: one command, then an empty plan.

use serde_json::json;

use super::*;
use crate::support::look::writes;

const PEER: &str = "registry.terraform.io/camunda-community-hub/camunda";

for_each_cli! {
    fn is_taken_over(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let world = world(cli);
        set_by_hand(&world, "PAYMENT_API_KEY", "example");
        write(&world, "PAYMENT_API_KEY", "  value = \"example\"");
        let state = json!({
            "version": 4,
            "terraform_version": "1.5.7",
            "serial": 3,
            "lineage": "4f2f9e1c-1d2b-4a53-9c11-6de0a1b2c3d4",
            "outputs": {},
            "resources": [{
                "mode": "managed",
                "type": "camunda_cluster_connector_secret",
                "name": "it",
                "provider": format!("provider[\"{PEER}\"]"),
                "instances": [{
                    "schema_version": 0,
                    "attributes": { "cluster_id": CLUSTER, "name": "PAYMENT_API_KEY", "value": "example" },
                    "sensitive_attributes": [],
                }],
            }],
            "check_results": null,
        });
        world.workspace.write("terraform.tfstate", &state.to_string());
        let ours = format!("{}/camunda-rs/camunda", cli.kind.registry());
        world
            .workspace
            .run(&["state", "replace-provider", "-auto-approve", PEER, &ours])
            .expect_success();
        world.workspace.assert_empty_plan();
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), [""; 0]);

        // From here on it is a secret like any other.
        write(&world, "PAYMENT_API_KEY", "  value = \"changed\"");
        world.workspace.apply(&["-refresh=false"]).expect_success();
        assert_eq!(
            world.workspace.attributes(ADDRESS)["id"],
            format!("{CLUSTER}/PAYMENT_API_KEY")
        );
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_success();
        assert_secrets(&world, []);
        world.finish();
    }
}
