//! The command line, and the texts for people who start the program by hand.
//!
//! Options are written as Terraform's own are, with one dash or two.

use std::ffi::OsString;

/// What the program calls itself.
#[derive(Debug, Clone, Copy)]
pub struct Program {
    /// Name of the executable.
    pub name: &'static str,
    /// Namespace and type under which configurations ask for the provider, for instance
    /// `camunda-rs/camunda`.
    pub source: &'static str,
    /// Version of the provider.
    pub version: &'static str,
}

/// What the command line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Request {
    /// Serve the host that started the process.
    Plugin,
    /// Serve whoever is told to attach.
    Debug,
    /// Print the version.
    Version,
    /// Print what the program is.
    Help,
    /// Something else, quoted.
    Unknown(String),
}

impl Request {
    /// Reads the arguments after the program's name. Hosts give none.
    #[must_use]
    pub(super) fn from_arguments(arguments: impl IntoIterator<Item = OsString>) -> Self {
        let mut request = Self::Plugin;
        for argument in arguments {
            request = match argument.to_str() {
                Some("-debug" | "--debug") => Self::Debug,
                Some("-version" | "--version") => return Self::Version,
                Some("-help" | "--help" | "-h") => return Self::Help,
                _ => return Self::Unknown(argument.to_string_lossy().into_owned()),
            };
        }
        request
    }
}

impl Program {
    /// The answer to `-version`.
    #[must_use]
    pub fn version_text(&self) -> String {
        format!("{} {}\n", self.name, self.version)
    }

    /// The answer to `-help`.
    #[must_use]
    pub fn help_text(&self) -> String {
        let Self { name, version, .. } = self;
        format!(
            "{name} {version}
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
"
        )
    }

    /// What a person sees who starts the program without options.
    #[must_use]
    pub fn started_by_hand_text(&self) -> String {
        let Self { name, source, .. } = self;
        format!(
            "{name} is a plugin: Terraform and OpenTofu start it when a configuration needs it.
It does nothing when started by hand. To use it, name it in a configuration and run
`terraform init` or `tofu init`:

    terraform {{
      required_providers {{
        camunda = {{
          source = \"{source}\"
        }}
      }}
    }}

`{name} -help` lists the options for starting it by hand.
"
        )
    }

    /// What a person sees who gave an argument that does not exist.
    #[must_use]
    pub fn unknown_argument_text(&self, argument: &str) -> String {
        let name = self.name;
        format!("{name}: unknown argument `{argument}`. `{name} -help` lists the options.\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Request {
        Request::from_arguments(arguments.iter().map(OsString::from))
    }

    #[test]
    fn options_take_one_dash_or_two() {
        assert_eq!(read(&[]), Request::Plugin);
        for (name, request) in [
            ("debug", Request::Debug),
            ("version", Request::Version),
            ("help", Request::Help),
        ] {
            assert_eq!(read(&[&format!("-{name}")]), request);
            assert_eq!(read(&[&format!("--{name}")]), request);
        }
    }

    #[test]
    fn anything_else_is_refused_wherever_it_stands() {
        for arguments in [&["-verbose"][..], &["debug"], &["-debug", "now"], &[""]] {
            assert!(
                matches!(read(arguments), Request::Unknown(argument) if argument == *arguments.last().unwrap()),
                "{arguments:?}"
            );
        }
    }
}
