//! Tokens as users meet them: many runs at once, and two organisations in one configuration.

use camunda_simulator::{NewCluster, Options, Simulator, seed};

use crate::support::World;

const READS: &str = "data \"camunda_channel\" \"it\" {\n  name = \"Stable\"\n}\n";

for_each_cli! {
    /// Runs one after the other, and several at the same time, ask for one token.
    fn runs_share_one_token(cli: &Cli) on life {
        let world = World::new(cli);
        world.write(READS);
        let runs: Vec<_> = (0..4)
            .map(|number| {
                let state = format!("-state=../output/{number}.tfstate");
                world.workspace.spawn(&["plan", "-lock=false", &state])
            })
            .collect();
        for run in runs {
            run.wait(std::time::Duration::from_secs(100)).expect_success();
        }
        world.workspace.plan(&[]).expect_success();
        assert_eq!(world.simulator.token_requests().len(), 1);
        world.finish();
    }
}

for_each_cli! {
    /// Switched off, every process is alone, and leaves nothing behind.
    fn switched_off(cli: &Cli) on main {
        let mut world = World::new(cli);
        let cache = world.workspace.project().join("cache");
        world
            .workspace
            .set("CAMUNDA_TOKEN_CACHE_DIR", cache.to_str().unwrap())
            .set("CAMUNDA_TOKEN_DISK_CACHE_DISABLE", "yes");
        world.write(READS);
        for count in 1..3 {
            world.workspace.plan(&[]).expect_success();
            assert_eq!(world.simulator.token_requests().len(), count);
        }
        assert!(!cache.exists());
        world.workspace.unset("CAMUNDA_TOKEN_DISK_CACHE_DISABLE");
        for _ in 0..2 {
            world.workspace.plan(&[]).expect_success();
            assert_eq!(world.simulator.token_requests().len(), 3);
        }
        assert!(cache.join("tokens").is_dir());
        world.finish();
    }
}

for_each_cli! {
    /// Two aliases, two organisations at two hosts with the same client: neither sees anything of
    /// the other, in one process or through files.
    fn two_organisations_do_not_mix(cli: &Cli) on main {
        let world = World::new(cli);
        let other = Simulator::start(Options::default()).unwrap();
        let ours = world.simulator.add_cluster(NewCluster { name: "ours".to_owned(), ..NewCluster::default() });
        let theirs = other.add_cluster(NewCluster { name: "theirs".to_owned(), ..NewCluster::default() });
        world.write(&format!(
            r#"
provider "camunda" {{
  alias     = "other"
  api_url   = {:?}
  token_url = {:?}
}}
import {{
  to = camunda_cluster.ours
  id = {ours:?}
}}
import {{
  to       = camunda_cluster.theirs
  id       = {theirs:?}
}}
resource "camunda_cluster" "ours" {{
  name      = "ours"
  channel   = {:?}
  plan_type = {:?}
  region    = {:?}
}}
resource "camunda_cluster" "theirs" {{
  provider  = camunda.other
  name      = "theirs"
  channel   = {:?}
  plan_type = {:?}
  region    = {:?}
}}
"#,
            other.url(),
            other.token_url(),
            seed::CHANNEL_STABLE,
            seed::PLAN_ADVANCED,
            seed::REGION_BELGIUM,
            seed::CHANNEL_STABLE,
            seed::PLAN_ADVANCED,
            seed::REGION_BELGIUM,
        ));
        // A token of the one would be refused by the other, which signs with another key.
        for _ in 0..2 {
            world.workspace.apply(&[]).expect_success();
            for simulator in [&world.simulator, &other] {
                assert_eq!(simulator.token_requests().len(), 1);
                assert!(simulator.requests().iter().all(|request| request.status != Some(401)));
            }
        }
        // What one of them refuses is the business of that one alone.
        other.revoke_client(seed::credentials::FULL.client_id);
        other.revoke_tokens();
        let run = world.workspace.plan(&[]);
        run.expect_failure();
        run.expect_output_containing("theirs");
        assert_eq!(world.simulator.token_requests().len(), 1);
        assert_eq!(other.token_requests().len(), 2);
        other.assert_clean();
        world.finish();
    }
}

for_each_cli! {
    /// A token that says itself that it is over is not sent anywhere.
    fn a_ready_made_token_that_is_over(cli: &Cli) on main {
        let mut world = World::new(cli);
        world.workspace
            .unset("CAMUNDA_CONSOLE_CLIENT_ID")
            .unset("CAMUNDA_CONSOLE_CLIENT_SECRET")
            // {"exp":1000000000}
            .set("CAMUNDA_OAUTH_TOKEN", "e30.eyJleHAiOjEwMDAwMDAwMDB9.c2ln");
        world.write(READS);
        let run = world.workspace.plan(&[]);
        run.expect_failure();
        run.expect_output_containing("The access token is over");
        run.expect_output_containing("2001-09-09T01:46:40Z");
        run.expect_output_containing("CAMUNDA_OAUTH_TOKEN");
        assert!(world.simulator.requests().is_empty());
        world.finish();
    }
}
