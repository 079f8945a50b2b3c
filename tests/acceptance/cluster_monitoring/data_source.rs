//! The data source: where metrics are, and who may have them.

use super::*;
use crate::support::look::writes;

for_each_cli! {
    fn tells_names_and_no_passwords(cli: &Cli) on main {
        let world = world(cli);
        world.write(&format!(
            "data \"camunda_cluster_monitoring\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n}}\n\
             output \"all\" {{\n  value = data.camunda_cluster_monitoring.it\n}}\n"
        ));
        let run = world.workspace.apply(&[]);
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Cannot read the metrics endpoint of cluster [cluster]

        with data.camunda_cluster_monitoring.it, on main.tf line 10, in data "camunda_cluster_monitoring" "it": 10: cluster_id = "[cluster]"

        It is off.

        Switch it on with the resource camunda_cluster_monitoring.
        "#);
        world.simulator.set_monitoring(CLUSTER, true);
        for name in ["prom-b", "prom-a"] {
            world.simulator.add_monitoring_client(CLUSTER, name);
        }
        world.workspace.apply(&[]).expect_success();
        insta::assert_snapshot!(named(&world, &format!("{:#}", world.workspace.output("all"))), @r#"
        {
          "cluster_id": "[cluster]",
          "id": "[cluster]",
          "metrics_url": "https://metrics.bru-2.camunda.io/[cluster]",
          "usernames": [
            "prom-a",
            "prom-b"
          ]
        }
        "#);
        let state = world.workspace.read("terraform.tfstate");
        assert!(clients(&world).iter().all(|client| !state.contains(&client.password)));
        assert_eq!(writes(&world), [""; 0]);
        world.finish();
    }
}
