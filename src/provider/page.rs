//! What the provider's own registry page says beyond its schema.

use std::fmt::Write as _;

use super::environment;
use crate::framework::schema::Schema;

/// What only some versions of the CLIs can do: the feature, Terraform and OpenTofu from which version
/// on, and what to use below. A test of the acceptance suite holds it against the versions it runs.
const GATES: [(&str, &str, &str, &str); 8] = [
    (
        "Resources, data sources, `import` blocks",
        "1.6",
        "1.6",
        "not supported",
    ),
    (
        "Functions",
        "1.8",
        "1.7",
        "write the expression out in `locals`",
    ),
    (
        "`moved` from one resource type to another",
        "1.8",
        "1.12.4",
        "`state rm` or a `removed` block, and an `import` block",
    ),
    (
        "Ephemeral resources",
        "1.10",
        "1.11",
        "the resource's sensitive attribute, which the state holds",
    ),
    (
        "Write-only arguments (`..._wo`)",
        "1.11",
        "1.11",
        "the plain sensitive argument, which the state holds",
    ),
    ("Import by `identity`", "1.12", "1.12", "import by `id`"),
    (
        "List resources and `query`",
        "1.14",
        "not available",
        "plural data sources and `import` blocks; see `examples/adopt`",
    ),
    (
        "Actions",
        "1.14",
        "not available",
        "`keep_awake` and `generation` of `camunda_cluster`, `camunda_cluster_backup`, `password_version` of \
         `camunda_cluster_monitoring_client`: each action's page names its own",
    ),
];

/// The sections between the examples and the schema, each with its heading.
#[must_use]
pub fn sections(schema: &Schema) -> Vec<(String, String)> {
    [
        ("Credentials", credentials()),
        ("Settings", settings(schema)),
        ("Versions of Terraform and OpenTofu", versions()),
    ]
    .into_iter()
    .map(|(heading, body)| (heading.to_owned(), body))
    .collect()
}

fn credentials() -> String {
    format!(
        "Create credentials in the Console under *Organization > Administration API*, with the \
         permission groups of the objects you manage; each page says which one it needs. Hand them \
         over in the environment, so that they are in no file:\n\n```shell\nexport \
         {}=...\nexport {}=...\n```\n\nWith credentials that lack a group, only the objects \
         of that group fail, and the error names the group.\n\nThe variables `CAMUNDA_CLIENT_ID` and \
         `ZEEBE_CLIENT_ID` are not read: those are for clients of a single cluster.",
        environment::CLIENT_ID,
        environment::CLIENT_SECRET
    )
}

/// One table of attributes, variables and defaults, from the descriptions.
fn settings(schema: &Schema) -> String {
    let mut table =
        "A value in the provider block comes before the environment variable, and that \
                     before the default. An empty variable counts as unset.\n\n| Attribute | \
                     Environment variable | Default | Sensitive |\n| --- | --- | --- | --- |\n"
            .to_owned();
    for attribute in &schema.block.attributes {
        let description = &attribute.description;
        let default = description
            .rsplit_once("Default: ")
            .map_or("none", |(_, default)| default.trim_end_matches('.'));
        // The sentence that names them begins with these words.
        let variables: Vec<&str> = description
            .split_once("Environment variable")
            .map(|(_, rest)| rest.split(". ").next().unwrap_or_default())
            .into_iter()
            .flat_map(|sentence| sentence.split('`').skip(1).step_by(2))
            .filter(|word| {
                word.bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte == b'_')
            })
            .collect();
        let variables: Vec<String> = variables.iter().map(|name| format!("`{name}`")).collect();
        let _ = writeln!(
            table,
            "| `{}` | {} | {default} | {} |",
            attribute.name,
            variables.join(", "),
            if attribute.sensitive { "yes" } else { "no" }
        );
    }
    table
}

fn versions() -> String {
    let mut table = "The provider runs on Terraform 1.6 and later and on OpenTofu 1.6 and later. What \
                     an older version does not know is invisible there, never an error.\n\n| Feature | \
                     Terraform | OpenTofu | Below |\n| --- | --- | --- | --- |\n"
        .to_owned();
    for (feature, terraform, opentofu, below) in GATES {
        let _ = writeln!(table, "| {feature} | {terraform} | {opentofu} | {below} |");
    }
    table
}
