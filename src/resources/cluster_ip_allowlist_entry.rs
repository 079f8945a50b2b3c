//! `camunda_cluster_ip_allowlist_entry`: one entry of a cluster's IP allowlist, beside those of
//! others, which are never touched. Its description is its key.

use std::collections::BTreeSet;

use crate::api::ip_ranges::IpRange;
use crate::api::{AllowlistEntry, CallContext, Client, MergeError};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::resource::{Create, Delete, PlanChange, Read, Resource, Update};
use crate::framework::schema::{Attribute, IdentitySchema, Schema};
use crate::framework::types::Type;
use crate::provider::data::ProviderData;
use crate::provider::import_id::{self, Part};
use crate::provider::ip_allowlist::{self, Cidrs};
use crate::provider::{errors, validators};

const TYPE_NAME: &str = "camunda_cluster_ip_allowlist_entry";

/// The resource type.
#[derive(Debug)]
pub struct ClusterIpAllowlistEntry;

crate::model! {
    /// State, plan and configuration of an entry.
    pub struct ClusterIpAllowlistEntryModel {
        pub id: Field<String>,
        pub cluster_id: Field<String>,
        pub description: Field<String>,
        pub cidrs: Field<Cidrs>,
    }
}

type Model = ClusterIpAllowlistEntryModel;

