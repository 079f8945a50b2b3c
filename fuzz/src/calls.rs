//! Every call of the plugin protocol, with whatever bytes as its message.
//!
//! The provider is the real one, with a configuration that has no credentials: nothing here reaches a
//! network.

use std::cell::OnceCell;
use std::future::Future;

use bytes::Bytes;
use prost::Message;
use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::framework::server::Server;
use terraform_provider_camunda::framework::types::Type;
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::plugin::rpc::ProviderService;
use terraform_provider_camunda::plugin::wire::dynamic_value;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::provider_server::Provider as _;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::{self, DynamicValue};
use terraform_provider_camunda::provider::Camunda;
use tokio_stream::StreamExt as _;

use super::cursor::Cursor;
use super::values;

/// The service under test.
pub type Service = ProviderService<Camunda>;

/// More events than any stream has that ends.
const ENDLESS: usize = 10_000;

/// Runs `work` on a clock that jumps to whatever is waited for.
pub fn on_paused_time<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .expect("a runtime of one thread can be built")
        .block_on(work)
}

/// Does something with a service that is configured, the same one each time: schemas are made once.
fn with_service<T>(work: impl FnOnce(&Service) -> T) -> T {
    thread_local! {
        static SERVICE: OnceCell<Service> = const { OnceCell::new() };
    }
    SERVICE.with(|cell| {
        work(cell.get_or_init(|| {
            let service = unconfigured();
            let reply = on_paused_time(service.configure_provider(tonic::Request::new(
                tfplugin6::configure_provider::Request {
                    config: Some(nothing(&values::types()[values::PROVIDER])),
                    ..Default::default()
                },
            )));
            let diagnostics = reply.expect("never a gRPC error").into_inner().diagnostics;
            assert!(diagnostics.is_empty(), "{diagnostics:?}");
            service
        }))
    })
}

fn unconfigured() -> Service {
    ProviderService::new(Server::new(values::provider(), Clock::system()))
}

/// An object whose members are all null.
fn nothing(ty: &Type) -> DynamicValue {
    let Type::Object(members) = ty else {
        panic!("a schema's type is an object");
    };
    let object = Value::object(members.keys().map(|name| (name.clone(), Value::Null)));
    dynamic_value::encode(&object, ty).expect("null fits everywhere")
}

/// What was answered can be sent. That something has panicked on the way is seen where it happens, by
/// libFuzzer as by the test: words of the answer prove nothing, since an input may hold them.
fn check(reply: &impl Message) {
    drop(reply.encode_to_vec());
}

macro_rules! calls {
    (
        unary { $($unary:ident($messages:ident)),* $(,)? }
        stream { $($stream:ident($stream_messages:ident)),* $(,)? }
    ) => {
        /// The names of all calls, in the order of their numbers.
        pub const CALLS: &[&str] = &[$(stringify!($unary),)* $(stringify!($stream),)*];

        /// Makes the call of that name, if the message can be read.
        async fn call(service: &Service, name: &str, message: &[u8]) {
            match name {
                $(stringify!($unary) => {
                    if let Ok(request) = tfplugin6::$messages::Request::decode(message) {
                        let reply = service.$unary(tonic::Request::new(request)).await;
                        check(&reply.expect("never a gRPC error").into_inner());
                    }
                })*
                $(stringify!($stream) => {
                    if let Ok(request) = tfplugin6::$stream_messages::Request::decode(message) {
                        let reply = service.$stream(tonic::Request::new(request)).await;
                        let mut events = reply.expect("never a gRPC error").into_inner();
                        let mut count = 0;
                        while let Some(event) = events.next().await {
                            check(&event.expect("never a gRPC error"));
                            count += 1;
                            assert!(count < ENDLESS, "{name} does not end");
                        }
                    }
                })*
                other => panic!("{other} is no call"),
            }
        }
    };
}

// All but `WriteStateBytes`, whose request is a stream that only a transport can make.
calls! {
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
        list_resource(list_resource),
        invoke_action(invoke_action),
        read_state_bytes(read_state_bytes),
    }
}

/// First byte: the call. The rest: its message.
///
/// # Panics
/// The call is answered with a gRPC error.
pub fn rpc(data: &[u8]) {
    let mut cursor = Cursor::new(data);
    let name = *cursor.choice(CALLS).expect("there are calls");
    let message = cursor.rest();
    // What changes the service, or stops it, gets one of its own.
    if matches!(name, "configure_provider" | "stop_provider") {
        on_paused_time(call(&unconfigured(), name, message));
    } else {
        with_service(|service| on_paused_time(call(service, name, message)));
    }
}

/// Imports an object of the type by that import id.
pub(super) fn import(type_name: &str, id: &str) {
    let message = tfplugin6::import_resource_state::Request {
        type_name: type_name.to_owned(),
        id: id.to_owned(),
        ..Default::default()
    };
    let message = Bytes::from(message.encode_to_vec());
    with_service(|service| on_paused_time(call(service, "import_resource_state", &message)));
}
