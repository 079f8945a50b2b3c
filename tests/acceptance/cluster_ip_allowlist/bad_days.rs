//! Runs that end in the middle, a service in trouble, and clusters that are gone.

use std::time::Duration;

use camunda_simulator::Fault;

use super::entry::{ADDRESS, entry};
use super::{CLUSTER, count, list, warnings, world};
use crate::support::Action;

const DEADLINE: Duration = Duration::from_secs(60);

for_each_cli! {
    /// The entry was written, but nobody has been told: the next run finds it and takes it for its own.
    fn a_killed_run_leaves_no_orphan(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.faults().on("UpdateIpAllowlist").inject(Fault::held_answer());
        world.write(&entry("office", "\"10.0.0.1\""));
        let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("UpdateIpAllowlist", 1);
        apply.kill_all();
        apply.wait(DEADLINE);
        world.workspace.wait_until_gone();
        world.simulator.faults().clear();
        assert_eq!(list(&world), "office=10.0.0.1");
        assert!(world.workspace.addresses().is_empty());
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(count(&world, "UpdateIpAllowlist"), 1);
        world.finish();
    }
}

for_each_cli! {
    /// What was written is in the state, and not tainted, although nobody has seen that it lasts.
    fn ctrl_c_after_the_write_loses_nothing(cli: &Cli) on main {
        let world = world(cli);
        let held = world.simulator.faults().on("GetCluster").skip(1).inject(Fault::held_answer());
        world.write(&entry("office", "\"10.0.0.1\""));
        let mut apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("GetCluster", 2);
        apply.interrupt();
        apply.wait_for_output("Interrupt received", DEADLINE);
        let run = apply.wait(DEADLINE);
        world.simulator.faults().release(held);
        assert!(warnings(&world, &run).contains("was written, but not verified"), "{run}");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    fn an_entry_goes_with_its_cluster(cli: &Cli) on main {
        let world = world(cli);
        world.write(&entry("office", "\"10.0.0.1\""));
        world.workspace.apply(&[]).expect_success();
        world.simulator.delete_cluster(CLUSTER);
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.apply(&[]).expect_failure_containing("There is no cluster");
        world.workspace.destroy(&[]).expect_success();
        world.finish();
    }
}

for_each_cli! {
    fn what_is_wrong_with_an_entry_is_explained(cli: &Cli) on main {
        let world = world(cli);
        world.write(&entry(" ", "\"office\""));
        let run = world.workspace.validate();
        run.expect_failure_containing("\"office\" is neither an IPv4 address nor a CIDR block");
        run.expect_output_containing("must not be empty or consist of blanks");
        world.write(&entry("office", ""));
        world.workspace.validate().expect_failure_containing("Entry without addresses");
        world.write(&entry("office", "\"10.0.0.1\""));
        world.workspace.import(ADDRESS, CLUSTER).expect_failure_containing("has no / between");
        world.finish();
    }
}

for_each_cli! {
    /// Another description is another entry.
    fn a_new_description_replaces(cli: &Cli) on main {
        let world = world(cli);
        world.write(&entry("office", "\"10.0.0.1\""));
        world.workspace.apply(&[]).expect_success();
        world.write(&entry("offices", "\"10.0.0.1/32\""));
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Replace);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(list(&world), "offices=10.0.0.1/32");
        world.write(&entry("offices", "\"10.0.0.1\""));
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    fn an_entry_imports_by_identity(cli: &Cli) on [terraform_1_15_5] requires Identity {
        let world = world(cli);
        world.simulator.allow(CLUSTER, "10.0.0.1", "a/b");
        world.write(&format!(
            "{}\nimport {{\n  to = {ADDRESS}\n  identity = {{\n    cluster_id = {CLUSTER:?}\n    description = \"a/b\"\n  }}\n}}\n",
            entry("a/b", "\"10.0.0.1\"")
        ));
        assert_eq!(world.workspace.planned(&[]).to_string(), format!("nothing {ADDRESS}, imported"));
        world.finish();
    }
}

for_each_cli! {
    /// What passes is waited out; what does not is said, and the next run makes it good.
    fn a_service_in_trouble(cli: &Cli) on main {
        let world = world(cli);
        world.write(&entry("office", "\"10.0.0.1\""));
        let faults = world.simulator.faults();
        faults.on("UpdateIpAllowlist").inject(Fault::too_many_requests_after_commit());
        faults.on("UpdateIpAllowlist").inject(Fault::status(503));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(list(&world), "office=10.0.0.1");
        world.workspace.assert_empty_plan();

        // A fault of the service is not repeated: perhaps the write caused it.
        faults.clear();
        world.write(&entry("office", "\"10.0.0.2\""));
        let before = count(&world, "UpdateIpAllowlist");
        faults.on("UpdateIpAllowlist").inject(Fault::status(500));
        world.workspace.apply(&[]).expect_failure_containing("Cannot change the IP allowlist entry \"office\"");
        assert_eq!(count(&world, "UpdateIpAllowlist"), before + 1);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(list(&world), "office=10.0.0.2");
        world.workspace.assert_empty_plan();

        // Created or not? It is in the state, so that the next run makes sure.
        world.workspace.destroy(&[]).expect_success();
        faults.on("UpdateIpAllowlist").inject(Fault::status(500));
        world.workspace.apply(&[]).expect_failure_containing("Cannot add the IP allowlist entry \"office\"");
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(list(&world), "office=10.0.0.2");
        world.finish();
    }
}
