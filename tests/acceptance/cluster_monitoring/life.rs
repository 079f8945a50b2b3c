//! The life of an endpoint and its credentials, with an empty plan after every step.

use serde_json::json;

use super::*;
use crate::support::Action;
use crate::support::look::{bodies, writes};

const SAFELY: &str = "  lifecycle {\n    create_before_destroy = true\n  }";

for_each_cli! {
    /// From nothing to nothing, through every kind of change.
    fn lives(cli: &Cli) on life {
        let world = world(cli);
        write_both(&world, "prom", "");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(bodies(&world, "CreateMonitoringClient"), [json!({ "username": "prom" })]);
        let state = world.workspace.attributes(ENDPOINT);
        assert_eq!(state["metrics_url"], format!("https://metrics.bru-2.camunda.io/{CLUSTER}"));
        assert_eq!(state["id"], CLUSTER);
        let kept = assert_kept(&world);
        assert_eq!(kept["password_version"], Value::Null);
        assert!(kept["created_at"].as_str().unwrap().ends_with('Z'), "{kept:#}");
        world.workspace.assert_empty_plan();

        // Another number makes another password, and nothing else.
        let before = client(&world);
        write_both(&world, "prom", "  password_version = 1");
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {CLIENT} (password, password_version)"));
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        let after = client(&world);
        assert_eq!(after.uuid, before.uuid);
        assert_ne!(after.password, before.password);
        world.workspace.assert_empty_plan();

        // No number any more changes nothing.
        write_both(&world, "prom", "");
        let plan = world.workspace.planned(&[]);
        assert!(plan.to_string().contains(&format!("update {CLIENT} (password_version)")), "{plan}");
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        assert_eq!(client(&world), after);

        // Another name replaces; the endpoint stays on if the new ones come first.
        write_both(&world, "prometheus", SAFELY);
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.change(CLIENT).action, Action::Replace, "{plan}");
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        world.workspace.assert_empty_plan();

        // Deleted in the console, with the endpoint as its last: both planned anew.
        assert!(world.simulator.delete_monitoring_client(CLUSTER, &client(&world).uuid));
        assert!(!is_on(&world));
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.change(CLIENT).action, Action::Create, "{plan}");
        assert_eq!(plan.change(ENDPOINT).action, Action::Create, "{plan}");
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        world.workspace.assert_empty_plan();

        // In the order of dependence: the last credentials switch the endpoint off before it is its turn.
        world.workspace.destroy(&[]).expect_success();
        assert!(world.workspace.addresses().is_empty());
        assert!(!is_on(&world));
        let (on, create, rotate) = ("ActivateMonitoring", "CreateMonitoringClient", "RotateMonitoringClientPassword");
        let (delete, off) = ("DeleteMonitoringClient", "DeactivateMonitoring");
        assert_eq!(writes(&world), [on, create, rotate, create, delete, on, create, delete, off]);
        world.finish();
    }
}

for_each_cli! {
    /// Deleted behind our back while others are left: only they are planned anew.
    fn one_of_several_disappears(cli: &Cli) on main {
        let world = world(cli);
        write_both(&world, "prom", "");
        world.workspace.apply(&[]).expect_success();
        let first = client(&world).uuid;
        world.simulator.add_monitoring_client(CLUSTER, "by-hand");
        assert!(world.simulator.delete_monitoring_client(CLUSTER, &first));
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("create {CLIENT}"));
        world.workspace.apply(&[]).expect_success();
        let names: Vec<String> = clients(&world).into_iter().map(|it| it.username).collect();
        assert_eq!(names, ["by-hand", "prom"]);
        // Destroying the endpoint takes those by hand with it, as its page says.
        world.workspace.destroy(&[]).expect_success();
        assert!(!is_on(&world));
        world.finish();
    }
}

for_each_cli! {
    fn the_cluster_disappears(cli: &Cli) on main {
        let world = world(cli);
        write_both(&world, "prom", "");
        world.workspace.apply(&[]).expect_success();
        world.simulator.delete_cluster(CLUSTER);
        world.simulator.advance(std::time::Duration::from_secs(60));
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("create {ENDPOINT}\ncreate {CLIENT}"));
        world.workspace.destroy(&["-refresh=false"]).expect_success();
        assert!(world.workspace.addresses().is_empty());
        world.finish();
    }
}

for_each_cli! {
    /// Many credentials of one cluster cost one list to refresh, and are made one after another.
    fn many_share_a_list(cli: &Cli) on main {
        let world = switched_on(cli);
        let block = client_block("prom-${count.index}", "  count = 12");
        world.write(&block);
        world.workspace.apply(&["-parallelism=20"]).expect_success();
        assert_eq!(clients(&world).len(), 12);
        let before = look::count(&world, "GetMonitoringClients");
        world.workspace.plan(&["-parallelism=20"]).expect_success();
        assert_eq!(look::count(&world, "GetMonitoringClients"), before + 1);
        world.finish();
    }
}
