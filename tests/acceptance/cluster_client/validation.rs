//! What is wrong in itself is found by `validate`, offline.

use super::*;

/// What `validate` says about these lines.
fn refused(cli: &Cli, name: &str, more: &str) -> String {
    let world = world(cli);
    write(&world, name, more);
    let run = world.workspace.validate();
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
    fn of_names(cli: &Cli) on main {
        insta::assert_snapshot!(refused(cli, "order workers", ""), @r#"
        Error: Blank in a value

        with camunda_cluster_client.it, on main.tf line 11, in resource "camunda_cluster_client" "it": 11: name = "order workers"

        The value must not contain spaces, tabs or line breaks.
        "#);
        let long = refused(cli, &"x".repeat(51), "");
        assert!(long.contains("The value has 51 characters; allowed are 1 to 50."), "{long}");
        let empty = refused(cli, "", "");
        assert!(empty.contains("The value has 0 characters; allowed are 1 to 50."), "{empty}");
        let world = world(cli);
        write(&world, &"ü".repeat(50), "  scopes = [\"Whatever comes\"]");
        world.workspace.validate().expect_success();
        world.finish();
    }
}

for_each_cli! {
    fn of_scopes_and_timeouts(cli: &Cli) on main {
        insta::assert_snapshot!(refused(cli, "workers", "  scopes = []"), @r#"
        Error: Empty set of scopes

        with camunda_cluster_client.it, on main.tf line 12, in resource "camunda_cluster_client" "it": 12: scopes = []

        A client without scopes can do nothing.

        Leave scopes out for a client that may use everything there is.
        "#);
        insta::assert_snapshot!(refused(cli, "workers", "  scopes = [null]"), @r#"
        Error: Null where a value is needed

        with camunda_cluster_client.it, on main.tf line 12, in resource "camunda_cluster_client" "it": 12: scopes = [null]

        scopes[*] must not be null: every element of a collection needs a value.
        "#);
        let soon = refused(cli, "workers", "  timeouts = { create = \"soon\" }");
        assert!(soon.contains("is not a duration"), "{soon}");
    }
}
