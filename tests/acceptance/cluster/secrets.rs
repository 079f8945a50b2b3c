//! No secret of the provider is anywhere but on the wire.

use camunda_simulator::seed;

use crate::support::{Run, World};

/// How every token of the simulator begins, as in every JWT.
fn beginning(world: &World) -> String {
    let token = world
        .simulator
        .issue_token(seed::credentials::FULL.client_id);
    let (header, _) = token.split_once('.').unwrap();
    assert!(header.len() > 10, "{header}");
    header.to_owned()
}

/// Plans, applies, changes and destroys with everything logged, and returns all that was left.
fn leave_traces(world: &World) -> String {
    let mut traces = Vec::new();
    let mut keep = |run: Run| {
        run.expect_success();
        traces.extend([run.stdout, run.stderr]);
    };
    world.write_cluster("orders", "");
    keep(world.workspace.plan(&["-out=saved"]));
    keep(world.workspace.run(&["show", "-json", "saved"]));
    keep(world.workspace.run(&["apply", "saved"]));
    world.write_cluster("orders", "  description = \"changed\"");
    keep(world.workspace.apply(&[]));
    keep(world.workspace.run(&["show", "-json"]));
    let state = world.workspace.read("terraform.tfstate");
    keep(world.workspace.destroy(&[]));
    traces.extend([state, world.workspace.read("terraform.tfstate.backup")]);
    let trace = world.workspace.trace();
    assert!(
        trace.contains("CreateCluster") || trace.contains("/clusters"),
        "the log has our part"
    );
    traces.push(trace);
    traces.join("\n")
}

for_each_cli! {
    /// Client ID and secret from the environment, tokens fetched.
    fn of_a_client(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let mut world = World::new(cli);
        world.workspace = world.workspace.with_trace();
        let traces = leave_traces(&world);
        assert!(!traces.contains(seed::credentials::FULL.client_secret), "the client secret");
        assert!(!traces.contains(&beginning(&world)), "a token");
        assert!(world.simulator.statistics().bearers > 0, "tokens were used");
        world.finish_empty();
    }
}

for_each_cli! {
    /// A ready-made token.
    fn of_a_token(cli: &Cli) on main {
        let mut world = World::new(cli);
        world.workspace = world.workspace.with_trace();
        let token = world.simulator.issue_token(seed::credentials::FULL.client_id);
        world
            .workspace
            .unset("CAMUNDA_CONSOLE_CLIENT_ID")
            .unset("CAMUNDA_CONSOLE_CLIENT_SECRET")
            .set("CAMUNDA_OAUTH_TOKEN", &*token);
        let traces = leave_traces(&world);
        assert!(!traces.contains(&beginning(&world)), "the token");
        assert_eq!(world.simulator.token_requests().len(), 0);
        world.finish_empty();
    }
}

for_each_cli! {
    /// `debug` talks more, and of everything but secrets.
    fn of_a_talkative_provider(cli: &Cli) on main {
        let mut world = World::new(cli);
        world
            .workspace
            .set("TF_LOG_PROVIDER", "DEBUG");
        world.write_cluster("orders", "");
        let text = world.workspace.read("main.tf");
        world
            .workspace
            .write("main.tf", &format!("{text}\nprovider \"camunda\" {{\n  debug = true\n}}\n"));
        let run = world.workspace.apply(&[]);
        run.expect_success()
            .expect_output_containing("TF_LOG_PROVIDER=DEBUG");
        assert!(!run.stderr.contains(seed::credentials::FULL.client_secret));
        assert!(!run.stderr.contains(&beginning(&world)));
        world.finish();
    }
}
