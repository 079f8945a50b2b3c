//! The provider block: where its values come from, what it needs when, and what it guards.

use camunda_simulator::{NewCluster, seed};
use serde_json::json;

use super::{count, errors, writes};
use crate::support::{Cli, World};

/// A cluster, and a provider block in front of it.
fn with_block(world: &World, block: &str) {
    world.write_cluster("orders", "");
    let text = world.workspace.read("main.tf");
    let block = format!("provider \"camunda\" {{\n{block}\n}}\n");
    world
        .workspace
        .write("main.tf", &format!("{text}\n{block}"));
}

/// Nothing in the environment.
fn bare(cli: &Cli) -> World {
    let mut world = World::new(cli);
    for name in [
        "CAMUNDA_CONSOLE_BASE_URL",
        "CAMUNDA_OAUTH_URL",
        "CAMUNDA_CONSOLE_OAUTH_AUDIENCE",
        "CAMUNDA_CONSOLE_CLIENT_ID",
        "CAMUNDA_CONSOLE_CLIENT_SECRET",
    ] {
        world.workspace.unset(name);
    }
    world
}

const READS: &str = "data \"camunda_channel\" \"it\" {\n  name = \"Stable\"\n}\n";

for_each_cli! {
    /// Everything from the block, nothing from the environment.
    fn everything_from_the_block(cli: &Cli) on life {
        let world = bare(cli);
        with_block(
            &world,
            &format!(
                r#"
  client_id           = {:?}
  client_secret       = {:?}
  api_url             = {:?}
  token_url           = {:?}
  audience            = {:?}
  token_disk_cache    = false
  token_cache_dir     = "cache"
  organization_id     = {:?}
  max_retries         = 3
  request_timeout     = "20s"
  requests_per_second = 50
"#,
                seed::credentials::FULL.client_id,
                seed::credentials::FULL.client_secret,
                world.simulator.url(),
                world.simulator.token_url(),
                world.simulator.audience(),
                seed::ORGANIZATION,
            ),
        );
        world.workspace.validate().expect_success();
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_success();
        world.finish_empty();
    }
}

for_each_cli! {
    /// Each attribute has a source of its own, and the block wins.
    fn partly_from_the_environment(cli: &Cli) on main {
        let mut world = World::new(cli);
        world.workspace.set("CAMUNDA_CONSOLE_CLIENT_ID", "somebody-else");
        with_block(&world, &format!("  client_id = {:?}", seed::credentials::FULL.client_id));
        world.workspace.apply(&[]).expect_success();
        let requests = world.simulator.requests_of("CreateCluster");
        assert_eq!(requests[0].client_id.as_deref(), Some(seed::credentials::FULL.client_id));
        world.finish();
    }
}

for_each_cli! {
    /// A ready-made token is used as it is; the token endpoint is never asked.
    fn a_ready_made_token(cli: &Cli) on main {
        let world = bare(cli);
        let token = world.simulator.issue_token(seed::credentials::FULL.client_id);
        with_block(
            &world,
            &format!("  access_token = {token:?}\n  api_url = {:?}", world.simulator.url()),
        );
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        assert_eq!(world.simulator.token_requests().len(), 0);
        world.finish();
    }
}

for_each_cli! {
    /// Two kinds of credentials in the block contradict each other.
    fn two_kinds_of_credentials(cli: &Cli) on main {
        let world = World::new(cli);
        with_block(&world, "  access_token = \"a\"\n  client_secret = \"b\"");
        let run = world.workspace.validate();
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Two kinds of credentials in the provider block

        with provider["registry.terraform.io/camunda-rs/camunda"], on main.tf line 18, in provider "camunda": 18: access_token = "a"

        access_token is used instead of client_id and client_secret, so only one of them can be set.

        Remove access_token, or client_id and client_secret.
        "#);
        world.finish();
    }
}

for_each_cli! {
    /// Without credentials everything works that needs no answer from Camunda.
    fn no_credentials(cli: &Cli) on life {
        let mut world = World::new(cli);
        world.workspace.unset("CAMUNDA_CONSOLE_CLIENT_ID").unset("CAMUNDA_CONSOLE_CLIENT_SECRET");
        world.write_cluster("orders", "");
        world.workspace.validate().expect_success();
        assert_eq!(world.workspace.planned(&[]).to_string(), "create camunda_cluster.it");
        assert_eq!(world.simulator.statistics().requests, 0);
        let run = world.workspace.apply(&[]);
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: No credentials for Camunda

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        Looked, in this order, at: access_token in the provider block; client_id and client_secret in the provider block, either completed from the environment; the environment variable CAMUNDA_OAUTH_TOKEN; the environment variables CAMUNDA_CONSOLE_CLIENT_ID and CAMUNDA_CONSOLE_CLIENT_SECRET. None gives a complete set.

        Create credentials in the Console under Organization > Administration API and set the two environment variables.
        "#);
        world.write(READS);
        world.workspace.plan(&[]).expect_failure_containing("No credentials for Camunda");
        assert_eq!(world.simulator.statistics().requests, 0);
        world.finish();
    }
}

