//! What replies say is wrong, whatever the call.

use terraform_provider_camunda::plugin::wire::proto::tfplugin6::*;
use tonic::Streaming;

/// What was said, by the call and the place in it.
pub(crate) type Said = Vec<(&'static str, Vec<Diagnostic>)>;

/// What a reply says is wrong.
pub(crate) trait Complaint {
    fn complaint(self) -> Vec<Diagnostic>;
}

macro_rules! complaints {
    ($($messages:ident),* $(,)?) => {
        $(impl Complaint for $messages::Response {
            fn complaint(self) -> Vec<Diagnostic> {
                self.diagnostics
            }
        })*
    };
}

complaints! {
    validate_provider_config, configure_provider, validate_resource_config, upgrade_resource_state,
    upgrade_resource_identity, read_resource, plan_resource_change, apply_resource_change,
    import_resource_state, move_resource_state, generate_resource_config,
    validate_data_resource_config, read_data_source, validate_ephemeral_resource_config,
    open_ephemeral_resource, renew_ephemeral_resource, close_ephemeral_resource,
    validate_list_resource_config, validate_action_config, plan_action, validate_state_store,
    configure_state_store, lock_state, unlock_state, get_states, delete_state, write_state_bytes,
}

impl Complaint for call_function::Response {
    fn complaint(self) -> Vec<Diagnostic> {
        let error = self.error.into_iter();
        error
            .map(|error| Diagnostic {
                severity: diagnostic::Severity::Error.into(),
                summary: format!("error of argument {:?}", error.function_argument),
                detail: error.text,
                attribute: None,
            })
            .collect()
    }
}

/// All messages of a stream, which must end normally.
pub(crate) async fn listed(mut events: Streaming<list_resource::Event>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    while let Some(event) = events.message().await.unwrap() {
        assert_eq!(event.identity, None);
        diagnostics.extend(event.diagnostic);
    }
    diagnostics
}

/// The messages of the one completion, which must be the only event.
pub(crate) async fn completed(mut events: Streaming<invoke_action::Event>) -> Vec<Diagnostic> {
    let event = events.message().await.unwrap().unwrap();
    assert_eq!(events.message().await.unwrap(), None);
    match event.r#type {
        Some(invoke_action::event::Type::Completed(completed)) => completed.diagnostics,
        other => panic!("not a completion: {other:?}"),
    }
}

/// Makes one call with the given members, the others empty, and notes what was said.
macro_rules! call {
    (
        $said:ident, $client:expr,
        $label:expr => $method:ident($messages:ident { $($member:ident: $value:expr),* $(,)? })
    ) => {{
        let request = $messages::Request { $($member: $value,)* ..Default::default() };
        let reply = $client.raw().$method(request).await.expect($label).into_inner();
        $said.push(($label, reply.complaint()));
    }};
}
pub(crate) use call;
