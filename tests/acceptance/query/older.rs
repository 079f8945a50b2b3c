//! The way for CLIs without `query`, as `examples/adopt` describes it: an inventory writes import
//! blocks, and the CLI writes the configuration for them.

use std::fs;

use serde_json::json;

use super::*;
use crate::support::look::writes;

const KINDS: &str =
    r#"kinds=["clients", "connector_secrets", "members", "allowlist_entries", "backups"]"#;

/// A file of the example.
fn example(name: &str) -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/adopt/");
    fs::read_to_string(format!("{folder}{name}")).unwrap()
}

/// Reads the inventory with these variables, and returns the import blocks.
fn inventory(world: &World, more: &[&str]) -> String {
    let workspace = &world.workspace;
    workspace.write("inventory/main.tf", &example("inventory/main.tf"));
    let apply = ["-chdir=inventory", "apply", "-auto-approve"];
    workspace.run(&[&apply, more].concat()).expect_success();
    let run = workspace.run(&["-chdir=inventory", "output", "-raw", "imports"]);
    run.expect_success().stdout.clone()
}

for_each_cli! {
    /// The steps of the README end in an empty plan.
    fn takes_an_organisation_over(cli: &Cli)
        on [tofu_1_6_2, terraform_1_6_6, terraform_1_11_4, terraform_1_13_5]
    {
        let world = organisation(cli, SMALL);
        let imports = inventory(&world, &["-var", KINDS]);
        let counts = world.workspace.run(&["-chdir=inventory", "output", "-json", "counts"]);
        assert_eq!(counts.json(), json!({
            "camunda_cluster": 2,
            "camunda_cluster_backup": 2,
            "camunda_cluster_client": 4,
            "camunda_cluster_connector_secret": 4,
            "camunda_cluster_ip_allowlist_entry": 3,
            "camunda_organization_member": 4,
        }));
        world.workspace.write("imports.tf", &imports);
        world.workspace.run(&["fmt", "-check", "imports.tf"]).expect_success();
        world.workspace.plan(&["-generate-config-out=generated.tf"]).expect_success();
        let generated = world.workspace.read("generated.tf");
        assert!(!generated.contains("hunter"), "no value of a secret is written");
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(world.workspace.addresses().len(), 19);
        assert_eq!(writes(&world), [""; 0], "taking over changes nothing");
        // The blocks have done their work.
        world.workspace.write("imports.tf", "");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Names become addresses, whatever is in them; and what is not asked for is left out.
    fn writes_import_blocks(cli: &Cli) on [tofu_1_6_2, terraform_1_15_5] {
        let world = organisation(cli, SMALL);
        let id = "10000000-0000-4000-8000-000000000000".to_owned();
        world.simulator.add_cluster(NewCluster {
            id: Some(id.clone()),
            name: "1: Ünder %{if} \"test\"".to_owned(),
            ..NewCluster::default()
        });
        assert!(world.simulator.allow(&id, "10.0.0.1", "<a> ${b} %{c} \\ \"d\""));
        let prefix = "cluster_name_prefix=1: ";
        let kinds = r#"kinds=["allowlist_entries"]"#;
        insta::assert_snapshot!(inventory(&world, &["-var", prefix, "-var", kinds]), @r#"
        import {
          to = camunda_cluster._1_nder_if_test__fc8db9c3
          id = "10000000-0000-4000-8000-000000000000"
        }

        import {
          to = camunda_cluster_ip_allowlist_entry._1_nder_if_test_a_b_c_d__550a9e5c
          id = "10000000-0000-4000-8000-000000000000/\u003ca\u003e $${b} %%{c} \\ \"d\""
        }
        "#);
        let run = world.workspace.run(&["-chdir=inventory", "plan", "-var", "kinds=[\"secrets\"]"]);
        run.expect_failure_containing("Kinds are clients, connector_secrets, members,");
        world.finish();
    }
}
