//! Scopes that mean the same from Camunda 8.8 on: a client is never replaced over their spelling.

use camunda_simulator::{Fault, NewZeebeClient, seed};
use serde_json::json;

use super::*;
use crate::support::Action;
use crate::support::look::writes;

fn folding(world: &World) {
    world
        .simulator
        .change_behaviour(|all| all.fold_client_permissions = true);
}

for_each_cli! {
    /// The service shows fewer than were asked for, at once or one day.
    fn merged_by_the_service_are_no_difference(cli: &Cli) on main {
        for late in [false, true] {
            let world = world(cli);
            if !late {
                folding(&world);
            }
            write(&world, "workers", "  scopes = [\"Zeebe\", \"Operate\", \"Secrets\"]");
            world.workspace.apply(&[]).expect_success();
            folding(&world);
            world.workspace.assert_empty_plan();
            world.workspace.refresh().expect_success();
            let state = assert_kept(&world);
            assert_eq!(state["scopes"], json!(["Operate", "Secrets", "Zeebe"]));
            // What the service shows can be taken over; the client stays.
            write(&world, "workers", "  scopes = [\"Zeebe\", \"Secrets\"]");
            let run = world.workspace.plan(&["-detailed-exitcode"]);
            run.expect_code(0);
            world.workspace.apply(&[]).expect_success();
            assert_eq!(writes(&world), ["CreateClient"]);
            world.finish();
        }
    }
}

for_each_cli! {
    /// Left out, they are what the service grants, however it shows it later.
    fn left_out_stay_left_out(cli: &Cli) on main {
        let world = world(cli);
        write(&world, "workers", "");
        world.workspace.apply(&[]).expect_success();
        folding(&world);
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), ["CreateClient"]);
        world.finish();
    }
}

for_each_cli! {
    /// An imported client shows merged scopes, the configuration says more: nothing is replaced, and
    /// a warning says how to write it.
    fn imported_are_kept(cli: &Cli) on main {
        let world = world(cli);
        let id = world.simulator.add_zeebe_client(CLUSTER, NewZeebeClient {
            name: "workers".to_owned(),
            ..NewZeebeClient::default()
        });
        write(&world, "workers", "  scopes = [\"Zeebe\", \"Operate\"]");
        world.workspace.import(ADDRESS, &format!("{CLUSTER}/{id}")).expect_success();
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(warnings(&world, &run), @r#"
        Warning: API client "workers" in cluster [cluster] keeps its scopes

        with camunda_cluster_client.it, on main.tf line 12, in resource "camunda_cluster_client" "it": 12: scopes = ["Zeebe", "Operate"]

        The configuration says Operate and Zeebe, the client has Zeebe. From Camunda 8.8 on, Zeebe includes Operate and Tasklist, so that both mean the same.

        Set scopes = ["Zeebe"] to say what the client has. If the cluster runs an older version and the difference matters, replace the client with -replace.
        "#);
        world.workspace.assert_empty_plan();
        assert_eq!(client(&world).client_id, id);
        assert_eq!(writes(&world), [""; 0]);
        write(&world, "workers", "  scopes = [\"Zeebe\"]");
        let run = world.workspace.plan(&[]);
        assert_eq!(warnings(&world, &run), "");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// A cluster that keeps them apart, as older ones do: taking one away is a change.
    fn kept_apart_by_the_service_are_a_difference(cli: &Cli) on main {
        let world = world(cli);
        write(&world, "workers", "  scopes = [\"Zeebe\", \"Operate\"]");
        world.workspace.apply(&[]).expect_success();
        write(&world, "workers", "  scopes = [\"Zeebe\"]");
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.change(ADDRESS).action, Action::Replace, "{plan}");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(client(&world).permissions, ["Zeebe"]);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Something else than was asked for is said at once, and is in the next plan.
    fn granted_otherwise(cli: &Cli) on main {
        let world = world(cli);
        let less = json!({ "permissions": ["Zeebe"] });
        world.simulator.faults().on("CreateClient").inject(Fault::Overlay(less.clone()));
        world.simulator.faults().on("GetClients").skip(1).always().inject(Fault::Overlay(less));
        write(&world, "workers", "  scopes = [\"Zeebe\", \"Secrets\"]");
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(warnings(&world, &run), @r#"
        Warning: API client "workers" in cluster [cluster] was granted other scopes than asked for

        with camunda_cluster_client.it, on main.tf line 12, in resource "camunda_cluster_client" "it": 12: scopes = ["Zeebe", "Secrets"]

        Asked for: Secrets and Zeebe; granted: Zeebe.

        The next plan shows the difference and would replace the client. To keep it, set scopes = ["Zeebe"].
        "#);
        assert_kept(&world);
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Replace);
        write(&world, "workers", "  scopes = [\"Zeebe\"]");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Known only after another object was created.
    fn known_after_apply(cli: &Cli) on main {
        let world = World::with(cli, camunda_simulator::Options::default());
        world.simulator.add_cluster(NewCluster {
            id: Some(CLUSTER.to_owned()),
            generation: seed::GENERATION_8_8_GEN22.to_owned(),
            ..NewCluster::default()
        });
        let other = block("other", "others", "  scopes = [\"Zeebe\"]");
        let it = block("it", "workers", "  scopes = camunda_cluster_client.other.scopes");
        world.write(&[other, it].concat());
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.workspace.attributes(ADDRESS)["scopes"], json!(["Zeebe"]));
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
