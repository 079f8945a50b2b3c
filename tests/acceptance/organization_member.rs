//! `camunda_organization_member`, as users meet it.

mod bad_days;
mod ordinary;

use serde_json::json;

use crate::support::World;
use crate::support::look::{errors, writes};

const ADDRESS: &str = "camunda_organization_member.it";

fn write(world: &World, email: &str, roles: &str) {
    world.write(&format!(
        "resource \"camunda_organization_member\" \"it\" {{\n  email = {email:?}\n  roles = [{roles}]\n}}\n"
    ));
}

for_each_cli! {
    fn lives(cli: &Cli) on life {
        let world = World::new(cli);
        write(&world, "Ada+x/y%z@example.com", "\"analyst\"");
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert!(world.simulator.accept_invitation("ada+x/y%z@example.com", "Ada"));
        world.simulator.set_member("ada+x/y%z@example.com", &["analyst", "member"]);
        world.workspace.assert_empty_plan();
        write(&world, "ada+x/y%z@EXAMPLE.com", "\"admin\"");
        assert_eq!(world.workspace.planned(&[]).to_string(), format!("update {ADDRESS} (roles)"));
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        world.simulator.set_member("ada+x/y%z@example.com", &["admin", "visitor"]);
        assert_eq!(world.workspace.planned(&[]).to_string(), format!("update {ADDRESS} (roles)"));
        world.workspace.run(&["state", "rm", ADDRESS]).expect_success();
        world.workspace.import(ADDRESS, "ada+x/y%z@example.com").expect_success();
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        write(&world, "bob@example.com", "\"admin\"");
        world.workspace.apply(&[]).expect_success();
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(world.simulator.members().len(), 2);
        world.finish();
    }
}

for_each_cli! {
    fn somebody_elses_roles_are_not_taken(cli: &Cli) on main {
        let world = World::new(cli);
        write(&world, "admin@example.com", "\"analyst\"");
        let run = world.workspace.apply(&[]);
        assert!(errors(&world, &run).contains("import {"), "{run}");
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    fn peer_state(cli: &Cli) on main {
        const PEER: &str = "registry.terraform.io/camunda-community-hub/camunda";
        let world = World::new(cli);
        world.simulator.set_member("ada@example.com", &["admin", "developer", "member"]);
        let state = json!({
            "version": 4, "terraform_version": "1.5.7", "serial": 3,
            "lineage": "4f2f9e1c-1d2b-4a53-9c11-6de0a1b2c3d4", "outputs": {},
            "resources": [{ "mode": "managed", "type": "camunda_organization_member", "name": "it",
                "provider": format!("provider[\"{PEER}\"]"),
                "instances": [{ "schema_version": 0, "attributes":
                    { "email": "ada@example.com", "roles": ["admin", "developer"] },
                    "sensitive_attributes": [] }] }],
            "check_results": null,
        });
        write(&world, "ada@example.com", "\"admin\", \"developer\"");
        world.workspace.write("terraform.tfstate", &state.to_string());
        let ours = format!("{}/camunda-rs/camunda", cli.kind.registry());
        world.workspace.run(&["state", "replace-provider", "-auto-approve", PEER, &ours]).expect_success();
        world.workspace.assert_empty_plan();
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}
