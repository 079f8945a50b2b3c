//! Proves the CLIs and the harness before anything is built on them, with the resource that every
//! Terraform and OpenTofu has built in. The provider is not started here.

use std::{collections::BTreeSet, os::unix::net::UnixListener, panic, time::Duration};

use serde_json::json;

use crate::support::cli::Kind;
use crate::support::{Action, Capability, Cli, Run, Workspace, leftovers, run::unfold, wait};

const DATA: &str = r#"
variable "word" {
  default = "first"
}

resource "terraform_data" "it" {
  input = var.word
}

output "word" {
  value = terraform_data.it.output
}
"#;

/// An object whose creation takes longer than any test waits, and says when it has begun. Like a
/// provider it ignores the SIGINT that Ctrl-C sends to all: to stop it is the CLI's business.
///
/// Its word has to be seen as output, not in the command that the CLI prints before it starts it: a
/// SIGINT to the group in the very moment of a fork counts twice in a Go program, and the CLI would
/// take it for a second Ctrl-C.
const SLOW: &str = r#"
resource "terraform_data" "slow" {
  provisioner "local-exec" {
    command = "trap '' INT; echo begun; exec sleep 600"
  }
}
"#;

const BEGUN: &str = "(local-exec): begun";
const MOMENT: Duration = Duration::from_secs(20);

for_each_cli! {
    /// It is the program that it is said to be.
    fn is_the_version_of_its_name(cli: &Cli) on every {
        let workspace = Workspace::new(cli);
        let (major, minor, patch) = cli.version;
        let words = format!("{:?} v{major}.{minor}.{patch}", cli.kind);
        workspace.run(&["version"]).expect_success().expect_output_containing(&words);
    }
}

for_each_cli! {
    /// All commands that the suite uses, on one object from nothing to nothing.
    fn takes_an_object_through_its_life(cli: &Cli) on every {
        let workspace = Workspace::new(cli);
        workspace.write("main.tf", DATA);
        workspace.run(&["fmt", "-check", "-diff"]).expect_success();
        workspace.init().expect_success();
        workspace.validate().expect_success();

        let plan = workspace.planned(&[]);
        assert_eq!(plan.to_string(), "create terraform_data.it\noutput word");
        workspace.plan(&["-detailed-exitcode"]).expect_code(2);
        workspace.apply(&[]).expect_success();
        assert_eq!(workspace.output("word"), json!("first"));
        assert_eq!(workspace.addresses(), ["terraform_data.it"]);
        assert_eq!(workspace.attributes("terraform_data.it")["input"], json!("first"));
        assert!(workspace.read("terraform.tfstate").contains("first"));
        workspace.assert_empty_plan();

        let second = ["-var", "word=second"];
        let plan = workspace.planned(&second);
        assert_eq!(plan.to_string(), "update terraform_data.it (input, output)\noutput word");
        let change = plan.change("terraform_data.it");
        assert_eq!(change.action, Action::Update);
        assert_eq!(change.before["input"], json!("first"));
        assert_eq!(change.after["input"], json!("second"));
        assert_eq!(change.after_unknown["output"], json!(true));
        assert_eq!(change.attributes, BTreeSet::from(["input".to_owned(), "output".to_owned()]));
        assert!(plan.drift.is_empty());
        workspace.apply(&second).expect_success();
        workspace.refresh().expect_success();
        assert_eq!(workspace.output("word"), json!("second"));

        workspace.destroy(&[]).expect_success();
        assert!(workspace.addresses().is_empty());
        workspace.finish();
    }
}

