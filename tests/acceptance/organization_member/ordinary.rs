//! Import, disappearance, acceptance, numbers, validation and data sources.

use serde_json::json;

use super::{ADDRESS, write};
use crate::support::look::{count, errors, writes};
use crate::support::{Action, World};

for_each_cli! {
    fn by_identity(cli: &Cli) on [terraform_1_15_5] requires Identity {
        let world = World::new(cli);
        world.simulator.set_member("ada@example.com", &["admin", "member"]);
        write(&world, "ADA@example.com", "\"admin\"");
        let text = world.workspace.read("main.tf");
        let import = "import {\n  to = camunda_organization_member.it\n  identity = {\n    email = \"Ada@example.com\"\n  }\n}\n";
        world.workspace.write("main.tf", &format!("{text}\n{import}"));
        assert_eq!(world.workspace.planned(&[]).to_string(), format!("nothing {ADDRESS}, imported"));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.workspace.attributes(ADDRESS)["id"], "ada@example.com");
        world.workspace.assert_empty_plan();
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    /// The CLI writes the configuration, and it is valid as it is.
    fn by_block_with_generated_configuration(cli: &Cli) on main {
        let world = World::new(cli);
        world.simulator.set_member("a+b@example.com", &["admin", "member"]);
        world.write(&format!("import {{\n  to = {ADDRESS}\n  id = \"a+b@example.com\"\n}}\n"));
        world.workspace.plan(&["-generate-config-out=generated.tf"]).expect_success();
        assert_eq!(world.workspace.planned(&[]).to_string(), format!("nothing {ADDRESS}, imported"));
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(world.workspace.attributes(ADDRESS)["roles"], json!(["admin"]));
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}

for_each_cli! {
    fn import_of_something_else(cli: &Cli) on main {
        let world = World::new(cli);
        write(&world, "ada@example.com", "\"admin\"");
        let run = world.workspace.import(ADDRESS, "Ada Lovelace");
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Invalid import ID for camunda_organization_member

        "Ada Lovelace" is not an e-mail address.

        The import ID is the member's e-mail address, for example ada@example.com. The Console shows it under Organization > Users.
        "#);
        assert_eq!(count(&world, "GetMembers"), 0);
        world
            .workspace
            .import(ADDRESS, "ada@example.com")
            .expect_failure_containing("Cannot import non-existent remote object");
        world.finish();
    }
}

for_each_cli! {
    fn disappears(cli: &Cli) on main {
        let world = World::new(cli);
        write(&world, "ada@example.com", "\"admin\"");
        world.workspace.apply(&[]).expect_success();
        assert!(world.simulator.remove_member("ada@example.com"));
        assert_eq!(world.workspace.planned(&[]).change(ADDRESS).action, Action::Create);
        // What is gone already is removed.
        world.workspace.destroy(&["-refresh=false"]).expect_success();
        assert_eq!(count(&world, "DeleteMember"), 1);
        assert!(world.workspace.addresses().is_empty());
        world.finish();
    }
}

for_each_cli! {
    /// The plan promises what was; the person accepts before the apply, which keeps the promise.
    fn accepted_between_plan_and_apply(cli: &Cli) on main {
        let world = World::new(cli);
        write(&world, "ada@example.com", "\"admin\"");
        world.workspace.apply(&[]).expect_success();
        write(&world, "ada@example.com", "\"analyst\"");
        world.workspace.plan(&["-out=plan"]).expect_success();
        assert!(world.simulator.accept_invitation("ada@example.com", "Ada"));
        world.workspace.run(&["apply", "plan"]).expect_success();
        world.workspace.assert_empty_plan();
        world.workspace.refresh().expect_success();
        let state = world.workspace.attributes(ADDRESS);
        assert_eq!((&state["name"], &state["invite_pending"]), (&"Ada".into(), &false.into()));
        assert_eq!(state["roles"], json!(["analyst"]));
        world.finish();
    }
}

for_each_cli! {
    fn many_refresh_with_one_list(cli: &Cli) on main {
        let world = World::new(cli);
        let all: String = (0..25)
            .map(|n| format!(
                "resource \"camunda_organization_member\" \"m{n}\" {{\n  email = \"m{n}@example.com\"\n  roles = [\"admin\"]\n}}\n"
            ))
            .collect();
        world.write(&all);
        world.workspace.apply(&["-parallelism=25"]).expect_success();
        assert_eq!(world.simulator.members().len(), 27);
        let lists = count(&world, "GetMembers");
        let run = world.workspace.plan(&["-parallelism=25", "-detailed-exitcode"]);
        run.expect_success();
        assert_eq!(count(&world, "GetMembers"), lists + 1);
        world.workspace.destroy(&["-parallelism=25"]).expect_success();
        assert_eq!(world.simulator.members().len(), 2);
        world.finish();
    }
}

for_each_cli! {
    fn what_is_wrong_is_said_where_it_is(cli: &Cli) on main {
        let world = World::new(cli);
        write(&world, "ada.example.com", "");
        let run = world.workspace.validate();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Not an e-mail address

        with camunda_organization_member.it, on main.tf line 10, in resource "camunda_organization_member" "it": 10: email = "ada.example.com"

        "ada.example.com" is not an address such as ada@example.com.

        Error: Empty set of roles

        with camunda_organization_member.it, on main.tf line 11, in resource "camunda_organization_member" "it": 11: roles = []

        A member without roles is none: the service does not say what becomes of one.

        Name at least one role, or remove the resource to remove the member.
        "#);
        assert_eq!(world.simulator.statistics().requests, 0, "validation is offline");
        // Roles that the provider does not know are the service's business.
        write(&world, "ada@example.com", "\"devops\"");
        world.workspace.validate().expect_success();
        world.finish();
    }
}

fn data(kind: &str, label: &str, arguments: &str) -> String {
    format!("data \"camunda_organization_{kind}\" {label:?} {{\n{arguments}\n}}\n")
}

for_each_cli! {
    fn data_sources(cli: &Cli) on life {
        let world = World::new(cli);
        world.simulator.set_member("Ada@example.com", &["admin", "member"]);
        world.write(&[
            data("member", "ada", "  email = \"ada@EXAMPLE.com\""),
            data("members", "all", ""),
            data("members", "owners", "  role = \"owner\"\n  invite_pending = false"),
            data("members", "none", "  invite_pending = true"),
        ].concat());
        world.workspace.apply(&[]).expect_success();
        let attributes = |address: &str| world.workspace.attributes(address);
        assert_eq!(
            attributes("data.camunda_organization_member.ada"),
            json!({
                "id": "Ada@example.com", "email": "ada@EXAMPLE.com", "name": "By Hand",
                "roles": ["admin", "member"], "invite_pending": false,
            })
        );
        let listed = |email: &str, name: &str, roles: &[&str]| json!({
            "id": email, "email": email, "name": name, "roles": roles, "invite_pending": false,
        });
        let owner = listed("owner@example.com", "Olivia Owner", &["owner"]);
        assert_eq!(
            attributes("data.camunda_organization_members.all")["members"],
            json!([
                listed("Ada@example.com", "By Hand", &["admin", "member"]),
                listed("admin@example.com", "Adam Admin", &["admin"]),
                owner,
            ])
        );
        assert_eq!(attributes("data.camunda_organization_members.owners")["members"], json!([owner]));
        assert_eq!(attributes("data.camunda_organization_members.none")["members"], json!([]));
        // Those who come at the same moment share a list; how many do is a matter of luck.
        assert!(count(&world, "GetMembers") <= 4, "one list for each at most");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    fn a_data_source_says_who_is_close(cli: &Cli) on main {
        let world = World::new(cli);
        world.write(&data("member", "it", "  email = \"amin@example.com\""));
        let run = world.workspace.plan(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: No member has the e-mail address "amin@example.com"

        with data.camunda_organization_member.it, on main.tf line 10, in data "camunda_organization_member" "it": 10: email = "amin@example.com"

        The organisation has neither a member nor an open invitation with this address.

        Did you mean "admin@example.com"?

        The Console shows the members under Organization > Users.
        "#);
        world.finish();
    }
}
