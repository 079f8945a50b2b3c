//! `camunda_organization_member`: a member of the organisation, from the invitation on.
//!
//! The service has one operation for inviting somebody and for replacing a member's roles. So that a
//! creation does not take roles from somebody who is a member already, it looks first.

use std::collections::BTreeSet;

use crate::api::{ASSIGNABLE_ROLES, CallContext, Member};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::resource::{Create, Delete, Read, Resource, StateMove, Update};
use crate::framework::schema::{Attribute, IdentitySchema, PlanModifier, Schema, Validator};
use crate::framework::types::Type;
use crate::framework::value::Value;
use crate::provider::data::ProviderData;
use crate::provider::errors::{advise, taken};
use crate::provider::{import_id, validators};

const TYPE_NAME: &str = "camunda_organization_member";

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
            mut plan, private, ..
        } = request;
        match create(context, &plan).await {
            Ok(found) => {
                complete(&mut plan, found.as_ref());
                Outcome::present(plan, private)
            }
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }

    async fn read(&self, context: &Context<ProviderData>, request: Read<Model>) -> Outcome<Model> {
        let Read {
            mut state, private, ..
        } = request;
        let client = match context.data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let call = CallContext::new(context.cancellation.clone());
        let members = match client.recent_members(&call).await {
            Ok(members) => members,
            Err(error) => {
                let summary = format!("Cannot read member {}", email(&state));
                return Outcome::failed(context.data.explain(summary, &error));
            }
        };
        let Some(member) = find(&members, email(&state)) else {
            tracing::info!(email = email(&state), "a member is gone");
            return Outcome::absent();
        };
        merge(&mut state, member);
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
                explain_owner(diagnostic, error.is_forbidden()).into()
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

/// Invites, unless somebody has this address already whose roles would be replaced.
async fn create(
    context: &Context<ProviderData>,
    plan: &Model,
) -> Result<Option<Member>, Diagnostic> {
    let data = &context.data;
    let call = CallContext::new(context.cancellation.clone());
    let client = data.for_writing(&call).await?;
    let email = email(plan);
    let explain = |error: &crate::api::Error| {
        let diagnostic = data.explain(format!("Cannot invite {email}"), error);
        explain_owner(diagnostic, error.is_forbidden())
    };
    let members = client
        .list_members(&call)
        .await
        .map_err(|error| explain(&error))?;
    let roles = plan.roles.known().cloned().unwrap_or_default();
    if let Some(member) = find(&members, email) {
        // The same roles: nothing is taken from anybody, and a run that was cut off goes on.
        if assignable(&member.roles) == roles {
            return Ok(Some(member.clone()));
        }
        let diagnostic = Diagnostic::error(
            format!("Cannot invite {email}"),
            "The organisation has a member, or an open invitation, with this address and other roles. \
             Creating it would replace them.",
        );
        return Err(taken(diagnostic, TYPE_NAME, &member.email).at(Path::of("email")));
    }
    client
        .set_member_roles(&call, email, &roles)
        .await
        .map_err(|error| explain(&error))?;
    tracing::info!(email, "invited a member");
    // What the list does not show yet, the next refresh adds.
    let members = client.list_members(&call).await.unwrap_or_default();
    Ok(find(&members, email).cloned())
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
    client
        .set_member_roles(&call, email, &roles)
        .await
        .map_err(|error| {
            let summary = format!("Cannot change the roles of member {email}");
            explain_owner(data.explain(summary, &error), error.is_forbidden())
        })?;
    let members = client.list_members(&call).await.unwrap_or_default();
    Ok(find(&members, email).cloned())
}

fn explain_owner(diagnostic: Diagnostic, forbidden: bool) -> Diagnostic {
    if forbidden {
        advise(
            diagnostic,
            "The owner of the organisation can be neither changed nor removed here: ownership is \
             transferred in the Console.",
        )
    } else {
        diagnostic
    }
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

/// Fills in what a plan leaves open. Whom the service does not list yet is invited, as far as is
/// known; what the plan promises stays, and the next refresh corrects it.
fn complete(plan: &mut Model, member: Option<&Member>) {
    let invited = Member {
        email: email(plan).to_owned(),
        name: String::new(),
        roles: BTreeSet::new(),
        invite_pending: true,
    };
    let mut described = Model::default();
    describe(&mut described, member.unwrap_or(&invited));
    if plan.id.known().is_none() {
        plan.id = described.id;
    }
    if plan.name.known().is_none() {
        plan.name = described.name;
    }
    if plan.invite_pending.known().is_none() {
        plan.invite_pending = described.invite_pending;
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
