//! The secret of a client is in the state, where users look for it, and nowhere else.

use super::*;

for_each_cli! {
    fn are_in_the_state_only(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let mut world = world(cli);
        world.workspace = world.workspace.with_trace();
        let mut traces = Vec::new();
        let mut keep = |run: Run| {
            run.expect_success();
            traces.extend([run.stdout, run.stderr]);
        };
        write(&world, "workers", "");
        keep(world.workspace.plan(&["-out=saved"]));
        keep(world.workspace.run(&["show", "-json", "saved"]));
        keep(world.workspace.run(&["apply", "saved"]));
        let secret = client(&world).secret;
        assert!(world.workspace.read("terraform.tfstate").contains(&secret));
        keep(world.workspace.run(&["show"]));
        keep(world.workspace.plan(&[]));
        write(&world, "more-workers", "");
        keep(world.workspace.plan(&[]));
        keep(world.workspace.apply(&[]));
        let second = client(&world).secret;
        // Names that are taken are the likeliest place for a slip.
        world.workspace.run(&["state", "rm", ADDRESS]).expect_success();
        let run = world.workspace.apply(&[]);
        run.expect_failure();
        traces.extend([run.stdout, run.stderr, world.workspace.trace()]);
        let traces = traces.join("\n");
        assert!(traces.contains("/clients"), "the log has our part");
        assert!(!traces.contains(&secret) && !traces.contains(&second), "a secret of a client");
        world.finish();
    }
}
