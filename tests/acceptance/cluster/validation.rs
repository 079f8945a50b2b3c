//! What is wrong in itself is found by `validate`, offline.

use super::errors;
use crate::support::{Cli, World};

/// What `validate` says about these lines of a cluster's block, with no word to the service.
fn refused(cli: &Cli, more: &str) -> String {
    let world = World::new(cli);
    world.write_cluster("orders", more);
    let run = world.workspace.validate();
    run.expect_failure();
    assert_eq!(world.simulator.statistics().requests, 0, "validation is offline");
    let said = errors(&world, &run);
    world.finish();
    said
}

for_each_cli! {
    fn of_a_long_description(cli: &Cli) on main {
        let more = format!("  description = \"{}\"", "ü".repeat(151));
        let said = refused(cli, &more).replace(&"ü".repeat(151), "üü…");
        insta::assert_snapshot!(said, @"");
        let world = World::new(cli);
        world.write_cluster("orders", &format!("  description = \"{}\"", "ü".repeat(150)));
        world.workspace.validate().expect_success();
        world.finish();
    }
}

for_each_cli! {
    fn of_a_blank_name(cli: &Cli) on main {
        insta::assert_snapshot!(refused(cli, "  name = \"  \""), @"");
    }
}

for_each_cli! {
    fn of_a_stage_label(cli: &Cli) on main {
        insta::assert_snapshot!(refused(cli, "  stage_label = \"staging\""), @"");
    }
}

for_each_cli! {
    fn of_durations(cli: &Cli) on main {
        insta::assert_snapshot!(
            refused(cli, "  timeouts = {\n    create = \"soon\"\n    update = \"0s\"\n    delete = \"-5m\"\n  }"),
            @""
        );
    }
}

for_each_cli! {
    fn of_hardware_packages(cli: &Cli) on main {
        insta::assert_snapshot!(refused(cli, "  hardware_packages = 0"), @"");
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
        insta::assert_snapshot!(said, @"");
        assert!(world.workspace.addresses().is_empty());

        // The same for a change of the name.
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        world.write_cluster(&"n".repeat(51), "");
        let run = world.workspace.apply(&[]);
        run.expect_failure();
        let said = errors(&world, &run).replace(&"n".repeat(51), "nnn…");
        insta::assert_snapshot!(said, @"");
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
