//! The data sources: one client by either key, and all of them.

use camunda_simulator::NewZeebeClient;
use serde_json::json;

use super::*;
use crate::support::look::count;

fn add(world: &World, name: &str, permissions: &[&str]) -> String {
    let permissions = permissions.iter().map(|&word| word.to_owned()).collect();
    let name = name.to_owned();
    world
        .simulator
        .add_zeebe_client(CLUSTER, NewZeebeClient { name, permissions })
}

fn singular(label: &str, arguments: &str) -> String {
    format!(
        "data \"camunda_cluster_client\" {label:?} {{\n  cluster_id = {CLUSTER:?}\n{arguments}\n}}\n"
    )
}

fn plural(label: &str, arguments: &str) -> String {
    singular(label, arguments).replace("camunda_cluster_client", "camunda_cluster_clients")
}

for_each_cli! {
    fn say_everything(cli: &Cli) on life {
        let world = world(cli);
        let (ci_b, ci_a) = (add(&world, "ci-b", &["Secrets"]), add(&world, "ci-a", &["Zeebe"]));
        let workers = add(&world, "workers", &["Zeebe", "Secrets"]);
        world.write(&[
            singular("name", "  name = \"workers\""),
            singular("id", &format!("  zeebe_client_id = {workers:?}")),
            plural("all", ""),
            plural("ci", "  name_prefix = \"ci-\"\n  scope = \"Secrets\""),
            plural("none", "  name_prefix = \"nobody\""),
        ].concat());
        world.workspace.apply(&[]).expect_success();
        let attributes = |address: &str| world.workspace.attributes(address);
        let expected = json!({
            "id": format!("{CLUSTER}/{workers}"),
            "cluster_id": CLUSTER,
            "zeebe_client_id": workers,
            "name": "workers",
            "scopes": ["Secrets", "Zeebe"],
            "zeebe_address": format!("{CLUSTER}.bru-2.zeebe.camunda.io:443"),
            "zeebe_authorization_server_url": "https://login.cloud.camunda.io/oauth/token",
        });
        assert_eq!(attributes("data.camunda_cluster_client.name"), expected);
        assert_eq!(attributes("data.camunda_cluster_client.id"), expected);
        let listed = |id: &str, name: &str, scopes: &[&str]| json!({
            "id": format!("{CLUSTER}/{id}"), "zeebe_client_id": id, "name": name, "scopes": scopes,
        });
        assert_eq!(
            attributes("data.camunda_cluster_clients.all")["clients"],
            json!([
                listed(&ci_a, "ci-a", &["Zeebe"]),
                listed(&ci_b, "ci-b", &["Secrets"]),
                listed(&workers, "workers", &["Secrets", "Zeebe"]),
            ])
        );
        assert_eq!(
            attributes("data.camunda_cluster_clients.ci")["clients"],
            json!([listed(&ci_b, "ci-b", &["Secrets"])])
        );
        assert_eq!(attributes("data.camunda_cluster_clients.none")["clients"], json!([]));
        // Those who come at the same moment share a list; how many do is a matter of luck.
        assert!(count(&world, "GetClients") <= 5, "one list for each at most");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    fn need_exactly_one_key(cli: &Cli) on main {
        let world = world(cli);
        for (arguments, summary) in [
            ("", "Nothing to find the API client by"),
            ("  name = \"a\"\n  zeebe_client_id = \"b\"", "Two ways to find the API client"),
        ] {
            world.write(&singular("it", arguments));
            world.workspace.validate().expect_failure_containing(summary);
        }
        assert_eq!(world.simulator.statistics().requests, 0, "validation is offline");
        world.finish();
    }
}

for_each_cli! {
    fn say_what_there_is(cli: &Cli) on main {
        let world = world(cli);
        add(&world, "workers", &["Zeebe"]);
        world.write(&singular("it", "  name = \"worker\""));
        let run = world.workspace.plan(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: No API client has the name "worker"

        with data.camunda_cluster_client.it, on main.tf line 11, in data "camunda_cluster_client" "it": 11: name = "worker"

        Cluster [cluster] has no such API client.

        Did you mean "workers"?

        Its API clients are: "workers" ([client]).
        "#);

        // Asleep, its address is not known; everything else is.
        world.simulator.suspend(CLUSTER);
        world.write(&singular("it", "  name = \"workers\""));
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(warnings(&world, &run), @r#"
        Warning: Address of API client "workers" is not known

        with data.camunda_cluster_client.it, on main.tf line 9, in data "camunda_cluster_client" "it": 9: data "camunda_cluster_client" "it" {

        Cluster [cluster] is not healthy, and tells addresses only then.

        zeebe_address and zeebe_authorization_server_url are empty. If the cluster is suspended, wake it; then plan again.
        "#);
        let read = world.workspace.attributes("data.camunda_cluster_client.it");
        assert_eq!(read["zeebe_client_id"], client(&world).client_id.as_str());

        world.simulator.delete_cluster(CLUSTER);
        world.write(&plural("it", ""));
        world.workspace.plan(&[]).expect_failure_containing("Cannot read the API clients of cluster");
        world.finish();
    }
}
