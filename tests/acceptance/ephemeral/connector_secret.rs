//! The value of a connector secret, read for a run.

use super::*;
use crate::support::look::count;

fn read(cluster_id: &str, name: &str) -> String {
    format!(
        "ephemeral \"camunda_cluster_connector_secret\" \"it\" {{\n  cluster_id = {cluster_id}\n  name = \
         {name:?}\n}}\n"
    )
}

fn read_it(name: &str) -> String {
    read(&format!("{CLUSTER:?}"), name)
}

const VALUE: &str = "ephemeral.camunda_cluster_connector_secret.it.value";

fn set(world: &World, name: &str, value: &str) {
    assert!(world.simulator.set_connector_secret(CLUSTER, name, value));
}

for_each_cli! {
    fn reaches_a_program_of_the_run(cli: &Cli) on every requires Ephemeral {
        let world = world(cli);
        set(&world, "API_KEY", "the value");
        world.write(&[read_it("API_KEY"), program(VALUE)].concat());
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.workspace.read("seen"), "the value");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// What is read is what is there at that moment.
    fn feeds_a_write_only_argument(cli: &Cli) on every requires WriteOnly {
        let world = world(cli);
        set(&world, "API_KEY", "first");
        let text = [read_it("API_KEY"), sink(VALUE)].concat();
        world.write(&text);
        world.workspace.apply(&[]).expect_success();
        assert_eq!(sunk(&world), "first");
        set(&world, "API_KEY", "second");
        world.workspace.assert_empty_plan();
        world.write(&text.replace("version = 1", "version = 2"));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(sunk(&world), "second");
        world.finish();
    }
}

for_each_cli! {
    /// Of a secret that this run creates, with the reference that the error recommends.
    fn of_a_secret_not_there_yet(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] requires WriteOnly {
        let world = world(cli);
        let source = format!(
            "resource \"camunda_cluster_connector_secret\" \"example\" {{\n  cluster_id = {CLUSTER:?}\n  \
             name = \"API_KEY\"\n  value = \"created\"\n}}\n"
        );
        let later = "split(\"/\", camunda_cluster_connector_secret.example.id)[0]";
        world.write(&[source, read(later, "API_KEY"), sink(VALUE)].concat());
        world.workspace.apply(&[]).expect_success();
        assert_eq!(sunk(&world), "created");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Several at once read the list of their cluster together.
    fn many_read_once(cli: &Cli) on main requires Ephemeral {
        let world = world(cli);
        for number in 0..8 {
            set(&world, &format!("KEY_{number}"), "value");
        }
        world.write(&format!(
            "ephemeral \"camunda_cluster_connector_secret\" \"it\" {{\n  count = 8\n  cluster_id = \
             {CLUSTER:?}\n  name = \"KEY_${{count.index}}\"\n}}\n{}",
            program("join(\" \", ephemeral.camunda_cluster_connector_secret.it[*].value)")
        ));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.workspace.read("seen"), ["value"; 8].join(" "));
        assert!(count(&world, "GetSecrets") < 16, "{}", count(&world, "GetSecrets"));
        world.finish();
    }
}

for_each_cli! {
    fn that_cannot_be_read(cli: &Cli) on [terraform_1_11_4] requires Ephemeral {
        let mut world = world(cli);
        set(&world, "API_KEY", "known-value-8b1c");
        world.write(&[read_it("API_KEI"), program(VALUE)].concat());
        let missing = errors(&world, &world.workspace.plan(&[]));
        insta::assert_snapshot!(missing, @r#"
        Error: No connector secret has the name "API_KEI"

        with ephemeral.camunda_cluster_connector_secret.it, on main.tf line 11, in ephemeral "camunda_cluster_connector_secret" "it": 11: name = "API_KEI"

        Cluster [cluster] has no such connector secret.

        Did you mean "API_KEY"?

        Create it before this run. To read a secret that this very run creates, make cluster_id known only after apply: split("/", camunda_cluster_connector_secret.example.id)[0].
        "#);
        let nowhere = "\"11111111-2222-4333-8444-555555555555\"";
        world.write(&[read(nowhere, "API_KEY"), program(VALUE)].concat());
        let nowhere = errors(&world, &world.workspace.plan(&[]));
        insta::assert_snapshot!(nowhere, @r#"
        Error: Cannot read the connector secrets of cluster 11111111-2222-4333-8444-555555555555

        with ephemeral.camunda_cluster_connector_secret.it, on main.tf line 10, in ephemeral "camunda_cluster_connector_secret" "it": 10: cluster_id = "11111111-2222-4333-8444-555555555555"

        127.0.0.1 answered 404 Not Found: There is no cluster `11111111-2222-4333-8444-555555555555`.

        Check cluster_id: this organisation has no such cluster.

        (GET /clusters/11111111-2222-4333-8444-555555555555/secrets)
        "#);
        world.write(&[read_it("  "), program(VALUE)].concat());
        world.workspace.validate().expect_failure_containing("Blank value");
        world.log_in(&camunda_simulator::seed::credentials::CLUSTER);
        world.write(&[read_it("API_KEY"), program(VALUE)].concat());
        let refused = errors(&world, &world.workspace.plan(&[]));
        insta::assert_snapshot!(refused, @r#"
        Error: Cannot read the connector secrets of cluster [cluster]

        with ephemeral.camunda_cluster_connector_secret.it, on main.tf line 9, in ephemeral "camunda_cluster_connector_secret" "it": 9: ephemeral "camunda_cluster_connector_secret" "it" {

        127.0.0.1 answered 403 Forbidden: The client lacks the permission get of the group Connector Secrets.

        The credentials probably lack the permission group "Connector Secrets". Create credentials that have it in the Console under Organization > Administration API. The answer is the same for an object that belongs to another organisation.

        (GET /clusters/[cluster]/secrets)
        "#);
        world.finish();
    }
}
