//! Short texts with a grammar of their own: identifiers, addresses, ranges, headers.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use jiff::Timestamp;
use terraform_provider_camunda::api::fuzzing;
use terraform_provider_camunda::api::ip_ranges::{self, IpRange};
use terraform_provider_camunda::clock::Clock;
use terraform_provider_camunda::framework::server::{Kind, Server};
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::provider::Camunda;
use terraform_provider_camunda::provider::address::ClusterAddress;
use terraform_provider_camunda::provider::import_id::{self, Part};

use super::calls;
use super::cursor::Cursor;
use super::values;

/// The longest wait that is taken from a header: a day.
const LONGEST_WAIT: u64 = 86_400;

/// The time at which everything here happens.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::constant(1_790_000_000, 0)
}

fn server() -> &'static Server<Camunda> {
    static SERVER: OnceLock<Server<Camunda>> = OnceLock::new();
    SERVER.get_or_init(|| Server::new(values::provider(), Clock::system()))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A length, `Retry-After` of that length, and `Date`.
///
/// # Panics
/// The wait is too long.
pub fn retry_after(data: &[u8]) {
    let mut cursor = Cursor::new(data);
    let value = cursor.part();
    let date = cursor.rest();
    let date = (!date.is_empty()).then_some(date);
    if let Some(wait) = fuzzing::retry_after(value, date, now()) {
        assert!(wait.as_secs() <= LONGEST_WAIT, "{wait:?}");
    }
}

/// First byte: the type of the object. The rest: its import id.
///
/// # Panics
/// An identifier comes out that did not go in.
pub fn import_id(data: &[u8]) {
    const PART: Part = Part {
        attribute: "name",
        example: "PAYMENT_API_KEY",
        found: "It is somewhere.",
    };
    let mut cursor = Cursor::new(data);
    let types = server().type_names(Kind::Resource);
    let type_name = *cursor.choice(&types).expect("there are resources");
    let id = text(cursor.rest());
    if let Ok((cluster, rest)) = import_id::in_cluster(type_name, &id, PART) {
        assert_eq!(format!("{cluster}/{rest}"), id);
        assert!(import_id::is_uuid(&cluster));
    }
    if let Ok(cluster) = import_id::cluster(type_name, &id) {
        assert_eq!(cluster, id);
    }
    calls::import(type_name, &id);
}

/// An address.
///
/// # Panics
/// A cluster comes out of it that is none.
pub fn cluster_url(data: &[u8]) {
    let address = text(data);
    if let Ok(found) = ClusterAddress::parse(&address) {
        assert!(import_id::is_uuid(&found.cluster_id), "{found:?}");
        let organization = found.organization_id.as_deref();
        assert!(organization.is_none_or(import_id::is_uuid), "{found:?}");
        assert!(
            address.to_ascii_lowercase().contains(&found.cluster_id),
            "{found:?}"
        );
    }
    call_function("parse_cluster_url", &[Value::from(address.as_str())]);
}

/// Ranges, separated by commas.
///
/// # Panics
/// What a range is written as is another one.
pub fn cidr_set(data: &[u8]) {
    let list = text(data);
    for part in ip_ranges::parts(&list) {
        if let Ok(range) = IpRange::parse(part) {
            assert_eq!(IpRange::parse(&range.to_string()).as_ref(), Ok(&range));
        }
    }
    let ranges = IpRange::list(&list);
    let written: Vec<String> = ranges.iter().map(ToString::to_string).collect();
    assert_eq!(IpRange::list(&written.join(",")), ranges);
    let texts: BTreeSet<Value> = list.split(',').map(Value::from).collect();
    call_function("normalize_cidrs", &[Value::set(texts)]);
    let texts = list.split(',').map(Value::from).collect();
    call_function("normalize_cidrs", &[Value::List(texts)]);
}

fn call_function(name: &str, arguments: &[Value]) {
    let _ = server().call_function(name, arguments);
}