for_each_cli! {
    /// A plan tells replaced, imported, moved and forgotten from each other.
    fn plans_are_read_as_they_are_meant(cli: &Cli) on life {
        let workspace = Workspace::new(cli);
        workspace.write("main.tf", "resource \"terraform_data\" \"old\" {\n  triggers_replace = 1\n}\n");
        workspace.apply(&[]).expect_success();
        workspace.import("terraform_data.old", "twice").expect_failure_containing(
            "Terraform is already managing a remote object for terraform_data.old."
                .replace("Terraform", &format!("{:?}", cli.kind))
                .as_str(),
        );
        workspace.write(
            "main.tf",
            r#"
            moved {
              from = terraform_data.old
              to   = terraform_data.new
            }
            resource "terraform_data" "new" {
              triggers_replace = 2
            }
            import {
              to = terraform_data.more
              id = "more"
            }
            resource "terraform_data" "more" {}
            "#,
        );
        assert_eq!(
            workspace.planned(&[]).to_string(),
            "nothing terraform_data.more, imported\n\
             replace terraform_data.new (id, triggers_replace), moved from terraform_data.old"
        );
        workspace.apply(&[]).expect_success();
        workspace.assert_empty_plan();
        workspace.write("main.tf", "");
        assert_eq!(
            workspace.planned(&[]).to_string(),
            "delete terraform_data.more\ndelete terraform_data.new"
        );
    }
}

for_each_cli! {
    /// `import` brings an object in.
    fn imports(cli: &Cli) on every {
        let workspace = Workspace::new(cli);
        workspace.write("main.tf", "resource \"terraform_data\" \"it\" {}\n");
        workspace.import("terraform_data.it", "some-id").expect_success();
        assert_eq!(workspace.attributes("terraform_data.it")["id"], json!("some-id"));
    }
}

for_each_cli! {
    /// Ctrl-C reaches the CLI, which then stops in good order and saves its state.
    fn stops_in_good_order_on_ctrl_c(cli: &Cli) on every {
        let workspace = Workspace::new(cli);
        workspace.write("main.tf", SLOW);
        let mut apply = workspace.spawn(&["apply", "-auto-approve"]);
        apply.wait_for_output(BEGUN, MOMENT);
        apply.interrupt();
        let run = apply.wait(MOMENT);
        run.expect_failure()
            .expect_output_containing("Interrupt received.")
            .expect_output_containing("Gracefully shutting down...")
            .expect_output_without("Two interrupts received");
        assert_eq!(workspace.addresses(), ["terraform_data.slow"], "tainted, not lost");
    }
}

for_each_cli! {
    /// Long messages are found and shown in one piece, though the CLI draws boxes and breaks lines.
    fn long_messages_can_be_searched(cli: &Cli) on every {
        const WORDS: &str = "this is a sentence that is a good deal longer than any terminal is wide, \
            and that the CLI is going to break into several lines because of that";
        let workspace = Workspace::new(cli);
        workspace.write("main.tf", &format!(
            "variable \"word\" {{\n  default = \"\"\n}}\nresource \"terraform_data\" \"it\" {{\n  lifecycle {{\n    \
             precondition {{\n      condition     = var.word != \"\"\n      \
             error_message = \"Well, {WORDS}.\"\n    }}\n  }}\n}}\n"
        ));
        let run = workspace.apply(&[]);
        run.expect_failure_containing(WORDS).expect_output_without("Everything is fine.");
        assert!(!run.stderr.contains(WORDS), "the test does not test what it says\n{run}");
        assert!(run.text().contains(&format!("\n\nWell, {WORDS}.")), "{}", run.text());
    }
}

for_each_cli! {
    /// Arguments arrive letter by letter.
    fn arguments_arrive_as_they_are(cli: &Cli) on every {
        let workspace = Workspace::new(cli);
        workspace.write("main.tf", DATA);
        let word = " ä \"quoted\" $HOME \\ 'single' -x=y * \n end";
        workspace.apply(&["-var", &format!("word={word}")]).expect_success();
        assert_eq!(workspace.output("word"), json!(word));
    }
}

