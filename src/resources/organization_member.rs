//! `camunda_organization_member`: a member of the organisation, from the invitation on.
//!
//! The service has one operation for inviting somebody and for replacing a member's roles. So that a
//! creation does not take roles from somebody who is a member already, it looks first. How soon the
//! list shows a new invitation is not published: a creation waits a little for it, and until it has
//! been seen once, a member that is not listed counts as there.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;

use crate::api::{self, ASSIGNABLE_ROLES, CallContext, Client, Member};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::private::Private;
use crate::framework::resource::{Create, Delete, Read, Resource, StateMove, Update};
use crate::framework::schema::{Attribute, IdentitySchema, PlanModifier, Schema, Validator};
use crate::framework::types::Type;
use crate::framework::value::Value;
use crate::provider::data::ProviderData;
use crate::provider::errors::{because, taken};
use crate::provider::wait::{Gave, Look, Wait};
use crate::provider::{import_id, validators};

const TYPE_NAME: &str = "camunda_organization_member";

/// When a member was invited that no list has shown since, in the private state.
const UNLISTED_SINCE: &str = "unlisted_since";

/// How many times the pause between two looks a creation waits for the list.
const PATIENCE: u32 = 10;

/// How long a member that no list has shown counts as there.
const UNLISTED_FOR: Duration = Duration::from_secs(60 * 60);

/// The roles that only the owner has; the second one is an older word.
const OWNER_ROLES: [&str; 2] = ["owner", "organizationowner"];

/// The resource type.
#[derive(Debug)]
pub struct OrganizationMember;

crate::model! {
    /// State, plan and configuration of a member.
    pub struct OrganizationMemberModel {
        pub id: Field<String>,
        pub email: Field<String>,
        pub roles: Field<BTreeSet<String>>,
        pub name: Field<String>,
        pub invite_pending: Field<bool>,
    }
}

type Model = OrganizationMemberModel;

impl Resource<ProviderData> for OrganizationMember {
    type Model = Model;

