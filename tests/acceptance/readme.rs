//! The README, carried out: whoever has nothing but it, and an archive of a release, gets to a cluster.

use std::path::Path;
use std::process::Command;

use camunda_simulator::Options;

use crate::support::World;
use crate::support::guide::{blocks, follow};

const README: &str = include_str!("../../README.md");
const BINARY: &str = env!("CARGO_BIN_EXE_terraform-provider-camunda");

/// The part below a heading.
fn section(heading: &str) -> &'static str {
    let start = README.find(&format!("\n## {heading}\n")).unwrap();
    let body = &README[start + 1..];
    let end = body[3..].find("\n## ").map_or(body.len(), |end| end + 3);
    &body[..end]
}

/// The block that is a file of that name.
fn file(name: &str) -> String {
    let first = format!("# {name}");
    let mut all = blocks(README).into_iter();
    let found = all.find(|block| block.text.lines().next() == Some(&*first));
    found.unwrap_or_else(|| panic!("no block is {name}")).text
}

for_each_cli! {
    /// Install from an archive, write the first configuration, plan and apply.
    fn from_an_archive_to_a_cluster(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let world = World::with(cli, Options::default());
        let packed = Command::new("python3")
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["tools/release.py", "--only", "archive", "--binary", BINARY, "--output"])
            .arg(world.workspace.project())
            .env("SOURCE_DATE_EPOCH", "1700000000")
            .output()
            .unwrap();
        assert!(packed.status.success(), "{packed:?}");
        follow(&world.workspace, cli, section("Install"));
        follow(&world.workspace, cli, section("First configuration"));
        // The CLI configuration of the README is that of its shell, not of the workspace.
        let run = world.workspace.shell("terraform plan -detailed-exitcode");
        run.expect_success().expect_output_containing("No changes.");
        run.expect_output_without("development overrides");
        assert_eq!(world.simulator.clusters().len(), 1);
        world.workspace.shell("terraform destroy").expect_success();
        world.finish_empty();
    }
}

for_each_cli! {
    /// With a build of one's own, from the folder that it was built into.
    fn from_source_to_a_plan(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let world = World::with(cli, Options::default());
        let folder = Path::new(BINARY).parent().unwrap().to_str().unwrap();
        let (before, after) = ("/path/to/target/release", file("dev.tfrc"));
        assert_eq!(after.matches(before).count(), 1);
        world.workspace.write("dev.tfrc", &after.replace(before, folder));
        for name in ["versions.tf", "main.tf"] {
            world.workspace.write(name, &file(name));
        }
        let run = world.workspace.shell("export TF_CLI_CONFIG_FILE=\"$PWD/dev.tfrc\"\nterraform plan");
        run.expect_success().expect_output_containing("2 to add, 0 to change, 0 to destroy");
        // Where it came from, and that nothing else was asked for.
        run.expect_output_containing("development overrides").expect_output_containing(folder);
        world.finish_empty();
    }
}

for_each_cli! {
    /// The one line that starts the simulator starts it, and it ends in good order.
    fn the_simulator_starts(cli: &Cli) on main {
        let world = World::with(cli, Options::default());
        let mut commands = blocks(section("The simulator")).into_iter();
        let command = commands.find(|block| block.language == "shell").unwrap().text;
        let run = world.workspace.shell(&format!(
            "{command}\nuntil [ -s simulator.url ]; do kill -0 $!; done\ncat simulator.url\nkill $!\nwait $!"
        ));
        run.expect_success().expect_output_containing("http://127.0.0.1:");
        world.finish_empty();
    }
}
