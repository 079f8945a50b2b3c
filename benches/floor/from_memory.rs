//! The floor of a plan: a provider that answers from memory, so that what is left is the time of
//! Terraform itself.
//!
//! Schemas are those of this provider, so that states and messages have the same size. Everything
//! else is what came in: nothing is decoded, checked or asked for. Right only for plans without
//! changes.

use std::process::ExitCode;

use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::framework::server::Server;
use terraform_provider_camunda::plugin::rpc::ProviderService;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::provider_server::Provider;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::{
    DynamicValue, RawState, ResourceIdentityData, apply_resource_change, call_function,
    close_ephemeral_resource, configure_provider, configure_state_store, delete_state,
    generate_resource_config, get_functions, get_metadata, get_provider_schema,
    get_resource_identity_schemas, get_states, import_resource_state, invoke_action, list_resource,
    lock_state, move_resource_state, open_ephemeral_resource, plan_action, plan_resource_change,
    read_data_source, read_resource, read_state_bytes, renew_ephemeral_resource, stop_provider,
    unlock_state, upgrade_resource_identity, upgrade_resource_state, validate_action_config,
    validate_data_resource_config, validate_ephemeral_resource_config,
    validate_list_resource_config, validate_provider_config, validate_resource_config,
    validate_state_store, write_state_bytes,
};
use terraform_provider_camunda::plugin::{self, Program, WindDown};
use terraform_provider_camunda::provider::{Camunda, Environment};
use tonic::{Request, Response, Status, Streaming};

type Schemas = ProviderService<Camunda>;

struct FromMemory(Schemas);

impl WindDown for FromMemory {
    async fn wind_down(&self) {}
}

fn main() -> ExitCode {
    let program = Program {
        name: "from-memory",
        source: "camunda-rs/camunda",
        version: env!("CARGO_PKG_VERSION"),
    };
    plugin::run(&program, std::env::args_os().skip(1), || {
        let camunda = Camunda::new(Environment::of_process(), Clock::system(), || {});
        FromMemory(ProviderService::new(Server::new(camunda, Clock::system())))
    })
}

/// What a state file holds, as core takes it back.
fn as_stored(state: Option<RawState>) -> Option<DynamicValue> {
    let json = state.map(|state| state.json).unwrap_or_default();
    Some(DynamicValue {
        json,
        ..DynamicValue::default()
    })
}

/// An implementation of [`Provider`]: written methods, methods that have nothing to say, and
/// methods that are left to the real provider.
macro_rules! provider {
    (
        written { $($written:tt)* }
        silent { $($silent:ident($silent_module:ident);)* }
        schemas { $($method:ident($request:ty) -> $response:ty;)* }
    ) => {
        #[tonic::async_trait]
        impl Provider for FromMemory {
            $($written)*
            $(
                async fn $silent(
                    &self,
                    _: Request<$silent_module::Request>,
                ) -> Result<Response<$silent_module::Response>, Status> {
                    Ok(Response::new($silent_module::Response::default()))
                }
            )*
            $(
                async fn $method(
                    &self,
                    request: Request<$request>,
                ) -> Result<Response<$response>, Status> {
                    self.0.$method(request).await
                }
            )*
        }
    };
}

provider! {
    written {
        type ListResourceStream = <Schemas as Provider>::ListResourceStream;
        type ReadStateBytesStream = <Schemas as Provider>::ReadStateBytesStream;
        type InvokeActionStream = <Schemas as Provider>::InvokeActionStream;

        async fn upgrade_resource_state(
            &self,
            request: Request<upgrade_resource_state::Request>,
        ) -> Result<Response<upgrade_resource_state::Response>, Status> {
            Ok(Response::new(upgrade_resource_state::Response {
                upgraded_state: as_stored(request.into_inner().raw_state),
                ..upgrade_resource_state::Response::default()
            }))
        }

        async fn upgrade_resource_identity(
            &self,
            request: Request<upgrade_resource_identity::Request>,
        ) -> Result<Response<upgrade_resource_identity::Response>, Status> {
            let identity_data = as_stored(request.into_inner().raw_identity);
            Ok(Response::new(upgrade_resource_identity::Response {
                upgraded_identity: Some(ResourceIdentityData { identity_data }),
                ..upgrade_resource_identity::Response::default()
            }))
        }

        async fn read_resource(
            &self,
            request: Request<read_resource::Request>,
        ) -> Result<Response<read_resource::Response>, Status> {
            let request = request.into_inner();
            Ok(Response::new(read_resource::Response {
                new_state: request.current_state,
                new_identity: request.current_identity,
                private: request.private,
                ..read_resource::Response::default()
            }))
        }

        async fn plan_resource_change(
            &self,
            request: Request<plan_resource_change::Request>,
        ) -> Result<Response<plan_resource_change::Response>, Status> {
            let request = request.into_inner();
            Ok(Response::new(plan_resource_change::Response {
                planned_state: request.prior_state,
                planned_identity: request.prior_identity,
                planned_private: request.prior_private,
                ..plan_resource_change::Response::default()
            }))
        }
    }
    silent {
        validate_resource_config(validate_resource_config);
        validate_provider_config(validate_provider_config);
        configure_provider(configure_provider);
        stop_provider(stop_provider);
    }
    schemas {
        get_provider_schema(get_provider_schema::Request) -> get_provider_schema::Response;
        get_metadata(get_metadata::Request) -> get_metadata::Response;
        get_resource_identity_schemas(get_resource_identity_schemas::Request) -> get_resource_identity_schemas::Response;
        apply_resource_change(apply_resource_change::Request) -> apply_resource_change::Response;
        move_resource_state(move_resource_state::Request) -> move_resource_state::Response;
        validate_data_resource_config(validate_data_resource_config::Request) -> validate_data_resource_config::Response;
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
