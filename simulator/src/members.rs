//! Members of organizations: the operations on them, and what people do to them in the console.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{
    answer::{Answer, Refusal},
    clock::later,
    seed::{Organization, Seed},
    simulator::Simulator,
    world::{Call, Handler, World},
};

pub(crate) const OPERATIONS: &[(&str, Handler)] = &[
    ("GetMembers", list),
    ("UpdateMembers", update),
    ("DeleteMember", delete),
];

/// E-mail address of the owner of every organization.
pub const OWNER: &str = "owner@example.com";
/// E-mail address of an admin of every organization.
pub const ADMIN: &str = "admin@example.com";

/// A member of an organization, or somebody who is invited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Organization id.
    pub organization: String,
    /// Display name; empty until the invitation is accepted.
    pub name: String,
    /// Address, as it was first written.
    pub email: String,
    /// Roles.
    pub roles: Vec<String>,
    /// Whether the invitation is not accepted yet.
    pub invite_pending: bool,
    /// From then on it shows in the list.
    #[serde(serialize_with = "crate::clusters::timestamp")]
    pub listed_from: Timestamp,
}

/// What is changed of a member by hand; a member who is new has accepted unless told otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MemberChange {
    /// Display name.
    pub name: Option<String>,
    /// Roles, any words.
    pub roles: Option<Vec<String>>,
    /// Whether the invitation is not accepted yet.
    pub invite_pending: Option<bool>,
}

impl Member {
    fn is_owner(&self) -> bool {
        self.roles.iter().any(|role| role == "owner")
    }
}

/// Those that are there from the start: those of the seed, or an owner and an admin.
pub(crate) fn first(seed: &Seed) -> Vec<Member> {
    let member = |organization: &Organization, name: &str, email: &str, role: &str| Member {
        organization: organization.id.clone(),
        name: name.to_owned(),
        email: email.to_owned(),
        roles: vec![role.to_owned()],
        invite_pending: false,
        listed_from: Timestamp::UNIX_EPOCH,
    };
    let first = &seed.first_organization().id;
    let seeded = |organization: &Organization| {
        let all = seed.members.iter();
        let of_it = all.filter(|it| it.organization.as_ref().unwrap_or(first) == &organization.id);
        let members = of_it.map(|it| Member {
            organization: organization.id.clone(),
            name: it.name.clone(),
            email: it.email.clone(),
            roles: it.roles.clone(),
            invite_pending: it.invite_pending,
            listed_from: Timestamp::UNIX_EPOCH,
        });
        members.collect::<Vec<_>>()
    };
    let built_in = |organization: &Organization| {
        vec![
            member(organization, "Olivia Owner", OWNER, "owner"),
            member(organization, "Adam Admin", ADMIN, "admin"),
        ]
    };
    seed.organizations
        .iter()
        .flat_map(|organization| match seeded(organization) {
            members if members.is_empty() => built_in(organization),
            members => members,
        })
        .collect()
}

fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let members: Vec<_> = call
        .world
        .members
        .iter()
        .filter(|member| member.organization == call.caller.organization)
        .filter(|member| member.listed_from <= call.now)
        .map(|member| {
            json!({
                "name": member.name,
                "email": member.email,
                "roles": member.roles,
                "invitePending": member.invite_pending,
            })
        })
        .collect();
    Ok(Answer::json(&members))
}

fn update(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let email = email_of_path(call).to_owned();
    let roles: Vec<String> = call.body["orgRoles"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|role| role.as_str().map(str::to_owned))
        .collect();
    let organization = call.caller.organization.clone();
    let world = &mut *call.world;
    if let Some(member) = world.member_mut(&organization, &email) {
        if member.is_owner() {
            return Err(Refusal::new(403, "The owner cannot be changed."));
        }
        member.roles = roles;
        return Ok(Answer::no_content());
    }
    let seats = world
        .seed
        .organization(&organization)
        .map_or(u32::MAX, |found| found.seats);
    let taken = world.members.iter();
    let taken = taken.filter(|member| member.organization == organization);
    if taken.count() >= seats as usize {
        let message = format!("No seat is left: the organization has {seats}.");
        return Err(Refusal::new(403, message));
    }
    let listed_from = later(call.now, world.behaviour.durations.member_visibility);
    world.members.push(Member {
        organization,
        name: String::new(),
        email,
        roles,
        invite_pending: true,
        listed_from,
    });
    Ok(Answer::no_content())
}

