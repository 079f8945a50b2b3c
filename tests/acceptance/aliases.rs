//! Several provider blocks at one organisation. Terraform runs a provider process for each; what one
//! of them writes, the others see as soon as Terraform's order says so.

use std::collections::BTreeSet;

use camunda_simulator::NewCluster;
use serde_json::json;

use crate::support::World;

for_each_cli! {
    /// The other provider has read both lists a moment before they change, and is asked again after.
    fn see_each_others_writes(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let world = World::new(cli);
        let cluster = world.simulator.add_cluster(NewCluster::default());
        world.write(&format!(r#"
locals {{
  cluster_id = {cluster:?}
}}
provider "camunda" {{
  alias = "writer"
}}
provider "camunda" {{
  alias = "reader"
}}
resource "camunda_cluster_connector_secret" "first" {{
  provider   = camunda.writer
  cluster_id = local.cluster_id
  name       = "FIRST"
  value      = "1"
}}
resource "camunda_cluster_ip_allowlist_entry" "first" {{
  provider    = camunda.writer
  cluster_id  = local.cluster_id
  description = "first"
  cidrs       = ["10.0.0.1"]
}}
data "camunda_cluster_connector_secrets" "first" {{
  provider   = camunda.reader
  cluster_id = local.cluster_id
  depends_on = [camunda_cluster_connector_secret.first]
}}
data "camunda_cluster_ip_allowlist" "first" {{
  provider   = camunda.reader
  cluster_id = local.cluster_id
  depends_on = [camunda_cluster_ip_allowlist_entry.first]
}}
resource "camunda_cluster_connector_secret" "second" {{
  provider   = camunda.writer
  cluster_id = local.cluster_id
  name       = "SECOND"
  value      = "2"
  depends_on = [data.camunda_cluster_connector_secrets.first]
}}
resource "camunda_cluster_ip_allowlist_entry" "second" {{
  provider    = camunda.writer
  cluster_id  = local.cluster_id
  description = "second"
  cidrs       = ["10.0.0.2"]
  depends_on  = [data.camunda_cluster_ip_allowlist.first]
}}
data "camunda_cluster_connector_secrets" "second" {{
  provider   = camunda.reader
  cluster_id = local.cluster_id
  depends_on = [camunda_cluster_connector_secret.second]
}}
data "camunda_cluster_ip_allowlist" "second" {{
  provider   = camunda.reader
  cluster_id = local.cluster_id
  depends_on = [camunda_cluster_ip_allowlist_entry.second]
}}
output "secrets" {{
  value = [
    data.camunda_cluster_connector_secrets.first.names,
    data.camunda_cluster_connector_secrets.second.names,
  ]
}}
output "entries" {{
  value = data.camunda_cluster_ip_allowlist.second.entries[*].description
}}
"#));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.workspace.output("secrets"), json!([["FIRST"], ["FIRST", "SECOND"]]));
        let entries = world.workspace.output("entries");
        let entries: BTreeSet<_> = entries.as_array().unwrap().iter().filter_map(|it| it.as_str()).collect();
        assert_eq!(entries, BTreeSet::from(["first", "second"]));
        world.workspace.destroy(&[]).expect_success();
        assert!(world.simulator.connector_secrets(&cluster).is_empty());
        assert_eq!(world.simulator.allowlist(&cluster), []);
        world.finish();
    }
}
