//! The imports that the pages of resources show, in all their forms: each takes over what is there, and
//! after an apply nothing is left to do.

use std::fs;

use super::*;

/// The ways to import.
const FORMS: [&str; 3] = [
    "import.sh",
    "import-by-string-id.tf",
    "import-by-identity.tf",
];

for_each_cli! {
    fn take_over_what_is_there(cli: &Cli) on life {
        let world = with_everything(cli);
        let state = world.workspace.project().join("terraform.tfstate");
        for example in examples("resources", "resource") {
            let (_, resource) = &example.files[0];
            let resource = match &*example.name {
                // Its comment says that there must be no triggers.
                "camunda_cluster_backup" => {
                    let triggers = "  triggers = {\n    release = var.release\n  }\n";
                    assert!(resource.contains(triggers), "{resource}");
                    resource.replace(triggers, "")
                }
                _ => resource.clone(),
            };
            for form in FORMS {
                let name = format!("{}/{form}", example.name);
                let import = fs::read_to_string(folder("resources").join(&name)).unwrap();
                if !can_run(cli, &import) {
                    continue;
                }
                world.write(&resource);
                if example.name == "camunda_cluster_monitoring_client" {
                    // Its example has the endpoint in it, which is an object of its own.
                    let endpoint = "camunda_cluster_monitoring.example";
                    succeeds(&world.workspace.import(endpoint, CLUSTER), &name);
                }
                if form == "import.sh" {
                    succeeds(&world.workspace.shell(&import), &name);
                } else {
                    world.write(&[&*resource, &*import].join("\n"));
                }
                let run = world.workspace.apply(&[]);
                succeeds(&run, &name);
                for words in ["1 destroyed", "must be replaced", "will be created"] {
                    assert!(!run.says(words), "{name} does not take it over\n{run}");
                }
                is_done(&world, &name);
                fs::remove_file(&state).unwrap();
            }
        }
        world.finish();
    }
}
