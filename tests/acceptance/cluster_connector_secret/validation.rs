//! What is found before anybody is asked.

use super::*;
use crate::support::look::{errors, writes};

for_each_cli! {
    fn of_names_and_values(cli: &Cli) on main {
        let world = world(cli);
        let long = "x".repeat(51);
        for (name, more, said) in [
            ("", "  value = \"a\"", "The value has 0 characters; allowed are 1 to 50."),
            (&*long, "  value = \"a\"", "The value has 51 characters; allowed are 1 to 50."),
            ("A B", "  value = \"a\"", "The value must not contain spaces, tabs or line breaks."),
            ("A", "  value = \"a\"\n  value_wo = \"b\"\n  value_wo_version = 1", "Both value and value_wo are set."),
            ("A", "  value_wo = \"a\"", "Set value_wo_version"),
            ("A", "  value = \"a\"\n  value_wo_version = 1", "value_wo_version belongs to value_wo"),
            ("A", "  value = \"a\"\n  timeouts = { create = \"soon\" }", "is not a duration"),
        ] {
            write(&world, name, more);
            let run = world.workspace.validate();
            run.expect_failure();
            assert!(errors(&world, &run).contains(said), "{name:?} {more}\n{run}");
        }
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    /// Whether a secret can do without a value is known once its state is: in the plan.
    fn of_a_value_that_is_missing(cli: &Cli) on main {
        let world = world(cli);
        write(&world, "A", "");
        world.workspace.validate().expect_success();
        let run = world.workspace.plan(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Exactly one value is needed

        with camunda_cluster_connector_secret.it, on main.tf line 9, in resource "camunda_cluster_connector_secret" "it": 9: resource "camunda_cluster_connector_secret" "it" {

        Neither value nor value_wo is set. Only a secret whose value is in the state already, after an import for example, can do without.

        Set value, which the state holds, or value_wo and value_wo_version, with which nothing is stored (Terraform 1.11 or later, OpenTofu 1.11 or later).
        "#);
        // One that the state knows goes with the name.
        write(&world, "A", "  value = \"a\"");
        world.workspace.apply(&[]).expect_success();
        write(&world, "B", "");
        world.workspace.plan(&[]).expect_failure_containing("Neither value nor value_wo is set.");
        // And so does one that nobody knows.
        write(&world, "A", "  value_wo = \"a\"\n  value_wo_version = 1");
        world.workspace.apply(&[]).expect_success();
        write(&world, "A", "");
        world.workspace.plan(&[]).expect_failure_containing("Neither value nor value_wo is set.");
        assert_eq!(writes(&world), ["CreateSecret", "UpdateSecret"]);
        world.finish();
    }
}

for_each_cli! {
    /// A value that turns out to be null is found at last when it is applied.
    fn of_a_value_that_is_not_known_before(cli: &Cli) on main {
        let world = world(cli);
        let data = "resource \"terraform_data\" \"value\" {\n  input = { value = null }\n}\n";
        let secret = block("it", "A", "  value = terraform_data.value.output.value");
        world.write(&format!("{secret}{data}"));
        world.workspace.validate().expect_success();
        world
            .workspace
            .apply(&[])
            .expect_failure_containing("Neither value nor value_wo is set.");
        assert_secrets(&world, []);
        world.finish();
    }
}
