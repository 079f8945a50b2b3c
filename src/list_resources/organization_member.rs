//! Lists `camunda_organization_member`: the members of the organisation and its open invitations.

use crate::api::{CallContext, Member};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::list::{ListItem, ListItems, ListRequest, ListResource};
use crate::framework::object::Field;
use crate::framework::operation::Context;
use crate::framework::schema::{Attribute, Schema};
use crate::provider::data::{ProviderData, Unavailable};
use crate::provider::listing;
use crate::provider::selection;
use crate::resources::organization_member::{self as member, OrganizationMemberModel};

/// The list resource.
#[derive(Debug)]
pub struct OrganizationMember;

crate::model! {
    /// Which members.
    pub struct MemberFilter {
        pub role: Field<String>,
        pub invite_pending: Field<bool>,
    }
}

impl ListResource<ProviderData> for OrganizationMember {
    type Config = MemberFilter;
    type Model = OrganizationMemberModel;

    fn type_name(&self) -> &'static str {
        "camunda_organization_member"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Finds the members of the organisation and its open invitations, sorted by e-mail \
             address.\n\nThe owner is not among them: nobody can change or remove the owner, so that there \
             is nothing to manage.",
            [
                Attribute::string("role").optional().description(
                    "Only members that have this role, as the service shows it, for example `admin`.",
                ),
                Attribute::bool("invite_pending").optional().description(
                    "Only open invitations (`true`), or only members who have accepted (`false`).",
                ),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Organization",
            permission_groups: &["Members"],
            availability: listing::AVAILABILITY,
            ..Facts::default()
        }
    }

    async fn list(
        &self,
        context: &Context<ProviderData>,
        request: ListRequest<MemberFilter>,
        items: &mut ListItems<OrganizationMemberModel>,
    ) -> Diagnostics {
        let data = &context.data;
        let client = match data.client() {
            Ok(client) => client,
            Err(unavailable) => return Unavailable::into_diagnostic(unavailable).into(),
        };
        let call = CallContext::new(context.cancellation.clone());
        let members = match client.recent_members(&call).await {
            Ok(members) => members,
            Err(error) => return data.explain("Cannot list the members", &error).into(),
        };
        let mut left_out = Vec::new();
        let filter = &request.config;
        let pending = filter.invite_pending.known().copied();
        for member in selection::members(&members, filter.role.as_str(), pending) {
            if member::is_owner(member) {
                continue;
            }
            let state = member::found(member);
            if state.roles.known().is_none_or(|roles| roles.is_empty()) {
                left_out.push(member.email.as_str());
                continue;
            }
            let item = ListItem {
                state,
                display_name: display_name(member),
                diagnostics: Diagnostics::new(),
            };
            if !items.push(item).await {
                break;
            }
        }
        if left_out.is_empty() {
            return Diagnostics::new();
        }
        Diagnostic::warning(
            "Some members are not listed",
            format!(
                "They have no role that can be given, and a member without one cannot be configured: {}.",
                left_out.join(", ")
            ),
        )
        .hint("Give them a role in the Console, or manage them there.")
        .into()
    }
}

fn display_name(member: &Member) -> String {
    match (&*member.name, member.invite_pending) {
        ("", true) => format!("{} (invited)", member.email),
        ("", false) => member.email.clone(),
        (name, _) => format!("{name} <{}>", member.email),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_a_person_recognises() {
        let shown = |json: &str| display_name(&serde_json::from_str(json).unwrap());
        assert_eq!(shown(r#"{"email":"a@b.c","name":"Ada"}"#), "Ada <a@b.c>");
        assert_eq!(
            shown(r#"{"email":"a@b.c","invitePending":true}"#),
            "a@b.c (invited)"
        );
        assert_eq!(shown(r#"{"email":"a@b.c"}"#), "a@b.c");
    }
}
