//! Values as cores send them, in both encodings, against every type that a schema of the provider has
//! and a few that none has yet.

use std::sync::OnceLock;

use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::framework::server::{Kind, Server};
use terraform_provider_camunda::framework::types::Type;
use terraform_provider_camunda::plugin::wire::{json as wire_json, msgpack as wire_msgpack};
use terraform_provider_camunda::provider::{Camunda, Environment, environment};

use super::cursor::Cursor;

/// All kinds of objects with a schema.
pub const KINDS: [Kind; 5] = [
    Kind::Resource,
    Kind::DataSource,
    Kind::EphemeralResource,
    Kind::ListResource,
    Kind::Action,
];

/// The place of the provider block's type among the types.
pub const PROVIDER: usize = 8;

/// A provider that reads no environment and keeps no files. What it could ask without credentials
/// goes to a port of this machine at which nobody listens.
#[must_use]
pub fn provider() -> Camunda {
    let environment = Environment::with([
        (environment::API_URL, "http://127.0.0.1:1".to_owned()),
        (environment::TOKEN_DISK_CACHE_DISABLE, "1".to_owned()),
    ]);
    Camunda::new(environment, Clock::system(), || {})
}

/// The types of the provider's objects, and others.
pub fn types() -> &'static [Type] {
    static TYPES: OnceLock<Vec<Type>> = OnceLock::new();
    TYPES.get_or_init(|| {
        let server = Server::new(provider(), Clock::system());
        let mut types = vec![
            Type::Dynamic,
            Type::String,
            Type::Number,
            Type::Bool,
            Type::list(Type::Dynamic),
            Type::set(Type::object([("a", Type::Number), ("b", Type::String)])),
            Type::map(Type::list(Type::Bool)),
            Type::Tuple(vec![Type::String, Type::set(Type::Number)]),
            server.provider_schema().object_type(),
        ];
        for kind in KINDS {
            for name in server.type_names(kind) {
                let schema = server.schema(kind, name);
                types.push(schema.expect("a listed type has a schema").object_type());
            }
        }
        types
    })
}

/// First byte: the type. What can be read can be written, and is then read as the same.
///
/// # Panics
/// It is not.
pub fn msgpack(data: &[u8]) {
    let mut cursor = Cursor::new(data);
    let Some(ty) = cursor.choice(types()) else {
        return;
    };
    match wire_msgpack::decode(cursor.rest(), ty) {
        Ok(value) => {
            let bytes = wire_msgpack::encode(&value, ty).expect("what was read can be written");
            assert_eq!(wire_msgpack::decode(&bytes, ty).as_ref(), Ok(&value));
        }
        Err(error) => drop(error.to_string()),
    }
}

/// First byte: the type. Second byte: whether members may be missing or too many.
pub fn json(data: &[u8]) {
    let mut cursor = Cursor::new(data);
    let Some(ty) = cursor.choice(types()) else {
        return;
    };
    let modes = [wire_json::Mode::Strict, wire_json::Mode::Lenient];
    let mode = *cursor.choice(&modes).expect("there are modes");
    match wire_json::decode(cursor.rest(), ty, mode) {
        Ok(value) => {
            if let Ok(bytes) = wire_msgpack::encode(&value, ty) {
                assert_eq!(wire_msgpack::decode(&bytes, ty), Ok(value));
            }
        }
        Err(error) => drop(error.to_string()),
    }
}
