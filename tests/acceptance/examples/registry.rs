//! The examples of the registry pages.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use camunda_simulator::seed;
use serde_json::{Value, json};

use super::*;
use crate::support::look::writes;

for_each_cli! {
    /// Queries as well, which the CLI of `make lint` does not know.
    fn formatted(cli: &Cli) on [terraform_1_15_5] {
        let world = World::new(cli);
        let examples = folder("");
        let run = world.workspace.run(&["fmt", "-check", "-diff", "-recursive", examples.to_str().unwrap()]);
        run.expect_success();
        world.finish();
    }
}

/// Applies the files of each example one after the other, plans again each time, and destroys what they
/// have made.
fn live(cli: &Cli, kind: &str, stem: &str) {
    let world = with_a_cluster(cli);
    let before = inventory(&world);
    let mut count = 0;
    for example in examples(kind, stem) {
        for (file, text) in &example.files {
            if can_run(cli, text) {
                let name = format!("{}/{file}", example.name);
                world.write(text);
                succeeds(&world.workspace.apply(&[]), &name);
                is_done(&world, &name);
                count += 1;
            }
        }
        succeeds(&world.workspace.destroy(&[]), &example.name);
        assert_eq!(
            inventory(&world),
            before,
            "{} leaves something",
            example.name
        );
    }
    assert!(count > 2, "{kind}: {count}");
    world.finish();
}

for_each_cli! {
    fn resources(cli: &Cli) on life {
        live(cli, "resources", "resource");
    }
}

for_each_cli! {
    fn functions(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] {
        live(cli, "functions", "function");
    }
}

for_each_cli! {
    /// They find what they speak of: no output is empty.
    fn data_sources(cli: &Cli) on life {
        let world = with_everything(cli);
        for Example { name, files } in examples("data-sources", "data-source") {
            for (_, text) in files {
                world.write(&text);
                succeeds(&world.workspace.apply(&[]), &name);
                is_done(&world, &name);
            }
            let outputs = world.workspace.run(&["output", "-json"]).expect_success().json();
            for (output, shown) in outputs.as_object().unwrap() {
                // Nothing was deleted in October, and nothing happens there in a test.
                let is_empty = [json!([]), json!({}), json!(""), Value::Null].contains(&shown["value"]);
                assert_eq!(is_empty, name == "camunda_activity", "{name}: {output} is {shown}");
            }
        }
        assert_eq!(writes(&world), [""; 0], "reading changes nothing");
        world.finish();
    }
}

for_each_cli! {
    /// Each list finds something.
    fn list_resources(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires ListResources {
        let world = with_everything(cli);
        world.write("");
        for Example { name, files } in examples("list-resources", "list-resource") {
            for (_, text) in files {
                world.workspace.write("example.tfquery.hcl", &text);
                let run = world.workspace.run(&["query"]);
                succeeds(&run, &name);
                for line in text.lines().filter(|line| line.starts_with("list ")) {
                    let label = line.split('"').nth(3).unwrap();
                    run.expect_output_containing(&format!("list.{name}.{label} "));
                }
            }
        }
        assert_eq!(writes(&world), [""; 0], "listing changes nothing");
        world.finish();
    }
}

for_each_cli! {
    /// By hand, as their comments say, and by the resource that triggers some of them.
    fn actions(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        let world = with_everything(cli);
        // So that there is something to upgrade to.
        assert!(world.simulator.set_generation(CLUSTER, seed::GENERATION_8_8_GEN23));
        for Example { name, files } in examples("actions", "action") {
            for (_, text) in files {
                let acts = |when: &str, run: &mut dyn FnMut() -> Run| {
                    // Backups are a quarter of an hour apart.
                    world.simulator.advance(Duration::from_secs(16 * 60));
                    if name == "camunda_cluster_wake" {
                        assert!(world.simulator.suspend(CLUSTER));
                    }
                    let before = writes(&world).len();
                    succeeds(&run(), &name);
                    assert_eq!(writes(&world).len(), before + 1, "{name}, {when}");
                };
                world.write(&text);
                let by_hand = format!("-invoke=action.{name}.example");
                acts("by hand", &mut || world.workspace.apply(&[&by_hand]));
                if text.contains("terraform_data") {
                    succeeds(&world.workspace.apply(&[]), &name);
                    world.write(&text.replace("2026-11-24", "2026-11-25"));
                    acts("triggered", &mut || world.workspace.apply(&[]));
                    is_done(&world, &name);
                    succeeds(&world.workspace.destroy(&[]), &name);
                }
            }
        }
        world.finish();
    }
}

for_each_cli! {
    /// What a run has opened is closed again.
    fn ephemeral_resources(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] requires WriteOnly {
        let world = with_everything(cli);
        let program = world.workspace.project().join("deploy");
        fs::write(&program, "#!/bin/sh\ntest -n \"$ZEEBE_CLIENT_SECRET\"\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let before = inventory(&world);
        for Example { name, files } in examples("ephemeral-resources", "ephemeral-resource") {
            for (_, text) in files {
                world.write(&text);
                succeeds(&world.workspace.apply(&[]), &name);
                is_done(&world, &name);
            }
            succeeds(&world.workspace.destroy(&[]), &name);
            assert_eq!(inventory(&world), before, "{name} leaves something");
        }
        world.finish();
    }
}
