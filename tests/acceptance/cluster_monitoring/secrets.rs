//! Passwords are in the state, where users look for them, and nowhere else.

use camunda_simulator::Fault;

use super::*;

for_each_cli! {
    fn are_in_the_state_only(cli: &Cli) on [terraform_1_11_4, tofu_1_6_2] {
        let mut world = switched_on(cli);
        world.workspace = world.workspace.with_trace();
        let mut traces = Vec::new();
        let mut keep = |run: Run| {
            run.expect_success();
            traces.extend([run.stdout, run.stderr]);
        };
        write(&world, "prom", "");
        keep(world.workspace.plan(&["-out=saved"]));
        keep(world.workspace.run(&["show", "-json", "saved"]));
        keep(world.workspace.run(&["apply", "saved"]));
        let first = client(&world).password;
        assert!(world.workspace.read("terraform.tfstate").contains(&first));
        keep(world.workspace.run(&["show"]));
        // A rotation that is lost and repeated: the likeliest place for a slip.
        let lost = Fault::lost_answer();
        world.simulator.faults().on("RotateMonitoringClientPassword").inject(lost);
        write(&world, "prom", "  password_version = 1");
        keep(world.workspace.plan(&[]));
        keep(world.workspace.apply(&[]));
        let second = client(&world).password;
        assert!(world.workspace.read("terraform.tfstate").contains(&second));
        keep(world.workspace.run(&["show"]));
        world.workspace.run(&["state", "rm", CLIENT]).expect_success();
        let run = world.workspace.apply(&[]);
        run.expect_failure();
        traces.extend([run.stdout, run.stderr, world.workspace.trace()]);
        let traces = traces.join("\n");
        assert!(traces.contains("/monitoring/clients"), "the log has our part");
        assert!(!traces.contains("s3cr3t.metrics."), "a password");
        assert!(first.starts_with("s3cr3t.metrics.") && second.starts_with("s3cr3t.metrics."));
        world.finish();
    }
}
