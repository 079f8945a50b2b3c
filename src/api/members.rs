//! Members of the organisation and open invitations: their wire types, requests and calls.
//!
//! Must not know how a request is sent, nor which roles a caller cares for.

use std::collections::BTreeSet;
use std::sync::Arc;

use http::Method;
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::lenient::null_as_default;
use super::request::{Repeat, Request};
use super::{CallContext, Client};

/// The roles that can be given. What is read may hold others.
pub const ASSIGNABLE_ROLES: [&str; 7] = [
    "admin",
    "operationsengineer",
    "taskuser",
    "analyst",
    "developer",
    "visitor",
    "modeler",
];

/// A member, or somebody who is invited.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Member {
    /// Key of the member in every path; case means nothing.
    pub email: String,
    /// Display name; empty until an invitation is accepted.
    #[serde(default, deserialize_with = "null_as_default")]
    pub name: String,
    /// An open set of words.
    #[serde(default, deserialize_with = "null_as_default")]
    pub roles: BTreeSet<String>,
    /// Whether an invitation waits to be accepted.
    #[serde(default, deserialize_with = "null_as_default")]
    pub invite_pending: bool,
}

impl Member {
    /// Whether the member has this address.
    #[must_use]
    pub fn has_email(&self, email: &str) -> bool {
        self.email.to_lowercase() == email.to_lowercase()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SetRoles<'a> {
    org_roles: &'a BTreeSet<String>,
}

fn list_request() -> Result<Request, Error> {
    Request::get("GetMembers", &["members"])
}

/// Twice does the same as once: an unknown address is invited, a known one gets exactly these roles.
fn set_roles_request(email: &str, roles: &BTreeSet<String>) -> Result<Request, Error> {
    Request::new(
        "UpdateMembers",
        Method::POST,
        &["members", email],
        Repeat::Safe,
    )?
    .json(&SetRoles { org_roles: roles })
}

fn delete_request(email: &str) -> Result<Request, Error> {
    Request::new(
        "DeleteMember",
        Method::DELETE,
        &["members", email],
        Repeat::Safe,
    )
}

impl Client {
    /// All members of the organisation and all open invitations.
    pub async fn list_members(&self, context: &CallContext) -> Result<Vec<Member>, Error> {
        self.call(context, list_request()?).await
    }

    /// As [`Client::list_members`], for readers who come in numbers: they share an answer, which may
    /// be some seconds old.
    pub async fn recent_members(&self, context: &CallContext) -> Result<Arc<Vec<Member>>, Error> {
        self.recent(context, list_request()?).await
    }

    /// Invites somebody, or replaces the roles of a member. Safe to repeat. [`Error::is_forbidden`]:
    /// permission, no seat left, or the owner.
    pub async fn set_member_roles(
        &self,
        context: &CallContext,
        email: &str,
        roles: &BTreeSet<String>,
    ) -> Result<(), Error> {
        self.call_for_nothing(context, set_roles_request(email, roles)?)
            .await
    }

    /// Removes a member or withdraws an invitation. [`Error::is_not_found`] if there is none.
    pub async fn delete_member(&self, context: &CallContext, email: &str) -> Result<(), Error> {
        self.call_for_nothing(context, delete_request(email)?).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_as_published_and_addresses_encoded() {
        let roles = BTreeSet::from(["analyst".to_owned(), "admin".to_owned()]);
        let request = set_roles_request("a+b/c%d\r\n?x=#@example.com", &roles).unwrap();
        assert_eq!(request.method, Method::POST);
        assert_eq!(
            request.path,
            "/members/a%2Bb%2Fc%25d%0D%0A%3Fx%3D%23%40example.com"
        );
        assert_eq!(
            request.body.as_deref(),
            Some(br#"{"orgRoles":["admin","analyst"]}"#.as_slice())
        );
        assert_eq!(request.repeat, Repeat::Safe);
        let request = delete_request("ada@example.com").unwrap();
        assert_eq!(request.method, Method::DELETE);
        assert_eq!(request.path, "/members/ada%40example.com");
        assert_eq!(list_request().unwrap().path, "/members");
        assert!(delete_request("..").is_err());
    }

    #[test]
    fn members_are_read_leniently() {
        let text = r#"[{"email":"A@example.com","roles":null,"more":1},
            {"email":"b@example.com","name":"B","roles":["admin","new"],"invitePending":true}]"#;
        let members: Vec<Member> = serde_json::from_str(text).unwrap();
        assert!(members[0].has_email("a@EXAMPLE.com"));
        assert!(members[0].roles.is_empty());
        assert!(members[1].invite_pending);
        assert!(members[1].roles.contains("new"));
    }
}
