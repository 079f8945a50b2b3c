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
            ("A", "", "Neither value nor value_wo is set."),
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
