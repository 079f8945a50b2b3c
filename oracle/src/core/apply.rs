//! Applies: the plan made again with what is known by now, the change, and what a core keeps of it.

use bytes::Bytes;

use super::plan::{Before, action};
use super::{Core, Failure, Instance, Plan, Planned, Transport, has_error, message, value};
use crate::proto::{self, Diagnostic};
use crate::rules::{self, Stage};
use crate::schema::Resource;
use crate::value::Value;
use crate::violation::{Rule, Violation};

/// What an apply came to.
#[derive(Debug, Clone)]
pub struct Applied {
    /// What a core keeps.
    pub instance: Option<Instance>,
    /// What was planned in the end.
    pub planned: Value,
    /// What the provider said.
    pub messages: Vec<Diagnostic>,
    /// Whether it said that something went wrong.
    pub is_failed: bool,
}

/// What goes into one `ApplyResourceChange`.
struct Change<'a> {
    prior: Option<&'a Instance>,
    planned: &'a Value,
    config: &'a Value,
    private: Bytes,
    identity: Value,
}

impl<T: Transport> Core<T> {
    /// Carries out a plan with a configuration that is wholly known by now.
    ///
    /// # Errors
    /// The provider refuses the plan that is made again, or a core would refuse that plan or the
    /// result. A provider that says that the change itself went wrong is no error here: there may be
    /// an object to keep.
    pub async fn apply(
        &self,
        type_name: &str,
        planned: &Planned,
        config: &Value,
    ) -> Result<Applied, Failure> {
        let resource = self.resource(type_name);
        let prior = planned.prior.as_ref();
        match planned.action {
            Plan::Nothing => Ok(Applied {
                instance: prior.cloned(),
                planned: planned.state.clone(),
                messages: Vec::new(),
                is_failed: false,
            }),
            Plan::Destroy => {
                let change = Change {
                    prior,
                    planned: &Value::Null,
                    config: &Value::Null,
                    private: planned.private.clone(),
                    identity: planned.identity.clone(),
                };
                self.change(resource, change).await
            }
            Plan::Replace => {
                let change = Change {
                    prior,
                    planned: &Value::Null,
                    config: &Value::Null,
                    private: prior.map_or_else(Bytes::new, |prior| prior.private.clone()),
                    identity: Value::Null,
                };
                let gone = self.change(resource, change).await?;
                if gone.is_failed {
                    return Ok(gone);
                }
                let created = self
                    .plan_again_and_change(resource, planned, None, config)
                    .await;
                // What is gone is gone, whatever came after.
                created.map(|created| Applied {
                    messages: [gone.messages, created.messages].concat(),
                    ..created
                })
            }
            Plan::Create | Plan::Update => {
                self.plan_again_and_change(resource, planned, prior, config)
                    .await
            }
        }
    }

    async fn plan_again_and_change(
        &self,
        resource: &Resource,
        planned: &Planned,
        prior: Option<&Instance>,
        config: &Value,
    ) -> Result<Applied, Failure> {
        self.validate(&resource.name, config).await?;
        let answer = self
            .ask_for_plan(resource, Before::of(prior), config)
            .await?;
        let found = action(prior, &answer);
        let first = match planned.action {
            Plan::Replace => Plan::Create,
            other => other,
        };
        if found != first && (first, found) != (Plan::Update, Plan::Nothing) {
            let what = format!("{first:?} was planned, now it is {found:?}");
            return Err(Violation::new(Rule::FinalAction, what).into());
        }
        let wrong = rules::compatible(resource, &planned.state, &answer.state, Rule::FinalPlan);
        if !wrong.is_empty() {
            return Err(wrong.into());
        }
        if found == Plan::Nothing {
            return Ok(Applied {
                instance: prior.cloned(),
                planned: answer.state,
                messages: answer.messages,
                is_failed: false,
            });
        }
        let change = Change {
            prior,
            planned: &answer.state,
            config,
            private: answer.private,
            identity: answer.identity,
        };
        self.change(resource, change).await
    }

    async fn change(&self, resource: &Resource, change: Change<'_>) -> Result<Applied, Failure> {
        let ty = &resource.ty;
        let nothing = Value::Null;
        let before = change.prior.map_or(&nothing, |prior| &prior.state);
        let request = proto::apply_resource_change::Request {
            type_name: resource.name.clone(),
            prior_state: Some(message(before, ty)),
            planned_state: Some(message(change.planned, ty)),
            config: Some(message(change.config, ty)),
            planned_private: change.private.clone(),
            provider_meta: None,
            planned_identity: resource.identity_message(&change.identity),
        };
        let answer = self
            .rpc
            .clone()
            .apply_resource_change(request)
            .await?
            .into_inner();
        let is_failed = has_error(&answer.diagnostics);
        let state = value(answer.new_state.as_ref(), ty, "new state")?;
        let identity = resource.identity(answer.new_identity.as_ref())?;
        let mut violations = Vec::new();
        if answer.legacy_type_system {
            violations.push(Violation::new(Rule::LegacyTypeSystem, "in a result"));
        }
        if !state.is_null() {
            violations.extend(rules::state(resource, &state, Stage::Apply));
        }
        if !is_failed {
            if let Some(prior) = change.prior.filter(|_| !state.is_null()) {
                violations.extend(self.same_identity(resource, &prior.identity, &identity));
            }
            violations.extend(finished(resource, &change, &state, &identity));
        }
        if !violations.is_empty() {
            return Err(violations.into());
        }
        // After an error a core keeps the old object where it gets none.
        let instance = match (state.is_null(), is_failed) {
            (true, true) => change.prior.cloned(),
            (true, false) => None,
            (false, _) => Some(Instance {
                state,
                private: answer.private,
                identity,
                is_tainted: is_failed && change.prior.is_none_or(|prior| prior.is_tainted),
            }),
        };
        Ok(Applied {
            instance,
            planned: change.planned.clone(),
            messages: answer.diagnostics,
            is_failed,
        })
    }
}

/// What a core and we ask of a change that has not failed.
fn finished(
    resource: &Resource,
    change: &Change<'_>,
    state: &Value,
    identity: &Value,
) -> Vec<Violation> {
    if change.planned.is_null() {
        return if state.is_null() {
            Vec::new()
        } else {
            vec![Violation::new(Rule::ResultLeft, format!("{state:?}"))]
        };
    }
    if state.is_null() {
        return vec![Violation::new(Rule::ResultMissing, "no object")];
    }
    let mut violations = rules::result(resource, change.planned, state);
    violations.extend(rules::identity(identity));
    if resource.identity.is_some() && identity.is_null() {
        violations.push(Violation::new(Rule::IdentityMissing, "after an apply"));
    }
    violations
}
