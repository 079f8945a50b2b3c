//! IP allowlists of clusters: the operations that replace one, and what people do to one in the
//! console. Who may see a list is the business of the cluster's view.

use std::net::Ipv4Addr;

use serde_json::Value;

use crate::{
    answer::{Answer, Refusal},
    clusters::{AllowlistEntry, accessible},
    console::ClusterChange,
    simulator::Simulator,
    world::{Call, Handler},
};

pub(crate) const OPERATIONS: &[(&str, Handler)] = &[
    ("UpdateIpAllowlist", replace),
    ("UpdateIpWhitelist", replace_by_old_name),
];

fn replace(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    replace_with(call, "ipallowlist")
}

fn replace_by_old_name(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    replace_with(call, "ipwhitelist")
}

/// Replaces the whole list by the one in the body, word for word.
fn replace_with(call: &mut Call<'_>, member: &str) -> Result<Answer, Refusal> {
    let index = accessible(call)?;
    let organization = &call.world.clusters[index].organization;
    let organization = call.world.seed.organization(organization);
    if !organization.is_some_and(|organization| organization.allowlist) {
        return Err(Refusal::new(
            403,
            "The plan of the organization does not include IP allowlists.",
        ));
    }
    let list = call.body.get(member).cloned().unwrap_or(Value::Null);
    let list: Vec<AllowlistEntry> =
        serde_json::from_value(list).map_err(|error| Refusal::new(400, error.to_string()))?;
    if call.world.behaviour.check_allowlist {
        for entry in &list {
            check(entry)?;
        }
    }
    call.world.clusters[index].allowlist = list;
    Ok(Answer::no_content())
}

fn check(entry: &AllowlistEntry) -> Result<(), Refusal> {
    match entry.ip.split(',').find(|part| !is_range(part.trim())) {
        None => Ok(()),
        Some(part) => Err(Refusal::new(
            400,
            format!("`{part}` is neither an IPv4 address nor a CIDR block."),
        )),
    }
}

/// Whether it is an IPv4 address, or one with a prefix length.
fn is_range(text: &str) -> bool {
    let (address, length) = text.split_once('/').unwrap_or((text, "32"));
    let digits = (1..=2).contains(&length.len()) && length.bytes().all(|it| it.is_ascii_digit());
    address.parse::<Ipv4Addr>().is_ok()
        && digits
        && length.parse::<u8>().is_ok_and(|length| length <= 32)
}

/// What people do to IP allowlists in the console.
impl Simulator {
    /// The IP allowlist of a cluster, whoever may see it; empty if there is no such cluster.
    pub fn allowlist(&self, cluster: &str) -> Vec<AllowlistEntry> {
        self.cluster(cluster)
            .map(|cluster| cluster.allowlist)
            .unwrap_or_default()
    }

    /// Replaces the IP allowlist of a cluster. False if there is no such cluster.
    pub fn set_allowlist(&self, cluster: &str, allowlist: Vec<AllowlistEntry>) -> bool {
        self.change_cluster(
            cluster,
            ClusterChange {
                allowlist: Some(allowlist),
                ..ClusterChange::default()
            },
        )
    }

    /// Adds an entry to the IP allowlist of a cluster. False if there is no such cluster.
    pub fn allow(&self, cluster: &str, ip: &str, description: &str) -> bool {
        let entry = AllowlistEntry::new(ip, description);
        self.edit_allowlist(cluster, |list| list.push(entry))
    }

    /// Removes the entries of that description. False if there is no such cluster.
    pub fn disallow(&self, cluster: &str, description: &str) -> bool {
        self.edit_allowlist(cluster, |list| {
            list.retain(|entry| entry.description != description);
        })
    }

    /// Changes a list at one moment: nothing else sees the world in between.
    fn edit_allowlist(&self, cluster: &str, edit: impl FnOnce(&mut Vec<AllowlistEntry>)) -> bool {
        self.world(|world| {
            let mut clusters = world.clusters.iter_mut();
            clusters
                .find(|it| it.id == cluster && it.deletion.is_none())
                .map(|it| edit(&mut it.allowlist))
                .is_some()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_addresses_and_blocks() {
        for good in ["10.0.0.1", "10.0.0.0/8", "10.0.0.5/24", "0.0.0.0/0"] {
            assert!(is_range(good), "{good}");
        }
        for bad in [
            "",
            "office",
            "10.0.0",
            "10.0.0.1/",
            "10.0.0.1/33",
            "10.0.0.1/+8",
            "::1",
            "10.0.0.1/8/8",
        ] {
            assert!(!is_range(bad), "{bad}");
        }
    }
}