fn delete(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let email = email_of_path(call).to_owned();
    let organization = call.caller.organization.clone();
    match call.world.member_mut(&organization, &email) {
        None => Err(Refusal::new(404, format!("There is no member `{email}`."))),
        Some(member) if member.is_owner() => Err(Refusal::new(403, "The owner cannot be removed.")),
        Some(_) => {
            call.world.remove_member(&organization, &email);
            Ok(Answer::no_content())
        }
    }
}

fn email_of_path<'a>(call: &'a Call<'_>) -> &'a str {
    call.parameters.get("email").map_or("", String::as_str)
}

impl World {
    fn is_member(&self, member: &Member, organization: &str, email: &str) -> bool {
        let same = if self.behaviour.fold_member_addresses {
            member.email.to_lowercase() == email.to_lowercase()
        } else {
            member.email == email
        };
        same && member.organization == organization
    }

    fn member_mut(&mut self, organization: &str, email: &str) -> Option<&mut Member> {
        let index = self
            .members
            .iter()
            .position(|member| self.is_member(member, organization, email))?;
        self.members.get_mut(index)
    }

    /// Removes a member; false if there is none.
    fn remove_member(&mut self, organization: &str, email: &str) -> bool {
        let mut members = self.members.iter();
        let index = members.position(|member| self.is_member(member, organization, email));
        index.map(|index| self.members.remove(index)).is_some()
    }

    /// Members of the first organization, those not listed yet included.
    pub(crate) fn first_members(&self) -> Vec<Member> {
        let organization = &self.seed.first_organization().id;
        let members = self.members.iter();
        let members = members.filter(|member| member.organization == *organization);
        members.cloned().collect()
    }

    /// Changes a member of the first organization by hand, or adds one.
    pub(crate) fn change_member(&mut self, email: &str, change: MemberChange) {
        let organization = self.seed.first_organization().id.clone();
        let mut members = self.members.iter();
        let found = members.position(|member| self.is_member(member, &organization, email));
        let index = found.unwrap_or(self.members.len());
        if found.is_none() {
            self.members.push(Member {
                organization,
                name: "By Hand".to_owned(),
                email: email.to_owned(),
                roles: Vec::new(),
                invite_pending: false,
                listed_from: Timestamp::UNIX_EPOCH,
            });
        }
        let member = &mut self.members[index];
        if let Some(name) = change.name {
            member.name = name;
        }
        if let Some(roles) = change.roles {
            member.roles = roles;
        }
        if let Some(pending) = change.invite_pending {
            member.invite_pending = pending;
        }
    }

    /// Removes a member of the first organization by hand. False if there is none.
    pub(crate) fn delete_member(&mut self, email: &str) -> bool {
        let organization = self.seed.first_organization().id.clone();
        self.remove_member(&organization, email)
    }
}

/// Members of the first organization, by hand in the console.
impl Simulator {
    /// All members and invitations, those not listed yet included.
    pub fn members(&self) -> Vec<Member> {
        self.world(|world| world.first_members())
    }

    /// Changes a member; adds one who has accepted if there is none.
    pub fn change_member(&self, email: &str, change: MemberChange) {
        self.world(|world| world.change_member(email, change));
    }

    /// Sets the roles of a member, any word allowed; adds one who has accepted if there is none.
    pub fn set_member(&self, email: &str, roles: &[&str]) {
        let roles = roles.iter().map(|&role| role.to_owned()).collect();
        self.change_member(
            email,
            MemberChange {
                roles: Some(roles),
                ..MemberChange::default()
            },
        );
    }

    /// Accepts an invitation. False if there is no such member.
    pub fn accept_invitation(&self, email: &str, name: &str) -> bool {
        self.world(|world| {
            let organization = world.seed.first_organization().id.clone();
            world.member_mut(&organization, email).map(|member| {
                member.invite_pending = false;
                member.name = name.to_owned();
            })
        })
        .is_some()
    }

    /// Removes a member. False if there is none.
    pub fn remove_member(&self, email: &str) -> bool {
        self.world(|world| world.delete_member(email))
    }
}
