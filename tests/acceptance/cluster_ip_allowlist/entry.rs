//! `camunda_cluster_ip_allowlist_entry`: entries beside those of others.

use std::time::Duration;

use camunda_simulator::{Fault, seed::credentials};
use serde_json::json;

use super::{CLUSTER, count, errors, list, warnings, world};
use crate::support::{Action, Cli, World, wait};

const DEADLINE: Duration = Duration::from_secs(100);

pub(super) const ADDRESS: &str = "camunda_cluster_ip_allowlist_entry.it";

pub(super) fn entry(description: &str, cidrs: &str) -> String {
    format!(
        "resource \"camunda_cluster_ip_allowlist_entry\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n  description = {description:?}\n  cidrs = [{cidrs}]\n}}\n"
    )
}

/// Ten entries of one workspace.
fn ten(prefix: &str) -> String {
    format!(
        "resource \"camunda_cluster_ip_allowlist_entry\" \"it\" {{\n  count = 10\n  cluster_id = {CLUSTER:?}\n  description = \"{prefix}${{count.index}}\"\n  cidrs = [\"10.0.0.${{count.index}}\"]\n}}\n"
    )
}

for_each_cli! {
    fn lives(cli: &Cli) on life {
        let world = world(cli);
        world.simulator.allow(CLUSTER, "192.0.2.0/24", "foreign");
        world.write(&entry("office", "\"10.0.0.1\", \"10.1.0.5/24\""));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(list(&world), "foreign=192.0.2.0/24 office=10.0.0.1,10.1.0.5/24");
        assert_eq!(world.workspace.attributes(ADDRESS)["id"], json!(format!("{CLUSTER}/office")));
        world.workspace.assert_empty_plan();

        world.write(&entry("office", "\"10.0.0.2\""));
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (cidrs)"));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(list(&world), "foreign=192.0.2.0/24 office=10.0.0.2");

        // Disappears behind our back.
        world.simulator.disallow(CLUSTER, "office");
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.simulator.allow(CLUSTER, "10.0.0.2/32", "office");
        world.workspace.assert_empty_plan();

        world.workspace.run(&["state", "rm", ADDRESS]).expect_success();
        world.workspace.import(ADDRESS, &format!("{CLUSTER}/office")).expect_success();
        world.workspace.assert_empty_plan();

        world.workspace.destroy(&[]).expect_success();
        assert_eq!(list(&world), "foreign=192.0.2.0/24");
        world.finish();
    }
}

for_each_cli! {
    fn a_description_that_is_taken_is_explained(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.allow(CLUSTER, "192.0.2.0/24", "office");
        world.write(&entry("office", "\"10.0.0.1\""));
        let run = world.workspace.apply(&[]);
        run.expect_failure_containing("exists already");
        run.expect_output_containing(&format!("id = \"{CLUSTER}/office\""));
        assert_eq!(list(&world), "office=192.0.2.0/24");
        assert_eq!(count(&world, "UpdateIpAllowlist"), 0);
        world.finish();
    }
}

for_each_cli! {
    /// Nothing can be merged into what cannot be seen, and nothing is written over it.
    fn a_hidden_list_is_never_written(cli: &Cli) on main {
        let mut world = world(cli);
        world.simulator.allow(CLUSTER, "192.0.2.0/24", "foreign");
        world.write(&entry("office", "\"10.0.0.1\""));
        world.log_in(&credentials::CLUSTER);
        let run = world.workspace.apply(&[]);
        run.expect_failure();
        let text = errors(&world, &run);
        assert!(text.contains("permission group \"IP allowlist\"") && text.contains("plan lacks the feature"), "{text}");
        world.log_in(&credentials::FULL);
        world.workspace.apply(&[]).expect_success();
        world.simulator.change_organization(|organization| organization.allowlist = false);
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_failure_containing("plan lacks the feature");
        assert_eq!(list(&world), "foreign=192.0.2.0/24 office=10.0.0.1");
        assert_eq!(count(&world, "UpdateIpAllowlist"), 1);
        world.finish();
    }
}

for_each_cli! {
    fn lost_answers_leave_no_orphan(cli: &Cli) on main {
        let world = world(cli);
        world.simulator.faults().on("UpdateIpAllowlist").inject(Fault::lost_answer());
        world.write(&entry("office", "\"10.0.0.1\""));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(list(&world), "office=10.0.0.1");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    fn two_kinds_for_one_list_are_warned_about(cli: &Cli) on main {
        let world = world(cli);
        let whole = format!("resource \"camunda_cluster_ip_allowlist\" \"all\" {{\n  cluster_id = {CLUSTER:?}\n  entries = []\n}}\n");
        world.write(&format!("{whole}{}", entry("office", "\"10.0.0.1\"")));
        let run = world.workspace.plan(&[]);
        assert!(warnings(&world, &run).contains("Two kinds of resources"), "{run}");
        world.finish();
    }
}

/// Another workspace at the same organisation.
fn beside(cli: &Cli, world: &World) -> World {
    let mut other = World::new(cli);
    other
        .workspace
        .set("CAMUNDA_CONSOLE_BASE_URL", world.simulator.url())
        .set("CAMUNDA_OAUTH_URL", world.simulator.token_url());
    other
}

for_each_cli! {
    /// Three processes with ten entries each and a hand in the Console at the same list.
    fn many_writers_lose_nothing(cli: &Cli) on main {
        let world = world(cli);
        let others = [beside(cli, &world), beside(cli, &world)];
        world.write(&ten("a"));
        others[0].write(&ten("b"));
        others[1].write(&ten("c"));
        let all = [&world, &others[0], &others[1]];
        let running = all.map(|it| it.workspace.spawn(&["apply", "-auto-approve"]));
        // In the middle: writes have begun, nobody is done yet, and everybody is about to read. Whoever
        // has read and not written yet would overwrite what a hand does: nothing can prevent that.
        world.wait_for("UpdateIpAllowlist", 2);
        let faults = world.simulator.faults();
        let about_to_read = Fault::Hold { after_commit: false };
        let held = faults.on("GetCluster").times(3).inject(about_to_read);
        let fired = || faults.list().iter().any(|fault| fault.id == held && fault.fired == 3);
        let all_held = wait::until(DEADLINE, || fired().then_some(()));
        all_held.expect("each process has a read on its way");
        world.simulator.allow(CLUSTER, "192.0.2.0/24", "hand");
        faults.release(held);
        for run in running {
            run.wait(DEADLINE).expect_success();
        }
        let there = world.simulator.allowlist(CLUSTER);
        assert_eq!(there.len(), 31, "{}", list(&world));
        for it in all {
            it.workspace.assert_empty_plan();
        }
        others[0].workspace.destroy(&[]).expect_success();
        let left = list(&world);
        assert_eq!(world.simulator.allowlist(CLUSTER).len(), 21, "{left}");
        assert!(!left.contains("b0") && left.contains("hand="), "{left}");
        for other in others {
            other.finish();
        }
        world.finish();
    }
}
