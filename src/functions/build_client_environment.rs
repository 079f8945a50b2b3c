//! `build_client_environment`: the environment variables with which Camunda's own clients log in to a
//! cluster.
//!
//! The names are those of the file that the Console offers for download with a new API client.

use std::collections::BTreeMap;

use crate::framework::function::{Function, FunctionError, Parameter, Signature};
use crate::framework::types::Type;
use crate::framework::value::Value;
use crate::provider::address::ClusterAddress;

/// What the orchestration cluster's tokens are for.
const AUDIENCE: &str = "zeebe.camunda.io";

/// Components with an address of their own, and their variables.
const COMPONENTS: [(&str, &str); 3] = [
    ("CAMUNDA_OPERATE_BASE_URL", "operate"),
    ("CAMUNDA_OPTIMIZE_BASE_URL", "optimize"),
    ("CAMUNDA_TASKLIST_BASE_URL", "tasklist"),
];

/// The function.
#[derive(Debug)]
pub struct BuildClientEnvironment;

impl Function for BuildClientEnvironment {
    fn name(&self) -> &'static str {
        "build_client_environment"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Builds the environment variables for a client of a cluster".to_owned(),
            description: "Takes a `camunda_cluster_client`, resource or ephemeral resource, or any object \
                with the attributes `zeebe_address`, `zeebe_client_id`, `secret`, \
                `zeebe_authorization_server_url` and `scopes`, and returns a map of the variables that Camunda's clients read.\n\nThey are `ZEEBE_ADDRESS`, `ZEEBE_CLIENT_ID`, `ZEEBE_CLIENT_SECRET`, \
                `ZEEBE_AUTHORIZATION_SERVER_URL`, `ZEEBE_TOKEN_AUDIENCE`, `CAMUNDA_CLUSTER_ID`, \
                `CAMUNDA_CLUSTER_REGION`, `CAMUNDA_CREDENTIALS_SCOPES`, `CAMUNDA_OAUTH_URL`, \
                `CAMUNDA_OPERATE_BASE_URL`, `CAMUNDA_OPTIMIZE_BASE_URL` and \
                `CAMUNDA_TASKLIST_BASE_URL`.\n\nA variable whose value is not known to anybody, such as the \
                secret of an imported client, is left out. The result is as sensitive as the client is. \
                Null gives null; with any part of the client unknown the whole result is unknown."
                .to_owned(),
            parameters: vec![
                Parameter::new(
                    "client",
                    Type::object([
                        ("zeebe_address", Type::String),
                        ("zeebe_client_id", Type::String),
                        ("secret", Type::String),
                        ("zeebe_authorization_server_url", Type::String),
                        ("scopes", Type::set(Type::String)),
                    ]),
                    "The API client.",
                )
                .allow_null(),
            ],
            variadic: None,
            returns: Type::map(Type::String),
            deprecation: None,
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let Some(client) = arguments.first().filter(|client| !client.is_null()) else {
            return Ok(Value::Null);
        };
        let text = |name: &str| client.member(name).as_str().map(str::to_owned);
        let mut variables: BTreeMap<&str, Option<String>> = BTreeMap::from([
            ("ZEEBE_CLIENT_ID", text("zeebe_client_id")),
            ("ZEEBE_CLIENT_SECRET", text("secret")),
            (
                "ZEEBE_AUTHORIZATION_SERVER_URL",
                text("zeebe_authorization_server_url"),
            ),
            ("CAMUNDA_OAUTH_URL", text("zeebe_authorization_server_url")),
            ("ZEEBE_TOKEN_AUDIENCE", Some(AUDIENCE.to_owned())),
            ("ZEEBE_ADDRESS", text("zeebe_address")),
        ]);
        if let Value::Set(scopes) = client.member("scopes") {
            let scopes: Vec<&str> = scopes.iter().filter_map(Value::as_str).collect();
            variables.insert("CAMUNDA_CREDENTIALS_SCOPES", Some(scopes.join(",")));
        }
        if let Some(address) = text("zeebe_address") {
            let parts = ClusterAddress::parse(&address)
                .map_err(|wrong| FunctionError::argument(0, format!("zeebe_address: {wrong}")))?;
            if let Some(region) = &parts.region {
                let domain = domain(&address, region);
                for (variable, component) in COMPONENTS {
                    let url = format!("https://{region}.{component}.{domain}/{}", parts.cluster_id);
                    variables.insert(variable, Some(url));
                }
            }
            variables.insert("CAMUNDA_CLUSTER_REGION", parts.region);
            variables.insert("CAMUNDA_CLUSTER_ID", Some(parts.cluster_id));
        }
        Ok(Value::Map(
            variables
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?))))
                .collect(),
        ))
    }
}