for_each_cli! {
    /// An empty variable is no variable.
    fn empty_credentials(cli: &Cli) on main {
        let mut world = World::new(cli);
        world.workspace.set("CAMUNDA_CONSOLE_CLIENT_SECRET", "");
        world.write(READS);
        world.workspace.plan(&[]).expect_failure_containing("No credentials for Camunda");
        world.finish();
    }
}

for_each_cli! {
    /// A secret that another object makes: planning goes on without the service where it can, and
    /// says what to do where it cannot.
    fn a_secret_not_known_yet(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let mut world = World::new(cli);
        world.workspace.unset("CAMUNDA_CONSOLE_CLIENT_SECRET");
        let secret = format!(
            "  client_secret = terraform_data.secret.output\n}}\nresource \"terraform_data\" \
             \"secret\" {{\n  input = {:?}",
            seed::credentials::FULL.client_secret
        );
        with_block(&world, &secret);
        assert_eq!(
            world.workspace.planned(&[]).to_string(),
            "create camunda_cluster.it\ncreate terraform_data.secret"
        );
        assert_eq!(world.simulator.statistics().requests, 0);

        let text = world.workspace.read("main.tf");
        world.workspace.write("main.tf", &format!("{text}\n{READS}"));
        let run = world.workspace.plan(&[]);
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Provider configuration is not known yet

        with data.camunda_channel.it, on main.tf line 24, in data "camunda_channel" "it": 24: data "camunda_channel" "it" {

        client_secret in the provider block is known only after apply, but the value would be needed now to talk to Camunda.

        Either leave out what is not known and set CAMUNDA_CONSOLE_CLIENT_SECRET in the environment instead, or apply first what the configuration of the provider is made from, for example with -target.
        "#);
        assert_eq!(world.simulator.statistics().requests, 0);

        // The way out that the error names.
        world.workspace.apply(&["-target=terraform_data.secret"]).expect_success();
        world.workspace.apply(&[]).expect_success();
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// Once the secret is known in the middle of an apply, it is used.
    fn a_secret_known_during_apply(cli: &Cli) on main {
        let mut world = World::new(cli);
        world.workspace.unset("CAMUNDA_CONSOLE_CLIENT_SECRET");
        let secret = format!(
            "  client_secret = terraform_data.secret.output\n}}\nresource \"terraform_data\" \
             \"secret\" {{\n  input = {:?}",
            seed::credentials::FULL.client_secret
        );
        with_block(&world, &secret);
        world.workspace.apply(&[]).expect_success();
        world.cluster_id();
        world.finish();
    }
}

for_each_cli! {
    /// The right organisation is no hindrance; the wrong one is left alone.
    fn another_organization(cli: &Cli) on main {
        let world = World::new(cli);
        world.simulator.add_cluster(NewCluster::default());
        with_block(&world, &format!("  organization_id = {:?}", seed::OTHER_ORGANIZATION));
        let run = world.workspace.apply(&[]);
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Credentials belong to another organisation

        with camunda_cluster.it, on main.tf line 9, in resource "camunda_cluster" "it": 9: resource "camunda_cluster" "it" {

        The provider block names the organisation [other organization], but the credentials belong to the organisation [organization]. They came from the environment variables CAMUNDA_CONSOLE_CLIENT_ID and CAMUNDA_CONSOLE_CLIENT_SECRET.

        Use credentials of the organisation you mean, or correct organization_id in the provider block.
        "#);
        assert_eq!(writes(&world), [""; 0]);
        with_block(&world, &format!("  organization_id = {:?}", seed::ORGANIZATION));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(writes(&world), ["CreateCluster"]);
        with_block(&world, &format!("  organization_id = {:?}", seed::OTHER_ORGANIZATION));
        world.workspace.destroy(&[]).expect_failure_containing("another organisation");
        assert_eq!(writes(&world), ["CreateCluster"]);
        world.finish();
    }
}

for_each_cli! {
    /// The guard asks once per process, however many clusters are written.
    fn the_guard_asks_once(cli: &Cli) on main {
        let world = World::new(cli);
        world.simulator.add_cluster(NewCluster::default());
        with_block(&world, &format!("  organization_id = {:?}", seed::ORGANIZATION));
        let text = world.workspace.read("main.tf");
        world.workspace.write("main.tf", &text.replace("  name = \"orders\"", "  count = 3\n  name = \"orders\""));
        world.workspace.apply(&[]).expect_success();
        assert_eq!(count(&world, "CreateCluster"), 3);
        // Every creation looks at what is there first; the guard looks once for all.
        assert_eq!(count(&world, "GetClusters"), 3 + 1);
        world.finish();
    }
}

for_each_cli! {
    /// Credentials do not travel in the clear.
    fn a_plain_address(cli: &Cli) on main {
        for attribute in ["api_url", "token_url"] {
            let world = World::new(cli);
            with_block(&world, &format!("  {attribute} = \"http://camunda.example.com\""));
            let run = world.workspace.plan(&[]);
            run.expect_failure_containing(attribute);
            let said = errors(&world, &run);
            if attribute == "api_url" {
                insta::assert_snapshot!(said, @r#"
                Error: Invalid api_url in the provider block

                with provider["registry.terraform.io/camunda-rs/camunda"], on main.tf line 18, in provider "camunda": 18: api_url = "http://camunda.example.com"

                `http://camunda.example.com` is not encrypted: it would carry the credentials in clear text. Use `https`; `http` is accepted only for this machine (`localhost`, `127.0.0.1`, `[::1]`).
                "#);
            }
            assert!(said.contains(&format!("{attribute} = ")), "points at the attribute\n{said}");
            world.finish();
        }
    }
}

for_each_cli! {
    /// What is wrong in itself is found offline.
    fn impossible_values(cli: &Cli) on main {
        let world = World::new(cli);
        with_block(
            &world,
            "  max_retries = 21\n  request_timeout = \"soon\"\n  requests_per_second = 0",
        );
        let run = world.workspace.validate();
        run.expect_failure();
        insta::assert_snapshot!(errors(&world, &run), @r#"
        Error: Number out of range

        with provider["registry.terraform.io/camunda-rs/camunda"], on main.tf line 18, in provider "camunda": 18: max_retries = 21

        21 is not a whole number from 0 to 20.

        Error: Invalid duration

        with provider["registry.terraform.io/camunda-rs/camunda"], on main.tf line 19, in provider "camunda": 19: request_timeout = "soon"

        "soon" is not a duration: write it with units, for example 90s, 30m or 1h30m.

        Error: Number out of range

        with provider["registry.terraform.io/camunda-rs/camunda"], on main.tf line 20, in provider "camunda": 20: requests_per_second = 0

        The value must be above zero.
        "#);
        assert_eq!(world.simulator.statistics().requests, 0);
        world.finish();
    }
}

for_each_cli! {
    /// Two organisations in one configuration do not get into each other's way.
    fn two_organizations(cli: &Cli) on main {
        let world = World::new(cli);
        let other = seed::credentials::OTHER_ORGANIZATION;
        with_block(
            &world,
            &format!(
                r#"  organization_id = {:?}
}}
provider "camunda" {{
  alias           = "other"
  client_id       = {:?}
  client_secret   = {:?}
  organization_id = {:?}
}}
resource "camunda_cluster" "other" {{
  provider  = camunda.other
  name      = "other-orders"
  channel   = {:?}
  plan_type = {:?}
  region    = {:?}
"#,
                seed::ORGANIZATION,
                other.client_id,
                other.client_secret,
                seed::OTHER_ORGANIZATION,
                seed::CHANNEL_STABLE,
                seed::PLAN_ADVANCED,
                seed::REGION_BELGIUM,
            ),
        );
        world.workspace.apply(&[]).expect_success();
        let owner = |address: &str| world.workspace.attributes(address)["organization_id"].clone();
        assert_eq!(owner("camunda_cluster.it"), json!(seed::ORGANIZATION));
        assert_eq!(owner("camunda_cluster.other"), json!(seed::OTHER_ORGANIZATION));
        world.workspace.assert_empty_plan();
        world.workspace.destroy(&[]).expect_success();
        world.finish_empty();
    }
}

for_each_cli! {
    /// The service learns who is asking.
    fn introduces_itself(cli: &Cli) on life {
        let mut world = World::new(cli);
        world.workspace.set("TF_APPEND_USER_AGENT", " pipeline/7 ");
        world.write(READS);
        world.workspace.plan(&[]).expect_success();
        let agent = world.simulator.requests_of("GetParameters")[0].user_agent.clone().unwrap();
        let (major, minor, patch) = cli.version;
        assert!(agent.starts_with("terraform-provider-camunda/"), "{agent}");
        assert!(agent.ends_with(&format!("/{major}.{minor}.{patch} pipeline/7")), "{agent}");
        world.finish();
    }
}
