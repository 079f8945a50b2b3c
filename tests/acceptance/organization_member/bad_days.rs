//! Refusals, answers that get lost, runs that end in the middle, and lists that lag behind.

use std::time::Duration;

use camunda_simulator::{Fault, FaultAnswer, FaultBody, OWNER, seed};

use super::{ADDRESS, write};
use crate::support::look::{count, errors, writes};
use crate::support::{Action, World};

const DEADLINE: Duration = Duration::from_secs(60);

/// How often there is a member of this address.
fn times(world: &World, email: &str) -> usize {
    let members = world.simulator.members();
    members
        .iter()
        .filter(|member| member.email == email)
        .count()
}

fn refusal(text: &str) -> Fault {
    Fault::Answer(FaultAnswer {
        status: 403,
        body: FaultBody::Text(text.to_owned()),
        retry_after: None,
        after_commit: false,
    })
}

for_each_cli! {
    fn the_permission_is_missing(cli: &Cli) on main {
        let mut world = World::new(cli);
        world.log_in(&seed::credentials::READ_ONLY);
        write(&world, "ada@example.com", "\"admin\"");
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot invite ada@example.com

        with camunda_organization_member.it, on main.tf line 9, in resource "camunda_organization_member" "it": 9: resource "camunda_organization_member" "it" {

        127.0.0.1 answered 403 Forbidden: The client lacks the permission update of the group Members.

        The credentials probably lack the permission group "Members". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (POST /members/ada%40example.com)
        "#);
        assert!(world.workspace.addresses().is_empty());
        world.log_in(&seed::credentials::CLUSTER);
        let run = world.workspace.apply(&[]);
        assert!(errors(&world, &run).contains("the permission group \"Members\""), "{run}");
        world.finish();
    }
}

for_each_cli! {
    fn no_seat_is_left(cli: &Cli) on main {
        let world = World::new(cli);
        world.simulator.change_organization(|organization| organization.seats = 2);
        write(&world, "ada@example.com", "\"admin\"");
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot invite ada@example.com

        with camunda_organization_member.it, on main.tf line 9, in resource "camunda_organization_member" "it": 9: resource "camunda_organization_member" "it" {

        127.0.0.1 answered 403 Forbidden: No seat is left: the organization has 2.

        The limit on the number of seats of the organisation is reached; the organisation's plan sets it. Delete what is no longer needed, or ask Camunda for more.

        (POST /members/ada%40example.com)
        "#);
        assert_eq!(count(&world, "UpdateMembers"), 1, "a refusal is not repeated");
        world.finish();
    }
}

for_each_cli! {
    /// The owner is called the owner, and nobody else is.
    fn the_owner_stays(cli: &Cli) on main {
        let world = World::new(cli);
        write(&world, OWNER, "\"admin\"");
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot invite owner@example.com

        with camunda_organization_member.it, on main.tf line 10, in resource "camunda_organization_member" "it": 10: email = "owner@example.com"

        This is the owner of the organisation.

        The owner of the organisation can be neither changed nor removed here: ownership is transferred in the Console. Remove the resource from the configuration, and from the state if it is there.
        "#);
        assert_eq!(writes(&world), [""; 0]);

        world.workspace.import(ADDRESS, OWNER).expect_success();
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot change the roles of member owner@example.com

        with camunda_organization_member.it, on main.tf line 9, in resource "camunda_organization_member" "it": 9: resource "camunda_organization_member" "it" {

        127.0.0.1 answered 403 Forbidden: The owner cannot be changed.

        The owner of the organisation can be neither changed nor removed here: ownership is transferred in the Console. Remove the resource from the configuration, and from the state if it is there.

        (POST /members/owner%40example.com)
        "#);
        // The list says it where the answer does not.
        let faults = world.simulator.faults();
        faults.on("DeleteMember").inject(refusal("No."));
        let run = world.workspace.destroy(&[]);
        insta::assert_snapshot!(errors(&world, &run), @"
        Error: Cannot remove member owner@example.com

        127.0.0.1 answered 403 Forbidden: No.

        The owner of the organisation can be neither changed nor removed here: ownership is transferred in the Console. Remove the resource from the configuration, and from the state if it is there.

        (DELETE /members/owner%40example.com)
        ");
        assert_eq!(times(&world, OWNER), 1);
        world.workspace.run(&["state", "rm", ADDRESS]).expect_success();

        write(&world, "ada@example.com", "\"admin\"");
        world.workspace.apply(&[]).expect_success();
        faults.on("DeleteMember").inject(refusal("No."));
        let run = world.workspace.destroy(&[]);
        let told = errors(&world, &run);
        assert!(told.contains("permission group \"Members\"") && !told.contains("owner"), "{told}");
        world.workspace.destroy(&[]).expect_success();
        world.finish();
    }
}

for_each_cli! {
    /// To invite twice is to invite once.
    fn a_lost_answer_invites_once(cli: &Cli) on main {
        let world = World::new(cli);
        let faults = world.simulator.faults();
        faults.on("UpdateMembers").inject(Fault::lost_answer());
        faults.on("UpdateMembers").inject(Fault::too_many_requests_after_commit());
        write(&world, "ada@example.com", "\"admin\"");
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(times(&world, "ada@example.com"), 1);
        assert_eq!(count(&world, "UpdateMembers"), 3);
        faults.on("DeleteMember").inject(Fault::lost_answer());
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(times(&world, "ada@example.com"), 0);
        world.finish();
    }
}

for_each_cli! {
    /// The next run goes on with what the killed one has left.
    fn a_killed_run_leaves_no_orphan(cli: &Cli) on main {
        let world = World::new(cli);
        world.simulator.faults().on("UpdateMembers").inject(Fault::held_answer());
        write(&world, "ada@example.com", "\"admin\"");
        let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("UpdateMembers", 1);
        apply.kill_all();
        apply.wait(DEADLINE);
        world.workspace.wait_until_gone();
        world.simulator.faults().clear();
        assert!(world.workspace.addresses().is_empty(), "a killed run stores nothing");
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), ["UpdateMembers"]);
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(times(&world, "ada@example.com"), 0);
        world.finish();
    }
}

for_each_cli! {
    /// The request is out: its answer is waited for, and the list is not.
    fn ctrl_c_during_the_request_loses_nothing(cli: &Cli) on main {
        let world = World::new(cli);
        let held = world.simulator.faults().on("UpdateMembers").inject(Fault::held_answer());
        write(&world, "ada@example.com", "\"admin\"");
        let mut apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("UpdateMembers", 1);
        apply.interrupt();
        apply.wait_for_output("Interrupt received", DEADLINE);
        world.simulator.faults().release(held);
        apply.wait(DEADLINE);
        world.workspace.wait_until_alone();
        assert_eq!(world.workspace.addresses(), [ADDRESS]);
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), ["UpdateMembers"]);
        world.finish();
    }
}

