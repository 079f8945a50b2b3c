//! Import ids: taken apart, and what is said about those of the wrong form.
//!
//! Composite ids have the parent first and are split at the first `/` only: what follows may hold
//! further ones. Nothing is trimmed.

use crate::framework::diag::Diagnostic;

/// The second part of an import id of an object in a cluster.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// The attribute it becomes, as in `zeebe_client_id`.
    pub attribute: &'static str,
    /// A value that looks real.
    pub example: &'static str,
    /// Where it is to be found, as a sentence.
    pub found: &'static str,
}

const CLUSTER: &str = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11";
const CLUSTER_FOUND: &str = "The Console shows it on the cluster's page and in its address.";

/// The import id of a cluster, or of what a cluster has only one of: the cluster's ID.
///
/// # Errors
/// It is no ID of a cluster.
pub fn cluster(type_name: &str, id: &str) -> Result<String, Diagnostic> {
    if is_uuid(id) {
        return Ok(id.to_owned());
    }
    Err(
        wrong(type_name, format!("{id:?} is not the ID of a cluster.")).hint(format!(
            "The import ID is the cluster's ID, for example {CLUSTER}. {CLUSTER_FOUND}"
        )),
    )
}

/// The import id of an object in a cluster, `<cluster_id>/<part>`: the cluster's ID and the part.
///
/// # Errors
/// It has another form.
pub fn in_cluster(type_name: &str, id: &str, part: Part) -> Result<(String, String), Diagnostic> {
    let what = match id.split_once('/') {
        Some((cluster, rest)) if is_uuid(cluster) && !rest.is_empty() => {
            return Ok((cluster.to_owned(), rest.to_owned()));
        }
        Some((cluster, _)) if !is_uuid(cluster) => {
            format!("{id:?} does not begin with the ID of a cluster.")
        }
        Some(_) => format!("{id:?} ends after the ID of the cluster."),
        None => format!("{id:?} has no / between the ID of the cluster and the rest."),
    };
    let Part {
        attribute,
        example,
        found,
    } = part;
    Err(wrong(type_name, what).hint(format!(
        "The import ID is <cluster_id>/<{attribute}>, for example {CLUSTER}/{example}. The cluster's \
         ID: {CLUSTER_FOUND} {found}"
    )))
}

/// The error for an import id of the wrong form. `what` says what is wrong with it.
#[must_use]
pub fn wrong(type_name: &str, what: impl Into<String>) -> Diagnostic {
    Diagnostic::error(format!("Invalid import ID for {type_name}"), what)
}

/// Whether `text` has the form of the identifiers Camunda gives to clusters.
#[must_use]
pub fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: Part = Part {
        attribute: "name",
        example: "PAYMENT_API_KEY",
        found: "The name is on the cluster's page, under Connector secrets.",
    };

    fn text(error: &Diagnostic) -> String {
        format!("{}\n{}", error.summary, error.full_detail())
    }

    #[test]
    fn ids_are_split_at_the_first_slash_and_taken_verbatim() {
        for rest in ["a", "a/b", " a ", "/"] {
            let id = format!("{CLUSTER}/{rest}");
            let parts = in_cluster("camunda_thing", &id, PART).unwrap();
            assert_eq!(parts, (CLUSTER.to_owned(), rest.to_owned()));
        }
        assert_eq!(cluster("camunda_thing", CLUSTER).unwrap(), CLUSTER);
    }

    #[test]
    fn what_is_wrong_is_said_with_an_example() {
        let error = |id: &str| text(&in_cluster("camunda_thing", id, PART).unwrap_err());
        insta::assert_snapshot!(error("orders/a"), @r#"
        Invalid import ID for camunda_thing
        "orders/a" does not begin with the ID of a cluster.

        The import ID is <cluster_id>/<name>, for example 6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11/PAYMENT_API_KEY. The cluster's ID: The Console shows it on the cluster's page and in its address. The name is on the cluster's page, under Connector secrets.
        "#);
        let first_line = |id: &str| error(id).lines().nth(1).unwrap().to_owned();
        insta::assert_snapshot!(first_line(CLUSTER), @r#""6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11" has no / between the ID of the cluster and the rest."#);
        insta::assert_snapshot!(first_line(&format!("{CLUSTER}/")), @r#""6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11/" ends after the ID of the cluster."#);
        insta::assert_snapshot!(text(&cluster("camunda_thing", "orders").unwrap_err()), @r#"
        Invalid import ID for camunda_thing
        "orders" is not the ID of a cluster.

        The import ID is the cluster's ID, for example 6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11. The Console shows it on the cluster's page and in its address.
        "#);
    }

    #[test]
    fn ids_are_told_from_names() {
        assert!(is_uuid("6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11"));
        assert!(is_uuid("6F0F7C52-3A1E-4D0B-9B63-0C3F6C2A9E11"));
        for wrong in [
            "",
            "orders",
            "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e1",
            "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e111",
            "6f0f7c5203a1e-4d0b-9b63-0c3f6c2a9e11",
            "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e1g",
            " 6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11",
        ] {
            assert!(!is_uuid(wrong), "{wrong}");
        }
    }
}
