//! The provider service: one file per call, which finds the object and its schema, converts the
//! request, asks the framework, and converts the answer. Decides nothing itself.
//!
//! Whatever goes wrong with a request becomes a diagnostic in the reply that the call has for it. A
//! gRPC error would tell the user nothing.

mod apply_resource_change;
mod call;
mod call_function;
mod close_ephemeral_resource;
mod configure_provider;
mod convert;
mod generate_resource_config;
mod get_functions;
mod get_metadata;
mod get_provider_schema;
mod get_resource_identity_schemas;
mod import_resource_state;
mod invoke_action;
mod list_resource;
mod move_resource_state;
mod open_ephemeral_resource;
mod plan_action;
mod plan_resource_change;
mod read_data_source;
mod read_resource;
mod renew_ephemeral_resource;
mod state_store;
mod stop_provider;
mod upgrade_resource_identity;
mod upgrade_resource_state;
mod validate_action_config;
mod validate_data_resource_config;
mod validate_ephemeral_resource_config;
mod validate_list_resource_config;
mod validate_provider_config;
mod validate_resource_config;
mod wind_down;

use std::sync::{Arc, OnceLock};

use self::call::EventStream;
use super::wire::proto::tfplugin6::{self, provider_server};
use crate::framework::provider::Provider;
use crate::framework::server::Server;

/// A provider as a gRPC service.
pub struct ProviderService<P: Provider> {
    shared: Arc<Shared<P>>,
}

/// What all calls share.
struct Shared<P: Provider> {
    server: Server<P>,
    /// The schemas never change, and a process in debug mode is asked for them by every run.
    provider_schema: OnceLock<tfplugin6::get_provider_schema::Response>,
}

impl<P: Provider> ProviderService<P> {
    /// The service of `server`.
    #[must_use]
    pub fn new(server: Server<P>) -> Self {
        Self {
            shared: Arc::new(Shared {
                server,
                provider_schema: OnceLock::new(),
            }),
        }
    }
}

impl<P: Provider> std::fmt::Debug for ProviderService<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ProviderService").finish_non_exhaustive()
    }
}

/// Implements the service: every listed call goes to its file through [`call::unary`] or
/// [`call::stream`], by the module of its messages.
macro_rules! service {
    (
        unary { $($unary:ident($messages:ident)),* $(,)? }
        stream { $($stream:ident($event_messages:ident) as $type:ident of $event:ident),* $(,)? }
    ) => {
        #[tonic::async_trait]
        impl<P: Provider> provider_server::Provider for ProviderService<P> {
            $(
                async fn $unary(
                    &self,
                    request: tonic::Request<tfplugin6::$messages::Request>,
                ) -> Result<tonic::Response<tfplugin6::$messages::Response>, tonic::Status> {
                    let reply = call::unary(&self.shared, request.into_inner()).await;
                    Ok(tonic::Response::new(reply))
                }
            )*

            $(
                type $type = EventStream<tfplugin6::$event_messages::$event>;

                async fn $stream(
                    &self,
                    request: tonic::Request<tfplugin6::$event_messages::Request>,
                ) -> Result<tonic::Response<Self::$type>, tonic::Status> {
                    let events = call::stream(&self.shared, request.into_inner());
                    Ok(tonic::Response::new(events))
                }
            )*

            async fn write_state_bytes(
                &self,
                request: tonic::Request<
                    tonic::Streaming<tfplugin6::write_state_bytes::RequestChunk>,
                >,
            ) -> Result<tonic::Response<tfplugin6::write_state_bytes::Response>, tonic::Status> {
                let reply = state_store::write(request.into_inner()).await;
                Ok(tonic::Response::new(reply))
            }
        }
    };
}

service! {
    unary {
        get_metadata(get_metadata),
        get_provider_schema(get_provider_schema),
        get_resource_identity_schemas(get_resource_identity_schemas),
        get_functions(get_functions),
        validate_provider_config(validate_provider_config),
        configure_provider(configure_provider),
        stop_provider(stop_provider),
        validate_resource_config(validate_resource_config),
        upgrade_resource_state(upgrade_resource_state),
        upgrade_resource_identity(upgrade_resource_identity),
        read_resource(read_resource),
        plan_resource_change(plan_resource_change),
        apply_resource_change(apply_resource_change),
        import_resource_state(import_resource_state),
        move_resource_state(move_resource_state),
        generate_resource_config(generate_resource_config),
        validate_data_resource_config(validate_data_resource_config),
        read_data_source(read_data_source),
        validate_ephemeral_resource_config(validate_ephemeral_resource_config),
        open_ephemeral_resource(open_ephemeral_resource),
        renew_ephemeral_resource(renew_ephemeral_resource),
        close_ephemeral_resource(close_ephemeral_resource),
        validate_list_resource_config(validate_list_resource_config),
        call_function(call_function),
        validate_action_config(validate_action_config),
        plan_action(plan_action),
        validate_state_store_config(validate_state_store),
        configure_state_store(configure_state_store),
        lock_state(lock_state),
        unlock_state(unlock_state),
        get_states(get_states),
        delete_state(delete_state),
    }
    stream {
        list_resource(list_resource) as ListResourceStream of Event,
        invoke_action(invoke_action) as InvokeActionStream of Event,
        read_state_bytes(read_state_bytes) as ReadStateBytesStream of Response,
    }
}
