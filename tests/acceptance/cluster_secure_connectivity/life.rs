//! The life of an endpoint service, with an empty plan after every step.

use camunda_simulator::ConnectivityChange;
use serde_json::json;

use super::*;
use crate::support::Action;
use crate::support::look::{bodies, count, writes};

for_each_cli! {
    /// From nothing to nothing, through every kind of change.
    fn lives(cli: &Cli) on life {
        let world = world(cli);
        write(&world, "eu-central-1", "  timeouts = { create = \"20m\" }");
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(
            bodies(&world, "ActivateSecureConnectivity"),
            [json!({ "allowedPrincipals": [PRINCIPAL], "allowedRegions": ["eu-central-1"] })]
        );
        insta::assert_snapshot!(named(&world, &format!("{:#}", assert_kept(&world))), @r#"
        {
          "allowed_principals": [
            "arn:aws:iam::111122223333:root"
          ],
          "allowed_regions": [
            "eu-central-1"
          ],
          "cluster_id": "[cluster]",
          "endpoint_region": "eu-central-1",
          "endpoint_type": "Interface",
          "id": "[cluster]",
          "private_dns_name": "0a1b2c3d.private.example",
          "ready": true,
          "service_name": "[service]",
          "timeouts": {
            "create": "20m",
            "delete": null
          }
        }
        "#);
        world.workspace.assert_empty_plan();

        // What is for the provider alone changes in place.
        write(&world, "eu-central-1", "  timeouts = { create = \"25m\" }");
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (timeouts)"));
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();

        // The lists make another endpoint service, which the plan warns of.
        let first = found(&world).unwrap().service_name;
        write(&world, "eu-west-1", "");
        let run = world.workspace.plan(&[]);
        insta::assert_snapshot!(warnings(&world, &run), @r#"
        Warning: Endpoint service of cluster [cluster] would be replaced

        with camunda_cluster_secure_connectivity.it, on main.tf line 12, in resource "camunda_cluster_secure_connectivity" "it": 12: allowed_regions = ["eu-west-1"]

        The service cannot change who may connect: the endpoint service [service] is removed and another one is made, which takes minutes. Until then, and until those who use it have made new endpoints for the new service name, their connections are broken.

        The Console can change the lists in place. After that, write the same lists here: the plan is empty then.
        "#);
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Replace);
        world.workspace.apply(&[]).expect_success();
        let state = assert_kept(&world);
        assert_ne!(state["service_name"], first.as_str());
        assert_eq!(state["service_name"], found(&world).unwrap().service_name.as_str());
        assert_eq!(state["ready"], true);
        world.workspace.assert_empty_plan();

        // Deleted in the console: planned anew.
        assert!(world.simulator.delete_secure_connectivity(CLUSTER));
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);

        world.workspace.destroy(&[]).expect_success();
        assert!(world.workspace.addresses().is_empty());
        assert_eq!(found(&world), None);
        let (activate, deactivate) = ("ActivateSecureConnectivity", "DeactivateSecureConnectivity");
        assert_eq!(writes(&world), [activate, deactivate, activate, activate, deactivate]);
        world.finish();
    }
}

for_each_cli! {
    /// The console can change the lists in place. Each shows as what it is, and can be followed.
    fn drift_is_seen(cli: &Cli) on main {
        let world = world(cli);
        write(&world, "eu-central-1", "");
        world.workspace.apply(&[]).expect_success();
        let other = "arn:aws:iam::444455556666:root".to_owned();
        for (change, attribute) in [
            (
                ConnectivityChange { allowed_principals: Some(vec![other]), ..Default::default() },
                "allowed_principals",
            ),
            (
                ConnectivityChange {
                    allowed_regions: Some(vec!["us-east-1".to_owned()]),
                    ..Default::default()
                },
                "allowed_regions",
            ),
        ] {
            world.simulator.set_secure_connectivity(CLUSTER, change);
            let plan = world.workspace.planned(&[]);
            let change = plan.change(ADDRESS);
            assert_eq!(change.action, Action::Replace, "{plan}");
            assert!(change.attributes.contains(attribute), "{plan}");
            let original = ConnectivityChange {
                allowed_principals: Some(vec![PRINCIPAL.to_owned()]),
                allowed_regions: Some(vec!["eu-central-1".to_owned()]),
            };
            world.simulator.set_secure_connectivity(CLUSTER, original);
            world.workspace.assert_empty_plan();
        }
        let followed = ConnectivityChange {
            allowed_regions: Some(vec!["us-east-1".to_owned()]),
            ..Default::default()
        };
        world.simulator.set_secure_connectivity(CLUSTER, followed);
        write(&world, "us-east-1", "");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// An answer in the shape of before, or one that leaves out what it used to say, is no change.
    fn other_shapes_are_no_drift(cli: &Cli) on main {
        let world = world(cli);
        write(&world, "eu-central-1", "");
        world.workspace.apply(&[]).expect_success();
        let state = world.workspace.attributes(ADDRESS);
        world.simulator.change_behaviour(|it| it.old_connectivity_shape = true);
        world.workspace.apply(&["-refresh-only"]).expect_success();
        assert_eq!(world.workspace.attributes(ADDRESS), state);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Without its cluster there is nothing left, neither to read nor to delete.
    fn the_cluster_disappears(cli: &Cli) on main {
        let world = world(cli);
        write(&world, "eu-central-1", "");
        world.workspace.apply(&[]).expect_success();
        world.simulator.delete_cluster(CLUSTER);
        world.simulator.advance(std::time::Duration::from_secs(60));
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.destroy(&["-refresh=false"]).expect_success();
        assert!(world.workspace.addresses().is_empty());
        world.finish();
    }
}

for_each_cli! {
    fn the_data_source_tells_the_same(cli: &Cli) on main {
        let world = world(cli);
        let data = format!(
            "data \"camunda_cluster_secure_connectivity\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n}}\n\
             output \"all\" {{\n  value = data.camunda_cluster_secure_connectivity.it\n}}\n"
        );
        world.write(&data);
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot read secure connectivity of cluster [cluster]

        with data.camunda_cluster_secure_connectivity.it, on main.tf line 10, in data "camunda_cluster_secure_connectivity" "it": 10: cluster_id = "[cluster]"

        It is not active.

        Activate it with the resource camunda_cluster_secure_connectivity.
        "#);
        world.simulator.set_secure_connectivity(CLUSTER, ConnectivityChange::default());
        world.workspace.apply(&[]).expect_success();
        insta::assert_snapshot!(named(&world, &format!("{:#}", world.workspace.output("all"))), @r#"
        {
          "allowed_principals": [
            "arn:aws:iam::111122223333:root"
          ],
          "allowed_regions": [
            "eu-central-1"
          ],
          "cluster_id": "[cluster]",
          "endpoint_region": "eu-central-1",
          "endpoint_type": "Interface",
          "id": "[cluster]",
          "private_dns_name": "0a1b2c3d.private.example",
          "ready": true,
          "service_name": "[service]"
        }
        "#);
        assert_eq!(count(&world, "ActivateSecureConnectivity"), 0);
        world.finish();
    }
}
