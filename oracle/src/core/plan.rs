//! Plans: what a core asks, and what it makes of the answer.

use bytes::Bytes;

use super::{Core, Failure, Instance, Transport, accept, message, no_deferral, value};
use crate::proposed::proposed;
use crate::proto::{self, Diagnostic};
use crate::rules;
use crate::schema::Resource;
use crate::value::Value;
use crate::violation::{Rule, Violation};

/// What a plan comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plan {
    /// Nothing is to be done.
    Nothing,
    /// An object is to be created.
    Create,
    /// The object is to be changed.
    Update,
    /// The object is to be destroyed, and another one created.
    Replace,
    /// The object is to be destroyed.
    Destroy,
}

/// A plan that a core goes on with.
#[derive(Debug, Clone)]
pub struct Planned {
    /// What is to be done.
    pub action: Plan,
    /// What there is.
    pub prior: Option<Instance>,
    /// What there will be.
    pub state: Value,
    /// What the provider keeps for the apply.
    pub private: Bytes,
    /// How it will be identified.
    pub identity: Value,
    /// What the provider said.
    pub messages: Vec<Diagnostic>,
}

/// One answer to `PlanResourceChange`.
pub(super) struct Answer {
    pub(super) state: Value,
    pub(super) private: Bytes,
    pub(super) identity: Value,
    pub(super) replaces: bool,
    pub(super) messages: Vec<Diagnostic>,
}

/// What the provider keeps of nothing.
static NO_PRIVATE: Bytes = Bytes::new();

/// What a plan starts with.
#[derive(Clone, Copy)]
pub(super) struct Before<'a> {
    pub(super) state: &'a Value,
    pub(super) private: &'a Bytes,
    pub(super) identity: &'a Value,
}

impl<'a> Before<'a> {
    pub(super) fn of(instance: Option<&'a Instance>) -> Self {
        match instance {
            None => Self::nothing(&NO_PRIVATE, &Value::Null),
            Some(instance) => Self {
                state: &instance.state,
                private: &instance.private,
                identity: &instance.identity,
            },
        }
    }

    /// Nothing, but for what the plan of a replaced object has left.
    pub(super) fn nothing(private: &'a Bytes, identity: &'a Value) -> Self {
        Self {
            state: &Value::Null,
            private,
            identity,
        }
    }
}

impl<T: Transport> Core<T> {
    /// Validates the configuration and plans. `config` null destroys.
    ///
    /// # Errors
    /// The provider refuses, or a core would refuse its plan.
    pub async fn plan(
        &self,
        type_name: &str,
        prior: Option<&Instance>,
        config: &Value,
    ) -> Result<Planned, Failure> {
        let resource = self.resource(type_name);
        if config.is_null() {
            return self.plan_destroy(resource, prior).await;
        }
        self.validate(type_name, config).await?;
        let answer = self
            .ask_for_plan(resource, Before::of(prior), config)
            .await?;
        let action = action(prior, &answer);
        let planned = |action, answer: Answer, messages: Vec<Diagnostic>| Planned {
            action,
            prior: prior.cloned(),
            state: answer.state,
            private: answer.private,
            identity: answer.identity,
            messages,
        };
        if action != Plan::Replace {
            if action != Plan::Create {
                self.check_planned_identity(resource, prior, &answer)?;
            }
            let messages = answer.messages.clone();
            return Ok(planned(action, answer, messages));
        }
        // A replacement is planned as a creation of its own, which knows what the first plan kept.
        let before = Before::nothing(&answer.private, &answer.identity);
        let second = self.ask_for_plan(resource, before, config).await?;
        let messages = [answer.messages, second.messages.clone()].concat();
        Ok(planned(action, second, messages))
    }

    fn check_planned_identity(
        &self,
        resource: &Resource,
        prior: Option<&Instance>,
        answer: &Answer,
    ) -> Result<(), Violation> {
        if !answer.identity.is_wholly_known() {
            let what = format!("unknown in an update: {:?}", answer.identity);
            return Err(Violation::new(Rule::PlanIdentity, what));
        }
        let before = prior.map_or(&Value::Null, |prior| &prior.identity);
        if resource.identity.is_some() && answer.identity.is_null() && !before.is_null() {
            return Err(Violation::new(Rule::IdentityMissing, "planned away"));
        }
        Ok(())
    }

    async fn plan_destroy(
        &self,
        resource: &Resource,
        prior: Option<&Instance>,
    ) -> Result<Planned, Failure> {
        let Some(prior) = prior else {
            return Ok(Planned {
                action: Plan::Nothing,
                prior: None,
                state: Value::Null,
                private: Bytes::new(),
                identity: Value::Null,
                messages: Vec::new(),
            });
        };
        let answer = self
            .ask_for_plan(resource, Before::of(Some(prior)), &Value::Null)
            .await?;
        if !answer.state.is_null() {
            let what = format!("planned {:?}", answer.state);
            return Err(Violation::new(Rule::PlanDestroy, what).into());
        }
        Ok(Planned {
            action: Plan::Destroy,
            prior: Some(prior.clone()),
            state: Value::Null,
            private: answer.private,
            identity: answer.identity,
            messages: answer.messages,
        })
    }

    /// Asks once, and checks the answer by all rules that need nothing else.
    pub(super) async fn ask_for_plan(
        &self,
        resource: &Resource,
        before: Before<'_>,
        config: &Value,
    ) -> Result<Answer, Failure> {
        let ty = &resource.ty;
        let request = proto::plan_resource_change::Request {
            type_name: resource.name.clone(),
            prior_state: Some(message(before.state, ty)),
            proposed_new_state: Some(message(&proposed(resource, before.state, config), ty)),
            config: Some(message(config, ty)),
            prior_private: before.private.clone(),
            provider_meta: None,
            client_capabilities: Some(self.capabilities),
            prior_identity: resource.identity_message(before.identity),
            planned_private: Bytes::new(),
        };
        let answer = self
            .rpc
            .clone()
            .plan_resource_change(request)
            .await?
            .into_inner();
        accept(&answer.diagnostics)?;
        no_deferral(answer.deferred.as_ref())?;
        if answer.legacy_type_system {
            return Err(Violation::new(Rule::LegacyTypeSystem, "in a plan").into());
        }
        let state = value(answer.planned_state.as_ref(), ty, "planned state")?;
        let identity = resource.identity(answer.planned_identity.as_ref())?;
        let mut violations = Vec::new();
        let mut replaces = false;
        if !config.is_null() {
            violations.extend(rules::plan(resource, before.state, config, &state));
            let (wrong, replaced) =
                rules::replace_paths(resource, before.state, &state, &answer.requires_replace);
            violations.extend(wrong);
            replaces = replaced;
        }
        if !violations.is_empty() {
            return Err(violations.into());
        }
        Ok(Answer {
            state,
            private: answer.planned_private,
            identity,
            replaces,
            messages: answer.diagnostics,
        })
    }
}

/// What a core takes an answer for.
pub(super) fn action(prior: Option<&Instance>, answer: &Answer) -> Plan {
    match prior {
        None => Plan::Create,
        Some(prior) if prior.is_tainted || answer.replaces => Plan::Replace,
        Some(prior) if prior.state == answer.state => Plan::Nothing,
        Some(_) => Plan::Update,
    }
}
