//! Addresses of clusters and their components: taken apart. The API's links and what users copy from
//! the Console have the same few forms.
//!
//! Components: `https://<region>.<component>.camunda.io/<cluster>`; the Zeebe gateway also
//! `<cluster>.<region>.zeebe.camunda.io`, usually with port 443; the Console
//! `https://console.cloud.camunda.io/org/<organisation>/cluster/<cluster>`. The domain is any, because
//! there are installations under others.

use super::import_id::is_uuid;

/// What an address tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterAddress {
    /// ID of the cluster.
    pub cluster_id: String,
    /// Name of the component in the address, such as `zeebe`, `operate` or `console`.
    pub component: String,
    /// The region as addresses name it, such as `bru-2`. Not the ID of the region.
    pub region: Option<String>,
    /// ID of the organisation; only addresses of the Console have it.
    pub organization_id: Option<String>,
}

impl ClusterAddress {
    /// Reads an address.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub fn parse(address: &str) -> Result<Self, String> {
        let text = address.trim();
        let rest = match text.split_once("://") {
            Some(("https" | "http" | "grpcs" | "grpc", rest)) => rest,
            Some((scheme, _)) => {
                return Err(format!(
                    "{address:?} has the scheme {scheme:?}, which no address of a cluster has."
                ));
            }
            None => text,
        };
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if authority.contains('@') {
            return Err(format!(
                "{address:?} has a user name in it, which no address of a cluster has."
            ));
        }
        let host = authority
            .rsplit_once(':')
            .filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()))
            .map_or(authority, |(host, _)| host)
            .to_ascii_lowercase();
        let labels: Vec<&str> = host.split('.').collect();
        let segments: Vec<&str> = path.split('/').collect();
        let of = |cluster: &str, component: &str, region: Option<&str>| Self {
            cluster_id: cluster.to_ascii_lowercase(),
            component: component.to_owned(),
            region: region.map(str::to_owned),
            organization_id: None,
        };
        match (labels.as_slice(), segments.as_slice()) {
            ([cluster, region, component, _, ..], _) if is_uuid(cluster) && is_region(region) => {
                Ok(of(cluster, component, Some(region)))
            }
            ([region, component, _, ..], [cluster, ..])
                if is_region(region) && is_uuid(cluster) =>
            {
                Ok(of(cluster, component, Some(region)))
            }
            (["console", ..], ["org", organization, "cluster", cluster, ..])
                if is_uuid(organization) && is_uuid(cluster) =>
            {
                Ok(Self {
                    organization_id: Some(organization.to_ascii_lowercase()),
                    ..of(cluster, "console", None)
                })
            }
            _ => Err(format!(
                "{address:?} is no address of a cluster. Such addresses look like \
                 https://bru-2.operate.camunda.io/6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11, \
                 6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11.bru-2.zeebe.camunda.io:443 or \
                 https://console.cloud.camunda.io/org/<organisation>/cluster/<cluster>."
            )),
        }
    }
}

/// Regions in addresses are a word, a hyphen and a number.
fn is_region(label: &str) -> bool {
    label.split_once('-').is_some_and(|(word, number)| {
        !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_lowercase())
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLUSTER: &str = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11";
    const ORGANIZATION: &str = "b1d9c4a7-52f0-4f5e-8c39-7a2be0f6d3c8";

    #[test]
    fn every_form_is_read() {
        for (address, component) in [
            (
                format!("https://bru-2.operate.camunda.io/{CLUSTER}"),
                "operate",
            ),
            (
                format!("https://bru-2.optimize.camunda.io/{CLUSTER}/"),
                "optimize",
            ),
            (
                format!("https://bru-2.zeebe.camunda.io/{CLUSTER}/v2"),
                "zeebe",
            ),
            (
                format!("https://bru-2.zeebe.camunda.io:443/{CLUSTER}?a=b#c"),
                "zeebe",
            ),
            (format!("{CLUSTER}.bru-2.zeebe.camunda.io"), "zeebe"),
            (format!("{CLUSTER}.bru-2.zeebe.camunda.io:443"), "zeebe"),
            (
                format!("grpcs://{CLUSTER}.BRU-2.zeebe.camunda.io:443"),
                "zeebe",
            ),
            (
                format!(
                    " {}.bru-2.tasklist.ultrawombat.com ",
                    CLUSTER.to_uppercase()
                ),
                "tasklist",
            ),
        ] {
            assert_eq!(
                ClusterAddress::parse(&address),
                Ok(ClusterAddress {
                    cluster_id: CLUSTER.to_owned(),
                    component: component.to_owned(),
                    region: Some("bru-2".to_owned()),
                    organization_id: None,
                }),
                "{address}"
            );
        }
        let console =
            format!("https://console.cloud.camunda.io/org/{ORGANIZATION}/cluster/{CLUSTER}/api");
        assert_eq!(
            ClusterAddress::parse(&console),
            Ok(ClusterAddress {
                cluster_id: CLUSTER.to_owned(),
                component: "console".to_owned(),
                region: None,
                organization_id: Some(ORGANIZATION.to_owned()),
            })
        );
    }

    #[test]
    fn anything_else_is_refused() {
        for address in [
            "",
            "orders",
            "https://",
            "https://camunda.io/",
            "https://bru-2.operate.camunda.io/",
            "https://bru-2.operate.camunda.io/orders",
            "https://bru.operate.camunda.io/6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11",
            "https://x@bru-2.operate.camunda.io/6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11",
            "ftp://bru-2.operate.camunda.io/6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11",
            "https://console.cloud.camunda.io/org/x/cluster/6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11",
        ] {
            ClusterAddress::parse(address).unwrap_err();
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(address in "\\PC*") {
            let _ = ClusterAddress::parse(&address);
        }
    }
}
