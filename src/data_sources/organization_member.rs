//! `camunda_organization_member`: a member of the organisation, by e-mail address.

use std::collections::BTreeSet;

use crate::api::{CallContext, Member};
use crate::framework::data_source::DataSource;
use crate::framework::diag::Diagnostic;
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Schema};
use crate::framework::types::Type;
use crate::provider::data::ProviderData;
use crate::provider::validators::closest;

/// The data source.
#[derive(Debug)]
pub struct OrganizationMember;

crate::model! {
    /// A member.
    pub struct OrganizationMemberModel {
        pub id: Field<String>,
        pub email: Field<String>,
        pub name: Field<String>,
        pub roles: Field<BTreeSet<String>>,
        pub invite_pending: Field<bool>,
    }
}

impl DataSource<ProviderData> for OrganizationMember {
    type Model = OrganizationMemberModel;

    fn type_name(&self) -> &'static str {
        "camunda_organization_member"
    }

    fn schema(&self) -> Schema {
        let computed =
            |name: &str, text: &str| Attribute::string(name).computed().description(text);
        Schema::new(
            "A member of the organisation, or an open invitation, found by the e-mail address.",
            [
                computed("id", "E-mail address as the service writes it."),
                Attribute::string("email")
                    .required()
                    .description("E-mail address. Upper and lower case are the same."),
                computed(
                    "name",
                    "Name of the person; empty until the invitation is accepted.",
                ),
                Attribute::set("roles", Type::String)
                    .computed()
                    .description(
                        "Roles, all that the service shows: those that can be given and those, such as \
                         `owner` or `member`, that cannot.",
                    ),
                Attribute::bool("invite_pending")
                    .computed()
                    .description("Whether the invitation is not accepted yet."),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Organization",
            permission_groups: &["Members"],
            ..Facts::default()
        }
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        config: OrganizationMemberModel,
    ) -> Outcome<OrganizationMemberModel> {
        let data = &context.data;
        let client = match data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let call = CallContext::new(context.cancellation.clone()).as_of_now();
        let email = config.email.as_str().unwrap_or_default();
        let members = match client.recent_members(&call).await {
            Ok(members) => members,
            Err(error) => {
                return Outcome::failed(
                    data.explain(format!("Cannot read member {email}"), &error),
                );
            }
        };
        let member = match find(email, &members) {
            Ok(member) => member,
            Err(diagnostic) => return Outcome::failed(diagnostic),
        };
        Outcome::present(
            OrganizationMemberModel {
                id: Field::Known(member.email.clone()),
                email: config.email.clone(),
                name: Field::Known(member.name.clone()),
                roles: Field::Known(member.roles.clone()),
                invite_pending: Field::Known(member.invite_pending),
            },
            Default::default(),
        )
    }
}

/// The member of this address. Nobody else is named who is not close: members are people.
fn find<'a>(email: &str, members: &'a [Member]) -> Result<&'a Member, Diagnostic> {
    if let Some(member) = members.iter().find(|member| member.has_email(email)) {
        return Ok(member);
    }
    let mut diagnostic = Diagnostic::error(
        format!("No member has the e-mail address {email:?}"),
        "The organisation has neither a member nor an open invitation with this address.",
    )
    .at(Path::of("email"));
    let addresses = members.iter().map(|member| member.email.as_str());
    if let Some(close) = closest(email, addresses) {
        diagnostic = diagnostic.hint(format!("Did you mean {close:?}?"));
    }
    Err(diagnostic.hint("The Console shows the members under Organization > Users."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(email: &str) -> Result<String, String> {
        let members = ["Ada@example.com", "bob@elsewhere.example"].map(|email| Member {
            email: email.to_owned(),
            name: String::new(),
            roles: BTreeSet::new(),
            invite_pending: false,
        });
        find(email, &members)
            .map(|member| member.email.clone())
            .map_err(|error| {
                let path = error.path.clone().unwrap_or_default();
                format!("[{path}] {}\n{}", error.summary, error.full_detail())
            })
    }

    #[test]
    fn case_means_nothing() {
        assert_eq!(found("aDA@EXAMPLE.com").as_deref(), Ok("Ada@example.com"));
    }

    #[test]
    fn who_is_not_found_is_told_with_who_is_close() {
        insta::assert_snapshot!(found("adam@example.com").unwrap_err(), @r#"
        [email] No member has the e-mail address "adam@example.com"
        The organisation has neither a member nor an open invitation with this address.

        Did you mean "Ada@example.com"?

        The Console shows the members under Organization > Users.
        "#);
        assert!(!found("xyz").unwrap_err().contains("Did you mean"));
    }
}
