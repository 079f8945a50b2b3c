//! Debug mode: the provider runs on its own, and Terraform or OpenTofu is told where to find it.

use serde_json::{Value, json};

use super::arguments::Program;
use super::handshake::{Handshake, PROTOCOL_VERSION};

/// The registries whose addresses a configuration may resolve this provider's source to: the
/// default ones of Terraform and OpenTofu. Entries a host does not use are ignored by it.
const REGISTRIES: [&str; 2] = ["registry.terraform.io", "registry.opentofu.org"];

/// Which shells the user may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shells {
    /// sh and its relatives.
    Unix,
    /// The command prompt and PowerShell.
    Windows,
}

impl Shells {
    /// Those of the system this was built for.
    pub const HERE: Self = if cfg!(windows) {
        Self::Windows
    } else {
        Self::Unix
    };
}

/// What the user is told: how to attach, ready to paste into a shell.
#[must_use]
pub fn instructions(
    program: &Program,
    process_id: u32,
    handshake: &Handshake<'_>,
    shells: Shells,
) -> String {
    let providers = reattach_providers(program, process_id, handshake);
    let commands = match shells {
        Shells::Unix => {
            let quoted = providers.replace('\'', r"'\''");
            format!("    export TF_REATTACH_PROVIDERS='{quoted}'")
        }
        Shells::Windows => {
            let quoted = providers.replace('\'', "''");
            format!(
                "Command prompt:\n    set \"TF_REATTACH_PROVIDERS={providers}\"\nPowerShell:\n    \
                 $env:TF_REATTACH_PROVIDERS='{quoted}'"
            )
        }
    };
    format!(
        "{} {} runs in debug mode as process {process_id}.\n\
         To use it, run Terraform or OpenTofu in another shell, after this command:\n\n\
         {commands}\n\nCtrl-C ends it.\n",
        program.name, program.version
    )
}

/// The value of the variable: a JSON object with one entry per address of this provider.
fn reattach_providers(program: &Program, process_id: u32, handshake: &Handshake<'_>) -> String {
    let entry = json!({
        "Protocol": "grpc",
        "ProtocolVersion": PROTOCOL_VERSION,
        "Pid": process_id,
        // Leaves the process alone when a run ends.
        "Test": true,
        "Addr": { "Network": handshake.network, "String": handshake.address },
    });
    let entries = REGISTRIES.map(|registry| {
        let address = format!("{registry}/{}", program.source);
        (address, entry.clone())
    });
    Value::Object(entries.into_iter().collect()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(address: &str, shells: Shells) -> String {
        let program = Program {
            name: "terraform-provider-camunda",
            source: "camunda-rs/camunda",
            version: "1.2.3",
        };
        let handshake = Handshake {
            network: "unix",
            address,
            certificate: None,
            announce_multiplexing: false,
        };
        instructions(&program, 4242, &handshake, shells)
    }

    #[test]
    fn unix_shells_get_an_export() {
        insta::assert_snapshot!(told("/tmp/plugin1", Shells::Unix), @r#"
        terraform-provider-camunda 1.2.3 runs in debug mode as process 4242.
        To use it, run Terraform or OpenTofu in another shell, after this command:

            export TF_REATTACH_PROVIDERS='{"registry.opentofu.org/camunda-rs/camunda":{"Addr":{"Network":"unix","String":"/tmp/plugin1"},"Pid":4242,"Protocol":"grpc","ProtocolVersion":6,"Test":true},"registry.terraform.io/camunda-rs/camunda":{"Addr":{"Network":"unix","String":"/tmp/plugin1"},"Pid":4242,"Protocol":"grpc","ProtocolVersion":6,"Test":true}}'

        Ctrl-C ends it.
        "#);
    }

    #[test]
    fn quotes_in_the_path_are_escaped() {
        assert!(told("/tmp/o'hara/plugin1", Shells::Unix).contains(r"/tmp/o'\''hara/plugin1"));
    }

    #[test]
    fn windows_shells_get_their_forms() {
        insta::assert_snapshot!(told("127.0.0.1:10000", Shells::Windows), @r#"
        terraform-provider-camunda 1.2.3 runs in debug mode as process 4242.
        To use it, run Terraform or OpenTofu in another shell, after this command:

        Command prompt:
            set "TF_REATTACH_PROVIDERS={"registry.opentofu.org/camunda-rs/camunda":{"Addr":{"Network":"unix","String":"127.0.0.1:10000"},"Pid":4242,"Protocol":"grpc","ProtocolVersion":6,"Test":true},"registry.terraform.io/camunda-rs/camunda":{"Addr":{"Network":"unix","String":"127.0.0.1:10000"},"Pid":4242,"Protocol":"grpc","ProtocolVersion":6,"Test":true}}"
        PowerShell:
            $env:TF_REATTACH_PROVIDERS='{"registry.opentofu.org/camunda-rs/camunda":{"Addr":{"Network":"unix","String":"127.0.0.1:10000"},"Pid":4242,"Protocol":"grpc","ProtocolVersion":6,"Test":true},"registry.terraform.io/camunda-rs/camunda":{"Addr":{"Network":"unix","String":"127.0.0.1:10000"},"Pid":4242,"Protocol":"grpc","ProtocolVersion":6,"Test":true}}'

        Ctrl-C ends it.
        "#);
    }
}