for_each_cli! {
    /// A list that shows the invitation late is waited for; one that does not show it at all loses
    /// nobody, and nothing is made up.
    fn a_list_that_lags_loses_nobody(cli: &Cli) on main {
        let world = World::new(cli);
        let visibility = |seconds| {
            let duration = Duration::from_secs(seconds);
            world.simulator.change_behaviour(|all| all.durations.member_visibility = duration);
        };
        visibility(100);
        write(&world, "ada@example.com", "\"admin\"");
        world.workspace.apply(&[]).expect_success();
        let state = world.workspace.attributes(ADDRESS);
        assert_eq!((&state["name"], &state["invite_pending"]), (&"".into(), &true.into()));
        world.workspace.assert_empty_plan();

        visibility(86_400);
        write(&world, "bob@example.com", "\"admin\"");
        world.workspace.apply(&[]).expect_success();
        let state = world.workspace.attributes(ADDRESS);
        assert_eq!(state["id"], "bob@example.com");
        assert!(state["name"].is_null() && state["invite_pending"].is_null(), "{state}");
        world.workspace.assert_empty_plan();
        assert_eq!(count(&world, "UpdateMembers"), 2);
        world.simulator.advance(Duration::from_secs(86_400));
        world.workspace.refresh().expect_success();
        assert_eq!(world.workspace.attributes(ADDRESS)["invite_pending"], true);
        // Seen once, it is gone when the list does not show it any more.
        world.simulator.remove_member("bob@example.com");
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        world.finish();
    }
}

for_each_cli! {
    /// A service in trouble: the message says what there is to do, and the next run makes it good.
    fn a_service_in_trouble(cli: &Cli) on main {
        let world = World::new(cli);
        let faults = world.simulator.faults();
        faults.on("UpdateMembers").inject(Fault::status(503));
        // The invitation is out: that the list fails afterwards is no reason to fail.
        faults.on("GetMembers").skip(1).inject(Fault::status(500));
        write(&world, "ada@example.com", "\"admin\"");
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        faults.clear();
        faults.on("UpdateMembers").inject(Fault::status(500));
        write(&world, "ada@example.com", "\"analyst\"");
        let run = world.workspace.apply(&[]);
        assert!(errors(&world, &run).contains("Cannot change the roles of member ada@example.com"), "{run}");
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        // A list that cannot be had is no empty one.
        faults.on("GetMembers").always().inject(refusal("No."));
        let run = world.workspace.plan(&[]);
        assert!(errors(&world, &run).contains("Cannot read member ada@example.com"), "{run}");
        assert_eq!(world.workspace.addresses(), [ADDRESS]);
        world.finish();
    }
}
