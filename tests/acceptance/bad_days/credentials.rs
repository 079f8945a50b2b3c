//! Credentials that are wrong or end, and a token service that has enough.

use std::time::Duration;

use camunda_simulator::{Fault, NewCluster, RetryAfter, seed};

use super::*;

/// Three data sources, none of which needs another.
const DATA_SOURCES: &str = r#"
data "camunda_channel" "it" {
  name = "Stable"
}
data "camunda_region" "it" {
  name = "Belgium, Europe (europe-west1)"
}
data "camunda_cluster_plan_type" "it" {
  name = "Advanced"
}
"#;

fn write_four_objects(world: &World) {
    world.write_cluster("orders", "");
    world.workspace.write("data.tf", DATA_SOURCES);
}

for_each_cli! {
    /// One request is enough to know: more would lock out everybody behind the same address.
    fn a_wrong_secret_is_tried_once(cli: &Cli) on life {
        let mut world = World::new(cli);
        world.write_cluster("", "  name = \"orders-${count.index}\"\n  count = 3");
        world.workspace.apply(&[]).expect_success();
        let tokens = world.simulator.token_requests().len();
        world
            .workspace
            .set("CAMUNDA_CONSOLE_CLIENT_SECRET", WRONG_SECRET)
            .write("data.tf", DATA_SOURCES);
        let run = world.workspace.plan(&[]);
        run.expect_output_containing("the environment variables CAMUNDA_CONSOLE_CLIENT_ID");
        run.expect_output_containing(&world.simulator.token_url());
        run.expect_output_containing(&world.simulator.audience());
        let text = errors(&run);
        assert_eq!(text.matches("refused the credentials").count(), 6, "{text}");
        assert_eq!(world.simulator.token_requests().len(), tokens + 1);
        world.finish();
    }
}

