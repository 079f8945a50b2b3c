//! An API client of one run: there while it is needed, and gone afterwards.

use camunda_simulator::{Fault, NewZeebeClient};
use serde_json::{Value, json};

use super::*;
use crate::support::look::{bodies, count, writes};

const IT: &str = "ephemeral.camunda_cluster_client.it";

pub(super) fn block(more: &str) -> String {
    format!(
        "ephemeral \"camunda_cluster_client\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n{more}\n}}\n"
    )
}

/// What the service was told, with names in the place of what is random.
fn created(world: &World) -> Vec<String> {
    let bodies = bodies(world, "CreateClient").into_iter();
    bodies.map(|body| named(world, &body.to_string())).collect()
}

for_each_cli! {
    /// A program of the run gets all it needs. A client of somebody else is not touched.
    fn serves_a_program_of_the_run(cli: &Cli) on every requires Ephemeral {
        let world = world(cli);
        let foreign = NewZeebeClient { name: "workers".to_owned(), ..NewZeebeClient::default() };
        let foreign = world.simulator.add_zeebe_client(CLUSTER, foreign);
        let environment = format!("jsonencode(provider::camunda::build_client_environment({IT}))");
        world.write(&[block(""), program(&environment)].concat());
        world.workspace.apply(&[]).expect_success();
        let seen: Value = serde_json::from_str(&world.workspace.read("seen")).unwrap();
        assert_eq!(seen["CAMUNDA_CLUSTER_ID"], json!(CLUSTER));
        assert_eq!(seen.as_object().unwrap().len(), 12, "{seen:#}");
        let id = seen["ZEEBE_CLIENT_ID"].as_str().unwrap();
        let answers = world.simulator.requests_of("CreateClient");
        let last = answers.last().unwrap().response_body.clone().unwrap();
        assert_eq!(last["clientId"], json!(id), "that of the apply");

        // One to plan, one to apply.
        let unnamed = r#"{"clientName":"terraform-ephemeral-[unique]"}"#;
        assert_eq!(created(&world), [unnamed, unnamed]);
        assert_eq!(writes(&world), ["CreateClient", "DeleteClient", "CreateClient", "DeleteClient"]);
        assert_eq!(only_client(&world).client_id, foreign);
        let names = bodies(&world, "CreateClient");
        assert_ne!(names[0], names[1]);
        world.workspace.assert_empty_plan();
        assert_eq!(only_client(&world).client_id, foreign);
        world.finish();
    }
}

for_each_cli! {
    /// It exists while somebody uses it. Its secret arrives where nothing is stored.
    fn is_there_during_the_run(cli: &Cli) on every requires WriteOnly {
        let world = world(cli);
        let held = world.simulator.faults().on("CreateSecret").inject(Fault::held_answer());
        let more = "  name_prefix = \"deploy-\"\n  scopes = [\"Zeebe\", \"Secrets\"]";
        world.write(&[block(more), sink(&format!("\"${{{IT}.name}} ${{{IT}.secret}} ${{join(\",\", {IT}.scopes)}}\""))].concat());
        let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("CreateSecret", 1);
        let client = only_client(&world);
        assert!(client.name.starts_with("deploy-"), "{}", client.name);
        world.simulator.faults().release(held);
        apply.wait(DEADLINE).expect_success();
        assert_eq!(sunk(&world), format!("{} {} Secrets,Zeebe", client.name, client.secret));
        assert!(clients(&world).is_empty());
        let body = r#"{"clientName":"deploy-[unique]","permissions":["Secrets","Zeebe"]}"#;
        assert_eq!(created(&world), [body, body]);
        world.finish();
    }
}

for_each_cli! {
    /// Of a cluster that the same run creates: opened when there is one, and so once.
    fn of_a_cluster_not_there_yet(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] requires Ephemeral {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        let text = world.workspace.read("main.tf");
        let it = "ephemeral \"camunda_cluster_client\" \"it\" {\n  cluster_id = camunda_cluster.it.id\n}\n";
        let program = program(&format!("{IT}.zeebe_address"));
        world.workspace.write("main.tf", &[text.as_str(), it, &program].concat());
        world.workspace.apply(&[]).expect_success();
        let id = world.cluster_id();
        let address = format!("{id}.bru-2.zeebe.camunda.io:443");
        assert_eq!(world.workspace.read("seen"), address);
        assert_eq!(writes(&world), ["CreateCluster", "CreateClient", "DeleteClient"]);
        assert!(world.simulator.zeebe_clients(&id).is_empty());
        world.finish();
    }
}

for_each_cli! {
    /// Twenty at once have twenty names, and none is left.
    fn many_at_once(cli: &Cli) on main requires Ephemeral {
        let world = world(cli);
        world.write(&format!(
            "ephemeral \"camunda_cluster_client\" \"it\" {{\n  count = 20\n  cluster_id = {CLUSTER:?}\n}}\n"
        ));
        world.workspace.plan(&[]).expect_success();
        assert_eq!(count(&world, "CreateClient"), 20);
        assert_eq!(count(&world, "DeleteClient"), 20);
        assert!(clients(&world).is_empty());
        world.finish();
    }
}

for_each_cli! {
    /// Whoever deletes it by hand in the meantime has done what closing would do.
    fn that_is_gone_before_it_is_closed(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] requires WriteOnly {
        let world = world(cli);
        let held = world.simulator.faults().on("CreateSecret").inject(Fault::held_answer());
        world.write(&[block(""), sink(&format!("{IT}.secret"))].concat());
        let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
        world.wait_for("CreateSecret", 1);
        assert!(world.simulator.delete_zeebe_client(CLUSTER, &only_client(&world).client_id));
        world.simulator.faults().release(held);
        let run = apply.wait(DEADLINE);
        run.expect_success().expect_output_without("left over");
        let last = world.simulator.requests_of("DeleteClient").pop().unwrap();
        assert_eq!(last.status, Some(404));
        world.finish();
    }
}

for_each_cli! {
    /// A cluster that is not ready for a moment is waited for.
    fn of_a_cluster_that_is_just_starting(cli: &Cli) on main requires Ephemeral {
        let world = World::new(cli);
        world.simulator.change_behaviour(|all| all.durations.create = Duration::from_secs(180));
        world.simulator.add_cluster(NewCluster {
            id: Some(CLUSTER.to_owned()),
            status: "Creating".to_owned(),
            ..NewCluster::default()
        });
        world.write(&[block(""), program(&format!("{IT}.zeebe_authorization_server_url"))].concat());
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.simulator.requests_of("GetClient")[0].status, Some(412));
        assert!(world.workspace.read("seen").starts_with("http"));
        assert!(clients(&world).is_empty());
        world.finish();
    }
}

for_each_cli! {
    fn is_validated(cli: &Cli) on main requires Ephemeral {
        let world = world(cli);
        let prefix = "p".repeat(28);
        for (more, words) in [
            (format!("  name_prefix = {prefix:?}"), "The value has 28 characters; allowed are 1 to 27."),
            ("  name_prefix = \"a b\"".to_owned(), "Blank in a value"),
            ("  scopes = []".to_owned(), "Empty set of scopes"),
            ("  timeout = \"soon\"".to_owned(), "is not a duration"),
        ] {
            world.write(&block(&more));
            world.workspace.validate().expect_failure_containing(words);
        }
        let prefix = &prefix[..27];
        world.write(&block(&format!("  name_prefix = {prefix:?}")));
        world.workspace.plan(&[]).expect_success();
        let name = bodies(&world, "CreateClient").remove(0)["clientName"].to_string();
        assert_eq!(name.len(), 50 + 2, "{name}");
        world.finish();
    }
}
