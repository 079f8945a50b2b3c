//! Inputs that make sense, made anew from the schemas each time: what a core and the service would
//! send. From here mutations reach places that random bytes never do.

use bytes::Bytes;
use prost::Message;
use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::framework::number::Number;
use terraform_provider_camunda::framework::server::{Kind, Server};
use terraform_provider_camunda::framework::types::Type;
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::{
    self, DynamicValue, RawState, ResourceIdentityData,
};
use terraform_provider_camunda::plugin::wire::{dynamic_value, msgpack as wire_msgpack};

use super::answers::OPERATIONS;
use super::calls::CALLS;
use super::values::{self, KINDS};

const CLUSTER: &str = "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11";

/// A value of a type: everything known, everything null, or everything unknown.
#[derive(Clone, Copy)]
enum Filling {
    Known,
    Null,
    Unknown,
}

fn sample(ty: &Type, filling: Filling) -> Value {
    match (ty, filling) {
        (Type::Object(members), _) => Value::object(
            members
                .iter()
                .map(|(name, member)| (name.clone(), leaf(name, member, filling))),
        ),
        _ => leaf("", ty, filling),
    }
}

fn leaf(name: &str, ty: &Type, filling: Filling) -> Value {
    match filling {
        Filling::Null => return Value::Null,
        Filling::Unknown => return Value::UNKNOWN,
        Filling::Known => {}
    }
    let known = |ty: &Type| leaf(name, ty, filling);
    match ty {
        Type::String | Type::Dynamic if name.contains("email") => "a@example.com".into(),
        Type::String if name.contains("id") => CLUSTER.into(),
        Type::String => "a name".into(),
        Type::Number => Value::Number(Number::from(3)),
        Type::Bool => true.into(),
        Type::Dynamic => Value::Null,
        Type::List(element) => Value::List(vec![known(element)]),
        Type::Set(element) => Value::set([known(element)]),
        Type::Map(element) => Value::Map([("key".to_owned(), known(element))].into()),
        Type::Tuple(elements) => Value::List(elements.iter().map(known).collect()),
        Type::Object(_) => sample(ty, filling),
    }
}

const FILLINGS: [Filling; 3] = [Filling::Known, Filling::Null, Filling::Unknown];

fn number(place: usize) -> u8 {
    u8::try_from(place).expect("there are fewer than 256 variants")
}

/// The place of `name` in `names`, then the rest.
fn chosen(names: &[&str], name: &str, rest: impl IntoIterator<Item = u8>) -> Vec<u8> {
    let place = names.iter().position(|known| *known == name);
    let mut input = vec![number(place.expect("the name is one of them"))];
    input.extend(rest);
    input
}

/// A part with its length before it.
fn part(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).expect("seeds are short");
    let mut part = length.to_be_bytes().to_vec();
    part.extend(bytes);
    part
}

/// Every type, known, null and unknown.
pub(super) fn msgpack() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (place, ty) in values::types().iter().enumerate() {
        for filling in FILLINGS {
            let mut seed = vec![number(place)];
            let value = sample(ty, filling);
            seed.extend(wire_msgpack::encode(&value, ty).expect("a sample is of its type"));
            seeds.push(seed);
        }
    }
    // A type that comes with its value, and an unknown value with everything that is known of it.
    seeds.push(b"\x00\x92\xc4\x12[\"list\",\"dynamic\"]\x91\x92\xc4\x08\"string\"\xa1a".to_vec());
    seeds.push(b"\x01\xc7\x07\x0c\x82\x01\xc2\x02\xa2n-".to_vec());
    seeds.push(b"\x02\xc7\x0a\x0c\x83\x01\xc2\x03\x92\x01\xc3\x04\x92\x09\xc2".to_vec());
    seeds
}

/// The members of every object, as states are stored.
pub(super) fn json() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (place, ty) in values::types().iter().enumerate() {
        for (mode, text) in [(0, stored(ty)), (1, stored(ty)), (1, "{}".to_owned())] {
            let mut seed = vec![number(place), mode];
            seed.extend(text.into_bytes());
            seeds.push(seed);
        }
    }
    seeds.push(b"\x00\x00{\"type\":[\"set\",\"number\"],\"value\":[1e999,-0.1]}".to_vec());
    seeds
}

