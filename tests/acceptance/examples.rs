//! The examples that registry pages show: every one is a configuration that the CLI takes.

use std::fs;
use std::path::PathBuf;

use crate::support::{Capability, Cli, World};

/// The examples of a kind: each with its folder's name and its text, imports behind their resource.
fn examples(kind: &str, stem: &str, imports: &[&str]) -> Vec<(String, String)> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(kind);
    let mut found: Vec<(String, String)> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let mut text = String::new();
            for file in [stem].iter().chain(imports) {
                text += &fs::read_to_string(path.join(file)).unwrap();
                text.push('\n');
            }
            (name, text)
        })
        .collect();
    found.sort();
    assert!(found.len() > 1, "{kind}: {found:?}");
    found
}

fn validate(cli: &Cli, examples: Vec<(String, String)>) {
    let world = World::new(cli);
    for (name, text) in examples {
        world.write(&text);
        let run = world.workspace.validate();
        assert!(run.status.success(), "the example of {name}\n{run}");
    }
    assert!(
        world.simulator.requests().is_empty(),
        "validation asks nobody"
    );
    world.finish();
}

for_each_cli! {
    fn of_resources(cli: &Cli) on life {
        let mut imports = vec!["import-by-string-id.tf"];
        validate(cli, examples("resources", "resource.tf", &imports));
        if cli.supports(Capability::Identity) {
            imports = vec!["import-by-identity.tf"];
            validate(cli, examples("resources", "resource.tf", &imports));
        }
    }
}

for_each_cli! {
    fn of_data_sources(cli: &Cli) on life {
        validate(cli, examples("data-sources", "data-source.tf", &[]));
    }
}

for_each_cli! {
    fn of_list_resources(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires ListResources {
        let world = World::new(cli);
        world.write("");
        for (name, text) in examples("list-resources", "list-resource.tfquery.hcl", &[]) {
            world.workspace.write("example.tfquery.hcl", &text);
            let run = world.workspace.run(&["validate", "-query"]);
            assert!(run.status.success(), "the example of {name}\n{run}");
        }
        assert!(world.simulator.requests().is_empty());
        world.finish();
    }
}

for_each_cli! {
    fn of_functions(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] {
        validate(cli, examples("functions", "function.tf", &[]));
    }
}

for_each_cli! {
    fn of_actions(cli: &Cli) on [terraform_1_14_9, terraform_1_15_5] requires Actions {
        validate(cli, examples("actions", "action.tf", &[]));
    }
}

for_each_cli! {
    /// They show write-only arguments too.
    fn of_ephemeral_resources(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] requires WriteOnly {
        validate(cli, examples("ephemeral-resources", "ephemeral-resource.tf", &[]));
    }
}