    fn type_name(&self) -> &'static str {
        TYPE_NAME
    }

    fn schema(&self) -> Schema {
        schema()
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Organization",
            permission_groups: &["Members"],
            limits: "The organisation's plan sets how many seats there are; open invitations count.",
            not_read_back: &[],
            destroy: "Removes the member from the organisation, or withdraws the invitation. The owner \
                      cannot be removed.",
            availability: "",
            guides: &[],
        }
    }

    fn identity(&self) -> IdentitySchema {
        IdentitySchema::new().required("email", "E-mail address of the member.")
    }

    async fn create(
        &self,
        context: &Context<ProviderData>,
        request: Create<Model>,
    ) -> Outcome<Model> {
        let Create {
            mut plan,
            mut private,
            ..
        } = request;
        match create(context, &plan).await {
            Ok(found) => {
                if found.is_none() {
                    private.set(UNLISTED_SINCE, context.clock.now());
                }
                complete(&mut plan, found.as_ref());
                Outcome::present(plan, private)
            }
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }

    async fn read(&self, context: &Context<ProviderData>, request: Read<Model>) -> Outcome<Model> {
        let Read {
            mut state,
            mut private,
            ..
        } = request;
        let client = match context.data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let call = context.data.refresh(&context.cancellation);
        let members = match client.recent_members(&call).await {
            Ok(members) => members,
            Err(error) => {
                let summary = format!("Cannot read member {}", email(&state));
                return Outcome::failed(context.data.explain(summary, &error));
            }
        };
        match find(&members, email(&state)) {
            Some(member) => {
                private.remove(UNLISTED_SINCE);
                merge(&mut state, member);
            }
            None if may_be_listed_later(&private, context.clock.now()) => {}
            None => {
                tracing::info!(email = email(&state), "a member is gone");
                return Outcome::absent();
            }
        }
        Outcome::present(state, private)
    }

    async fn update(
        &self,
        context: &Context<ProviderData>,
        request: Update<Model>,
    ) -> Outcome<Model> {
        let Update {
            mut plan, private, ..
        } = request;
        match update(context, &plan).await {
            Ok(found) => {
                complete(&mut plan, found.as_ref());
                Outcome::present(plan, private)
            }
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }

    async fn delete(&self, context: &Context<ProviderData>, request: Delete<Model>) -> Diagnostics {
        let call = CallContext::new(context.cancellation.clone());
        let client = match context.data.for_writing(&call).await {
            Ok(client) => client,
            Err(diagnostic) => return diagnostic.into(),
        };
        let email = email(&request.state);
        match client.delete_member(&call, email).await {
            Err(error) if !error.is_not_found() => {
                let summary = format!("Cannot remove member {email}");
                let diagnostic = context.data.explain(summary, &error);
                explain_owner(client, &call, email, diagnostic, &error)
                    .await
                    .into()
            }
            _ => Diagnostics::new(),
        }
    }

    async fn import(
        &self,
        _context: &Context<ProviderData>,
        id: &str,
    ) -> Result<Model, Diagnostic> {
        if !is_address(id) {
            return Err(
                import_id::wrong(TYPE_NAME, format!("{id:?} is not an e-mail address.")).hint(
                    "The import ID is the member's e-mail address, for example ada@example.com. The \
                     Console shows it under Organization > Users.",
                ),
            );
        }
        Ok(Model {
            email: Field::Known(id.to_owned()),
            ..Model::default()
        })
    }

    fn moves(&self) -> Vec<StateMove> {
        // Same type, same attributes: the community provider's state is ours.
        vec![StateMove {
            provider: "camunda-community-hub/camunda",
            type_name: TYPE_NAME,
            change: Ok,
        }]
    }
}

/// Invites, unless somebody has this address already whose roles would be replaced. Nothing where the
/// list does not show the member yet.
async fn create(
    context: &Context<ProviderData>,
    plan: &Model,
) -> Result<Option<Member>, Diagnostic> {
    let data = &context.data;
    let call = CallContext::new(context.cancellation.clone());
    let client = data.for_writing(&call).await?;
    let email = email(plan);
    let summary = format!("Cannot invite {email}");
    let members = client
        .list_members(&call)
        .await
        .map_err(|error| data.explain(&summary, &error))?;
    let roles = plan.roles.known().cloned().unwrap_or_default();
    if let Some(member) = find(&members, email) {
        if is_owner(member) {
            let diagnostic = Diagnostic::error(summary, "This is the owner of the organisation.");
            return Err(diagnostic.hint(OWNER_ADVICE).at(Path::of("email")));
        }
        // The same roles: nothing is taken from anybody, and a run that was cut off goes on.
        if assignable(&member.roles) == roles {
            return Ok(Some(member.clone()));
        }
        let diagnostic = Diagnostic::error(
            summary,
            "The organisation has a member, or an open invitation, with this address and other roles. \
             Creating it would replace them.",
        );
        return Err(taken(diagnostic, TYPE_NAME, &member.email).at(Path::of("email")));
    }
    if let Err(error) = client.set_member_roles(&call, email, &roles).await {
        let diagnostic = data.explain(summary, &error);
        return Err(explain_owner(client, &call, email, diagnostic, &error).await);
    }
    tracing::info!(email, "invited a member");
    Ok(listed(context, client, email).await)
}

/// The member as the list shows it, which may take a moment. That it does not is no reason to fail: it
/// is invited.
async fn listed(context: &Context<ProviderData>, client: &Client, email: &str) -> Option<Member> {
    let interval = context.data.poll_interval();
    let deadline = context.clock.instant() + interval * PATIENCE;
    let call = CallContext::new(context.cancellation.clone()).with_deadline(deadline);
    let wait = Wait::new(context, deadline);
    let found = wait
        .until(|| async {
            let members = client.list_members(&call).await?;
            Ok(match find(&members, email) {
                Some(member) => Look::Done(member.clone()),
                None => Look::NotYet("not listed".to_owned()),
            })
        })
        .await;
    match found {
        Ok(member) | Err(Gave::Hopeless(member)) => Some(member),
        Err(gave) => {
            tracing::info!(email, ?gave, "the new member is not listed yet");
            None
        }
    }
}

async fn update(
    context: &Context<ProviderData>,
    plan: &Model,
) -> Result<Option<Member>, Diagnostic> {
    let data = &context.data;
    let call = CallContext::new(context.cancellation.clone());
    let client = data.for_writing(&call).await?;
    let email = email(plan);
    let roles = plan.roles.known().cloned().unwrap_or_default();
    if let Err(error) = client.set_member_roles(&call, email, &roles).await {
        let summary = format!("Cannot change the roles of member {email}");
        let diagnostic = data.explain(summary, &error);
        return Err(explain_owner(client, &call, email, diagnostic, &error).await);
    }
    // Only a state that no refresh has filled leaves anything open.
    if plan.name.known().is_some() && plan.invite_pending.known().is_some() {
        return Ok(None);
    }
    let members = client.list_members(&call).await.unwrap_or_default();
    Ok(find(&members, email).cloned())
}

const OWNER_ADVICE: &str = "The owner of the organisation can be neither changed nor removed here: \
     ownership is transferred in the Console. Remove the resource from the configuration, and from the \
     state if it is there.";

/// Says of a refusal that it is about the owner, if the answer or the list says so.
async fn explain_owner(
    client: &Client,
    call: &CallContext,
    email: &str,
    diagnostic: Diagnostic,
    error: &api::Error,
) -> Diagnostic {
    if !error.is_forbidden() {
        return diagnostic;
    }
    let answer = error.server_message().unwrap_or_default().to_lowercase();
    let is_the_owner = answer.contains("owner") || {
        let members = client.recent_members(call).await;
        members.is_ok_and(|members| find(&members, email).is_some_and(is_owner))
    };
    if is_the_owner {
        because(diagnostic, OWNER_ADVICE)
    } else {
        diagnostic
    }
}

/// Whether the member is the owner, who can be neither changed nor removed.
#[must_use]
pub fn is_owner(member: &Member) -> bool {
    OWNER_ROLES.iter().any(|&role| member.roles.contains(role))
}

/// Whether a member that the list does not show is one that it has not shown yet.
fn may_be_listed_later(private: &Private, now: Timestamp) -> bool {
    private
        .get::<Timestamp>(UNLISTED_SINCE)
        .is_some_and(|since| now.duration_since(since).unsigned_abs() < UNLISTED_FOR)
}

fn email(state: &Model) -> &str {
    state.email.as_str().unwrap_or_default()
}

fn find<'a>(members: &'a [Member], email: &str) -> Option<&'a Member> {
    members.iter().find(|member| member.has_email(email))
}

