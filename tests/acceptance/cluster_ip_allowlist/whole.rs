//! `camunda_cluster_ip_allowlist` and its data source.

use serde_json::json;

use super::{CLUSTER, count, errors, list, warnings, world, writes};
use crate::support::{Action, World};

const ADDRESS: &str = "camunda_cluster_ip_allowlist.it";

fn write(world: &World, entries: &str) {
    world.write(&format!(
        "resource \"camunda_cluster_ip_allowlist\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n  entries = [{entries}]\n}}\n"
    ));
}

const OFFICE: &str = r#"{ cidrs = ["10.0.0.1", "10.1.0.5/24"], description = "office" }"#;
const OTHERS: &str = r#"{ cidrs = ["192.0.2.0/24"] }"#;

for_each_cli! {
    fn lives(cli: &Cli) on life {
        let world = world(cli);
        write(&world, &format!("{OFFICE}, {OTHERS}"));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(list(&world), "=192.0.2.0/24 office=10.0.0.1,10.1.0.5/24");
        assert_eq!(world.workspace.attributes(ADDRESS)["id"], json!(CLUSTER));
        world.workspace.assert_empty_plan();

        // Another spelling, in the configuration or at the service, is no difference.
        write(&world, r#"{ cidrs = ["192.0.2.0/24"], description = "" }, { cidrs = ["10.1.0.0/24", "10.0.0.1/32"], description = "office" }"#);
        world.workspace.assert_empty_plan();
        world.simulator.disallow(CLUSTER, "office");
        world.simulator.allow(CLUSTER, "10.1.0.0/24, 10.0.0.1", "office");
        write(&world, &format!("{OFFICE}, {OTHERS}"));
        world.workspace.assert_empty_plan();

        // Drift is taken back, a change is made in place.
        world.simulator.allow(CLUSTER, "198.51.100.7", "by hand");
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (entries)"));
        write(&world, OFFICE);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(list(&world), "office=10.0.0.1,10.1.0.5/24");
        world.workspace.assert_empty_plan();

        // Import, by command.
        world.workspace.run(&["state", "rm", ADDRESS]).expect_success();
        world.workspace.import(ADDRESS, CLUSTER).expect_success();
        world.workspace.assert_empty_plan();

        world.workspace.destroy(&[]).expect_success();
        assert_eq!(list(&world), "");
        assert_eq!(writes(&world), ["UpdateIpAllowlist"; 3]);
        assert_eq!(count(&world, "UpdateIpWhitelist"), 0);
        world.finish();
    }
}

for_each_cli! {
    fn imports_by_identity(cli: &Cli) on [terraform_1_15_5] requires Identity {
        let world = world(cli);
        world.simulator.allow(CLUSTER, "192.0.2.0/24", "");
        write(&world, OTHERS);
        let text = world.workspace.read("main.tf");
        world.workspace.write("main.tf", &format!(
            "{text}\nimport {{\n  to = {ADDRESS}\n  identity = {{ cluster_id = {CLUSTER:?} }}\n}}\n"
        ));
        assert_eq!(world.workspace.planned(&[]).to_string(), format!("nothing {ADDRESS}, imported"));
        world.finish();
    }
}

for_each_cli! {
    /// A list that is not shown is never an empty one.
    fn a_hidden_list_is_kept(cli: &Cli) on main {
        let world = world(cli);
        write(&world, OFFICE);
        world.workspace.apply(&[]).expect_success();
        let before = world.workspace.attributes(ADDRESS);
        world.simulator.change_organization(|organization| organization.allowlist = false);
        let refreshed = world.workspace.refresh();
        refreshed.expect_success();
        assert!(warnings(&world, &refreshed).contains("is not shown"), "{refreshed}");
        assert_eq!(world.workspace.attributes(ADDRESS), before);
        world.workspace.assert_empty_plan();
        world.write(&format!(
            "data \"camunda_cluster_ip_allowlist\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n}}\n"
        ));
        let run = world.workspace.plan(&["-refresh=false"]);
        run.expect_failure_containing("permission group \"IP allowlist\"");
        world.finish();
    }
}

for_each_cli! {
    fn is_read_by_its_data_source(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.allow(CLUSTER, "10.0.0.1, 10.0.0.2", "office");
        world.write(&format!(
            "data \"camunda_cluster_ip_allowlist\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n}}\n\
             output \"entries\" {{\n  value = data.camunda_cluster_ip_allowlist.it.entries\n}}\n"
        ));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(
            world.workspace.output("entries"),
            json!([{ "cidrs": ["10.0.0.1", "10.0.0.2"], "description": "office" }])
        );
        world.finish();
    }
}

for_each_cli! {
    fn what_is_refused_is_explained(cli: &Cli) on main {
        let mut world = world(cli);
        write(&world, r#"{ cidrs = ["10.0.0.1/33"] }"#);
        world.workspace.validate().expect_failure_containing("\"10.0.0.1/33\" has a prefix length that is not a number from 0 to 32");
        write(&world, OFFICE);
        world.log_in(&camunda_simulator::seed::credentials::CLUSTER);
        let run = world.workspace.apply(&[]);
        run.expect_failure();
        assert!(errors(&world, &run).contains("permission group \"IP allowlist\""), "{run}");
        world.log_in(&camunda_simulator::seed::credentials::FULL);
        world.simulator.change_organization(|organization| organization.allowlist = false);
        let run = world.workspace.apply(&[]);
        run.expect_failure_containing("does not include IP allowlists");
        world.finish();
    }
}

for_each_cli! {
    fn goes_with_its_cluster(cli: &Cli) on main {
        let world = world(cli);
        write(&world, OFFICE);
        world.workspace.apply(&[]).expect_success();
        world.simulator.delete_cluster(CLUSTER);
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.destroy(&[]).expect_success();
        world.finish();
    }
}
