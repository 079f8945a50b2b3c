//! `camunda_organization_members`: the members of the organisation, all or some of them.

use std::collections::BTreeSet;

use crate::api::{CallContext, Member};
use crate::framework::data_source::DataSource;
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::framework::types::Type;
use crate::provider::data::ProviderData;
use crate::provider::selection;

/// The data source.
#[derive(Debug)]
pub struct OrganizationMembers;

crate::model! {
    /// The members, and which of them.
    pub struct OrganizationMembersModel {
        pub role: Field<String>,
        pub invite_pending: Field<bool>,
        pub members: Field<Vec<ListedMemberModel>>,
    }
}

crate::model! {
    /// One of the members.
    pub struct ListedMemberModel {
        pub id: Field<String>,
        pub email: Field<String>,
        pub name: Field<String>,
        pub roles: Field<BTreeSet<String>>,
        pub invite_pending: Field<bool>,
    }
}

impl DataSource<ProviderData> for OrganizationMembers {
    type Model = OrganizationMembersModel;

    fn type_name(&self) -> &'static str {
        "camunda_organization_members"
    }

    fn schema(&self) -> Schema {
        let computed =
            |name: &str, text: &str| Attribute::string(name).computed().description(text);
        Schema::new(
            "The members of the organisation and its open invitations. That no member is as asked for is \
             no error.",
            [
                Attribute::string("role").optional().description(
                    "Only members that have this role, as the service shows it, for example `admin` or \
                     `owner`.",
                ),
                Attribute::bool("invite_pending").optional().description(
                    "Only open invitations (`true`), or only members who have accepted (`false`).",
                ),
                Attribute::nested(
                    "members",
                    Nesting::List,
                    [
                        computed("id", "Import ID of the member: the e-mail address."),
                        computed("email", "E-mail address as the service writes it."),
                        computed(
                            "name",
                            "Name of the person; empty until the invitation is accepted.",
                        ),
                        Attribute::set("roles", Type::String)
                            .computed()
                            .description("Roles, all that the service shows."),
                        Attribute::bool("invite_pending")
                            .computed()
                            .description("Whether the invitation is not accepted yet."),
                    ],
                )
                .computed()
                .description("The members, sorted by e-mail address without regard to case."),
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
        config: OrganizationMembersModel,
    ) -> Outcome<OrganizationMembersModel> {
        let data = &context.data;
        let client = match data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let call = CallContext::new(context.cancellation.clone()).as_of_now();
        match client.recent_members(&call).await {
            Ok(members) => {
                let members = Field::Known(selected(&config, &members));
                Outcome::present(
                    OrganizationMembersModel { members, ..config },
                    Default::default(),
                )
            }
            Err(error) => {
                let summary = "Cannot read the members of the organisation";
                Outcome::failed(data.explain(summary, &error))
            }
        }
    }
}

/// The members asked for, in the order promised.
fn selected(config: &OrganizationMembersModel, members: &[Member]) -> Vec<ListedMemberModel> {
    let pending = config.invite_pending.known().copied();
    selection::members(members, config.role.as_str(), pending)
        .into_iter()
        .map(|member| ListedMemberModel {
            id: Field::Known(member.email.clone()),
            email: Field::Known(member.email.clone()),
            name: Field::Known(member.name.clone()),
            roles: Field::Known(member.roles.clone()),
            invite_pending: Field::Known(member.invite_pending),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(role: Option<&str>, invite_pending: Option<bool>) -> Vec<String> {
        let member = |email: &str, roles: &[&str], invite_pending: bool| Member {
            email: email.to_owned(),
            name: String::new(),
            roles: roles.iter().map(|&role| role.to_owned()).collect(),
            invite_pending,
        };
        let members = [
            member("carl@example.com", &["admin", "analyst"], true),
            member("Bob@example.com", &["admin"], false),
            member("ada@example.com", &["owner"], false),
        ];
        let config = OrganizationMembersModel {
            role: role.map(str::to_owned).into(),
            invite_pending: invite_pending.into(),
            members: Field::Null,
        };
        selected(&config, &members)
            .iter()
            .map(|model| {
                let email = model.email.as_str().unwrap_or_default();
                email.split('@').next().unwrap_or_default().to_owned()
            })
            .collect()
    }

    #[test]
    fn they_are_sorted_by_address_whatever_the_case() {
        assert_eq!(addresses(None, None), ["ada", "Bob", "carl"]);
    }

    #[test]
    fn filters_narrow_them_down() {
        assert_eq!(addresses(Some("admin"), None), ["Bob", "carl"]);
        assert_eq!(addresses(None, Some(true)), ["carl"]);
        assert_eq!(addresses(Some("admin"), Some(false)), ["Bob"]);
        assert!(addresses(Some("Admin"), None).is_empty());
    }
}