/// The roles that somebody has given: the service adds words of its own.
fn assignable(roles: &BTreeSet<String>) -> BTreeSet<String> {
    let given = |role: &&String| ASSIGNABLE_ROLES.contains(&role.as_str());
    roles.iter().filter(given).cloned().collect()
}

/// The state of a member that an import has just read.
#[must_use]
pub fn found(member: &Member) -> OrganizationMemberModel {
    let mut state = Model {
        email: member.email.as_str().into(),
        ..Model::default()
    };
    merge(&mut state, member);
    state
}

/// Takes over what the service shows. Roles of the state that cannot be given are compared as well.
fn merge(state: &mut Model, member: &Member) {
    let known = state.roles.known().cloned().unwrap_or_default();
    let roles = member
        .roles
        .iter()
        .filter(|role| ASSIGNABLE_ROLES.contains(&role.as_str()) || known.contains(*role));
    state.roles = Field::Known(roles.cloned().collect());
    describe(state, member);
}

/// Fills in what the service decides.
fn describe(state: &mut Model, member: &Member) {
    state.id = Field::Known(member.email.clone());
    state.name = Field::Known(member.name.clone());
    state.invite_pending = Field::Known(member.invite_pending);
}

/// Fills in what a plan leaves open: with what the list shows, or else with nothing, until it does.
/// What the plan promises stays, and the next refresh corrects it.
fn complete(plan: &mut Model, member: Option<&Member>) {
    let mut shown = Model {
        id: plan.email.clone(),
        ..Model::default()
    };
    if let Some(member) = member {
        describe(&mut shown, member);
    }
    if plan.id.known().is_none() {
        plan.id = shown.id;
    }
    if plan.name.known().is_none() {
        plan.name = shown.name;
    }
    if plan.invite_pending.known().is_none() {
        plan.invite_pending = shown.invite_pending;
    }
}

