//! Turns one test into one per CLI. A test that a CLI cannot run is there all the same, ignored,
//! with the reason in the runner's output; nothing is left out silently.

/// `below_gate!(CAPABILITY CLI { then } { else })`: the first braces if the CLI lacks the capability.
///
/// Macros cannot compare versions, so this is a table; the test `gates_agree_with_the_versions`
/// holds it against [`Capability`](super::Capability).
macro_rules! below_gate {
    (Functions terraform_1_6_6 $then:tt $else:tt) => { below_gate! { @ $then } };
    (Functions tofu_1_6_2 $then:tt $else:tt) => { below_gate! { @ $then } };
    (MoveAcrossTypes terraform_1_6_6 $then:tt $else:tt) => { below_gate! { @ $then } };
    (MoveAcrossTypes tofu_1_6_2 $then:tt $else:tt) => { below_gate! { @ $then } };
    (Ephemeral terraform_1_6_6 $then:tt $else:tt) => { below_gate! { @ $then } };
    (Ephemeral terraform_1_8_4 $then:tt $else:tt) => { below_gate! { @ $then } };
    (Ephemeral terraform_1_9_8 $then:tt $else:tt) => { below_gate! { @ $then } };
    (Ephemeral tofu_1_6_2 $then:tt $else:tt) => { below_gate! { @ $then } };
    (WriteOnly terraform_1_10_5 $then:tt $else:tt) => { below_gate! { @ $then } };
    (WriteOnly $cli:ident $then:tt $else:tt) => { below_gate! { Ephemeral $cli $then $else } };
    (Identity terraform_1_11_4 $then:tt $else:tt) => { below_gate! { @ $then } };
    (Identity $cli:ident $then:tt $else:tt) => { below_gate! { WriteOnly $cli $then $else } };
    (ListResources terraform_1_12_2 $then:tt $else:tt) => { below_gate! { @ $then } };
    (ListResources terraform_1_13_5 $then:tt $else:tt) => { below_gate! { @ $then } };
    (ListResources $cli:ident $then:tt $else:tt) => { below_gate! { Identity $cli $then $else } };
    (Actions $cli:ident $then:tt $else:tt) => { below_gate! { ListResources $cli $then $else } };
    (@ { $($chosen:tt)* }) => { $($chosen)* };
    ($capability:ident $cli:ident $then:tt $else:tt) => { below_gate! { @ $else } };
}

/// A test that is not run, with the gate in the runner's output. (The text has to be a literal.)
macro_rules! ignored_test {
    (Functions $($test:tt)*) => {
        #[test] #[ignore = "provider functions: Terraform 1.8, OpenTofu 1.7"] $($test)*
    };
    (MoveAcrossTypes $($test:tt)*) => {
        #[test] #[ignore = "moved between types: Terraform 1.8, OpenTofu 1.12.4"] $($test)*
    };
    (Ephemeral $($test:tt)*) => {
        #[test] #[ignore = "ephemeral resources: Terraform 1.10, OpenTofu 1.11"] $($test)*
    };
    (WriteOnly $($test:tt)*) => {
        #[test] #[ignore = "write-only attributes: Terraform 1.11, OpenTofu 1.11"] $($test)*
    };
    (Identity $($test:tt)*) => {
        #[test] #[ignore = "resource identity: Terraform 1.12, OpenTofu 1.12"] $($test)*
    };
    (ListResources $($test:tt)*) => {
        #[test] #[ignore = "list resources: Terraform 1.14, not in OpenTofu"] $($test)*
    };
    (Actions $($test:tt)*) => {
        #[test] #[ignore = "actions: Terraform 1.14, not in OpenTofu"] $($test)*
    };
}

/// Calls a macro with all CLIs of `tools/pins.json`, after the tokens given.
macro_rules! with_every_cli {
    ($callback:ident! $($before:tt)*) => {
        $callback! {
            $($before)*
            [
                terraform_1_6_6, terraform_1_8_4, terraform_1_9_8, terraform_1_10_5,
                terraform_1_11_4, terraform_1_12_2, terraform_1_13_5, terraform_1_14_9,
                terraform_1_15_5, tofu_1_6_2
            ]
        }
    };
}

