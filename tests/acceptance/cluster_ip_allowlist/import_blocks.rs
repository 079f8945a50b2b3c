//! All three forms of an allowlist, brought in by `import` blocks.

use super::{CLUSTER, world, writes};

for_each_cli! {
    /// What somebody made by hand comes in as it is, and nothing is written.
    fn bring_in_what_is_there(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        for (address, id, body) in [
            (
                "camunda_cluster_ip_allowlist.it",
                CLUSTER.to_owned(),
                "  entries = [{ cidrs = [\"203.0.113.0/24\"], description = \"office\" }]",
            ),
            (
                "camunda_cluster_ip_allowlist_entry.it",
                format!("{CLUSTER}/office"),
                "  description = \"office\"\n  cidrs       = [\"203.0.113.0/24\"]",
            ),
            (
                "camunda_cluster_ip_whitelist.it",
                CLUSTER.to_owned(),
                "  ip_whitelist {\n    ip          = \"203.0.113.0/24\"\n    description = \"office\"\n  }",
            ),
        ] {
            let world = world(cli);
            assert!(world.simulator.allow(CLUSTER, "203.0.113.0/24", "office"));
            let kind = address.trim_end_matches(".it");
            world.write(&format!(
                "resource {kind:?} \"it\" {{\n  cluster_id = {CLUSTER:?}\n{body}\n}}\n\
                 import {{\n  to = {address}\n  id = {id:?}\n}}\n"
            ));
            let plan = world.workspace.planned(&[]);
            assert_eq!(plan.to_string(), format!("nothing {address}, imported"));
            world.workspace.apply(&[]).expect_success();
            world.workspace.assert_empty_plan();
            assert_eq!(writes(&world), [""; 0]);
            world.finish();
        }
    }
}
