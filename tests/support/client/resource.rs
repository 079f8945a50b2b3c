//! The calls about managed resources.

use bytes::Bytes;
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::*;

use super::{Client, message, path_text, raw_state, value};

/// What is known of a resource instance, as a state file has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// The state; null if there is no object.
    pub state: Value,
    /// The provider's private data.
    pub private: Bytes,
    /// The identity; null if there is none.
    pub identity: Value,
}

impl Instance {
    /// No object.
    pub fn none() -> Self {
        Self {
            state: Value::Null,
            private: Bytes::new(),
            identity: Value::Null,
        }
    }
}

/// The answer to a plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The planned state, private data and identity.
    pub planned: Instance,
    /// The paths that demand a replacement, as a user would write them.
    pub requires_replace: Vec<String>,
    /// The reason of a deferral.
    pub deferred: Option<deferred::Reason>,
    /// Messages.
    pub diagnostics: Vec<Diagnostic>,
}

/// An answer with an instance.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The state, private data and identity.
    pub instance: Instance,
    /// The reason of a deferral.
    pub deferred: Option<deferred::Reason>,
    /// Messages.
    pub diagnostics: Vec<Diagnostic>,
}

impl Client {
    /// `ValidateResourceConfig`.
    pub async fn validate_resource(&self, type_name: &str, config: &Value) -> Vec<Diagnostic> {
        let request = validate_resource_config::Request {
            type_name: type_name.to_owned(),
            config: Some(message(config, self.resource_type(type_name))),
            client_capabilities: Some(self.capabilities),
        };
        let reply = self.raw().validate_resource_config(request).await;
        reply.expect("a reply").into_inner().diagnostics
    }

