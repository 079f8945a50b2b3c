//! `camunda_cluster`: a cluster, by its id or name, with its health.

use crate::api::{self, CallContext};
use crate::framework::data_source::DataSource;
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::provider::cluster_view::{self, ClusterView};
use crate::provider::data::ProviderData;
use crate::provider::validators::closest;

/// The data source.
#[derive(Debug)]
pub struct Cluster;

impl DataSource<ProviderData> for Cluster {
    type Model = ClusterView;

    fn type_name(&self) -> &'static str {
        "camunda_cluster"
    }

    fn schema(&self) -> Schema {
        let mut attributes = vec![
            Attribute::string("id")
                .optional()
                .computed()
                .description("ID of the cluster. Exactly one of this and `name` is needed."),
            Attribute::string("name")
                .optional()
                .computed()
                .description("Name of the cluster. It is an error if several clusters have it."),
        ];
        attributes.extend(cluster_view::attributes());
        Schema::new("A cluster, found by its ID or its name.", attributes)
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Clusters",
            permission_groups: &["Cluster"],
            ..Facts::default()
        }
    }

    fn validate(&self, config: &ClusterView) -> Diagnostics {
        let (id, name) = (&config.id, &config.name);
        if id.is_unknown() || name.is_unknown() || id.is_null() != name.is_null() {
            return Diagnostics::new();
        }
        let (summary, detail) = if id.is_null() {
            (
                "Nothing to find the cluster by",
                "Neither id nor name is set.",
            )
        } else {
            ("Two ways to find the cluster", "Both id and name are set.")
        };
        Diagnostic::error(summary, detail)
            .hint("Set exactly one of them.")
            .at(Path::of("name"))
            .into()
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        config: ClusterView,
    ) -> Outcome<ClusterView> {
        let data = &context.data;
        let client = match data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let call = CallContext::new(context.cancellation.clone());
        match client.recent_clusters(&call).await {
            Ok(clusters) => match find(&config, &clusters) {
                Ok(found) => Outcome::present(found.into(), Default::default()),
                Err(diagnostic) => Outcome::failed(diagnostic),
            },
            Err(error) => Outcome::failed(data.explain("Cannot read the clusters", &error)),
        }
    }
}

/// The one cluster that the configuration asks for. Out of the list even by id: a message about one
/// that is not there can then say what is.
fn find<'a>(
    config: &ClusterView,
    clusters: &'a [api::Cluster],
) -> Result<&'a api::Cluster, Diagnostic> {
    let by_id = config.id.as_str();
    let (noun, argument) = if by_id.is_some() {
        ("ID", "id")
    } else {
        ("name", "name")
    };
    let wanted = by_id.or(config.name.as_str()).unwrap_or_default();
    let matches = |cluster: &api::Cluster| match by_id {
        Some(id) => cluster.id.eq_ignore_ascii_case(id),
        None => cluster.name == wanted,
    };
    let listed = |clusters: Vec<&api::Cluster>| {
        let mut lines: Vec<String> = clusters
            .into_iter()
            .map(|cluster| format!("{:?} ({})", cluster.name, cluster.id))
            .collect();
        lines.sort_unstable();
        lines.join(", ")
    };
    let found: Vec<&api::Cluster> = clusters.iter().filter(|cluster| matches(cluster)).collect();
    if let [one] = found[..] {
        return Ok(one);
    }
    if !found.is_empty() {
        return Err(Diagnostic::error(
            format!("Several clusters have the {noun} {wanted:?}"),
            format!("They are: {}.", listed(found)),
        )
        .hint("Set id to the one you mean, instead of name.")
        .at(Path::of(argument)));
    }
    let mut diagnostic = Diagnostic::error(
        format!("No cluster has the {noun} {wanted:?}"),
        "This organisation has no such cluster, or the credentials cannot see it.",
    )
    .at(Path::of(argument));
    let names = clusters.iter().map(|cluster| cluster.name.as_str());
    if let Some(close) = closest(wanted, names).filter(|_| by_id.is_none()) {
        diagnostic = diagnostic.hint(format!("Did you mean {close:?}?"));
    }
    Err(if clusters.is_empty() {
        diagnostic
    } else {
        diagnostic.hint(format!(
            "The clusters are: {}.",
            listed(clusters.iter().collect())
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(id: Option<&str>, name: Option<&str>) -> Result<String, String> {
        let clusters: Vec<api::Cluster> = serde_json::from_value(serde_json::json!([
            {"uuid": "c2", "name": "orders"},
            {"uuid": "c1", "name": "payments"},
            {"uuid": "c3", "name": "orders"},
        ]))
        .expect("clusters");
        let config = ClusterView {
            id: id.map(str::to_owned).into(),
            name: name.map(str::to_owned).into(),
            ..ClusterView::default()
        };
        find(&config, &clusters)
            .map(|cluster| cluster.id.clone())
            .map_err(|error| {
                let path = error.path.clone().unwrap_or_default();
                format!("[{path}] {}\n{}", error.summary, error.full_detail())
            })
    }

    #[test]
    fn the_one_is_found_by_either_key() {
        assert_eq!(found(Some("C2"), None).as_deref(), Ok("c2"));
        assert_eq!(found(None, Some("payments")).as_deref(), Ok("c1"));
    }

    #[test]
    fn what_is_not_the_only_one_is_said_with_what_there_is() {
        insta::assert_snapshot!(found(None, Some("orders")).unwrap_err(), @r#"
        [name] Several clusters have the name "orders"
        They are: "orders" (c2), "orders" (c3).

        Set id to the one you mean, instead of name.
        "#);
        insta::assert_snapshot!(found(None, Some("payment")).unwrap_err(), @r#"
        [name] No cluster has the name "payment"
        This organisation has no such cluster, or the credentials cannot see it.

        Did you mean "payments"?

        The clusters are: "orders" (c2), "orders" (c3), "payments" (c1).
        "#);
        insta::assert_snapshot!(found(Some("c4"), None).unwrap_err(), @r#"
        [id] No cluster has the ID "c4"
        This organisation has no such cluster, or the credentials cannot see it.

        The clusters are: "orders" (c2), "orders" (c3), "payments" (c1).
        "#);
    }

    #[test]
    fn exactly_one_key_is_needed() {
        let refused = |id: Option<&str>, name: Option<&str>| {
            let config = ClusterView {
                id: id.map(str::to_owned).into(),
                name: name.map(str::to_owned).into(),
                ..ClusterView::default()
            };
            Cluster.validate(&config).has_error()
        };
        assert!(refused(None, None) && refused(Some("a"), Some("b")));
        assert!(!refused(Some("a"), None) && !refused(None, Some("b")));
    }
}
