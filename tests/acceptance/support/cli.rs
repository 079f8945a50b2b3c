//! The Terraform and OpenTofu programs under test and what each of them can do. Where they come
//! from is the business of `make tools`.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde::Deserialize;

/// Names any further CLI for the tests called `extra_cli`, by the path of its program.
pub(crate) const EXTRA_CLI: &str = "CAMUNDA_ACCEPTANCE_EXTRA_CLI";

/// Whose program it is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Terraform,
    OpenTofu,
}

impl Kind {
    /// The registry that a provider address without a host name means.
    pub(crate) fn registry(self) -> &'static str {
        match self {
            Self::Terraform => "registry.terraform.io",
            Self::OpenTofu => "registry.opentofu.org",
        }
    }
}

/// What a CLI has to be able to do for a test to make sense on it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Capability {
    /// Protocol 6 with nested attributes, `import` blocks: all that are supported have it.
    Minimum,
    /// Provider-defined functions.
    Functions,
    /// `moved` blocks from one resource type to another.
    MoveAcrossTypes,
    /// Ephemeral resources.
    Ephemeral,
    /// Write-only attributes.
    WriteOnly,
    /// Resource identity, `import` blocks with `identity`.
    Identity,
    /// `query` and list resources.
    ListResources,
    /// Actions.
    Actions,
}

impl Capability {
    /// First version 1.x.y that has it, as `(x, y)`; `None` where there is no such version.
    pub(crate) fn since(self, kind: Kind) -> Option<(u64, u64)> {
        let (terraform, opentofu) = match self {
            Self::Minimum => (6, Some((6, 0))),
            Self::Functions => (8, Some((7, 0))),
            // There since 1.10, with faults in it until here.
            Self::MoveAcrossTypes => (8, Some((12, 4))),
            Self::Ephemeral => (10, Some((11, 0))),
            Self::WriteOnly => (11, Some((11, 0))),
            Self::Identity => (12, Some((12, 0))),
            Self::ListResources | Self::Actions => (14, None),
        };
        match kind {
            Kind::Terraform => Some((terraform, 0)),
            Kind::OpenTofu => opentofu,
        }
    }

    /// Why a CLI without it is left out.
    pub(crate) fn gate(self) -> String {
        let on = |kind| match self.since(kind) {
            Some((minor, patch)) => format!("{kind:?} 1.{minor}.{patch}"),
            None => format!("{kind:?} has no version with it"),
        };
        format!(
            "{self:?} needs {}, {}",
            on(Kind::Terraform),
            on(Kind::OpenTofu)
        )
    }
}

/// One program.
#[derive(Clone, Debug)]
pub(crate) struct Cli {
    /// As in `.tools/`: `terraform-1.11.4`.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// `(1, 11, 4)`; what follows a hyphen is left out.
    pub(crate) version: (u64, u64, u64),
    pub(crate) path: PathBuf,
}

#[derive(Deserialize)]
struct Tool {
    kind: String,
    version: String,
    path: PathBuf,
}

impl Cli {
    /// The CLI of that name in `.tools/`, which `make tools` fills.
    pub(crate) fn named(name: &str) -> Self {
        let manifest = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(".tools/manifest.json");
        let text = fs::read_to_string(&manifest).unwrap_or_else(|error| {
            panic!("{}: {error}. Run `make tools`.", manifest.display());
        });
        let mut tools: BTreeMap<String, Tool> = serde_json::from_str(&text).unwrap();
        let tool = tools.remove(name).unwrap_or_else(|| {
            panic!("{name} is not in .tools/. Run `make tools`.");
        });
        assert!(
            tool.path.exists(),
            "{} is not there any more. Run `make tools`.",
            tool.path.display()
        );
        Self {
            name: name.to_owned(),
            kind: match tool.kind.as_str() {
                "terraform" => Kind::Terraform,
                "opentofu" => Kind::OpenTofu,
                other => panic!("{name} is {other}, neither Terraform nor OpenTofu"),
            },
            version: parse_version(&tool.version),
            path: tool.path,
        }
    }

    /// The CLI that a test stands for by its name: `terraform_1_11_4`, or `extra_cli`.
    pub(crate) fn of_test(test: &str) -> Self {
        if test == "extra_cli" {
            return Self::extra();
        }
        Self::named(&test.replacen('_', "-", 1).replace('_', "."))
    }

    fn extra() -> Self {
        let path = env::var_os(EXTRA_CLI).unwrap_or_else(|| {
            panic!("{EXTRA_CLI} is not set: it names the program that this test is to run on");
        });
        Self::at(Path::new(&path))
    }

    /// The program at that path, whoever's it is.
    pub(crate) fn at(path: &Path) -> Self {
        let path = path
            .canonicalize()
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let output = Command::new(&path)
            .arg("version")
            .env("TF_CLI_CONFIG_FILE", "/dev/null")
            .env("CHECKPOINT_DISABLE", "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let first = said.lines().next().unwrap_or_default();
        let (kind, version) = match first.split_once(" v") {
            Some(("Terraform", version)) => (Kind::Terraform, version),
            Some(("OpenTofu", version)) => (Kind::OpenTofu, version),
            _ => panic!(
                "{} is neither Terraform nor OpenTofu: {first}",
                path.display()
            ),
        };
        Self {
            name: path.display().to_string(),
            kind,
            version: parse_version(version),
            path,
        }
    }

    /// Whether it can do that.
    pub(crate) fn supports(&self, capability: Capability) -> bool {
        capability
            .since(self.kind)
            .is_some_and(|(minor, patch)| self.version >= (1, minor, patch))
    }
}

fn parse_version(text: &str) -> (u64, u64, u64) {
    let number = |part: Option<&str>| part.and_then(|part| part.parse().ok());
    let release = text.split(['-', '+']).next().unwrap_or_default();
    let mut parts = release.trim().split('.');
    match (
        number(parts.next()),
        number(parts.next()),
        number(parts.next()),
    ) {
        (Some(major), Some(minor), Some(patch)) => (major, minor, patch),
        _ => panic!("`{text}` is not a version"),
    }
}