for_each_cli! {
    fn a_wrong_secret_is_explained(cli: &Cli) on main {
        let mut world = World::new(cli);
        world.workspace.set("CAMUNDA_CONSOLE_CLIENT_SECRET", WRONG_SECRET);
        world.write("data \"camunda_channel\" \"it\" {\n  name = \"Stable\"\n}\n");
        let _filters = filters();
        insta::assert_snapshot!(errors(&world.workspace.plan(&[])), @r#"
        Error: Cannot read the catalogue of channels, plan types and regions

        with data.camunda_channel.it, on main.tf line 9, in data "camunda_channel" "it": 9: data "camunda_channel" "it" {

        The token service refused the credentials: 127.0.0.1 answered 401 Unauthorized: Unauthorized (access_denied).

        The credentials came from the environment variables CAMUNDA_CONSOLE_CLIENT_ID and CAMUNDA_CONSOLE_CLIENT_SECRET. Token URL: http://127.0.0.1:[port]/oauth/token; audience: api.cloud.camunda.io.

        Check ID, secret, token URL and audience. Credentials are managed in the Console under Organization > Administration API.

        (POST /oauth/token)
        "#);
        world.finish_empty();
    }
}

for_each_cli! {
    fn a_busy_token_service_is_waited_for(cli: &Cli) on main {
        let world = World::new(cli);
        let faults = world.simulator.faults();
        faults.on("IssueToken").inject(Fault::too_many_requests(RetryAfter::Seconds(1)));
        faults.on("IssueToken").inject(Fault::too_many_requests(None));
        write_four_objects(&world);
        assert_silent_about_secrets(world.workspace.plan(&[]).expect_success());
        assert_eq!(world.simulator.token_requests().len(), 3);
        world.finish_empty();
    }
}

for_each_cli! {
    fn a_blocked_address_is_explained(cli: &Cli) on main {
        let world = World::new(cli);
        let faults = world.simulator.faults();
        faults.on("IssueToken").always().inject(Fault::too_many_requests(None));
        world.write("data \"camunda_channel\" \"it\" {\n  name = \"Stable\"\n}\n");
        configure_provider(&world, "max_retries = 1");
        let run = world.workspace.plan(&[]);
        assert_eq!(world.simulator.token_requests().len(), 2);
        let _filters = filters();
        insta::assert_snapshot!(errors(&run), @r#"
        Error: Cannot read the catalogue of channels, plan types and regions

        with data.camunda_channel.it, on main.tf line 9, in data "camunda_channel" "it": 9: data "camunda_channel" "it" {

        No access token could be had: 127.0.0.1 answered 429 Too Many Requests (2 tries in [time]): Too Many Requests (access_denied). Gave up after waiting [time]. The token service counts the requests of everybody behind the same address together, so other jobs or programs there may be the cause.

        Run fewer operations at once (-parallelism), lower requests_per_second or raise max_retries in the provider block.

        Nothing was changed by this request; it is safe to run again.

        (POST /oauth/token)
        "#);
        world.finish_empty();
    }
}

/// Starts an apply, and lets `happen` once it waits for the new cluster.
fn amid_creation(world: &World, happen: impl FnOnce(&World)) -> Run {
    world.write_cluster("orders", "");
    stand_still(world);
    let apply = world.workspace.spawn(&["apply", "-auto-approve"]);
    world.wait_for("GetCluster", 2);
    happen(world);
    move_on(world);
    apply.wait(DEADLINE)
}

for_each_cli! {
    fn a_token_revoked_in_mid_apply_is_renewed_once(cli: &Cli) on main {
        let world = World::new(cli);
        let mut tokens = 0;
        let run = amid_creation(&world, |world| {
            tokens = world.simulator.token_requests().len();
            assert!(world.simulator.revoke_tokens() > 0);
        });
        assert_silent_about_secrets(run.expect_success());
        assert_eq!(world.simulator.token_requests().len(), tokens + 1);
        assert_kept(&world);
        world.workspace.destroy(&[]).expect_success();
        world.finish_empty();
    }
}

for_each_cli! {
    fn a_token_that_ends_in_mid_apply_is_renewed_once(cli: &Cli) on main {
        let world = World::new(cli);
        let mut tokens = 0;
        let run = amid_creation(&world, |world| {
            tokens = world.simulator.token_requests().len();
            assert!(world.simulator.expire_tokens() > 0);
        });
        assert_silent_about_secrets(run.expect_success());
        assert_eq!(world.simulator.token_requests().len(), tokens + 1);
        assert_kept(&world);
        world.finish();
    }
}

for_each_cli! {
    /// The cluster is there, and stays in the state when the credentials no longer work.
    fn credentials_revoked_in_mid_apply_lose_no_cluster(cli: &Cli) on main {
        let world = World::new(cli);
        let run = amid_creation(&world, |world| {
            assert!(world.simulator.revoke_client(seed::credentials::FULL.client_id));
        });
        assert_kept(&world);
        let _filters = filters();
        insta::assert_snapshot!(warnings(&run), @r#"
        Warning: Cluster "orders" is not ready yet

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        The cluster exists with the ID [id]. Its state could not be read any more: The token service refused the credentials: 127.0.0.1 answered 401 Unauthorized: Unauthorized (access_denied).

        The credentials came from the environment variables CAMUNDA_CONSOLE_CLIENT_ID and CAMUNDA_CONSOLE_CLIENT_SECRET. Token URL: http://127.0.0.1:[port]/oauth/token; audience: api.cloud.camunda.io.

        Check ID, secret, token URL and audience. Credentials are managed in the Console under Organization > Administration API.

        (POST /oauth/token)

        Nothing is lost: the cluster is in the state, and the next apply goes on waiting for it. If it needs more time, raise timeouts.create.
        "#);
        world.finish();
    }
}

for_each_cli! {
    fn a_revoked_access_token_is_not_taken_for_wrong_credentials(cli: &Cli) on main {
        let mut world = World::new(cli);
        let token = world.simulator.issue_token(seed::credentials::FULL.client_id);
        world.workspace
            .unset("CAMUNDA_CONSOLE_CLIENT_ID")
            .unset("CAMUNDA_CONSOLE_CLIENT_SECRET")
            .set("CAMUNDA_OAUTH_TOKEN", &token);
        world.write("data \"camunda_channel\" \"it\" {\n  name = \"Stable\"\n}\n");
        world.workspace.plan(&[]).expect_success();
        world.simulator.revoke_tokens();
        let run = world.workspace.plan(&[]);
        assert_eq!(world.simulator.token_requests().len(), 0);
        let _filters = filters();
        insta::assert_snapshot!(errors(&run), @r#"
        Error: Cannot read the catalogue of channels, plan types and regions

        with data.camunda_channel.it, on main.tf line 9, in data "camunda_channel" "it": 9: data "camunda_channel" "it" {

        127.0.0.1 answered 401 Unauthorized: The token was revoked. The access token was refused. It was handed in ready-made and is never renewed: hand in a new one, or client credentials.

        The token came from the environment variable CAMUNDA_OAUTH_TOKEN.

        (GET /clusters/parameters)
        "#);
        world.finish_empty();
    }
}

for_each_cli! {
    fn tokens_that_live_for_a_second_do(cli: &Cli) on main {
        let world = World::new(cli);
        world.simulator.change_behaviour(|behaviour| {
            behaviour.tokens.lifetime = Duration::from_secs(1);
        });
        world.write_cluster("orders", "");
        assert_silent_about_secrets(world.workspace.apply(&[]).expect_success());
        assert_kept(&world);
        world.finish();
    }
}

for_each_cli! {
    fn tokens_that_do_not_say_how_long_they_live_do(cli: &Cli) on main {
        let world = World::new(cli);
        world.simulator.change_behaviour(|behaviour| behaviour.tokens.send_expires_in = false);
        write_four_objects(&world);
        assert_silent_about_secrets(world.workspace.plan(&[]).expect_success());
        assert_eq!(world.simulator.token_requests().len(), 1);
        world.finish_empty();
    }
}

for_each_cli! {
    /// A whole life with a renewal in it, everything logged.
    fn no_log_holds_a_secret(cli: &Cli) on main {
        let mut world = World::new(cli);
        world.workspace = world.workspace.with_trace();
        world.simulator.faults().on("CreateCluster").inject(Fault::RevokeToken);
        world.simulator.faults().on("GetCluster").inject(Fault::status(500));
        world.write_cluster("orders", "");
        assert_silent_about_secrets(world.workspace.apply(&[]).expect_success());
        assert_kept(&world);
        let trace = world.workspace.trace();
        assert!(trace.contains("API request"), "the provider's own log is there");
        assert_without_secrets(&trace);
        world.finish();
    }
}

for_each_cli! {
    /// What the CLI writes about a provider that crashed in the middle of a request, with
    /// everything logged.
    fn no_crash_log_holds_a_secret(cli: &Cli) on main {
        const VALUE: &str = "known-value-of-a-crash-41c7";
        let mut world = World::new(cli);
        world.workspace = world.workspace.with_trace();
        let cluster = world.simulator.add_cluster(NewCluster::default());
        world.simulator.faults().on("CreateSecret").inject(Fault::held_answer());
        world.write(&format!(
            "resource \"camunda_cluster_connector_secret\" \"it\" {{\n  cluster_id = {cluster:?}\n  \
             name = \"API_KEY\"\n  value = {VALUE:?}\n}}\n"
        ));
        let apply = world.workspace.spawn(&["apply", "-auto-approve", "-no-color"]);
        world.wait_for("CreateSecret", 1);
        apply.crash_providers();
        let run = apply.wait(Duration::from_secs(60));
        run.expect_failure();
        world.workspace.wait_until_gone();
        let said = format!("{}{}{}", run.stdout, run.stderr, world.workspace.trace());
        assert!(said.contains("Plugin did not respond"), "{said}");
        assert!(said.contains("API request"), "the provider's own log is there");
        assert_without_secrets(&said);
        assert!(!said.contains(VALUE), "the connector secret");
        world.simulator.faults().clear();
        world.finish();
    }
}