/// A value of the type as JSON.
fn stored(ty: &Type) -> String {
    fn text(name: &str, ty: &Type) -> String {
        match ty {
            Type::String if name.contains("id") => format!("{CLUSTER:?}"),
            Type::String => "\"a name\"".to_owned(),
            Type::Number => "1.5".to_owned(),
            Type::Bool => "true".to_owned(),
            Type::Dynamic => r#"{"type":"string","value":"a"}"#.to_owned(),
            Type::List(element) | Type::Set(element) => format!("[{}]", text(name, element)),
            Type::Map(element) => format!("{{\"key\":{}}}", text(name, element)),
            Type::Tuple(elements) => {
                let elements: Vec<String> = elements.iter().map(|ty| text(name, ty)).collect();
                format!("[{}]", elements.join(","))
            }
            Type::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, ty)| format!("{name:?}:{}", text(name, ty)))
                    .collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }
    text("", ty)
}

/// Messages as cores send them, of each call for each object that it is for.
pub(super) fn rpc() -> Vec<Vec<u8>> {
    let server = Server::new(values::provider(), Clock::system());
    let mut seeds: Vec<Vec<u8>> = (0..CALLS.len()).map(|call| vec![number(call)]).collect();
    let mut add = |call: &str, message: Vec<u8>| seeds.push(chosen(CALLS, call, message));
    let block = &values::types()[values::PROVIDER];
    for filling in FILLINGS {
        let config = value(block, filling);
        add(
            "validate_provider_config",
            encoded(tfplugin6::validate_provider_config::Request {
                config: config.clone(),
            }),
        );
        add(
            "configure_provider",
            encoded(tfplugin6::configure_provider::Request {
                config,
                terraform_version: "1.14.9".to_owned(),
                ..Default::default()
            }),
        );
    }
    for kind in KINDS {
        for name in server.type_names(kind) {
            let ty = server
                .schema(kind, name)
                .expect("it is listed")
                .object_type();
            for filling in FILLINGS {
                let (name, value) = (name.to_owned(), value(&ty, filling));
                match kind {
                    Kind::Resource => resource(&mut add, &server, &name, &ty, filling),
                    Kind::DataSource => {
                        add(
                            "validate_data_resource_config",
                            encoded(tfplugin6::validate_data_resource_config::Request {
                                type_name: name.clone(),
                                config: value.clone(),
                            }),
                        );
                        add(
                            "read_data_source",
                            encoded(tfplugin6::read_data_source::Request {
                                type_name: name,
                                config: value,
                                ..Default::default()
                            }),
                        );
                    }
                    Kind::EphemeralResource => {
                        add(
                            "validate_ephemeral_resource_config",
                            encoded(tfplugin6::validate_ephemeral_resource_config::Request {
                                type_name: name.clone(),
                                config: value.clone(),
                            }),
                        );
                        add(
                            "open_ephemeral_resource",
                            encoded(tfplugin6::open_ephemeral_resource::Request {
                                type_name: name,
                                config: value,
                                ..Default::default()
                            }),
                        );
                    }
                    Kind::ListResource => {
                        add(
                            "validate_list_resource_config",
                            encoded(tfplugin6::validate_list_resource_config::Request {
                                type_name: name.clone(),
                                config: value.clone(),
                                ..Default::default()
                            }),
                        );
                        add(
                            "list_resource",
                            encoded(tfplugin6::list_resource::Request {
                                type_name: name,
                                config: value,
                                include_resource_object: true,
                                limit: 10,
                            }),
                        );
                    }
                    Kind::Action => {
                        add(
                            "validate_action_config",
                            encoded(tfplugin6::validate_action_config::Request {
                                type_name: name.clone(),
                                config: value.clone(),
                            }),
                        );
                        add(
                            "plan_action",
                            encoded(tfplugin6::plan_action::Request {
                                action_type: name.clone(),
                                config: value.clone(),
                                ..Default::default()
                            }),
                        );
                        add(
                            "invoke_action",
                            encoded(tfplugin6::invoke_action::Request {
                                action_type: name,
                                config: value,
                                ..Default::default()
                            }),
                        );
                    }
                }
            }
        }
    }
    for (name, function) in server.functions() {
        let signature = function.signature();
        for filling in FILLINGS {
            let arguments = signature.parameters.iter();
            add(
                "call_function",
                encoded(tfplugin6::call_function::Request {
                    name: (*name).to_owned(),
                    arguments: arguments
                        .filter_map(|parameter| value(&parameter.ty, filling))
                        .collect(),
                }),
            );
        }
    }
    seeds
}

