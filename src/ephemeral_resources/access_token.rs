//! `camunda_access_token`: the token with which this provider itself talks to the Administration API.
//!
//! Opening takes what is at hand, in memory or in the file that processes share. There is nothing to
//! renew: a core hands the value out once, so that another one would reach nobody.

use crate::api::CallContext;
use crate::api::SecretString;
use crate::framework::docs::Facts;
use crate::framework::ephemeral::{EphemeralResource, Opened};
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::schema::{Attribute, Schema};
use crate::provider::data::ProviderData;

/// The ephemeral resource type.
#[derive(Debug)]
pub struct AccessToken;

crate::model! {
    /// An access token.
    pub struct AccessTokenModel {
        pub token: Field<SecretString>,
        pub token_type: Field<String>,
        pub expires_at: Field<String>,
    }
}

impl EphemeralResource<ProviderData> for AccessToken {
    type Model = AccessTokenModel;

    fn type_name(&self) -> &'static str {
        "camunda_access_token"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "The access token with which this provider talks to the Administration API, for something \
             else that has to: another provider, or another block of this one. It is the token that the \
             provider has anyway, in memory or in its file; one is asked for only if there is none. An \
             `access_token` in the provider block comes out as it is.\n\nThe token carries all \
             permissions of the provider's credentials, and nobody can take it back: it is good until \
             `expires_at`. It is not renewed during a run. Where a run may take longer, give the other \
             side client credentials.",
            [
                Attribute::string("token")
                    .computed()
                    .sensitive()
                    .description("The token, without `Bearer` before it."),
                Attribute::string("token_type")
                    .computed()
                    .description("How it is sent: `Bearer`."),
                Attribute::string("expires_at").computed().description(
                    "When it ends, in UTC, such as `2026-10-02T08:00:00Z`. Empty for an `access_token` of \
                     the provider block that does not say when it ends.",
                ),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Access",
            availability: "Needs Terraform 1.10 or OpenTofu 1.11, or a later version of either. Below, \
                           give the other side credentials or a token from the environment.",
            guides: &[("Secrets without state", "secrets-without-state")],
            ..Facts::default()
        }
    }

    async fn open(
        &self,
        context: &Context<ProviderData>,
        _config: AccessTokenModel,
    ) -> Opened<AccessTokenModel> {
        let data = &context.data;
        let client = match data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context).into(),
        };
        let call = CallContext::new(context.cancellation.clone());
        match client.access_token(&call).await {
            Ok(token) => {
                let model = AccessTokenModel {
                    token: Field::Known(token.value),
                    token_type: "Bearer".into(),
                    expires_at: token.expires_at.map(|time| time.to_string()).into(),
                };
                Outcome::present(model, Default::default()).into()
            }
            Err(error) => {
                Outcome::failed(data.explain("Cannot get an access token", &error)).into()
            }
        }
    }
}
