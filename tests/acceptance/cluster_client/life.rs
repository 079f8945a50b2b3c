//! The life of a client: created, replaced, destroyed, with an empty plan after every step.

use serde_json::json;

use super::*;
use crate::support::Action;
use crate::support::look::{bodies, count, writes};

const EVERYTHING: &str = "  scopes = [\"Zeebe\", \"Secrets\"]\n  timeouts = { create = \"20m\" }";

for_each_cli! {
    /// From nothing to nothing, through every kind of change.
    fn lives(cli: &Cli) on life {
        let world = world(cli);
        write(&world, "workers", EVERYTHING);
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(
            bodies(&world, "CreateClient"),
            [json!({ "clientName": "workers", "permissions": ["Secrets", "Zeebe"] })]
        );
        insta::assert_snapshot!(named(&world, &format!("{:#}", assert_kept(&world))), @r#"
        {
          "cluster_id": "[cluster]",
          "id": "[uuid]",
          "name": "workers",
          "previous_zeebe_client_id": null,
          "remote_name": null,
          "retire_previous": null,
          "rotation_version": null,
          "scopes": [
            "Secrets",
            "Zeebe"
          ],
          "secret": "[secret]",
          "timeouts": {
            "create": "20m"
          },
          "zeebe_address": "[cluster].bru-2.zeebe.camunda.io:443",
          "zeebe_authorization_server_url": "https://login.cloud.camunda.io/oauth/token",
          "zeebe_client_id": "[client]"
        }
        "#);
        world.workspace.assert_empty_plan();
        let first = client(&world);

        // What is for the provider alone changes in place.
        write(&world, "workers", &EVERYTHING.replace("20m", "25m"));
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (timeouts)"));
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(client(&world), first);

        // Everything else replaces the client.
        for (name, more, changed) in [
            ("more-workers", EVERYTHING.to_owned(), "name"),
            ("more-workers", EVERYTHING.replace("Secrets", "Optimize"), "scopes"),
        ] {
            let before = client(&world);
            write(&world, name, &more);
            let plan = world.workspace.planned(&[]);
            let change = plan.change(ADDRESS);
            assert_eq!(change.action, Action::Replace, "{plan}");
            assert!(change.attributes.contains(changed) && change.attributes.contains("secret"));
            world.workspace.apply(&[]).expect_success();
            assert_kept(&world);
            assert_ne!(client(&world).client_id, before.client_id);
            world.workspace.assert_empty_plan();
        }
        assert_eq!(client(&world).permissions, ["Optimize", "Zeebe"]);

        // Deleted in the console: planned anew.
        let before = client(&world);
        assert!(world.simulator.delete_zeebe_client(CLUSTER, &before.client_id));
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);

        world.workspace.destroy(&[]).expect_success();
        assert!(world.workspace.addresses().is_empty());
        assert_eq!(clients(&world), []);
        assert_eq!((count(&world, "CreateClient"), count(&world, "DeleteClient")), (4, 3));
        world.finish();
    }
}

for_each_cli! {
    /// Without a word about scopes the client may do everything, and nothing changes later.
    fn lives_with_the_minimum(cli: &Cli) on main {
        let world = world(cli);
        write(&world, "workers", "");
        world.workspace.apply(&[]).expect_success();
        assert_eq!(bodies(&world, "CreateClient"), [json!({ "clientName": "workers" })]);
        let all = json!(["Operate", "Optimize", "Secrets", "Tasklist", "Zeebe"]);
        assert_eq!(assert_kept(&world)["scopes"], all);
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(clients(&world), []);
        world.finish();
    }
}

for_each_cli! {
    /// With its cluster in one configuration; both go in the right order.
    fn lives_with_its_cluster(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        let cluster = world.workspace.read("main.tf");
        let client = block("it", "workers", "").replace(&format!("{CLUSTER:?}"), "camunda_cluster.it.id");
        world.workspace.write("main.tf", &format!("{cluster}\n{client}"));
        world.workspace.apply(&[]).expect_success();
        let id = world.cluster_id();
        let made = world.simulator.zeebe_clients(&id).remove(0);
        let state = world.workspace.attributes(ADDRESS);
        assert_eq!(state["cluster_id"], id.as_str());
        assert_eq!(state["secret"], made.secret.as_str());
        assert_eq!(state["zeebe_address"], format!("{id}.bru-2.zeebe.camunda.io:443"));
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(writes(&world), ["CreateCluster", "CreateClient", "DeleteClient", "DeleteCluster"]);
        world.finish_empty();
    }
}

for_each_cli! {
    /// The identity is cluster and client id, from the creation on.
    fn has_an_identity(cli: &Cli) on [terraform_1_15_5] requires Identity {
        let world = world(cli);
        write(&world, "workers", "");
        world.workspace.apply(&[]).expect_success();
        let identity = object(&world).unwrap()["identity"].clone();
        let client_id = client(&world).client_id;
        assert_eq!(identity, json!({ "cluster_id": CLUSTER, "zeebe_client_id": client_id }));
        world.finish();
    }
}
