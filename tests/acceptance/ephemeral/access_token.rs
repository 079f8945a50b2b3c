//! The provider's own token, handed on.

use camunda_simulator::seed;

use super::*;

const TOKEN: &str = "ephemeral \"camunda_access_token\" \"it\" {}\n";

const OTHER: &str = r#"
provider "camunda" {
  alias        = "other"
  access_token = ephemeral.camunda_access_token.it.token
}

data "camunda_channel" "it" {
  provider = camunda.other
  name     = "Stable"
}

output "channel" {
  value = data.camunda_channel.it.id
}
"#;

for_each_cli! {
    /// Another provider works with it, and all together ask for one token.
    fn configures_another_provider(cli: &Cli) on every requires Ephemeral {
        let world = World::new(cli);
        world.write(&[TOKEN, OTHER].concat());
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.workspace.output("channel"), seed::CHANNEL_STABLE);
        world.workspace.assert_empty_plan();
        assert_eq!(world.simulator.token_requests().len(), 1);
        let requests = world.simulator.requests_of("GetParameters");
        assert!(requests.len() > 1);
        assert!(requests.iter().all(|request| request.status == Some(200)), "{requests:#?}");
        world.finish();
    }
}

for_each_cli! {
    /// Also where the only one who asks is the ephemeral resource, and files are switched off: one per
    /// process that opens it.
    fn is_asked_for_where_there_is_none(cli: &Cli) on main requires Ephemeral {
        let mut world = World::new(cli);
        world.workspace.set("CAMUNDA_TOKEN_DISK_CACHE_DISABLE", "yes");
        world.write(&[TOKEN, &program("ephemeral.camunda_access_token.it.token")].concat());
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.simulator.token_requests().len(), 2, "to plan, and to apply");
        assert!(world.workspace.read("seen").contains('.'));
        world.finish();
    }
}

for_each_cli! {
    fn feeds_a_write_only_argument(cli: &Cli) on every requires WriteOnly {
        let world = world(cli);
        let it = "ephemeral.camunda_access_token.it";
        let value = format!("join(\" \", [{it}.token_type, {it}.expires_at, {it}.token])");
        world.write(&[TOKEN, &sink(&value)].concat());
        world.workspace.apply(&[]).expect_success();
        let sunk = sunk(&world);
        let [token_type, expires_at, token] = sunk.split(' ').collect::<Vec<_>>()[..] else {
            panic!("{sunk}");
        };
        assert_eq!(token_type, "Bearer");
        assert!(expires_at.len() == 20 && expires_at.ends_with('Z'), "{expires_at}");
        assert_eq!(world.simulator.token_requests().len(), 1);
        let state = world.workspace.read("terraform.tfstate");
        assert!(!state.contains(token), "{state}");
        world.workspace.assert_empty_plan();
        world.finish();
    }
}

for_each_cli! {
    /// A token that the provider was given comes out as it is, and nobody is asked for another.
    fn of_a_provider_with_a_ready_made_one(cli: &Cli) on every requires WriteOnly {
        let mut world = world(cli);
        let token = world.simulator.issue_token(seed::credentials::FULL.client_id);
        world.workspace
            .unset("CAMUNDA_CONSOLE_CLIENT_ID")
            .unset("CAMUNDA_CONSOLE_CLIENT_SECRET")
            .set("CAMUNDA_OAUTH_TOKEN", &token);
        world.write(&[TOKEN, &sink("ephemeral.camunda_access_token.it.token")].concat());
        world.workspace.apply(&[]).expect_success();
        assert_eq!(sunk(&world), token);
        assert!(world.simulator.token_requests().is_empty());
        world.finish();
    }
}

for_each_cli! {
    fn that_cannot_be_had(cli: &Cli) on [terraform_1_11_4, terraform_1_15_5] requires Ephemeral {
        let mut world = World::new(cli);
        world.write(TOKEN);
        world.workspace.set("CAMUNDA_CONSOLE_CLIENT_SECRET", "wrong-secret");
        let refused = errors(&world, &world.workspace.plan(&[]));
        insta::allow_duplicates! {
            insta::assert_snapshot!(refused, @r#"
            Error: Cannot get an access token

            with ephemeral.camunda_access_token.it, on main.tf line 9, in ephemeral "camunda_access_token" "it": 9: ephemeral "camunda_access_token" "it" {}

            The token service refused the credentials: 127.0.0.1 answered 401 Unauthorized: Unauthorized (access_denied).

            The credentials came from the environment variables CAMUNDA_CONSOLE_CLIENT_ID and CAMUNDA_CONSOLE_CLIENT_SECRET. Token URL: [api]/oauth/token; audience: api.cloud.camunda.io.

            Check ID, secret, token URL and audience. Credentials are managed in the Console under Organization > Administration API.

            (POST /oauth/token)
            "#);
        }
        world.workspace
            .unset("CAMUNDA_CONSOLE_CLIENT_ID")
            .unset("CAMUNDA_CONSOLE_CLIENT_SECRET");
        world.workspace.plan(&[]).expect_failure_containing("No credentials for Camunda");
        // {"exp":1000000000}
        world.workspace.set("CAMUNDA_OAUTH_TOKEN", "e30.eyJleHAiOjEwMDAwMDAwMDB9.c2ln");
        let over = errors(&world, &world.workspace.plan(&[]));
        insta::allow_duplicates! {
            insta::assert_snapshot!(over, @r#"
            Error: Cannot get an access token

            with ephemeral.camunda_access_token.it, on main.tf line 9, in ephemeral "camunda_access_token" "it": 9: ephemeral "camunda_access_token" "it" {}

            The access token is over. It expired at 2001-09-09T01:46:40Z. It was handed in ready-made and is never renewed: hand in a new one, or client credentials.

            The token came from the environment variable CAMUNDA_OAUTH_TOKEN.

            (POST /oauth/token)
            "#);
        }
        assert_eq!(world.simulator.token_requests().len(), 1);
        world.workspace.finish();
    }
}

for_each_cli! {
    /// The provider's own configuration is known only after apply: planning says so.
    fn of_a_provider_not_known_yet(cli: &Cli) on main requires Ephemeral {
        let world = World::new(cli);
        world.write(&format!(
            "resource \"terraform_data\" \"id\" {{\n  input = {:?}\n}}\n\nprovider \"camunda\" {{\n  \
             client_id = terraform_data.id.output\n}}\n\n{TOKEN}",
            seed::credentials::FULL.client_id
        ));
        let run = world.workspace.plan(&[]);
        run.expect_failure_containing("Provider configuration is not known yet");
        world.workspace.apply(&["-target=terraform_data.id"]).expect_success();
        world.workspace.apply(&[]).expect_success();
        assert_eq!(world.simulator.token_requests().len(), 1);
        world.finish();
    }
}
