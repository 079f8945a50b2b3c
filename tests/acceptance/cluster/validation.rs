//! What is wrong in itself is found by `validate`, offline.

use super::errors;
use crate::support::{Cli, World};

/// What `validate` says about these lines of a cluster's block, with no word to the service.
fn refused(cli: &Cli, more: &str) -> String {
    let world = World::new(cli);
    world.write_cluster("orders", more);
    let run = world.workspace.validate();
    run.expect_failure();
    assert_eq!(
        world.simulator.statistics().requests,
        0,
        "validation is offline"
    );
    let said = errors(&world, &run);
    world.finish();
    said
}

for_each_cli! {
    fn of_a_long_description(cli: &Cli) on main {
        let more = format!("  description = \"{}\"", "ü".repeat(151));
        let said = refused(cli, &more).replace(&"ü".repeat(151), "üü…");
        insta::assert_snapshot!(said, @r#"
        Error: Text of the wrong length

        with camunda_cluster.it, on main.tf line 14, in resource "camunda_cluster" "it": 14: description = "üü…"

        The value has 151 characters; allowed are 0 to 150.
        "#);
        let world = World::new(cli);
        world.write_cluster("orders", &format!("  description = \"{}\"", "ü".repeat(150)));
        world.workspace.validate().expect_success();
        world.finish();
    }
}

for_each_cli! {
    fn of_a_blank_name(cli: &Cli) on main {
        insta::assert_snapshot!(refused(cli, "  name = \"  \""), @r#"
        Error: Blank value

        with camunda_cluster.it, on main.tf line 13, in resource "camunda_cluster" "it": 13: name = " "

        The value must not be empty or consist of blanks.
        "#);
    }
}

for_each_cli! {
    fn of_a_stage_label(cli: &Cli) on main {
        insta::assert_snapshot!(refused(cli, "  stage_label = \"staging\""), @r#"
        Error: Value is not allowed here

        with camunda_cluster.it, on main.tf line 14, in resource "camunda_cluster" "it": 14: stage_label = "staging"

        "staging" is not one of: dev, test, stage, prod.

        Did you mean "stage"?
        "#);
    }
}

for_each_cli! {
    fn of_durations(cli: &Cli) on main {
        insta::assert_snapshot!(
            refused(cli, "  timeouts = {\n    create = \"soon\"\n    update = \"0s\"\n    delete = \"-5m\"\n  }"),
            @r#"
        Error: Invalid duration

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        timeouts.create: "soon" is not a duration: write it with units, for example 90s, 30m or 1h30m.

        Error: Invalid duration

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        timeouts.update: "0s" is no time at all: write it with units, for example 90s, 30m or 1h30m.

        Error: Invalid duration

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        timeouts.delete: "-5m" is negative: a duration runs forwards.
        "#
        );
    }
}

for_each_cli! {
    fn of_hardware_packages(cli: &Cli) on main {
        insta::assert_snapshot!(refused(cli, "  hardware_packages = 0"), @r#"
        Error: Number out of range

        with camunda_cluster.it, on main.tf line 14, in resource "camunda_cluster" "it": 14: hardware_packages = 0

        The value must be above zero.
        "#);
    }
}

for_each_cli! {
    /// How long a name may be is the service's business: its words, at the attribute.
    fn of_a_long_name_by_the_service(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster(&"n".repeat(51), "");
        world.workspace.validate().expect_success();
        let run = world.workspace.apply(&[]);
        run.expect_failure();
        let said = errors(&world, &run).replace(&"n".repeat(51), "nnn…");
        insta::assert_snapshot!(said, @r#"
        Error: Cannot create cluster "nnn…"

        with camunda_cluster.it, on main.tf line 10, in resource "camunda_cluster" "it": 10: name = "nnn…"

        127.0.0.1 answered 400 Bad Request: The cluster name is too long: at most 50 characters are allowed.

        (POST /clusters)
        "#);
        assert!(world.workspace.addresses().is_empty());

        // The same for a change of the name.
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        world.write_cluster(&"n".repeat(51), "");
        let run = world.workspace.apply(&[]);
        run.expect_failure();
        let said = errors(&world, &run).replace(&"n".repeat(51), "nnn…");
        insta::assert_snapshot!(said, @r#"
        Error: Cannot change cluster "orders"

        with camunda_cluster.it, on main.tf line 10, in resource "camunda_cluster" "it": 10: name = "nnn…"

        127.0.0.1 answered 400 Bad Request: The cluster name is too long: at most 50 characters are allowed.

        (PATCH /clusters/[cluster])
        "#);
        world.write_cluster("orders", "");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Values that are not known yet are not judged.
    fn not_of_unknown_values(cli: &Cli) on main {
        let world = World::new(cli);
        world.write(&format!(
            r#"
resource "terraform_data" "words" {{
  input = {{ name = "orders", stage = "dev", wait = "45m" }}
}}
resource "camunda_cluster" "it" {{
  name        = terraform_data.words.output.name
  stage_label = terraform_data.words.output.stage
  channel     = {:?}
  plan_type   = {:?}
  region      = {:?}
  timeouts    = {{ create = terraform_data.words.output.wait }}
}}
"#,
            camunda_simulator::seed::CHANNEL_STABLE,
            camunda_simulator::seed::PLAN_ADVANCED,
            camunda_simulator::seed::REGION_BELGIUM,
        ));
        world.workspace.validate().expect_success();
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