fn resource(
    add: &mut impl FnMut(&str, Vec<u8>),
    server: &Server<terraform_provider_camunda::provider::Camunda>,
    name: &str,
    ty: &Type,
    filling: Filling,
) {
    let name = || name.to_owned();
    let full = value(ty, filling);
    let identity = server
        .identity_schema(&name())
        .expect("every resource has one");
    let identity = value(&identity.object_type(), filling).map(|data| ResourceIdentityData {
        identity_data: Some(data),
    });
    let raw = Some(RawState {
        json: Bytes::from(stored(ty)),
        ..RawState::default()
    });
    add(
        "validate_resource_config",
        encoded(tfplugin6::validate_resource_config::Request {
            type_name: name(),
            config: full.clone(),
            ..Default::default()
        }),
    );
    add(
        "upgrade_resource_state",
        encoded(tfplugin6::upgrade_resource_state::Request {
            type_name: name(),
            version: 0,
            raw_state: raw.clone(),
        }),
    );
    add(
        "read_resource",
        encoded(tfplugin6::read_resource::Request {
            type_name: name(),
            current_state: full.clone(),
            current_identity: identity.clone(),
            ..Default::default()
        }),
    );
    // A creation, a change and an end.
    let null = value(ty, Filling::Null).and(Some(DynamicValue {
        msgpack: Bytes::from_static(b"\xc0"),
        json: Bytes::new(),
    }));
    for (prior, next) in [(&null, &full), (&full, &full), (&full, &null)] {
        add(
            "plan_resource_change",
            encoded(tfplugin6::plan_resource_change::Request {
                type_name: name(),
                prior_state: prior.clone(),
                proposed_new_state: next.clone(),
                config: next.clone(),
                prior_identity: identity.clone(),
                ..Default::default()
            }),
        );
        add(
            "apply_resource_change",
            encoded(tfplugin6::apply_resource_change::Request {
                type_name: name(),
                prior_state: prior.clone(),
                planned_state: next.clone(),
                config: next.clone(),
                planned_identity: identity.clone(),
                ..Default::default()
            }),
        );
    }
    add(
        "import_resource_state",
        encoded(tfplugin6::import_resource_state::Request {
            type_name: name(),
            id: format!("{CLUSTER}/a name"),
            ..Default::default()
        }),
    );
    add(
        "import_resource_state",
        encoded(tfplugin6::import_resource_state::Request {
            type_name: name(),
            identity,
            ..Default::default()
        }),
    );
    add(
        "move_resource_state",
        encoded(tfplugin6::move_resource_state::Request {
            source_provider_address: "registry.terraform.io/multani/camunda".to_owned(),
            source_type_name: name(),
            target_type_name: name(),
            source_state: raw,
            ..Default::default()
        }),
    );
    add(
        "generate_resource_config",
        encoded(tfplugin6::generate_resource_config::Request {
            type_name: name(),
            state: full,
        }),
    );
}

fn encoded(message: impl Message) -> Vec<u8> {
    message.encode_to_vec()
}

fn value(ty: &Type, filling: Filling) -> Option<DynamicValue> {
    Some(dynamic_value::encode(&sample(ty, filling), ty).expect("a sample is of its type"))
}

/// Every operation with answers of its kind, with a wait, with a page, and with a token before it.
pub(super) fn api_answers() -> Vec<Vec<u8>> {
    const ANSWERS: [&[u8]; 9] = [
        b"",
        b"[]",
        br#"[{"uuid":"6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11","name":"name","email":"a@example.com","id":"1","clientId":"name","username":"name"}]"#,
        br#"{"uuid":"6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11","name":"name","created":"2026-01-01T00:00:00Z","generation":{"uuid":"g","name":"Camunda 8.9"},"channel":{"uuid":"c","name":"Stable"},"region":{"uuid":"r","name":"Belgium"},"planType":{"uuid":"p","name":"G3"},"status":{"ready":"Healthy","zeebeStatus":"Healthy"},"links":{"zeebe":"https://bru-2.zeebe.camunda.io/x"},"ipallowlist":[{"ip":"10.0.0.0/8","description":"name"}],"ownerId":"o"}"#,
        br#"{"clientId":"6f0f","clientSecret":"s","name":"name","uuid":"u","id":"1","username":"name","password":"p","monitoring":{"status":"ACTIVE"},"clients":[]}"#,
        br#"{"channels":[{"uuid":"c","name":"Stable","defaultGeneration":{"uuid":"g","name":"n"},"allowedGenerations":[]}],"clusterPlanTypes":[],"regions":[]}"#,
        br#"{"message":"Validation failed","details":{"name":"\u001b[2Jtoo long","secret":"secret-4711-of-the-fuzzer"}}"#,
        b"<html><title>502 Bad Gateway</title></html>",
        br#"{"NAME":"value","cron":"0 0 * * *","isEnabled":true}"#,
    ];
    let mut seeds = Vec::new();
    for (place, _) in OPERATIONS.iter().enumerate() {
        for body in ANSWERS {
            let mut seed = vec![number(place), 0];
            for _ in 0..3 {
                seed.extend([0, 0]);
                seed.extend(part(body));
            }
            seeds.push(seed);
        }
        let mut late = vec![number(place), 1, 0, 0];
        late.extend(part(
            br#"{"access_token":"a.eyJleHAiOjE3OTAwMDM2MDB9.b","expires_in":"60"}"#,
        ));
        // 429 with a wait, 503 with a number, and a success that breaks off.
        late.extend([19, 1]);
        late.extend(part(b"2"));
        late.extend(part(ANSWERS[6]));
        late.extend([22, 4]);
        late.extend(part(b"request-1"));
        late.extend(part(ANSWERS[7]));
        late.extend([0, 128]);
        late.extend(part(ANSWERS[2]));
        seeds.push(late);
    }
    seeds
}

