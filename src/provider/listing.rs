//! Listing what is in clusters: which clusters a listing goes through, and what it says about those
//! that it was not let into.
//!
//! Must not know what is listed.

use std::collections::BTreeMap;
use std::fmt;

use super::data::{ProviderData, Unavailable};
use super::ip_allowlist;
use crate::api::{CallContext, Client, Cluster, Error};
use crate::framework::diag::{Diagnostic, Diagnostics, Severity};
use crate::framework::object::Field;
use crate::framework::operation::Context;
use crate::framework::schema::Attribute;

/// Which versions of the CLIs have list resources, and what to do below them.
pub const AVAILABILITY: &str = "List resources need Terraform 1.14 or later. OpenTofu and older versions of \
                                Terraform adopt an organisation with plural data sources and `import` blocks: \
                                see `examples/adopt`. A `list` block ends after 100 objects unless its \
                                `limit` says otherwise.";

/// A cluster that a listing looks into.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its ID.
    pub id: String,
    /// What the list of clusters shows of it; nothing where the listing was given the ID.
    pub cluster: Option<Cluster>,
}

/// As display names and messages call it.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.cluster.as_ref().map(|cluster| &cluster.name);
        f.write_str(name.unwrap_or(&self.id))
    }
}

/// Why there is nothing to see in a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reason {
    Refused,
    Gone,
    Hidden,
}

/// A listing under way.
#[derive(Debug)]
pub struct Listing<'a> {
    /// The way to the API.
    pub client: &'a Client,
    /// For all its calls.
    pub call: CallContext,
    data: &'a ProviderData,
    what: &'static str,
    /// Whether the configuration names the one cluster.
    is_given: bool,
    places: usize,
    /// What was not shown: the names of the clusters, and the message about the first of them.
    skipped: BTreeMap<Reason, (Vec<String>, Diagnostic)>,
    diagnostics: Diagnostics,
}

/// The attribute that narrows a listing down to one cluster.
#[must_use]
pub fn cluster_id() -> Attribute {
    Attribute::string("cluster_id").optional().description(
        "ID of the cluster. Left out: all clusters of the organisation, which takes the permission \
         group *Cluster* as well.",
    )
}

impl<'a> Listing<'a> {
    /// Begins a listing of `what`, a plural without article as in "API clients", in the cluster of
    /// that ID, or in all of them, sorted by name.
    ///
    /// # Errors
    /// There is no way to the API, or the clusters cannot be listed.
    pub async fn begin(
        context: &'a Context<ProviderData>,
        what: &'static str,
        cluster_id: &Field<String>,
    ) -> Result<(Self, Vec<Place>), Diagnostic> {
        let data = &*context.data;
        let client = data.client().map_err(Unavailable::into_diagnostic)?;
        let call = CallContext::new(context.cancellation.clone());
        let places = match cluster_id.as_str() {
            Some(id) => vec![Place {
                id: id.to_owned(),
                cluster: None,
            }],
            None => {
                let clusters = client.recent_clusters(&call).await.map_err(|error| {
                    let summary = format!("Cannot list the {what} of all clusters");
                    let hint = "With cluster_id, no list of the clusters is needed.";
                    super::errors::advise(data.explain(summary, &error), hint)
                })?;
                let mut places: Vec<Place> = clusters
                    .iter()
                    .map(|cluster| Place {
                        id: cluster.id.clone(),
                        cluster: Some(cluster.clone()),
                    })
                    .collect();
                places.sort_by_cached_key(|place| (place.to_string(), place.id.clone()));
                places
            }
        };
        let listing = Self {
            client,
            call,
            data,
            what,
            is_given: cluster_id.known().is_some(),
            places: places.len(),
            skipped: BTreeMap::new(),
            diagnostics: Diagnostics::new(),
        };
        Ok((listing, places))
    }

    /// Takes note of a cluster that could not be looked into. Returns whether to go on with the
    /// others: one that refuses or is gone meanwhile does not end a listing, unless it was asked for.
    pub fn goes_on_without(&mut self, place: &Place, error: &Error) -> bool {
        let reason = if error.is_forbidden() {
            Reason::Refused
        } else {
            Reason::Gone
        };
        let summary = format!("Cannot list the {} of cluster {place}", self.what);
        let explained = self.data.explain(summary, error);
        if self.is_given || !(error.is_forbidden() || error.is_not_found()) {
            self.diagnostics.push(explained);
            return false;
        }
        self.skip(place, reason, explained);
        true
    }

    /// Takes note of a cluster whose IP allowlist is not shown.
    pub fn goes_on_without_allowlist(&mut self, place: &Place) {
        let summary = format!("Cannot list the {} of cluster {place}", self.what);
        let hidden = ip_allowlist::hidden(summary);
        if self.is_given {
            self.diagnostics.push(hidden);
        } else {
            self.skip(place, Reason::Hidden, hidden);
        }
    }

    fn skip(&mut self, place: &Place, reason: Reason, message: Diagnostic) {
        let (places, _) = self
            .skipped
            .entry(reason)
            .or_insert_with(|| (Vec::new(), message));
        places.push(format!("{place} ({})", place.id));
    }

    /// Says something more at the end.
    pub fn say(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The messages about the listing as a whole. Each reason is one message, however many clusters it
    /// is about; one that is about all of them is an error, so that nobody takes it for an answer.
    #[must_use]
    pub fn end(self) -> Diagnostics {
        let Self {
            what,
            places: all,
            skipped,
            mut diagnostics,
            ..
        } = self;
        for (reason, (places, first)) in skipped {
            let count = places.len();
            let noun = if count == 1 { "cluster" } else { "clusters" };
            let names = places.join(", ");
            let everywhere = count == all && reason != Reason::Gone;
            let severity = if everywhere {
                Severity::Error
            } else {
                Severity::Warning
            };
            let (detail, hints) = match reason {
                Reason::Gone => (
                    format!("Deleted since the clusters were listed: {names}."),
                    Vec::new(),
                ),
                Reason::Refused | Reason::Hidden => {
                    let of_which = if count == 1 {
                        ""
                    } else {
                        "The first of them: "
                    };
                    let detail = format!("Left out: {names}. {of_which}{}", first.detail);
                    (detail, first.hints)
                }
            };
            diagnostics.push(Diagnostic {
                severity,
                summary: format!("The {what} of {count} {noun} are not listed"),
                detail,
                hints,
                path: None,
            });
        }
        diagnostics
    }
}
