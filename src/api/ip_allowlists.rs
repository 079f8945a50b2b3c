//! IP allowlists of clusters: reading and replacing whole lists.
//!
//! There is one list per cluster and no operation on a part of it; `merge_allowlist` makes of that
//! what changes parts. Must not know how a request is sent.

use http::Method;
use serde::Serialize;

use super::clusters::AllowlistEntry;
use super::error::Error;
use super::request::{Repeat, Request};
use super::{CallContext, Client};

#[derive(Serialize)]
struct ReplaceAllowlist<'a> {
    ipallowlist: &'a [AllowlistEntry],
}

/// Twice does the same as once, as long as nobody else has written in between.
pub(super) fn replace_request(
    cluster_id: &str,
    entries: &[AllowlistEntry],
) -> Result<Request, Error> {
    Request::new(
        "UpdateIpAllowlist",
        Method::PUT,
        &["clusters", cluster_id, "ipallowlist"],
        Repeat::Safe,
    )?
    .json(&ReplaceAllowlist {
        ipallowlist: entries,
    })
}

/// Who changes the list of a cluster waits for who is changing it already.
pub(super) fn turn_subject(cluster_id: &str) -> String {
    format!("IP allowlist of {cluster_id}")
}

impl Client {
    /// The IP allowlist of a cluster. `None`: it is not shown to us, which says nothing about what
    /// it holds. [`Error::is_not_found`] if there is no such cluster.
    pub async fn get_ip_allowlist(
        &self,
        context: &CallContext,
        cluster_id: &str,
    ) -> Result<Option<Vec<AllowlistEntry>>, Error> {
        Ok(self.get_cluster(context, cluster_id).await?.ip_allowlist)
    }

    /// As [`Client::get_ip_allowlist`], for readers who come in numbers: they share an answer, which
    /// may be some seconds old.
    pub async fn recent_ip_allowlist(
        &self,
        context: &CallContext,
        cluster_id: &str,
    ) -> Result<Option<Vec<AllowlistEntry>>, Error> {
        let cluster = self.recent_cluster(context, cluster_id).await?;
        Ok(cluster.ip_allowlist.clone())
    }

    /// Replaces the whole IP allowlist of a cluster. An empty one lets everybody in. Waits for those
    /// who are changing entries of it in this process.
    pub async fn replace_ip_allowlist(
        &self,
        context: &CallContext,
        cluster_id: &str,
        entries: &[AllowlistEntry],
    ) -> Result<(), Error> {
        let request = replace_request(cluster_id, entries)?;
        let _turn = self
            .turn(context, &request, turn_subject(cluster_id))
            .await?;
        self.call_for_nothing(context, request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_what_the_api_describes() {
        let shown = |entries: &[AllowlistEntry]| {
            let request = replace_request("c1", entries).unwrap();
            format!(
                "{} {} {} {:?} {}",
                request.operation,
                request.method,
                request.path,
                request.repeat,
                std::str::from_utf8(&request.body.unwrap()).unwrap()
            )
        };
        insta::assert_snapshot!(shown(&[]), @r#"UpdateIpAllowlist PUT /clusters/c1/ipallowlist Safe {"ipallowlist":[]}"#);
        let entry = |ip: &str, description: &str| AllowlistEntry {
            ip: ip.to_owned(),
            description: description.to_owned(),
        };
        insta::assert_snapshot!(shown(&[entry("10.0.0.1,192.0.2.0/24", "office"), entry("10.0.0.2", "")]), @r#"UpdateIpAllowlist PUT /clusters/c1/ipallowlist Safe {"ipallowlist":[{"ip":"10.0.0.1,192.0.2.0/24","description":"office"},{"ip":"10.0.0.2","description":""}]}"#);
        assert!(replace_request("", &[]).is_err());
    }
}
