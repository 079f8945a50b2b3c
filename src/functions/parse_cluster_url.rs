//! `parse_cluster_url`: which cluster an address belongs to.

use crate::framework::function::{Function, FunctionError, Parameter, Signature};
use crate::framework::types::Type;
use crate::framework::value::Value;
use crate::provider::address::ClusterAddress;

/// The function.
#[derive(Debug)]
pub struct ParseClusterUrl;

impl Function for ParseClusterUrl {
    fn name(&self) -> &'static str {
        "parse_cluster_url"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Takes the address of a cluster or of one of its components apart".to_owned(),
            description: "Reads the address of a component (`https://bru-2.operate.camunda.io/<cluster>`), \
                of the Zeebe gateway (`<cluster>.bru-2.zeebe.camunda.io:443`, with or without scheme and \
                port) or of the cluster's page in the Console.\n\nReturns an object with `cluster_id`, \
                `component` (such as `zeebe`, `operate` or `console`), `region` (as addresses name it, \
                such as `bru-2`; null for the Console) and `organization_id` (null for all but the \
                Console).\n\nNull gives null, an unknown address an unknown result. Anything else is an error."
                .to_owned(),
            parameters: vec![
                Parameter::new("url", Type::String, "The address.").allow_null(),
            ],
            variadic: None,
            returns: Type::object([
                ("cluster_id", Type::String),
                ("component", Type::String),
                ("region", Type::String),
                ("organization_id", Type::String),
            ]),
            deprecation: None,
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let Some(url) = arguments.first().and_then(Value::as_str) else {
            return Ok(Value::Null);
        };
        let address =
            ClusterAddress::parse(url).map_err(|wrong| FunctionError::argument(0, wrong))?;
        let optional = |text: Option<String>| text.map_or(Value::Null, Value::String);
        Ok(Value::object([
            ("cluster_id", Value::String(address.cluster_id)),
            ("component", Value::String(address.component)),
            ("region", optional(address.region)),
            ("organization_id", optional(address.organization_id)),
        ]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_objects() {
        let url = "https://bru-2.operate.camunda.io/6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11";
        let parts = ParseClusterUrl.call(&[url.into()]).unwrap();
        assert_eq!(
            parts,
            Value::object([
                ("cluster_id", "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11".into()),
                ("component", "operate".into()),
                ("region", "bru-2".into()),
                ("organization_id", Value::Null),
            ])
        );
        assert_eq!(ParseClusterUrl.call(&[Value::Null]), Ok(Value::Null));
        let error = ParseClusterUrl.call(&["orders".into()]).unwrap_err();
        assert_eq!(error.argument, Some(0));
        insta::assert_snapshot!(error.text, @r#""orders" is no address of a cluster. Such addresses look like https://bru-2.operate.camunda.io/6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11, 6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11.bru-2.zeebe.camunda.io:443 or https://console.cloud.camunda.io/org/<organisation>/cluster/<cluster>."#);
    }
}