fn is_address(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty())
        && !text.contains(char::is_whitespace)
}

fn same_address(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.to_lowercase() == other.to_lowercase(),
        _ => false,
    }
}

fn address() -> Validator {
    Validator::text("must be an e-mail address", |text| {
        (!is_address(text)).then(|| {
            Diagnostic::error(
                "Not an e-mail address",
                format!("{text:?} is not an address such as ada@example.com."),
            )
        })
    })
}

fn some_roles() -> Validator {
    Validator::new("must not be empty", |path, value| match value {
        Value::Set(roles) if roles.is_empty() => Diagnostic::error(
            "Empty set of roles",
            "A member without roles is none: the service does not say what becomes of one.",
        )
        .hint("Name at least one role, or remove the resource to remove the member.")
        .at(path.clone())
        .into(),
        _ => Diagnostics::new(),
    })
}

fn schema() -> Schema {
    Schema::new(
        "A member of the organisation. Creating it invites the person; that the invitation is accepted \
         is neither waited for nor a difference.\n\nSomebody who is a member or invited already, with \
         other roles, is not taken over silently: import them. With the same roles, nothing is changed \
         and the resource manages them from then on.\n\nThe owner can be neither changed nor removed.",
        [
            Attribute::string("id")
                .computed()
                // State of the community provider has none until it is refreshed.
                .plan(PlanModifier::UseNonNullState)
                .description("E-mail address as the service writes it."),
            Attribute::string("email")
                .required()
                .requires_replace()
                .equivalent_when(same_address)
                .validate(address())
                .validate(validators::length(3, 254))
                .description(
                    "E-mail address. Upper and lower case are the same. Changing it removes the member \
                     and invites another one.",
                ),
            Attribute::set("roles", Type::String)
                .required()
                .validate(some_roles())
                .description(
                    "Roles, all of them: `admin`, `operationsengineer`, `taskuser`, `analyst`, \
                     `developer`, `visitor`, `modeler`, or what the service has added since. Roles that \
                     it gives by itself, such as `member`, are left alone. Changed in place.",
                ),
            Attribute::string("name")
                .computed()
                .plan(PlanModifier::UseNonNullState)
                .description("Name of the person; empty until the invitation is accepted."),
            Attribute::bool("invite_pending")
                .computed()
                .plan(PlanModifier::UseNonNullState)
                .description("Whether the invitation is not accepted yet."),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roles(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|&word| word.to_owned()).collect()
    }

    fn read(state: &[&str], shown: &[&str]) -> BTreeSet<String> {
        let mut state = Model {
            email: "Ada@example.com".into(),
            roles: Field::Known(roles(state)),
            ..Model::default()
        };
        let member = Member {
            email: "ada@example.com".to_owned(),
            name: "Ada".to_owned(),
            roles: roles(shown),
            invite_pending: false,
        };
        merge(&mut state, &member);
        assert_eq!(email(&state), "Ada@example.com");
        assert_eq!(state.id.as_str(), Some("ada@example.com"));
        state.roles.into_known().unwrap_or_default()
    }

    #[test]
    fn only_roles_that_can_be_given_differ() {
        assert_eq!(
            read(&["admin"], &["admin", "member", "owner"]),
            roles(&["admin"])
        );
        assert_eq!(
            read(&["admin"], &["admin", "analyst"]),
            roles(&["admin", "analyst"])
        );
        assert_eq!(read(&["admin", "devops"], &["member"]), roles(&[]));
        assert_eq!(read(&["devops"], &["devops", "member"]), roles(&["devops"]));
    }
}