impl Resource<ProviderData> for ClusterIpAllowlistEntry {
    type Model = ClusterIpAllowlistEntryModel;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "One entry of the IP allowlist of a cluster. Entries of others stay as they are, whether \
             they come from other configurations or from the Console.\n\nThe service takes whole lists \
             only, so the provider reads the list, merges the entry, writes the list, and looks until \
             it is sure that no other writer has overwritten it; that takes some seconds. For one \
             configuration that says what the whole list is, use `camunda_cluster_ip_allowlist` \
             instead, and not both for one cluster.",
            [
                Attribute::string("id")
                    .computed()
                    .use_state()
                    .description("The cluster's ID and the description: `<cluster_id>/<description>`."),
                Attribute::string("cluster_id")
                    .required()
                    .requires_replace()
                    .description("ID of the cluster. Changing it moves the entry."),
                Attribute::string("description")
                    .required()
                    .requires_replace()
                    .validate(validators::not_blank())
                    .description(
                        "What the entry is: its key within the cluster. Changing it replaces the entry.",
                    ),
                Attribute::set("cidrs", Type::String)
                    .required()
                    .validate(ip_allowlist::cidrs())
                    .equivalent_when(ip_allowlist::same_cidrs)
                    .description(
                        "IPv4 addresses and CIDR blocks that are let in. `10.0.0.1` and `10.0.0.1/32` \
                         are the same, and so are `10.0.0.5/24` and `10.0.0.0/24`.",
                    ),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Networking",
            permission_groups: &["Cluster", "IP allowlist"],
            limits: "Enterprise plans only.",
            not_read_back: &[],
            destroy: "Removes the entry and leaves all others. Without any entry, everybody is let in.",
            availability: "",
            guides: &[],
        }
    }

    fn identity(&self) -> IdentitySchema {
        IdentitySchema::new()
            .required("cluster_id", "ID of the cluster, as the Console shows it.")
            .required("description", "Description of the entry.")
    }

    async fn plan(&self, context: &Context<ProviderData>, change: &mut PlanChange<Model>) {
        if let Ok(Some(planned)) = change.planned()
            && let Some(cluster_id) = planned.cluster_id.as_str()
        {
            let warning = context.data.allowlist_plans().entry(cluster_id);
            change.diagnostics.extend(warning);
        }
    }

    async fn create(
        &self,
        context: &Context<ProviderData>,
        request: Create<Model>,
    ) -> Outcome<Model> {
        let Create { plan, private, .. } = request;
        let (cluster_id, entry) = parts(&plan);
        let call = CallContext::new(context.cancellation.clone());
        let client = match context.data.for_writing(&call).await {
            Ok(client) => client,
            Err(diagnostic) => return Outcome::failed(diagnostic),
        };
        let result = add(context, client, &call, &cluster_id, &entry).await;
        let state = with_id(plan);
        let summary = format!("Cannot add the IP allowlist entry {}", spoken(&state));
        match result {
            Ok(()) => Outcome::present(state, private),
            // It was written: a warning, so that it is not destroyed for a look that failed.
            Err(MergeError::Unverified(error)) => {
                Outcome::present(state.clone(), private).with(unverified(context, &state, &error))
            }
            Err(MergeError::HiddenSince) => {
                Outcome::present(state.clone(), private).with(unseen(&state))
            }
            Err(MergeError::Taken(existing)) => Outcome::failed(taken(&state, &existing)),
            // What may be there is in the state; tainted, it is made anew.
            Err(error) if may_be_there(&error) => {
                Outcome::present(state, private).with(explain(context, summary, error))
            }
            Err(error) => Outcome::failed(explain(context, summary, error)),
        }
    }

    async fn read(&self, context: &Context<ProviderData>, request: Read<Model>) -> Outcome<Model> {
        let Read {
            mut state,
            private,
            importing,
        } = request;
        let client = match context.data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let (cluster_id, AllowlistEntry { description, .. }) = parts(&state);
        let call = context.data.refresh(&context.cancellation);
        let summary = format!("Cannot read the IP allowlist entry {}", spoken(&state));
        match client.recent_ip_allowlist(&call, &cluster_id).await {
            Ok(Some(list)) => {
                let Some(cidrs) = cidrs_of(&list, &description) else {
                    return Outcome::absent();
                };
                state.cidrs = Field::Known(cidrs);
                Outcome::present(with_id(state), private)
            }
            Ok(None) if importing => Outcome::failed(ip_allowlist::hidden(summary)),
            Ok(None) => Outcome::present(state, private).with(ip_allowlist::kept(&cluster_id)),
            Err(error) if error.is_not_found() => Outcome::absent(),
            Err(error) => Outcome::failed(context.data.explain(summary, &error)),
        }
    }

    async fn update(
        &self,
        context: &Context<ProviderData>,
        request: Update<Model>,
    ) -> Outcome<Model> {
        let Update { plan, private, .. } = request;
        let (cluster_id, entry) = parts(&plan);
        let call = CallContext::new(context.cancellation.clone());
        let client = match context.data.for_writing(&call).await {
            Ok(client) => client,
            Err(diagnostic) => return Outcome::failed(diagnostic),
        };
        let state = with_id(plan);
        match client
            .put_ip_allowlist_entry(&call, &cluster_id, &entry)
            .await
        {
            Ok(()) => Outcome::present(state, private),
            Err(MergeError::Unverified(error)) => {
                Outcome::present(state.clone(), private).with(unverified(context, &state, &error))
            }
            Err(MergeError::HiddenSince) => {
                Outcome::present(state.clone(), private).with(unseen(&state))
            }
            Err(error) => {
                let summary = format!("Cannot change the IP allowlist entry {}", spoken(&state));
                Outcome::failed(explain(context, summary, error))
            }
        }
    }

    async fn delete(&self, context: &Context<ProviderData>, request: Delete<Model>) -> Diagnostics {
        let (cluster_id, AllowlistEntry { description, .. }) = parts(&request.state);
        let call = CallContext::new(context.cancellation.clone());
        let client = match context.data.for_writing(&call).await {
            Ok(client) => client,
            Err(diagnostic) => return diagnostic.into(),
        };
        let removed = client
            .remove_ip_allowlist_entry(&call, &cluster_id, &description)
            .await;
        match removed {
            Ok(()) => Diagnostics::new(),
            Err(MergeError::Api(error)) if error.is_not_found() => Diagnostics::new(),
            Err(error) => {
                let name = spoken(&request.state);
                let summary = format!("Cannot remove the IP allowlist entry {name}");
                explain(context, summary, error).into()
            }
        }
    }

    async fn import(
        &self,
        _context: &Context<ProviderData>,
        id: &str,
    ) -> Result<Model, Diagnostic> {
        let part = Part {
            attribute: "description",
            example: "office",
            found: "The description is on the same page, under IP allowlist.",
        };
        let (cluster_id, description) = import_id::in_cluster(TYPE_NAME, id, part)?;
        Ok(Model {
            cluster_id: Field::Known(cluster_id),
            description: Field::Known(description),
            ..Model::default()
        })
    }
}

/// The states of the entries of a list that an import has just read, by description, and how many
/// entries there are besides that have none and so cannot be imported.
#[must_use]
pub fn found(
    cluster_id: &str,
    list: &[AllowlistEntry],
) -> (Vec<ClusterIpAllowlistEntryModel>, usize) {
    let is_blank = |entry: &&AllowlistEntry| entry.description.trim().is_empty();
    let nameless = list.iter().filter(is_blank).count();
    let descriptions: BTreeSet<&str> = list
        .iter()
        .filter(|entry| !is_blank(entry))
        .map(|entry| entry.description.as_str())
        .collect();
    let state = |description: &str| {
        with_id(Model {
            cluster_id: cluster_id.into(),
            description: description.into(),
            cidrs: cidrs_of(list, description).into(),
            ..Model::default()
        })
    };
    (descriptions.into_iter().map(state).collect(), nameless)
}