    /// `PlanResourceChange`. `proposed` is configuration completed from the prior state.
    pub async fn plan(
        &self,
        type_name: &str,
        prior: &Instance,
        config: &Value,
        proposed: &Value,
    ) -> Plan {
        let ty = self.resource_type(type_name);
        let request = plan_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: Some(message(&prior.state, ty)),
            proposed_new_state: Some(message(proposed, ty)),
            config: Some(message(config, ty)),
            prior_private: prior.private.clone(),
            client_capabilities: Some(self.capabilities),
            prior_identity: self.identity_message(type_name, &prior.identity),
            ..plan_resource_change::Request::default()
        };
        let reply = self.raw().plan_resource_change(request).await;
        let reply = reply.expect("a reply").into_inner();
        assert!(!reply.legacy_type_system);
        Plan {
            planned: Instance {
                state: value(reply.planned_state.as_ref(), ty),
                private: reply.planned_private,
                identity: self.identity(type_name, reply.planned_identity.as_ref()),
            },
            requires_replace: reply.requires_replace.iter().map(path_text).collect(),
            deferred: reply.deferred.map(|deferred| deferred.reason()),
            diagnostics: reply.diagnostics,
        }
    }

    /// `ApplyResourceChange`.
    pub async fn apply(
        &self,
        type_name: &str,
        prior: &Value,
        config: &Value,
        planned: &Instance,
    ) -> Reply {
        let ty = self.resource_type(type_name);
        let request = apply_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: Some(message(prior, ty)),
            planned_state: Some(message(&planned.state, ty)),
            config: Some(message(config, ty)),
            planned_private: planned.private.clone(),
            planned_identity: self.identity_message(type_name, &planned.identity),
            ..apply_resource_change::Request::default()
        };
        let reply = self.raw().apply_resource_change(request).await;
        let reply = reply.expect("a reply").into_inner();
        assert!(!reply.legacy_type_system);
        Reply {
            instance: Instance {
                state: value(reply.new_state.as_ref(), ty),
                private: reply.private,
                identity: self.identity(type_name, reply.new_identity.as_ref()),
            },
            deferred: None,
            diagnostics: reply.diagnostics,
        }
    }

    /// `ReadResource`.
    pub async fn read(&self, type_name: &str, current: &Instance) -> Reply {
        let ty = self.resource_type(type_name);
        let request = read_resource::Request {
            type_name: type_name.to_owned(),
            current_state: Some(message(&current.state, ty)),
            private: current.private.clone(),
            provider_meta: None,
            client_capabilities: Some(self.capabilities),
            current_identity: self.identity_message(type_name, &current.identity),
        };
        let reply = self.raw().read_resource(request).await;
        let reply = reply.expect("a reply").into_inner();
        Reply {
            instance: Instance {
                state: value(reply.new_state.as_ref(), ty),
                private: reply.private,
                identity: self.identity(type_name, reply.new_identity.as_ref()),
            },
            deferred: reply.deferred.map(|deferred| deferred.reason()),
            diagnostics: reply.diagnostics,
        }
    }

    /// `ImportResourceState` by id.
    pub async fn import(&self, type_name: &str, id: &str) -> Result<Instance, Vec<Diagnostic>> {
        self.import_with(type_name, id, None).await
    }

    /// `ImportResourceState` by identity.
    pub async fn import_identity(
        &self,
        type_name: &str,
        identity: &Value,
    ) -> Result<Instance, Vec<Diagnostic>> {
        let identity = self.identity_message(type_name, identity);
        self.import_with(type_name, "", identity).await
    }

    async fn import_with(
        &self,
        type_name: &str,
        id: &str,
        identity: Option<ResourceIdentityData>,
    ) -> Result<Instance, Vec<Diagnostic>> {
        let request = import_resource_state::Request {
            type_name: type_name.to_owned(),
            id: id.to_owned(),
            client_capabilities: Some(self.capabilities),
            identity,
        };
        let reply = self.raw().import_resource_state(request).await;
        let reply = reply.expect("a reply").into_inner();
        match <[_; 1]>::try_from(reply.imported_resources) {
            Ok([imported]) => {
                assert!(reply.diagnostics.is_empty());
                assert_eq!(imported.type_name, type_name);
                Ok(Instance {
                    state: value(imported.state.as_ref(), self.resource_type(type_name)),
                    private: imported.private,
                    identity: self.identity(type_name, imported.identity.as_ref()),
                })
            }
            Err(none) => {
                assert!(none.is_empty(), "a core takes one imported resource");
                Err(reply.diagnostics)
            }
        }
    }

    /// `UpgradeResourceState` from the JSON of a state file.
    pub async fn upgrade(
        &self,
        type_name: &str,
        version: i64,
        json: &str,
    ) -> Result<Value, Vec<Diagnostic>> {
        let request = upgrade_resource_state::Request {
            type_name: type_name.to_owned(),
            version,
            raw_state: Some(raw_state(json)),
        };
        let reply = self.raw().upgrade_resource_state(request).await;
        let reply = reply.expect("a reply").into_inner();
        match reply.upgraded_state {
            Some(state) => Ok(value(Some(&state), self.resource_type(type_name))),
            None => Err(reply.diagnostics),
        }
    }

    /// `UpgradeResourceIdentity` from the JSON of a state file.
    pub async fn upgrade_identity(
        &self,
        type_name: &str,
        version: i64,
        json: &str,
    ) -> Result<Value, Vec<Diagnostic>> {
        let request = upgrade_resource_identity::Request {
            type_name: type_name.to_owned(),
            version,
            raw_identity: Some(raw_state(json)),
        };
        let reply = self.raw().upgrade_resource_identity(request).await;
        let reply = reply.expect("a reply").into_inner();
        if reply.diagnostics.is_empty() {
            Ok(self.identity(type_name, reply.upgraded_identity.as_ref()))
        } else {
            Err(reply.diagnostics)
        }
    }

    /// `MoveResourceState` from the JSON of a state file.
    pub async fn move_state(
        &self,
        source_provider: &str,
        source_type: &str,
        json: &str,
        target_type: &str,
    ) -> Result<Instance, Vec<Diagnostic>> {
        let request = move_resource_state::Request {
            source_provider_address: source_provider.to_owned(),
            source_type_name: source_type.to_owned(),
            source_state: Some(raw_state(json)),
            target_type_name: target_type.to_owned(),
            source_private: Bytes::from_static(b"{\"foreign\":1}"),
            ..move_resource_state::Request::default()
        };
        let reply = self.raw().move_resource_state(request).await;
        let reply = reply.expect("a reply").into_inner();
        match reply.target_state {
            Some(state) => Ok(Instance {
                state: value(Some(&state), self.resource_type(target_type)),
                private: reply.target_private,
                identity: self.identity(target_type, reply.target_identity.as_ref()),
            }),
            None => Err(reply.diagnostics),
        }
    }

    /// `GenerateResourceConfig`.
    pub async fn generate_config(
        &self,
        type_name: &str,
        state: &Value,
    ) -> Result<Value, Vec<Diagnostic>> {
        let ty = self.resource_type(type_name);
        let request = generate_resource_config::Request {
            type_name: type_name.to_owned(),
            state: Some(message(state, ty)),
        };
        let reply = self.raw().generate_resource_config(request).await;
        let reply = reply.expect("a reply").into_inner();
        match reply.config {
            Some(config) => Ok(value(Some(&config), ty)),
            None => Err(reply.diagnostics),
        }
    }
}
