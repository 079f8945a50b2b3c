//! What ephemeral resources give is in no state, no plan, no log of ours and no message.

use std::fs;

use camunda_simulator::{Fault, seed};

use super::client::block;
use super::*;

const VALUE: &str = "known-value-of-a-secret-3e7a";

/// Every file that the runs have left in the project, and what is in it.
fn files(world: &World) -> Vec<(String, String)> {
    let entries = fs::read_dir(world.workspace.project()).unwrap();
    entries
        .map(|entry| {
            let path = entry.unwrap().path();
            let text = fs::read(&path).unwrap_or_default();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, String::from_utf8_lossy(&text).into_owned())
        })
        .collect()
}

for_each_cli! {
    fn are_nowhere(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] requires WriteOnly {
        let mut world = world(cli);
        world.workspace = world.workspace.with_trace();
        assert!(world.simulator.set_connector_secret(CLUSTER, "API_KEY", VALUE));
        // A ready-made token, so that we know which one it is.
        let token = world.simulator.issue_token(seed::credentials::FULL.client_id);
        world.workspace
            .unset("CAMUNDA_CONSOLE_CLIENT_ID")
            .unset("CAMUNDA_CONSOLE_CLIENT_SECRET")
            .set("CAMUNDA_OAUTH_TOKEN", &token);
        let sources = format!(
            "ephemeral \"camunda_access_token\" \"it\" {{}}\n\
             ephemeral \"camunda_cluster_connector_secret\" \"it\" {{\n  cluster_id = {CLUSTER:?}\n  \
             name = \"API_KEY\"\n}}\n{}",
            block("")
        );
        let all = "join(\" \", [ephemeral.camunda_access_token.it.token, \
                   ephemeral.camunda_cluster_connector_secret.it.value, \
                   ephemeral.camunda_cluster_client.it.secret])";
        world.write(&[sources, sink(all)].concat());
        let mut said = Vec::new();
        let mut keep = |run: Run| said.extend([run.stdout, run.stderr]);
        keep(world.workspace.plan(&["-out=saved"]));
        keep(world.workspace.run(&["show", "-json", "saved"]));
        // A lost answer with a secret in it, on the way.
        world.simulator.faults().on("CreateClient").inject(Fault::lost_answer());
        keep(world.workspace.run(&["apply", "saved"]));
        let sunk = sunk(&world);
        let values: Vec<&str> = sunk.split(' ').collect();
        assert_eq!(values[..2], [token.as_str(), VALUE]);
        assert_eq!(values.len(), 3);
        // Failures of all three kinds.
        world.simulator.faults().on("GetClient").inject(Fault::status(403));
        world.simulator.faults().on("GetSecrets").inject(Fault::status(403));
        let run = world.workspace.plan(&[]);
        run.expect_failure();
        keep(run);
        world.simulator.revoke_tokens();
        let run = world.workspace.plan(&[]);
        run.expect_failure();
        keep(run);

        let trace = world.workspace.trace();
        assert!(trace.contains("CreateClient"), "the log has our part");
        let mut places = files(&world);
        assert!(places.iter().any(|(name, _)| name == "terraform.tfstate"));
        assert!(places.iter().any(|(name, _)| name == "saved"));
        places.push(("the log".to_owned(), trace));
        places.push(("the output".to_owned(), said.join("\n")));
        for (place, text) in places {
            for value in &values {
                assert!(!text.contains(value), "{place} has {value}");
            }
        }
        world.finish();
    }
}
