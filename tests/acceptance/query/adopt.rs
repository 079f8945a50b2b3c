//! Adoption: a query writes the configuration, and an apply takes everything over as it is.

use super::*;
use crate::support::look::writes;

const EVERYTHING: [&str; 2] = ["camunda_cluster", "camunda_cluster_client"];

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
        assert_eq!(adopt(&world), 6);
        insta::assert_snapshot!(configuration_of(&world, "camunda_cluster"), @r#"
        resource "camunda_cluster" "it_0" {
          provider          = camunda
          auto_update       = true
          channel           = "[channel Stable]"
          description       = "Number 0, \"by hand\""
          encryption        = "Provider"
          hardware_packages = null
          name              = "cluster-00"
          plan_type         = "[plan Advanced]"
          region            = "[region Belgium]"
          stage_label       = null
          timeouts          = null
        }
        "#);
        insta::assert_snapshot!(configuration_of(&world, "camunda_cluster_client"), @r#"
        resource "camunda_cluster_client" "it_0" {
          provider         = camunda
          cluster_id       = "[cluster]"
          name             = "client-0"
          retire_previous  = null
          rotation_version = null
          scopes           = ["Zeebe"]
          timeouts         = null
        }
        "#);
        world.finish();
    }
}

/// What was generated for the first object of a type.
fn configuration_of(world: &World, type_name: &str) -> String {
    let text = world.workspace.read("generated.tf");
    let start = text.find(&format!("resource {type_name:?}")).unwrap();
    let end = start + text[start..].find("\n}").unwrap() + 2;
    look::named(world, &text[start..end])
}