for_each_cli! {
    /// What a command and its children see is what the test has set, and nothing of the machine.
    fn environment_is_the_workspaces_own(cli: &Cli) on every {
        let mut workspace = Workspace::new(cli);
        workspace.set("CAMUNDA_EXAMPLE", "example").set("CAMUNDA_UNWANTED", "unwanted");
        workspace.unset("CAMUNDA_UNWANTED");
        let env = "resource \"terraform_data\" \"it\" {\n  provisioner \"local-exec\" {\n    \
                   command = \"env > environment\"\n  }\n}\n";
        workspace.write("main.tf", env);
        workspace.apply(&[]).expect_success();
        let environment = workspace.read("environment");
        let names: BTreeSet<&str> = environment
            .lines()
            .filter_map(|line| line.split_once('=').map(|(name, _)| name))
            .filter(|name| !["_", "PWD", "OLDPWD", "SHLVL"].contains(name))
            // The CLI's own.
            .filter(|name| !["TF_PLUGIN_MAGIC_COOKIE"].contains(name))
            .collect();
        let expected = BTreeSet::from([
            "CAMUNDA_ACCEPTANCE_WORKSPACE", "CAMUNDA_EXAMPLE", "CHECKPOINT_DISABLE", "HOME", "LANG",
            "PATH", "TF_CLI_CONFIG_FILE", "TF_INPUT", "TF_IN_AUTOMATION", "TF_PLUGIN_CACHE_DIR",
            "TMPDIR",
        ]);
        assert_eq!(names, expected);
        assert!(environment.contains("CAMUNDA_EXAMPLE=example"));
    }
}

for_each_cli! {
    /// The CLI takes the built provider, at the address of its own registry, and logs to our file.
    fn takes_the_provider_that_was_built(cli: &Cli) on every {
        let workspace = Workspace::new(cli).with_trace();
        workspace.write("main.tf", DATA);
        workspace.plan(&[])
            .expect_success()
            .expect_output_containing("Provider development overrides are in effect")
            .expect_output_containing("- camunda-rs/camunda in /tmp/camunda-acceptance-");
        let trace = workspace.trace();
        assert!(trace.contains("[TRACE]"), "{trace}");
        assert!(trace.contains("[INFO]"), "{trace}");
    }
}

for_each_cli! {
    /// A process that outlives its CLI fails the test that has left it, and is ended.
    fn orphans_are_found(cli: &Cli) on main {
        let workspace = Workspace::new(cli);
        workspace.write("main.tf", SLOW);
        let mut apply = workspace.spawn(&["apply", "-auto-approve"]);
        apply.wait_for_output(BEGUN, MOMENT);
        apply.kill_cli();
        let run = apply.wait(MOMENT);
        assert_eq!(run.status.code(), None, "ended by a signal");
        let message = panic_of(|| workspace.finish());
        assert!(message.contains("sleep 600"), "{message}");
    }
}

for_each_cli! {
    /// Killing all leaves nothing; neither does dropping a command that still runs.
    fn kill_reaches_children(cli: &Cli) on life {
        let workspace = Workspace::new(cli);
        workspace.write("main.tf", SLOW);
        for kill in [true, false] {
            let mut apply = workspace.spawn(&["apply", "-auto-approve", "-lock=false"]);
            apply.wait_for_output(BEGUN, MOMENT);
            if kill {
                apply.kill_all();
                apply.wait(MOMENT);
            } else {
                drop(apply);
            }
        }
        workspace.finish();
    }
}

for_each_cli! {
    /// A socket that is left in the temporary folder fails the test.
    fn sockets_are_found(cli: &Cli) on main {
        let workspace = Workspace::new(cli);
        let folder = workspace.temporary_folder();
        drop(UnixListener::bind(folder.join("plugin123")).unwrap());
        assert_eq!(leftovers::sockets(&folder).len(), 1);
        let message = panic_of(|| workspace.finish());
        assert!(message.contains("tmp/plugin123"), "{message}");
    }
}

for_each_cli! {
    /// A gate keeps a test from CLIs that lack the capability.
    fn gates_hold(cli: &Cli) on every requires ListResources {
        assert!(cli.supports(Capability::ListResources));
    }
}

