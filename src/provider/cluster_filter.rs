//! Which clusters of the organisation are meant: the arguments that the plural data source and the list
//! resource have in common.
//!
//! Must not know what becomes of the clusters.

use crate::api::{Cluster, NamedRef};
use crate::framework::object::Field;
use crate::framework::schema::Attribute;

crate::model! {
    /// The arguments. What is left out lets every cluster through.
    pub struct ClusterFilter {
        pub name_prefix: Field<String>,
        pub channel: Field<String>,
        pub region: Field<String>,
        pub plan_type: Field<String>,
        pub status: Field<String>,
    }
}

/// The arguments in a schema.
#[must_use]
pub fn attributes() -> [Attribute; 5] {
    let filter = |name: &str, text: &str| Attribute::string(name).optional().description(text);
    [
        filter(
            "name_prefix",
            "Only clusters whose name begins with this text.",
        ),
        filter(
            "channel",
            "Only clusters in the release channel of this ID.",
        ),
        filter("region", "Only clusters in the region of this ID."),
        filter("plan_type", "Only clusters of the plan type of this ID."),
        filter(
            "status",
            "Only clusters whose `status.ready` is this word, such as `Healthy` or `Suspended`, at \
             the moment of reading.",
        ),
    ]
}

impl ClusterFilter {
    /// The clusters that are meant, sorted by name and then by ID.
    #[must_use]
    pub fn select<'a>(&self, clusters: &'a [Cluster]) -> Vec<&'a Cluster> {
        let mut selected: Vec<&Cluster> = clusters
            .iter()
            .filter(|cluster| self.takes(cluster))
            .collect();
        selected.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        selected
    }

    fn takes(&self, cluster: &Cluster) -> bool {
        let asked = |filter: &Field<String>, value: Option<&str>| {
            filter.as_str().is_none_or(|wanted| value == Some(wanted))
        };
        let id = |reference| Option::as_ref(reference).map(|reference: &NamedRef| &*reference.id);
        let prefix = self.name_prefix.as_str().unwrap_or_default();
        let ready = cluster.status.ready.as_ref();
        cluster.name.starts_with(prefix)
            && asked(&self.channel, id(&cluster.channel))
            && asked(&self.region, id(&cluster.region))
            && asked(&self.plan_type, id(&cluster.plan_type))
            && asked(&self.status, ready.map(|ready| ready.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(change: impl FnOnce(&mut ClusterFilter)) -> Vec<String> {
        let clusters: Vec<Cluster> = serde_json::from_value(serde_json::json!([
            {"uuid": "3", "name": "b", "region": {"uuid": "r1"}, "status": {"ready": "Healthy"}},
            {"uuid": "2", "name": "b", "channel": {"uuid": "s"}, "status": {"ready": "Dozing"}},
            {"uuid": "1", "name": "c", "planType": {"uuid": "p"}, "region": {"uuid": "r2"}},
            {"uuid": "4", "name": "a-1"},
        ]))
        .expect("clusters");
        let mut filter = ClusterFilter::default();
        change(&mut filter);
        let selected = filter.select(&clusters).into_iter();
        selected.map(|cluster| cluster.id.clone()).collect()
    }

    #[test]
    fn they_are_sorted_by_name_and_id() {
        assert_eq!(ids(|_| ()), ["4", "2", "3", "1"]);
    }

    #[test]
    fn filters_narrow_them_down() {
        assert_eq!(ids(|filter| filter.name_prefix = "b".into()), ["2", "3"]);
        assert_eq!(ids(|filter| filter.region = "r1".into()), ["3"]);
        assert_eq!(ids(|filter| filter.channel = "s".into()), ["2"]);
        assert_eq!(ids(|filter| filter.plan_type = "p".into()), ["1"]);
        assert_eq!(ids(|filter| filter.status = "Dozing".into()), ["2"]);
        assert!(ids(|filter| filter.status = "healthy".into()).is_empty());
    }
}