/// The domain that all components of the cluster share: what follows region and component.
fn domain<'a>(address: &'a str, region: &str) -> &'a str {
    address
        .split_once(region)
        .and_then(|(_, rest)| rest.trim_start_matches('.').split_once('.'))
        .map_or("camunda.io", |(_, domain)| domain)
        .split([':', '/'])
        .next()
        .unwrap_or("camunda.io")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(secret: Value) -> Value {
        Value::object([
            (
                "zeebe_address",
                "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11.bru-2.zeebe.camunda.io:443".into(),
            ),
            ("zeebe_client_id", "Qm7x~".into()),
            ("secret", secret),
            (
                "zeebe_authorization_server_url",
                "https://login.cloud.camunda.io/oauth/token".into(),
            ),
            ("scopes", Value::set(["Zeebe".into(), "Optimize".into()])),
        ])
    }

    fn lines(value: &Value) -> String {
        let Value::Map(members) = value else {
            panic!("{value:?}");
        };
        members
            .iter()
            .map(|(name, value)| format!("{name}={}\n", value.as_str().unwrap()))
            .collect()
    }

    #[test]
    fn a_client_becomes_variables() {
        let variables = BuildClientEnvironment
            .call(&[client("once".into())])
            .unwrap();
        insta::assert_snapshot!(lines(&variables), @"
        CAMUNDA_CLUSTER_ID=6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11
        CAMUNDA_CLUSTER_REGION=bru-2
        CAMUNDA_CREDENTIALS_SCOPES=Optimize,Zeebe
        CAMUNDA_OAUTH_URL=https://login.cloud.camunda.io/oauth/token
        CAMUNDA_OPERATE_BASE_URL=https://bru-2.operate.camunda.io/6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11
        CAMUNDA_OPTIMIZE_BASE_URL=https://bru-2.optimize.camunda.io/6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11
        CAMUNDA_TASKLIST_BASE_URL=https://bru-2.tasklist.camunda.io/6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11
        ZEEBE_ADDRESS=6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11.bru-2.zeebe.camunda.io:443
        ZEEBE_AUTHORIZATION_SERVER_URL=https://login.cloud.camunda.io/oauth/token
        ZEEBE_CLIENT_ID=Qm7x~
        ZEEBE_CLIENT_SECRET=once
        ZEEBE_TOKEN_AUDIENCE=zeebe.camunda.io
        ");
    }

    #[test]
    fn what_nobody_knows_is_left_out() {
        let variables = BuildClientEnvironment.call(&[client(Value::Null)]).unwrap();
        assert!(!lines(&variables).contains("SECRET"));
        let nothing = Value::object(
            [
                "zeebe_address",
                "zeebe_client_id",
                "secret",
                "zeebe_authorization_server_url",
                "scopes",
            ]
            .map(|name| (name, Value::Null)),
        );
        let variables = BuildClientEnvironment.call(&[nothing]).unwrap();
        assert_eq!(lines(&variables), "ZEEBE_TOKEN_AUDIENCE=zeebe.camunda.io\n");
        assert_eq!(BuildClientEnvironment.call(&[Value::Null]), Ok(Value::Null));
    }

    #[test]
    fn another_installation_has_other_domains() {
        let mut client = client(Value::Null);
        if let Value::Object(members) = &mut client {
            members.insert(
                "zeebe_address".to_owned(),
                "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11.bru-2.zeebe.example.com:443".into(),
            );
        }
        let variables = lines(&BuildClientEnvironment.call(&[client]).unwrap());
        assert!(
            variables.contains("https://bru-2.operate.example.com/6f0f7c52"),
            "{variables}"
        );
    }

    #[test]
    fn an_address_of_something_else_is_refused() {
        let wrong = Value::object([("zeebe_address", "localhost:26500".into())]);
        let error = BuildClientEnvironment.call(&[wrong]).unwrap_err();
        assert!(error.text.starts_with("zeebe_address: "), "{}", error.text);
        assert_eq!(error.argument, Some(0));
    }
}