/// A token, a refusal, and a pause.
pub(super) fn token_file() -> Vec<Vec<u8>> {
    let token = br#"{"format":1,"of":"token-00","token":{"value":"t","issued_at":"2026-09-21T13:00:00Z","expires_at":"2026-09-22T13:00:00Z","replaced_at":null},"refusal":null,"sum":"00"}"#;
    let refusal = br#"{"format":1,"of":"token-00","token":null,"refusal":{"at":"2026-09-21T13:00:00Z","kind":"credentials","status":401,"message":"no","request_id":"r","notes":["n"]},"sum":"00"}"#;
    let pace = br#"{"written_at":"2026-09-21T13:33:19Z","free_at":"2026-09-21T13:33:21Z","paused_until":"2026-09-21T13:40:00Z","refused":3}"#;
    [
        (0, &token[..]),
        (1, token),
        (0, refusal),
        (1, refusal),
        (2, pace),
    ]
    .map(|(variant, text)| [&[variant], text].concat())
    .into()
}

/// Notes with and without an identifier.
pub(super) fn journal() -> Vec<Vec<u8>> {
    [
        r#"{"subject":"subject","began_at":"2026-09-21T13:00:00Z","known":["a"],"id":null,"name":"n"}"#,
        r#"{"subject":"subject","began_at":"2026-09-21T13:00:00Z","known":[],"id":"id"}"#,
        r#"{"subject":"subject","began_at":"2020-01-01T00:00:00Z","known":[],"id":"other"}"#,
    ]
    .map(|text| text.as_bytes().to_vec())
    .into()
}

/// Seconds and dates of all three forms.
pub(super) fn retry_after() -> Vec<Vec<u8>> {
    [
        ("120", ""),
        ("99999999999999999999", ""),
        ("Mon, 21 Sep 2026 13:34:00 GMT", ""),
        (
            "Monday, 21-Sep-26 13:34:00 GMT",
            "Mon, 21 Sep 2026 13:33:00 GMT",
        ),
        ("Mon Sep 21 13:34:00 2026", "garbage"),
    ]
    .map(|(value, date)| [part(value.as_bytes()), date.as_bytes().to_vec()].concat())
    .into()
}

/// The forms that some object has.
pub(super) fn import_id() -> Vec<Vec<u8>> {
    let server = Server::new(values::provider(), Clock::system());
    let ids = [
        CLUSTER.to_owned(),
        format!("{CLUSTER}/PAYMENT_API_KEY"),
        format!("{CLUSTER}/{CLUSTER}"),
        format!("{CLUSTER}/a/../b"),
        "a@example.com".to_owned(),
        String::new(),
    ];
    let types = server.type_names(Kind::Resource);
    let seed = |place, id: &String| [&[number(place)], id.as_bytes()].concat();
    (0..types.len())
        .flat_map(|place| ids.iter().map(move |id| seed(place, id)))
        .collect()
}

/// The forms of addresses.
pub(super) fn cluster_url() -> Vec<Vec<u8>> {
    [
        format!("https://bru-2.operate.camunda.io/{CLUSTER}"),
        format!("{CLUSTER}.bru-2.zeebe.camunda.io:443"),
        format!("grpcs://{CLUSTER}.bru-2.zeebe.camunda.io"),
        format!("https://console.cloud.camunda.io/org/{CLUSTER}/cluster/{CLUSTER}/overview?x#y"),
        format!("https://user@bru-2.zeebe.camunda.io/{CLUSTER}"),
    ]
    .map(String::into_bytes)
    .into()
}

/// Lists of addresses and blocks.
pub(super) fn cidr_set() -> Vec<Vec<u8>> {
    [
        "10.0.0.1",
        "10.0.0.5/24, 10.0.0.0/8,0.0.0.0/0",
        "255.255.255.255/32,2001:db8::/32,office",
        "10.0.0.1/33,10.0.0.1/,/8,,",
    ]
    .map(|text| text.as_bytes().to_vec())
    .into()
}
