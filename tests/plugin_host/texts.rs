//! What people see who start the program by hand.

use crate::BINARY;
use crate::plugin_client::{Ended, Launch};

async fn by_hand(arguments: &[&str]) -> Ended {
    let launch = Launch::new(BINARY).env_remove("TF_PLUGIN_MAGIC_COOKIE");
    let launch = arguments
        .iter()
        .fold(launch, |launch, argument| launch.arg(argument));
    launch.spawn().0.ended().await
}

#[tokio::test]
async fn a_person_is_told_what_this_is() {
    let ended = by_hand(&[]).await;
    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(ended.stdout, "");
    insta::assert_snapshot!(ended.stderr, @r#"
    terraform-provider-camunda is a plugin: Terraform and OpenTofu start it when a configuration needs it.
    It does nothing when started by hand. To use it, name it in a configuration and run
    `terraform init` or `tofu init`:

        terraform {
          required_providers {
            camunda = {
              source = "camunda-rs/camunda"
            }
          }
        }

    `terraform-provider-camunda -help` lists the options for starting it by hand.
    "#);
}

#[tokio::test]
async fn a_wrong_cookie_counts_as_a_person() {
    let launch = Launch::new(BINARY).env("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f");
    let ended = launch.spawn().0.ended().await;
    assert_eq!(ended.status.code(), Some(1));
    assert_eq!(ended.stdout, "");
    assert!(ended.stderr.contains("is a plugin"), "{}", ended.stderr);
}

#[tokio::test]
async fn the_version_is_printed() {
    for argument in ["-version", "--version"] {
        let ended = by_hand(&[argument]).await;
        assert_eq!(ended.status.code(), Some(0));
        assert_eq!(
            ended.stdout,
            concat!(
                "terraform-provider-camunda ",
                env!("CARGO_PKG_VERSION"),
                "\n"
            )
        );
        assert_eq!(ended.stderr, "");
    }
}

#[tokio::test]
async fn help_is_printed() {
    let ended = by_hand(&["-help"]).await;
    assert_eq!(ended.status.code(), Some(0));
    assert_eq!(ended.stderr, "");
    insta::with_settings!({filters => [(env!("CARGO_PKG_VERSION"), "[VERSION]")]}, {
        insta::assert_snapshot!(ended.stdout, @"
        terraform-provider-camunda [VERSION]
        Terraform and OpenTofu provider for Camunda 8 SaaS.

        Terraform and OpenTofu start this program themselves. Options for starting it by hand:

          -debug     run until Ctrl-C, and print how to attach Terraform or OpenTofu to this process
          -version   print the version
          -help      print this text

        Environment:

          TF_LOG_PROVIDER_CAMUNDA   level of the log on stderr: TRACE, DEBUG, INFO, WARN, ERROR or OFF.
                                    Without it TF_LOG_PROVIDER counts, then TF_LOG; without any there
                                    is no log.
                                    Terraform and OpenTofu show it only where TF_LOG_PROVIDER or TF_LOG
                                    is set, too.
        ");
    });
    assert_eq!(by_hand(&["--help"]).await.stdout, ended.stdout);
}

#[tokio::test]
async fn an_unknown_argument_is_quoted() {
    let ended = by_hand(&["-verbose"]).await;
    assert_eq!(ended.status.code(), Some(2));
    assert_eq!(ended.stdout, "");
    insta::assert_snapshot!(ended.stderr, @"terraform-provider-camunda: unknown argument `-verbose`. `terraform-provider-camunda -help` lists the options.");
}