/// The table of the macro and the versions say the same.
#[test]
fn gates_agree_with_the_versions() {
    macro_rules! row {
        ($capability:ident [$($cli:ident),+]) => {
            [$((
                Capability::$capability,
                stringify!($cli),
                below_gate!($capability $cli { true } { false }),
            )),+]
        };
    }
    let table = [
        with_every_cli! { row! Minimum },
        with_every_cli! { row! Functions },
        with_every_cli! { row! MoveAcrossTypes },
        with_every_cli! { row! Ephemeral },
        with_every_cli! { row! WriteOnly },
        with_every_cli! { row! Identity },
        with_every_cli! { row! ListResources },
        with_every_cli! { row! Actions },
    ];
    for (capability, cli, below) in table.into_iter().flatten() {
        let supported = Cli::of_test(cli).supports(capability);
        assert_eq!(below, !supported, "{cli}: {}", capability.gate());
    }
}

/// What users read about versions is what the tests are run and skipped by.
#[test]
fn the_documentation_and_the_versions_agree() {
    let page =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/index.md")).unwrap();
    for (feature, capability) in [
        (
            "Resources, data sources, `import` blocks",
            Capability::Minimum,
        ),
        ("Functions", Capability::Functions),
        (
            "`moved` from one resource type to another",
            Capability::MoveAcrossTypes,
        ),
        ("Ephemeral resources", Capability::Ephemeral),
        ("Write-only arguments (`..._wo`)", Capability::WriteOnly),
        ("Import by `identity`", Capability::Identity),
        ("List resources and `query`", Capability::ListResources),
        ("Actions", Capability::Actions),
    ] {
        let versions = [Kind::Terraform, Kind::OpenTofu].map(|kind| match capability.since(kind) {
            Some((minor, 0)) => format!("1.{minor}"),
            Some((minor, patch)) => format!("1.{minor}.{patch}"),
            None => "not available".to_owned(),
        });
        let row = format!("\n| {feature} | {} |", versions.join(" | "));
        assert!(page.contains(&row), "docs/index.md has no row{row}");
    }
    let rows = page
        .split("| Feature |")
        .nth(1)
        .unwrap()
        .split("\n## ")
        .next()
        .unwrap();
    let rows = rows.matches("\n| ").count() - 1;
    assert_eq!(rows, 8, "every row of the table is checked");
}

#[test]
fn a_tool_that_is_missing_says_what_to_do() {
    let message = panic_of(|| Cli::named("terraform-0.1.0"));
    assert_eq!(
        message,
        "terraform-0.1.0 is not in .tools/. Run `make tools`."
    );
}

#[test]
fn drawings_are_undone() {
    let drawn = "\u{1b}[31m╷\u{1b}[0m\n│ \u{1b}[1mError: \u{1b}[0mNot there\n│ \n│   with camunda_cluster.main,\n\
                 │   on main.tf line 3:\n│ \n│ One paragraph that was\n│ broken.\n╵\nafter it\n";
    insta::assert_snapshot!(unfold(drawn), @r"
    Error: Not there

    with camunda_cluster.main, on main.tf line 3:

    One paragraph that was broken.

    after it
    ");
}

#[test]
fn assertions_fail_when_they_must() {
    let run = Run {
        command: "terraform plan".to_owned(),
        status: std::os::unix::process::ExitStatusExt::from_raw(1 << 8),
        stdout: "one\ntwo".to_owned(),
        stderr: "panic: three".to_owned(),
    };
    for message in [
        panic_of(|| run.expect_success().json()),
        panic_of(|| run.expect_failure().json()),
        panic_of(|| run.expect_output_containing("one three").json()),
        panic_of(|| run.expect_output_without("one two").json()),
        panic_of(|| run.json()),
    ] {
        assert!(
            message.contains("--- terraform plan (exit status: 1)"),
            "{message}"
        );
    }
    assert!(wait::until(Duration::ZERO, || None::<()>).is_none());
}

/// The message of a panic, which has to come.
fn panic_of<T>(work: impl FnOnce() -> T) -> String {
    let caught = panic::catch_unwind(panic::AssertUnwindSafe(work)).err();
    let message = caught.expect("no panic").downcast::<String>();
    *message.expect("a formatted message")
}
