//! Members of organizations: the operations on them, and what people do to them in the console.

use serde::Serialize;
use serde_json::json;

use crate::{
    answer::{Answer, Refusal},
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
}

impl Member {
    fn is_owner(&self) -> bool {
        self.roles.iter().any(|role| role == "owner")
    }
}

/// Those that every organization starts with.
pub(crate) fn first(seed: &Seed) -> Vec<Member> {
    let member = |organization: &Organization, name: &str, email: &str, role: &str| Member {
        organization: organization.id.clone(),
        name: name.to_owned(),
        email: email.to_owned(),
        roles: vec![role.to_owned()],
        invite_pending: false,
    };
    seed.organizations
        .iter()
        .flat_map(|organization| {
            [
                member(organization, "Olivia Owner", OWNER, "owner"),
                member(organization, "Adam Admin", ADMIN, "admin"),
            ]
        })
        .collect()
}

fn list(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let members: Vec<_> = call
        .world
        .members
        .iter()
        .filter(|member| member.organization == call.caller.organization)
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
    world.members.push(Member {
        organization,
        name: String::new(),
        email,
        roles,
        invite_pending: true,
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
}

/// Members of the first organization, by hand in the console.
impl Simulator {
    /// All members and invitations.
    pub fn members(&self) -> Vec<Member> {
        self.world(|world| {
            let organization = world.seed.first_organization().id.clone();
            let mut members = world.members.clone();
            members.retain(|member| member.organization == organization);
            members
        })
    }

    /// Sets the roles of a member, any word allowed; adds one who has accepted if there is none.
    pub fn set_member(&self, email: &str, roles: &[&str]) {
        self.world(|world| {
            let organization = world.seed.first_organization().id.clone();
            let roles: Vec<String> = roles.iter().map(|&role| role.to_owned()).collect();
            if let Some(member) = world.member_mut(&organization, email) {
                member.roles = roles;
            } else {
                world.members.push(Member {
                    organization,
                    name: "By Hand".to_owned(),
                    email: email.to_owned(),
                    roles,
                    invite_pending: false,
                });
            }
        });
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
        self.world(|world| {
            let organization = world.seed.first_organization().id.clone();
            world.remove_member(&organization, email)
        })
    }
}
