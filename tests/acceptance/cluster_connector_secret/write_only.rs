//! Values that nobody stores: sent when they are due, and in no other case.

use serde_json::{Value, json};

use super::*;
use crate::support::Action;
use crate::support::look::{count, errors, writes};

fn value_wo(value: &str, version: u32) -> String {
    format!("  value_wo = {value:?}\n  value_wo_version = {version}")
}

for_each_cli! {
    /// The version says when the value is sent.
    fn lives(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] requires WriteOnly {
        let world = world(cli);
        write(&world, "API_KEY", &value_wo("first", 1));
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("API_KEY", "first")]);
        let state = world.workspace.attributes(ADDRESS);
        assert_eq!(
            (&state["value"], &state["value_wo"], &state["value_wo_version"]),
            (&Value::Null, &Value::Null, &json!(1))
        );
        world.workspace.assert_empty_plan();

        // A new value alone is not seen, by design.
        write(&world, "API_KEY", &value_wo("second", 1));
        world.workspace.assert_empty_plan();
        // The version alone sends it.
        write(&world, "API_KEY", &value_wo("second", 2));
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (value_wo_version)"));
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("API_KEY", "second")]);
        world.workspace.assert_empty_plan();

        // Timeouts are for the provider alone.
        write(&world, "API_KEY", &format!("{}\n  timeouts = {{ update = \"1m\" }}", value_wo("third", 2)));
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("API_KEY", "second")]);
        assert_eq!(writes(&world), ["CreateSecret", "UpdateSecret"]);

        // Only existence is refreshed.
        set_by_hand(&world, "API_KEY", "by hand");
        world.workspace.assert_empty_plan();
        delete_by_hand(&world, "API_KEY");
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("API_KEY", "third")]);

        world.workspace.destroy(&[]).expect_success();
        assert_secrets(&world, []);
        world.finish();
    }
}

for_each_cli! {
    /// From a stored value to one that is not, and back: in place.
    fn takes_the_place_of_a_stored_value(cli: &Cli) on main {
        let world = world(cli);
        write(&world, "API_KEY", "  value = \"stored\"");
        world.workspace.apply(&[]).expect_success();
        write(&world, "API_KEY", &value_wo("unstored", 1));
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (value, value_wo_version)"));
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("API_KEY", "unstored")]);
        let state = world.workspace.read("terraform.tfstate");
        assert!(!state.contains("stored"), "{state}");
        world.workspace.assert_empty_plan();

        write(&world, "API_KEY", "  value = \"stored\"");
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {ADDRESS} (value, value_wo_version)"));
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("API_KEY", "stored")]);
        world.workspace.assert_empty_plan();
        assert_eq!(count(&world, "UpdateSecret"), 2);
        assert_eq!(writes(&world).len(), 3);
        world.finish();
    }
}

for_each_cli! {
    /// A change that failed is made in the next run: the state has the version that got through.
    fn is_sent_again_after_a_failure(cli: &Cli) on main {
        let world = world(cli);
        write(&world, "API_KEY", &value_wo("first", 1));
        world.workspace.apply(&[]).expect_success();
        write(&world, "API_KEY", &value_wo("second", 2));
        let fault = camunda_simulator::Fault::status(500);
        world.simulator.faults().on("UpdateSecret").inject(fault);
        world.workspace.apply(&[]).expect_failure_containing("It is safe to run again");
        assert_eq!(world.workspace.attributes(ADDRESS)["value_wo_version"], json!(1));
        world.workspace.apply(&[]).expect_success();
        assert_secrets(&world, [("API_KEY", "second")]);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// A CLI that would store the value is told so; the type itself works there.
    fn is_refused_where_it_would_be_stored(cli: &Cli) on [tofu_1_6_2, terraform_1_10_5] {
        let world = world(cli);
        write(&world, "API_KEY", &value_wo("known-value-1", 1));
        let run = world.workspace.plan(&[]);
        let said = errors(&world, &run);
        assert!(said.contains("Use Terraform 1.11 or later, or OpenTofu 1.11 or later."), "{run}");
        assert!(said.contains("value_wo is write-only"), "{run}");
        assert_eq!(writes(&world), [""; 0]);
        write(&world, "API_KEY", "  value = \"first\"");
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        world.finish();
    }
}
