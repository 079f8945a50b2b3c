//! A whole organisation in one configuration: a cluster with what is in it, entries in the allowlist
//! of a cluster that others made, and members; from nothing to nothing.

use std::collections::BTreeMap;

use camunda_simulator::{NewCluster, seed};

use crate::support::look::writes;
use crate::support::{Action, World};

/// A cluster that is not ours; only entries of its allowlist are.
const SHARED: &str = "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d";

const CLIENT: &str = "camunda_cluster_client.it[\"worker-3\"]";

fn write(world: &World, lifecycle: &str) {
    world.write(&format!(
        r#"
locals {{
  numbers = toset([for number in range(12) : tostring(number)])
}}
resource "camunda_cluster" "it" {{
  name      = "orders"
  channel   = {:?}
  plan_type = {:?}
  region    = {:?}
}}
resource "camunda_cluster_client" "it" {{
  for_each   = toset([for number in local.numbers : "worker-${{number}}"])
  cluster_id = camunda_cluster.it.id
  name       = each.key
  scopes     = ["Zeebe"]
}}
resource "camunda_cluster_connector_secret" "it" {{
  for_each   = local.numbers
  cluster_id = camunda_cluster.it.id
  name       = "SECRET_${{each.key}}"
  value      = "value ${{each.key}}"
  depends_on = [camunda_cluster_client.it]
{lifecycle}
}}
resource "camunda_cluster_ip_allowlist" "it" {{
  cluster_id = camunda_cluster.it.id
  entries    = [{{ cidrs = ["10.1.0.0/16"], description = "office" }}]
  depends_on = [camunda_cluster_connector_secret.it]
}}
resource "camunda_cluster_ip_allowlist_entry" "it" {{
  for_each    = local.numbers
  cluster_id  = {SHARED:?}
  description = "team ${{each.key}}"
  cidrs       = ["10.0.0.${{each.key}}"]
}}
resource "camunda_organization_member" "it" {{
  for_each   = local.numbers
  email      = "member-${{each.key}}@example.com"
  roles      = ["developer"]
  depends_on = [camunda_cluster.it]
}}
"#,
        seed::CHANNEL_STABLE,
        seed::PLAN_ADVANCED,
        seed::REGION_BELGIUM,
    ));
}

fn organisation(cli: &crate::support::Cli) -> World {
    let world = World::new(cli);
    world.simulator.add_cluster(NewCluster {
        id: Some(SHARED.to_owned()),
        ..NewCluster::default()
    });
    world.simulator.allow(SHARED, "192.0.2.0/24", "foreign");
    write(&world, "");
    world
}

/// The cluster that the configuration makes.
fn ours(world: &World) -> String {
    let mut clusters = world.simulator.clusters().into_iter();
    clusters.find(|cluster| cluster.id != SHARED).unwrap().id
}

/// Client ids and secrets by name.
fn clients(world: &World) -> BTreeMap<String, (String, String)> {
    let clients = world.simulator.zeebe_clients(&ours(world)).into_iter();
    clients
        .map(|client| (client.name, (client.client_id, client.secret)))
        .collect()
}

for_each_cli! {
    fn lives(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let world = organisation(cli);
        let members_before = world.simulator.members().len();
        world.workspace.apply(&[]).expect_success();
        let order = writes(&world);
        let place = |operation: &str| order.iter().position(|it| it == operation).unwrap();
        let last = |operation: &str| order.iter().rposition(|it| it == operation).unwrap();
        assert!(last("CreateClient") < place("CreateSecret"), "{order:?}");
        let cluster = ours(&world);
        assert_eq!(clients(&world).len(), 12);
        assert_eq!(world.simulator.connector_secrets(&cluster).len(), 12);
        assert_eq!(world.simulator.allowlist(&cluster).len(), 1);
        assert_eq!(world.simulator.allowlist(SHARED).len(), 13);
        assert_eq!(world.simulator.members().len(), members_before + 12);
        world.workspace.assert_empty_plan();

        // Another secret for one client; the rest stays.
        let mut before = clients(&world);
        let count = writes(&world).len();
        let replace = format!("-replace={CLIENT}");
        world.workspace.apply(&[&replace]).expect_success();
        let mut after = clients(&world);
        assert_eq!(writes(&world)[count..], ["DeleteClient", "CreateClient"]);
        let (old, new) = (before.remove("worker-3").unwrap(), after.remove("worker-3").unwrap());
        assert!(old.0 != new.0 && old.1 != new.1, "a new client with a new secret");
        assert_eq!(before, after);
        world.workspace.assert_empty_plan();

        // Two things changed by hand; only what is aimed at is mended.
        assert!(world.simulator.set_connector_secret(&cluster, "SECRET_1", "by hand"));
        world.simulator.set_member("member-1@example.com", &["analyst"]);
        let count = writes(&world).len();
        let secret = "camunda_cluster_connector_secret.it[\"1\"]";
        let member = "camunda_organization_member.it[\"1\"]";
        let shown = world.workspace.planned(&["-refresh-only"]);
        let mut drift: Vec<&str> = shown.drift.iter().map(|change| change.address.as_str()).collect();
        drift.sort_unstable();
        assert_eq!(drift, [secret, member]);
        assert!(shown.changes.iter().all(|change| change.action == Action::Nothing), "{shown}");
        assert_eq!(writes(&world).len(), count, "looking changes nothing");
        world.workspace.apply(&["-target", member]).expect_success();
        assert_eq!(writes(&world).len(), count + 1);
        assert_eq!(world.simulator.connector_secrets(&cluster)["SECRET_1"], "by hand");
        let plan = world.workspace.planned(&[]);
        assert_eq!(plan.to_string(), format!("update {secret} (value)"));
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();

        // What must not be destroyed is not, and neither is the cluster below it.
        let prevent = "  lifecycle {\n    prevent_destroy = true\n  }";
        write(&world, prevent);
        let count = writes(&world).len();
        world.workspace.destroy(&[]).expect_failure_containing("prevent_destroy");
        assert_eq!(writes(&world).len(), count);
        write(&world, "");

        world.workspace.destroy(&[]).expect_success();
        assert!(world.workspace.addresses().is_empty());
        assert_eq!(world.cluster_id(), SHARED);
        assert!(world.simulator.zeebe_clients(&cluster).is_empty());
        assert!(world.simulator.connector_secrets(&cluster).is_empty());
        let left = world.simulator.allowlist(SHARED);
        assert!(left.len() == 1 && left[0].description == "foreign", "{left:?}");
        assert_eq!(world.simulator.members().len(), members_before);
        world.finish();
    }
}
