//! A provider with next to nothing in it, for tests of what is around a provider.
//!
//! Its schema is empty. `ReadResource` echoes, `ApplyResourceChange` waits until the provider is
//! told to stop, `MoveResourceState` panics; everything else is unimplemented.

use terraform_provider_camunda::plugin::wire::proto::tfplugin6::provider_server::Provider;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::{
    Schema, apply_resource_change, call_function, close_ephemeral_resource, configure_provider,
    configure_state_store, delete_state, generate_resource_config, get_functions, get_metadata,
    get_provider_schema, get_resource_identity_schemas, get_states, import_resource_state,
    invoke_action, list_resource, lock_state, move_resource_state, open_ephemeral_resource,
    plan_action, plan_resource_change, read_data_source, read_resource, read_state_bytes,
    renew_ephemeral_resource, schema, stop_provider, unlock_state, upgrade_resource_identity,
    upgrade_resource_state, validate_action_config, validate_data_resource_config,
    validate_ephemeral_resource_config, validate_list_resource_config, validate_provider_config,
    validate_resource_config, validate_state_store, write_state_bytes,
};
use tokio::sync::watch;
use tonic::{Request, Response, Status, Streaming};

/// See the module.
pub(crate) struct FixtureProvider {
    /// How many operations are waiting, and whether they are to stop.
    pub(crate) progress: watch::Sender<Progress>,
}

/// What the provider is doing.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Progress {
    /// Operations that have begun to wait.
    pub(crate) waiting: usize,
    /// Whether the provider was told to stop.
    pub(crate) is_stopped: bool,
}

impl Default for FixtureProvider {
    fn default() -> Self {
        Self {
            progress: watch::Sender::new(Progress::default()),
        }
    }
}

type Never<T> = tokio_stream::Empty<Result<T, Status>>;

/// An implementation of [`Provider`] from written methods and a list of unimplemented ones.
macro_rules! provider {
    (
        impl $type:ident { $($written:tt)* }
        unimplemented { $($method:ident($request:ty) -> $response:ty;)* }
    ) => {
        #[tonic::async_trait]
        impl Provider for $type {
            $($written)*
            $(
                async fn $method(
                    &self,
                    _: Request<$request>,
                ) -> Result<Response<$response>, Status> {
                    Err(Status::unimplemented(stringify!($method)))
                }
            )*
        }
    };
}

provider! {
    impl FixtureProvider {
        type ListResourceStream = Never<list_resource::Event>;
        type ReadStateBytesStream = Never<read_state_bytes::Response>;
        type InvokeActionStream = Never<invoke_action::Event>;

        async fn get_provider_schema(
            &self,
            _: Request<get_provider_schema::Request>,
        ) -> Result<Response<get_provider_schema::Response>, Status> {
            Ok(Response::new(get_provider_schema::Response {
                provider: Some(Schema {
                    block: Some(schema::Block::default()),
                    ..Schema::default()
                }),
                ..get_provider_schema::Response::default()
            }))
        }

        async fn read_resource(
            &self,
            request: Request<read_resource::Request>,
        ) -> Result<Response<read_resource::Response>, Status> {
            Ok(Response::new(read_resource::Response {
                new_state: request.into_inner().current_state,
                ..read_resource::Response::default()
            }))
        }

        async fn apply_resource_change(
            &self,
            request: Request<apply_resource_change::Request>,
        ) -> Result<Response<apply_resource_change::Response>, Status> {
            let mut progress = self.progress.subscribe();
            self.progress.send_modify(|progress| progress.waiting += 1);
            let _ = progress.wait_for(|progress| progress.is_stopped).await;
            Ok(Response::new(apply_resource_change::Response {
                new_state: request.into_inner().planned_state,
                ..apply_resource_change::Response::default()
            }))
        }

        #[expect(clippy::panic, reason = "to see what a panic does")]
        async fn move_resource_state(
            &self,
            _: Request<move_resource_state::Request>,
        ) -> Result<Response<move_resource_state::Response>, Status> {
            panic!("the fixture's panic")
        }

        async fn stop_provider(
            &self,
            _: Request<stop_provider::Request>,
        ) -> Result<Response<stop_provider::Response>, Status> {
            self.progress.send_modify(|progress| progress.is_stopped = true);
            Ok(Response::new(stop_provider::Response::default()))
        }
    }
    unimplemented {
        get_metadata(get_metadata::Request) -> get_metadata::Response;
        validate_provider_config(validate_provider_config::Request) -> validate_provider_config::Response;
        validate_resource_config(validate_resource_config::Request) -> validate_resource_config::Response;
        validate_data_resource_config(validate_data_resource_config::Request) -> validate_data_resource_config::Response;
        upgrade_resource_state(upgrade_resource_state::Request) -> upgrade_resource_state::Response;
        get_resource_identity_schemas(get_resource_identity_schemas::Request) -> get_resource_identity_schemas::Response;
        upgrade_resource_identity(upgrade_resource_identity::Request) -> upgrade_resource_identity::Response;
        configure_provider(configure_provider::Request) -> configure_provider::Response;
        plan_resource_change(plan_resource_change::Request) -> plan_resource_change::Response;
        import_resource_state(import_resource_state::Request) -> import_resource_state::Response;
        read_data_source(read_data_source::Request) -> read_data_source::Response;
        generate_resource_config(generate_resource_config::Request) -> generate_resource_config::Response;
        validate_ephemeral_resource_config(validate_ephemeral_resource_config::Request) -> validate_ephemeral_resource_config::Response;
        open_ephemeral_resource(open_ephemeral_resource::Request) -> open_ephemeral_resource::Response;
        renew_ephemeral_resource(renew_ephemeral_resource::Request) -> renew_ephemeral_resource::Response;
        close_ephemeral_resource(close_ephemeral_resource::Request) -> close_ephemeral_resource::Response;
        list_resource(list_resource::Request) -> Self::ListResourceStream;
        validate_list_resource_config(validate_list_resource_config::Request) -> validate_list_resource_config::Response;
        get_functions(get_functions::Request) -> get_functions::Response;
        call_function(call_function::Request) -> call_function::Response;
        validate_state_store_config(validate_state_store::Request) -> validate_state_store::Response;
        configure_state_store(configure_state_store::Request) -> configure_state_store::Response;
        read_state_bytes(read_state_bytes::Request) -> Self::ReadStateBytesStream;
        write_state_bytes(Streaming<write_state_bytes::RequestChunk>) -> write_state_bytes::Response;
        lock_state(lock_state::Request) -> lock_state::Response;
        unlock_state(unlock_state::Request) -> unlock_state::Response;
        get_states(get_states::Request) -> get_states::Response;
        delete_state(delete_state::Request) -> delete_state::Response;
        plan_action(plan_action::Request) -> plan_action::Response;
        invoke_action(invoke_action::Request) -> Self::InvokeActionStream;
        validate_action_config(validate_action_config::Request) -> validate_action_config::Response;
    }
}
