//! `camunda_cluster_ip_whitelist`: the community provider's state and configuration, as they are.

use serde_json::json;

use super::{CLUSTER, count, list, world};
use crate::support::{Cli, World};

const ADDRESS: &str = "camunda_cluster_ip_whitelist.it";
const PEER: &str = "registry.terraform.io/camunda-community-hub/camunda";

const CONFIGURATION: &str = r#"resource "camunda_cluster_ip_whitelist" "it" {
  cluster_id = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"
  ip_whitelist {
    ip          = "203.0.113.0/24"
    description = "office"
  }
  ip_whitelist {
    ip = "198.51.100.7"
  }
}
"#;

fn with_peer_state(cli: &Cli) -> World {
    let world = world(cli);
    world.simulator.allow(CLUSTER, "203.0.113.0/24", "office");
    world.simulator.allow(CLUSTER, "198.51.100.7", "");
    let state = json!({
        "version": 4,
        "terraform_version": "1.5.7",
        "serial": 3,
        "lineage": "4f2f9e1c-1d2b-4a53-9c11-6de0a1b2c3d4",
        "outputs": {},
        "resources": [{
            "mode": "managed",
            "type": "camunda_cluster_ip_whitelist",
            "name": "it",
            "provider": format!("provider[\"{PEER}\"]"),
            "instances": [{
                "schema_version": 0,
                "attributes": {
                    "id": CLUSTER,
                    "cluster_id": CLUSTER,
                    "ip_whitelist": [
                        { "ip": "203.0.113.0/24", "description": "office" },
                        { "ip": "198.51.100.7", "description": "" },
                    ],
                },
                "sensitive_attributes": [],
            }],
        }],
        "check_results": null,
    });
    world
        .workspace
        .write("terraform.tfstate", &state.to_string());
    world.write(CONFIGURATION);
    let ours = format!("{}/camunda-rs/camunda", cli.kind.registry());
    world
        .workspace
        .run(&["state", "replace-provider", "-auto-approve", PEER, &ours])
        .expect_success();
    world
}

for_each_cli! {
    fn takes_over_and_lives_on(cli: &Cli) on life {
        let world = with_peer_state(cli);
        world.workspace.assert_empty_plan();
        assert_eq!(count(&world, "UpdateIpAllowlist"), 0);
        world.workspace.plan(&[]).expect_output_containing("Use camunda_cluster_ip_allowlist");
        world.write(&CONFIGURATION.replace("office", "offices"));
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (ip_whitelist)"));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(list(&world), "=198.51.100.7 offices=203.0.113.0/24");
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(list(&world), "");
        assert_eq!(count(&world, "UpdateIpWhitelist"), 0);
        world.finish();
    }
}

for_each_cli! {
    fn moves_to_the_allowlist(cli: &Cli) on [terraform_1_11_4] requires MoveAcrossTypes {
        let world = with_peer_state(cli);
        world.write(&format!(
            "resource \"camunda_cluster_ip_allowlist\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n  entries = [\n    {{ cidrs = [\"203.0.113.0/24\"], description = \"office\" }},\n    {{ cidrs = [\"198.51.100.7\"] }},\n  ]\n}}\n\nmoved {{\n  from = {ADDRESS}\n  to = camunda_cluster_ip_allowlist.it\n}}\n"
        ));
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(world.workspace.addresses(), ["camunda_cluster_ip_allowlist.it"]);
        assert_eq!(count(&world, "UpdateIpAllowlist"), 0);
        world.finish();
    }
}