/// Makes a test per CLI:
///
/// ```ignore
/// for_each_cli! {
///     /// What the test shows.
///     fn creates_a_cluster(cli: &Cli) on life { … }
/// }
/// for_each_cli! {
///     /// The same with a gate, and with CLIs by name.
///     fn imports_by_identity(cli: &Cli) on [terraform_1_15_5, tofu_1_6_2] requires Identity { … }
/// }
/// ```
///
/// Sets: `main` (where most tests run), `life` (whole life of an object: main, newest, oldest
/// OpenTofu), `smoke` (the others), `every`. Each has a test `extra_cli` besides, which runs when
/// `CAMUNDA_ACCEPTANCE_EXTRA_CLI` names a program (see the Makefile).
macro_rules! for_each_cli {
    ($(#[$doc:meta])* fn $name:ident($cli:ident: &Cli) on $set:tt $body:block) => {
        for_each_cli! { $(#[$doc])* fn $name($cli: &Cli) on $set requires Minimum $body }
    };
    ($(#[$doc:meta])* fn $name:ident($cli:ident: &Cli) on main requires $($rest:tt)*) => {
        for_each_cli! { @ $(#[$doc])* fn $name($cli) requires $($rest)* [terraform_1_11_4] }
    };
    ($(#[$doc:meta])* fn $name:ident($cli:ident: &Cli) on life requires $($rest:tt)*) => {
        for_each_cli! {
            @ $(#[$doc])* fn $name($cli) requires $($rest)*
            [terraform_1_11_4, terraform_1_15_5, tofu_1_6_2]
        }
    };
    ($(#[$doc:meta])* fn $name:ident($cli:ident: &Cli) on smoke requires $($rest:tt)*) => {
        for_each_cli! {
            @ $(#[$doc])* fn $name($cli) requires $($rest)*
            [
                terraform_1_6_6, terraform_1_8_4, terraform_1_9_8, terraform_1_10_5,
                terraform_1_12_2, terraform_1_13_5, terraform_1_14_9
            ]
        }
    };
    ($(#[$doc:meta])* fn $name:ident($cli:ident: &Cli) on every requires $($rest:tt)*) => {
        with_every_cli! { for_each_cli! @ $(#[$doc])* fn $name($cli) requires $($rest)* }
    };
    ($(#[$doc:meta])* fn $name:ident($cli:ident: &Cli) on [$($on:ident),+] requires $($rest:tt)*) => {
        for_each_cli! { @ $(#[$doc])* fn $name($cli) requires $($rest)* [$($on),+] }
    };
    (
        @ $(#[$doc:meta])* fn $name:ident($cli:ident) requires $capability:ident $body:block
        [$($on:ident),+]
    ) => {
        $(#[$doc])*
        mod $name {
            use super::*;

            fn on($cli: &$crate::support::Cli) $body

            $(below_gate! { $capability $on
                {
                    ignored_test! { $capability
                        fn $on() {
                            let cli = $crate::support::Cli::of_test(stringify!($on));
                            let gate = $crate::support::Capability::$capability.gate();
                            panic!("{} cannot run this: {gate}", cli.name);
                        }
                    }
                }
                {
                    #[test]
                    fn $on() {
                        on(&$crate::support::Cli::of_test(stringify!($on)));
                    }
                }
            })+

            #[test]
            #[ignore = "CAMUNDA_ACCEPTANCE_EXTRA_CLI names no further CLI"]
            fn extra_cli() {
                let cli = $crate::support::Cli::of_test("extra_cli");
                let capability = $crate::support::Capability::$capability;
                if cli.supports(capability) {
                    on(&cli);
                } else {
                    println!("skipped, {}: {}", cli.name, capability.gate());
                }
            }
        }
    };
}
