//! Answers to reads that are late, broken, strange, or not there at all.

use std::net::TcpListener;

use camunda_simulator::{Fault, RetryAfter};
use serde_json::json;

use super::*;

/// A cluster that is in the state, for tests of what happens next.
fn with_cluster(cli: &Cli) -> World {
    let world = World::new(cli);
    world.write_cluster("orders", "");
    world.workspace.apply(&[]).expect_success();
    world
}

/// Fails reads of the cluster for good, each in this way, and gives up at the second failure.
fn failing_read(cli: &Cli, fault: Fault) -> String {
    let world = with_cluster(cli);
    configure_provider(&world, "max_retries = 1");
    let before = asked(&world, "GetCluster");
    let faults = world.simulator.faults();
    faults.on("GetCluster").always().inject(fault);
    let text = errors(&world.workspace.plan(&[]));
    assert_eq!(asked(&world, "GetCluster"), before + 2, "tried twice");
    faults.clear();
    world.workspace.assert_empty_plan();
    world.finish();
    text
}

for_each_cli! {
    fn the_service_says_when_to_come_back(cli: &Cli) on main {
        let world = with_cluster(cli);
        let faults = world.simulator.faults();
        let before = asked(&world, "GetCluster");
        for wait in [
            RetryAfter::Seconds(1),
            RetryAfter::DateIn(1),
            RetryAfter::Seconds(0),
            RetryAfter::garbage(),
        ] {
            faults.on("GetCluster").inject(Fault::too_many_requests(wait));
        }
        let run = world.workspace.plan(&["-detailed-exitcode"]);
        run.expect_success();
        assert_eq!(asked(&world, "GetCluster"), before + 5);
        world.finish();
    }
}

for_each_cli! {
    /// An error at once: nobody waits for a hundred years.
    fn an_absurd_wait_is_not_waited_for(cli: &Cli) on main {
        let world = with_cluster(cli);
        let before = asked(&world, "GetCluster");
        let faults = world.simulator.faults();
        faults.on("GetCluster").inject(Fault::too_many_requests(RetryAfter::ABSURD));
        let run = world.workspace.plan(&[]);
        assert_eq!(asked(&world, "GetCluster"), before + 1);
        let _filters = filters();
        insta::assert_snapshot!(errors(&run), @r#"
        Error: Cannot read cluster [id]

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        127.0.0.1 answered 429 Too Many Requests: Too many requests. The next try would be in 24 h, which is longer than the [time] left for this operation.

        Run fewer operations at once (-parallelism), lower requests_per_second or raise max_retries in the provider block.

        Nothing was changed by this request; it is safe to run again.

        (GET /clusters/[id])
        "#);
        world.finish();
    }
}

for_each_cli! {
    fn faults_of_the_service_pass(cli: &Cli) on main {
        let world = with_cluster(cli);
        let before = asked(&world, "GetCluster");
        for fault in [
            Fault::status(500),
            Fault::html(502),
            Fault::status(503),
            Fault::TruncatedJson,
            Fault::CutOffBody,
            Fault::reset(),
        ] {
            world.simulator.faults().on("GetCluster").inject(fault);
        }
        world.workspace.plan(&["-detailed-exitcode"]).expect_success();
        assert_eq!(asked(&world, "GetCluster"), before + 7);
        world.finish();
    }
}

for_each_cli! {
    fn a_fault_that_stays_is_explained(cli: &Cli) on main {
        let _filters = filters();
        insta::assert_snapshot!(failing_read(cli, Fault::status(500)), @r#"
        Error: Cannot read cluster [id]

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        127.0.0.1 answered 500 Internal Server Error (2 tries in [time]): The service is not available.

        Nothing was changed by this request; it is safe to run again.

        (GET /clusters/[id])
        "#);
    }
}

for_each_cli! {
    fn the_page_of_a_proxy_is_named_not_shown(cli: &Cli) on main {
        let _filters = filters();
        insta::assert_snapshot!(failing_read(cli, Fault::html(502)), @r#"
        Error: Cannot read cluster [id]

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        127.0.0.1 answered 502 Bad Gateway (2 tries in [time]): an HTML page instead of an answer of the API: "Bad Gateway".

        Nothing was changed by this request; it is safe to run again.

        (GET /clusters/[id])
        "#);
    }
}

for_each_cli! {
    fn an_answer_cut_short_is_explained(cli: &Cli) on main {
        let _filters = filters();
        insta::assert_snapshot!(failing_read(cli, Fault::TruncatedJson), @r#"
        Error: Cannot read cluster [id]

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        127.0.0.1 answered 200 OK, but with a body that could not be read (2 tries in [time]). The JSON text ends too early (line 1, column 664).

        (GET /clusters/[id])
        "#);
    }
}

for_each_cli! {
    fn nobody_is_there(cli: &Cli) on main {
        let mut world = with_cluster(cli);
        configure_provider(&world, "max_retries = 1");
        // A port that was free a moment ago.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        world.workspace.set("CAMUNDA_CONSOLE_BASE_URL", format!("http://{address}"));
        let _filters = filters();
        insta::assert_snapshot!(errors(&world.workspace.plan(&[])), @r#"
        Error: Cannot read cluster [id]

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        Could not connect to 127.0.0.1 (2 tries in [time]). Cause: error sending request. Cause: client error (Connect). Cause: tcp connect error. Cause: Connection refused (os error 111).

        Check that this machine reaches the host: its address in the provider block, name resolution, firewall, and the variables HTTPS_PROXY and NO_PROXY.

        Nothing was changed by this request; it is safe to run again.

        (GET /clusters/[id])
        "#);
        world.finish();
    }
}

for_each_cli! {
    fn an_answer_that_does_not_come_is_asked_for_again(cli: &Cli) on main {
        let world = with_cluster(cli);
        configure_provider(&world, "request_timeout = \"1s\"");
        let before = asked(&world, "GetCluster");
        let faults = world.simulator.faults();
        faults.on("GetCluster").inject(Fault::held_answer());
        world.workspace.plan(&["-detailed-exitcode"]).expect_success();
        assert_eq!(asked(&world, "GetCluster"), before + 2);
        faults.clear();
        world.finish();
    }
}

/// Applies and plans while all answers about clusters are changed like this.
fn lives_with(cli: &Cli, fault: &Fault) {
    let world = World::new(cli);
    for operation in ["GetCluster", "GetClusters"] {
        world
            .simulator
            .faults()
            .on(operation)
            .always()
            .inject(fault.clone());
    }
    world.write_cluster("orders", "  description = \"All orders\"");
    world
        .workspace
        .apply(&[])
        .expect_success()
        .expect_output_without("Warning: Camunda reports");
    world.workspace.assert_empty_plan();
    world.workspace.destroy(&[]).expect_success();
    world.finish_empty();
}

for_each_cli! {
    fn what_no_document_declares_is_left_alone(cli: &Cli) on main {
        lives_with(cli, &Fault::undeclared_members());
    }
}

for_each_cli! {
    fn lists_may_be_null(cli: &Cli) on main {
        lives_with(cli, &Fault::null_lists());
    }
}

for_each_cli! {
    fn members_may_be_missing(cli: &Cli) on main {
        let optional = ["encryption", "labels", "links", "autoUpdate"].map(str::to_owned);
        lives_with(cli, &Fault::Omit(optional.to_vec()));
    }
}

for_each_cli! {
    fn new_words_may_come(cli: &Cli) on main {
        lives_with(cli, &Fault::Overlay(json!({ "encryption": { "type": "Quantum" } })));
    }
}
