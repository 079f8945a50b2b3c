//! Rotations on bad days: the password that is good is in the state, or the next apply makes one.

use camunda_simulator::{Fault, seed};

use super::*;
use crate::support::look::count;

const ROTATE: &str = "RotateMonitoringClientPassword";

/// Credentials in the state, and a configuration that asks for another password.
fn about_to_rotate(cli: &Cli) -> World {
    let world = switched_on(cli);
    write(&world, "prom", "  password_version = 1");
    world.workspace.apply(&[]).expect_success();
    assert_eq!(count(&world, ROTATE), 0, "a new password needs no other");
    write(&world, "prom", "  password_version = 2");
    world
}

for_each_cli! {
    /// Each way in which the new password can get lost: the last answer is what counts.
    fn a_lost_password_is_replaced(cli: &Cli) on main {
        for fault in [
            Fault::lost_answer(),
            Fault::too_many_requests_after_commit(),
            Fault::html(502),
        ] {
            let world = about_to_rotate(cli);
            world.simulator.faults().on(ROTATE).inject(fault);
            world.workspace.apply(&[]).expect_success();
            assert_eq!(assert_kept(&world)["password_version"], 2);
            assert_eq!(count(&world, ROTATE), 2);
            world.workspace.assert_empty_plan();
            world.finish();
        }
    }
}

for_each_cli! {
    /// The service never gets well: the message says so, and the next plan rotates.
    fn a_rotation_that_stays_unknown_is_planned_again(cli: &Cli) on main {
        let world = about_to_rotate(cli);
        world.workspace.write("provider.tf", "provider \"camunda\" {\n  max_retries = 1\n}\n");
        let before = client(&world).password;
        world.simulator.faults().on(ROTATE).always().inject(Fault::lost_answer());
        let run = world.workspace.apply(&[]);
        let said = errors(&world, &run);
        for words in [
            "Cannot rotate the password of monitoring client \"prom\" in cluster [cluster]",
            "nobody knows the new one, and the one in the state is good for up to 5 minutes more. Apply \
             again soon",
        ] {
            assert!(said.contains(words), "{said}");
        }
        let state = world.workspace.attributes(CLIENT);
        assert_eq!(state["password"], before.as_str());
        assert_eq!(state["password_version"], 1);
        // As the message says.
        assert!(world.simulator.monitoring_password_works(CLUSTER, "prom", &before));
        world.simulator.faults().clear();
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {CLIENT} (password, password_version)"));
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Half an answer, and nothing after it: nobody knows the password, and nobody pretends to.
    fn half_an_answer_is_none(cli: &Cli) on main {
        for fault in [Fault::TruncatedJson, Fault::Omit(vec!["password".to_owned()])] {
            let world = about_to_rotate(cli);
            world.simulator.faults().on(ROTATE).inject(fault);
            let run = world.workspace.apply(&[]);
            if run.status.success() {
                assert_kept(&world);
            } else {
                assert_eq!(world.workspace.attributes(CLIENT)["password_version"], 1);
                assert!(errors(&world, &run).contains("Apply again soon"), "{run}");
            }
            world.workspace.apply(&[]).expect_success();
            assert_kept(&world);
            world.workspace.assert_empty_plan();
            world.finish();
        }
    }
}

for_each_cli! {
    fn the_permission_is_missing(cli: &Cli) on main {
        let mut world = about_to_rotate(cli);
        world.log_in(&seed::credentials::READ_ONLY);
        let run = world.workspace.apply(&[]);
        assert!(errors(&world, &run).contains("the permission group \"External Monitoring\""), "{run}");
        let kept = assert_kept(&world);
        assert_eq!(kept["password_version"], 1);
        world.finish();
    }
}

for_each_cli! {
    /// A number that turns out to be the old one, or none, rotates nothing.
    fn a_number_that_is_known_later(cli: &Cli) on main {
        let world = switched_on(cli);
        let with = |number: u8| {
            let source = format!("resource \"terraform_data\" \"it\" {{\n  input = {number}\n}}\n");
            let client = client_block("prom", "  password_version = terraform_data.it.output");
            world.write(&[source, client].concat());
        };
        with(1);
        world.workspace.apply(&[]).expect_success();
        let first = client(&world);
        let source = "resource \"terraform_data\" \"it\" {\n  input = 1\n  triggers_replace = \"x\"\n}\n";
        let client_part = client_block("prom", "  password_version = terraform_data.it.output");
        world.write(&[source, client_part.as_str()].concat());
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        assert_eq!(client(&world), first);
        with(2);
        world.workspace.apply(&[]).expect_success();
        assert_kept(&world);
        assert_ne!(client(&world), first);
        world.finish();
    }
}
