//! The plan against the catalogue: unknown identifiers are named before anything is created, with
//! what was probably meant.

use camunda_simulator::{Fault, seed};

use super::{count, errors, warnings, writes};
use crate::support::{Cli, World};

/// What the plan says about these lines of a cluster's block.
fn refused(cli: &Cli, more: &str) -> String {
    let world = World::new(cli);
    world.write_cluster("orders", more);
    world.workspace.validate().expect_success();
    let run = world.workspace.plan(&[]);
    run.expect_failure();
    assert_eq!(count(&world, "GetParameters"), 1);
    assert_eq!(writes(&world), [""; 0]);
    let said = errors(&world, &run);
    world.finish();
    said
}

for_each_cli! {
    /// The name was given where the ID belongs.
    fn of_the_region(cli: &Cli) on main {
        insta::assert_snapshot!(refused(cli, "  region = \"europe-west1\""), @r#"
        Error: Unknown region

        with camunda_cluster.it, on main.tf line 13, in resource "camunda_cluster" "it": 13: region = "europe-west1"

        "europe-west1" is not the ID of a region that this organisation can use.

        Did you mean "[region Belgium]", the ID of "Belgium, Europe (europe-west1)"?

        Offered are: [region Belgium] (Belgium, Europe (europe-west1)), [region Sydney] (Sydney, Australia (australia-southeast1)), [region Frankfurt] (Frankfurt, Europe (eu-central-1)).
        "#);
    }
}

for_each_cli! {
    fn of_the_plan_type(cli: &Cli) on main {
        insta::assert_snapshot!(refused(cli, "  plan_type = \"advanced\""), @r#"
        Error: Unknown plan type

        with camunda_cluster.it, on main.tf line 13, in resource "camunda_cluster" "it": 13: plan_type = "advanced"

        "advanced" is not the ID of a plan type that this organisation can use.

        Did you mean "[plan Advanced]", the ID of "Advanced"?

        Offered are: [plan Advanced] (Advanced), [plan Standard] (Standard), [plan Basic] (Basic), [plan Trial] (Trial).
        "#);
    }
}

for_each_cli! {
    fn of_the_channel(cli: &Cli) on main {
        insta::assert_snapshot!(refused(cli, "  channel = \"stabel\""), @r#"
        Error: Unknown channel

        with camunda_cluster.it, on main.tf line 13, in resource "camunda_cluster" "it": 13: channel = "stabel"

        "stabel" is not the ID of a channel that this organisation can use.

        Did you mean "[channel Stable]", the ID of "Stable"?

        Offered are: [channel Stable] (Stable), [channel Alpha] (Alpha).
        "#);
    }
}

for_each_cli! {
    /// It exists, in another channel.
    fn of_the_generation(cli: &Cli) on main {
        let more = format!("  generation = {:?}", seed::GENERATION_8_10_ALPHA5);
        insta::assert_snapshot!(refused(cli, &more), @r#"
        Error: Unknown generation of this channel

        with camunda_cluster.it, on main.tf line 14, in resource "camunda_cluster" "it": 14: generation = "[generation alpha5]"

        "[generation alpha5]" is not the ID of a generation of this channel that this organisation can use.

        Offered are: [generation 8.9+gen3] (Camunda 8.9+gen3), [generation 8.8+gen23] (Camunda 8.8+gen23), [generation 8.8+gen22] (Camunda 8.8+gen22).
        "#);
    }
}

for_each_cli! {
    /// It exists, in another region.
    fn of_the_backup_region(cli: &Cli) on main {
        let more = format!("  backup_region = {:?}", seed::BACKUP_SYDNEY);
        let said = refused(cli, &more).replace(seed::BACKUP_SYDNEY, "[backup Sydney]");
        insta::assert_snapshot!(said, @r#"
        Error: Unknown backup location of this region

        with camunda_cluster.it, on main.tf line 14, in resource "camunda_cluster" "it": 14: backup_region = "[backup Sydney]"

        "[backup Sydney]" is not the ID of a backup location of this region that this organisation can use.

        Offered are: [backup Belgium] (Belgium, Europe (europe-west1)), [backup Belgium and Germany] (Belgium, Europe (europe-west1) and Germany, Europe (europe-west3)).
        "#);
    }
}

for_each_cli! {
    /// Nothing is alike: no guess, but the list.
    fn without_a_guess(cli: &Cli) on main {
        let said = refused(cli, "  region = \"moon\"");
        assert!(!said.contains("Did you mean"), "{said}");
        assert!(said.contains("[region Sydney]"), "{said}");
    }
}

for_each_cli! {
    /// All mistakes in one go.
    fn of_all_at_once(cli: &Cli) on main {
        let said = refused(cli, "  region = \"moon\"\n  plan_type = \"big\"\n  channel = \"quiet\"");
        for attribute in ["region", "plan_type", "channel"] {
            let line = format!("{attribute} = ");
            assert!(said.contains(&line), "{attribute}\n{said}");
        }
        assert_eq!(said.matches("Error: ").count(), 3, "{said}");
    }
}

for_each_cli! {
    /// A new generation is checked too, for a cluster that exists.
    fn of_an_upgrade(cli: &Cli) on main {
        let world = World::new(cli);
        world.write_cluster("orders", "");
        world.workspace.apply(&[]).expect_success();
        world.write_cluster("orders", "  generation = \"8.9+gen4\"");
        world
            .workspace
            .plan(&[])
            .expect_failure_containing("Unknown generation of this channel");
        assert_eq!(count(&world, "UpgradeCluster"), 0);
        world.finish();
    }
}

for_each_cli! {
    /// Without the catalogue there are no checks, and no complaint: the service has the last word.
    fn skipped_without_a_catalogue(cli: &Cli) on main {
        for status in [403, 500] {
            let world = World::new(cli);
            let fault = world
                .simulator
                .faults()
                .on("GetParameters")
                .always()
                .inject(Fault::status(status));
            let generation = format!("  generation = {:?}", seed::GENERATION_8_9_GEN3);
            world.write_cluster("orders", &format!("  region = \"moon\"\n{generation}"));
            let run = world.workspace.plan(&[]);
            run.expect_success();
            assert_eq!(warnings(&world, &run), "");
            world
                .workspace
                .apply(&[])
                .expect_failure_containing("There is no region `moon`.");
            world.write_cluster("orders", &generation);
            world.workspace.apply(&[]).expect_success();
            world.simulator.faults().remove(fault);
            world.workspace.assert_empty_plan();
            world.finish();
        }
    }
}

for_each_cli! {
    /// However many clusters there are, the catalogue is read once per process; an apply is two.
    fn read_once_per_process(cli: &Cli) on main {
        let world = World::new(cli);
        world.write(&format!(
            r#"
resource "camunda_cluster" "it" {{
  count     = 4
  name      = "orders-${{count.index}}"
  channel   = {:?}
  plan_type = {:?}
  region    = {:?}
}}
data "camunda_region" "belgium" {{
  name = "Belgium, Europe (europe-west1)"
}}
"#,
            seed::CHANNEL_STABLE,
            seed::PLAN_ADVANCED,
            seed::REGION_BELGIUM,
        ));
        world.workspace.plan(&[]).expect_success();
        assert_eq!(count(&world, "GetParameters"), 1, "one for the plan");
        world.workspace.apply(&[]).expect_success();
        assert!(count(&world, "GetParameters") <= 3, "{}", count(&world, "GetParameters"));
        world.finish();
    }
}
