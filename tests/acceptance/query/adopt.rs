//! Adoption: a query writes the configuration, and an apply takes everything over as it is.

use super::*;
use crate::support::look::writes;

const EVERYTHING: [&str; 6] = [
    "camunda_cluster",
    "camunda_cluster_backup",
    "camunda_cluster_client",
    "camunda_cluster_connector_secret",
    "camunda_cluster_ip_allowlist_entry",
    "camunda_organization_member",
];

/// Takes the whole organisation over, and returns how many objects that were.
fn adopt(world: &World) -> usize {
    let lists = EVERYTHING.map(|type_name| (type_name, "  limit = 10000"));
    write_query(world, &lists);
    let generate = ["query", "-generate-config-out=generated.tf"];
    world.workspace.run(&generate).expect_success();
    world.workspace.validate().expect_success();
    world.workspace.apply(&[]).expect_success();
    world.workspace.assert_empty_plan();
    assert_eq!(writes(world), [""; 0], "taking over changes nothing");
    world.workspace.addresses().len()
}

for_each_cli! {
    fn takes_a_small_organisation_over(cli: &Cli) on [terraform_1_14_9] requires ListResources {
        let world = organisation(cli, SMALL);
        // With the administrator whom every organisation has.
        assert_eq!(adopt(&world), 19);
        let generated: Vec<String> = EVERYTHING
            .map(|type_name| configuration_of(&world, type_name))
            .into();
        insta::assert_snapshot!(generated.join("\n\n"), @r#"
        resource "camunda_cluster" "it_0" {
          provider = camunda
          auto_update = true
          channel = "[channel Stable]"
          description = "Number 0, \"by hand\""
          encryption = "Provider"
          name = "cluster-00"
          plan_type = "[plan Advanced]"
          region = "[region Belgium]"
        }

        resource "camunda_cluster_backup" "it_0" {
          provider = camunda
          cluster_id = "[cluster]"
        }

        resource "camunda_cluster_client" "it_0" {
          provider = camunda
          cluster_id = "[cluster]"
          name = "client-0"
          scopes = ["Zeebe"]
        }

        resource "camunda_cluster_connector_secret" "it_0" {
          provider = camunda
          cluster_id = "[cluster]"
          name = "SECRET_0"
        }

        resource "camunda_cluster_ip_allowlist_entry" "it_0" {
          provider = camunda
          cidrs = ["10.0.0.0/24", "192.0.2.0"]
          cluster_id = "[cluster]"
          description = "team 0 $${x} \"ü\""
        }

        resource "camunda_organization_member" "it_0" {
          provider = camunda
          email = "admin@example.com"
          roles = ["admin"]
        }
        "#);
        world.finish();
    }
}

for_each_cli! {
    /// As large as an organisation may be that has grown by hand for years.
    fn takes_a_large_organisation_over(cli: &Cli) on [terraform_1_15_5] requires ListResources {
        let world = organisation(cli, Size {
            clusters: 20,
            clients: 100,
            secrets: 200,
            members: 30,
            entries: 10,
            backups: 10,
        });
        assert_eq!(adopt(&world), 371);
        let generated = world.workspace.read("generated.tf");
        assert!(!generated.contains("hunter"), "no value of a secret is written");
        world.finish();
    }
}

/// What was generated for the first object of a type. What is null is left out, and so are the blanks
/// that depend on it.
fn configuration_of(world: &World, type_name: &str) -> String {
    let text = world.workspace.read("generated.tf");
    let start = text.find(&format!("resource {type_name:?}")).unwrap();
    let end = start + text[start..].find("\n}").unwrap() + 2;
    let lines = text[start..end].lines();
    let said: Vec<String> = lines
        .filter(|line| !line.contains("= null"))
        .map(|line| match line.split_once('=') {
            Some((name, value)) => format!("{} ={value}", name.trim_end()),
            None => line.to_owned(),
        })
        .collect();
    look::named(world, &said.join("\n"))
}
