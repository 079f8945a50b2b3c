//! What a core does with what there is: brings stored states up to date, refreshes, imports.

use bytes::Bytes;

use super::{Core, Failure, Instance, Transport, accept, message, no_deferral, value};
use crate::json;
use crate::proto;
use crate::rules::{self, Stage};
use crate::schema::Resource;
use crate::value::Value;
use crate::violation::{Rule, Violation};

impl<T: Transport> Core<T> {
    /// Brings a stored object of the current version up to date, as at the beginning of every
    /// command. It has to mean what it meant.
    ///
    /// # Errors
    /// The provider refuses, or a core would, or the object has become another one.
    pub async fn upgrade(&self, type_name: &str, instance: &Instance) -> Result<(), Failure> {
        let resource = self.resource(type_name);
        let version = resource.version;
        let stored = json::encode(&instance.state);
        let state = self.upgrade_from(type_name, version, &stored).await?;
        if state != instance.state {
            let what = format!("{:?} became {state:?}", instance.state);
            return Err(Violation::new(Rule::UpgradeChanged, what).into());
        }
        Ok(())
    }

    /// Brings the JSON of a state file up to date.
    ///
    /// # Errors
    /// The provider refuses, or a core would.
    pub async fn upgrade_from(
        &self,
        type_name: &str,
        version: i64,
        stored: &str,
    ) -> Result<Value, Failure> {
        let resource = self.resource(type_name);
        let request = proto::upgrade_resource_state::Request {
            type_name: type_name.to_owned(),
            version,
            raw_state: Some(proto::RawState {
                json: stored.to_owned().into(),
                flatmap: std::collections::HashMap::new(),
            }),
        };
        let answer = self
            .rpc
            .clone()
            .upgrade_resource_state(request)
            .await?
            .into_inner();
        accept(&answer.diagnostics)?;
        let state = value(
            answer.upgraded_state.as_ref(),
            &resource.ty,
            "upgraded state",
        )?;
        if state.is_null() {
            return Err(Violation::new(Rule::Upgrade, "the object vanished").into());
        }
        accept_state(resource, &state)?;
        Ok(state)
    }

    /// Reads an object. Nothing: it is gone.
    ///
    /// # Errors
    /// The provider refuses, or a core would.
    pub async fn read(
        &self,
        type_name: &str,
        instance: &Instance,
    ) -> Result<Option<Instance>, Failure> {
        self.read_with(type_name, instance, false).await
    }

    async fn read_with(
        &self,
        type_name: &str,
        instance: &Instance,
        is_import: bool,
    ) -> Result<Option<Instance>, Failure> {
        let resource = self.resource(type_name);
        let request = proto::read_resource::Request {
            type_name: type_name.to_owned(),
            current_state: Some(message(&instance.state, &resource.ty)),
            private: instance.private.clone(),
            provider_meta: None,
            client_capabilities: Some(self.capabilities),
            current_identity: resource.identity_message(&instance.identity),
        };
        let answer = self.rpc.clone().read_resource(request).await?.into_inner();
        accept(&answer.diagnostics)?;
        no_deferral(answer.deferred.as_ref())?;
        let state = value(answer.new_state.as_ref(), &resource.ty, "read state")?;
        let identity = resource.identity(answer.new_identity.as_ref())?;
        if state.is_null() {
            return Ok(None);
        }
        accept_state(resource, &state)?;
        let mut violations = rules::identity(&identity);
        if resource.identity.is_some() && identity.is_null() {
            violations.push(Violation::new(Rule::IdentityMissing, "after a read"));
        }
        // What an import begins with need not be the whole truth.
        if !is_import {
            violations.extend(self.same_identity(resource, &instance.identity, &identity));
        }
        if !violations.is_empty() {
            return Err(violations.into());
        }
        Ok(Some(Instance {
            state,
            private: answer.private,
            identity,
            is_tainted: instance.is_tainted,
        }))
    }

    /// Upgrades and reads, as at the beginning of a plan.
    ///
    /// # Errors
    /// The provider refuses, or a core would.
    pub async fn refresh(
        &self,
        type_name: &str,
        instance: Option<&Instance>,
    ) -> Result<Option<Instance>, Failure> {
        let Some(instance) = instance else {
            return Ok(None);
        };
        self.upgrade(type_name, instance).await?;
        self.read(type_name, instance).await
    }

    /// Imports an object by its id, and reads it.
    ///
    /// # Errors
    /// The provider refuses, or a core would.
    pub async fn import(&self, type_name: &str, id: &str) -> Result<Instance, Failure> {
        let request = proto::import_resource_state::Request {
            type_name: type_name.to_owned(),
            id: id.to_owned(),
            client_capabilities: Some(self.capabilities),
            identity: None,
        };
        self.import_with(type_name, request).await
    }

    /// Imports an object by its identity, and reads it.
    ///
    /// # Errors
    /// The provider refuses, or a core would.
    pub async fn import_by_identity(
        &self,
        type_name: &str,
        identity: &Value,
    ) -> Result<Instance, Failure> {
        let request = proto::import_resource_state::Request {
            type_name: type_name.to_owned(),
            id: String::new(),
            client_capabilities: Some(self.capabilities),
            identity: self.resource(type_name).identity_message(identity),
        };
        self.import_with(type_name, request).await
    }

    async fn import_with(
        &self,
        type_name: &str,
        request: proto::import_resource_state::Request,
    ) -> Result<Instance, Failure> {
        let resource = self.resource(type_name);
        let by_id = request.identity.is_none();
        let answer = self
            .rpc
            .clone()
            .import_resource_state(request)
            .await?
            .into_inner();
        accept(&answer.diagnostics)?;
        no_deferral(answer.deferred.as_ref())?;
        let [imported] = answer.imported_resources.as_slice() else {
            let what = format!("{} objects", answer.imported_resources.len());
            return Err(Violation::new(Rule::Import, what).into());
        };
        if imported.type_name != type_name {
            let what = format!("a {}", imported.type_name);
            return Err(Violation::new(Rule::Import, what).into());
        }
        let state = value(imported.state.as_ref(), &resource.ty, "imported state")?;
        let identity = resource.identity(imported.identity.as_ref())?;
        if by_id && state.is_null() || !by_id && identity.is_null() {
            return Err(Violation::new(Rule::Import, "nothing was imported").into());
        }
        accept_state(resource, &state)?;
        let instance = Instance {
            state,
            private: imported.private.clone(),
            identity,
            is_tainted: false,
        };
        let read = self.read_with(type_name, &instance, true).await?;
        read.ok_or_else(|| Violation::new(Rule::Import, "what was imported is not there").into())
    }
}

fn accept_state(resource: &Resource, state: &Value) -> Result<(), Failure> {
    let violations = rules::state(resource, state, Stage::Other);
    if violations.is_empty() {
        Ok(())
    } else {
        Err(violations.into())
    }
}

/// An instance from a state alone, as one that nobody has touched since.
impl From<Value> for Instance {
    fn from(state: Value) -> Self {
        Self {
            state,
            private: Bytes::new(),
            identity: Value::Null,
            is_tainted: false,
        }
    }
}