/// The ranges of the entry of this description: all of them, should there be several. `None`: there is
/// no such entry.
fn cidrs_of(list: &[AllowlistEntry], description: &str) -> Option<Cidrs> {
    let mut mine = list
        .iter()
        .filter(|entry| entry.description == description)
        .peekable();
    mine.peek()?;
    Some(mine.flat_map(ip_allowlist::cidrs_of).collect())
}

/// Adds the entry. One that a run has added which was killed before it could say so is ours.
async fn add(
    context: &Context<ProviderData>,
    client: &Client,
    call: &CallContext,
    cluster_id: &str,
    entry: &AllowlistEntry,
) -> Result<(), MergeError> {
    let journal = context.data.journal();
    let subject = format!(
        "IP allowlist entry {entry:?} of {cluster_id} at {}",
        context.data.account()
    );
    let abandoned = journal.take_abandoned(&subject);
    let resumed = abandoned.is_some();
    let note = abandoned.unwrap_or_else(|| journal.begin(&subject, Vec::new()));
    let mut result = client.add_ip_allowlist_entry(call, cluster_id, entry).await;
    if let Err(MergeError::Taken(existing)) = &result
        && resumed
        && IpRange::list(&existing.ip) == IpRange::list(&entry.ip)
    {
        tracing::info!(cluster_id, "found the entry of a run that was killed");
        result = client.put_ip_allowlist_entry(call, cluster_id, entry).await;
    }
    note.close();
    result
}

fn parts(model: &Model) -> (String, AllowlistEntry) {
    let cluster_id = model.cluster_id.as_str().unwrap_or_default();
    let entry = ip_allowlist::entry(&model.cidrs, &model.description);
    (cluster_id.to_owned(), entry)
}

fn id_of(model: &Model) -> String {
    format!(
        "{}/{}",
        model.cluster_id.as_str().unwrap_or_default(),
        model.description.as_str().unwrap_or_default()
    )
}

fn with_id(mut model: Model) -> Model {
    model.id = Field::Known(id_of(&model));
    model
}

/// The entry, as messages call it.
fn spoken(model: &Model) -> String {
    format!(
        "{:?} of cluster {}",
        model.description.as_str().unwrap_or_default(),
        model.cluster_id.as_str().unwrap_or_default()
    )
}

fn may_be_there(error: &MergeError) -> bool {
    match error {
        MergeError::Overwritten(_) => true,
        MergeError::Api(error) => error.may_have_committed(),
        _ => false,
    }
}

fn taken(state: &Model, existing: &AllowlistEntry) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        format!("The IP allowlist entry {} exists already", spoken(state)),
        format!(
            "The list has an entry of this description, for {}. The description is the key of an \
             entry, so there cannot be a second one.",
            existing.ip
        ),
    )
    .at(Path::of("description"));
    errors::taken(diagnostic, TYPE_NAME, &id_of(state))
}

fn unverified(
    context: &Context<ProviderData>,
    state: &Model,
    error: &crate::api::Error,
) -> Diagnostic {
    let name = spoken(state);
    let explained = context.data.explain(
        format!("The IP allowlist entry {name} was written, but not verified"),
        error,
    );
    Diagnostic {
        severity: crate::framework::diag::Severity::Warning,
        ..explained
    }
    .hint("Plan again: if another writer has overwritten the entry, the plan shows it.")
}

/// It was written, and then the list was not shown any more.
fn unseen(state: &Model) -> Diagnostic {
    let summary = format!(
        "The IP allowlist entry {} was written, but not verified",
        spoken(state)
    );
    Diagnostic {
        severity: crate::framework::diag::Severity::Warning,
        ..ip_allowlist::hidden(summary)
    }
}

fn explain(context: &Context<ProviderData>, summary: String, error: MergeError) -> Diagnostic {
    match error {
        MergeError::HiddenSince => ip_allowlist::hidden(summary),
        MergeError::Hidden => {
            let diagnostic = ip_allowlist::hidden(summary);
            diagnostic.hint("Without seeing the list, nothing can be merged into it without loss.")
        }
        MergeError::Overwritten(times) => Diagnostic::error(
            summary,
            format!(
                "Other writers have overwritten the list without this change {times} times, until the \
                 time was over."
            ),
        )
        .hint(
            "Find out who else writes the list: another description for the same entry, a \
             camunda_cluster_ip_allowlist, or a script. Then apply again.",
        ),
        MergeError::Taken(entry) => {
            Diagnostic::bug(summary, format!("There is an entry for {}.", entry.ip))
        }
        MergeError::Unverified(error) | MergeError::Api(error) => {
            context.data.explain(summary, &error)
        }
    }
}
