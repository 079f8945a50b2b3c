//! `GenerateResourceConfig`: a configuration for an object that exists.

use super::Server;
use super::pairing::Pairing;
use super::values::{Then, fill_absent_blocks, walk};
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
use crate::framework::schema::Attribute;
use crate::framework::value::Value;

impl<P: Provider> Server<P> {
    /// A configuration that has what a user would write to describe the object with this state: no
    /// results, nothing deprecated, no defaults, no empty texts where they can be left out.
    ///
    /// # Errors
    /// The provider has no such resource type.
    pub fn generate_resource_config(
        &self,
        type_name: &str,
        state: &Value,
    ) -> Result<Value, Diagnostic> {
        let (resource, schema) = self.resource_with_schema(type_name)?;
        let mut config = if state.is_null() {
            schema.block.empty()
        } else {
            state.clone()
        };
        walk(
            (&schema.block).into(),
            &mut config,
            &Value::Null,
            Pairing::None,
            &mut |attribute, value, _| {
                if is_left_out(attribute, value) {
                    *value = Value::Null;
                    return Then::Skip;
                }
                Then::Descend
            },
        );
        fill_absent_blocks(&schema.block, &mut config);
        Ok(resource.generate_config(config))
    }
}

fn is_left_out(attribute: &Attribute, value: &Value) -> bool {
    if attribute.required {
        return false;
    }
    let only_result = !attribute.optional;
    let own_id = attribute.name == "id" && attribute.computed;
    let empty = value.as_str() == Some("");
    let defaulted = attribute.default.as_ref() == Some(value);
    only_result
        || own_id
        || empty
        || defaulted
        || attribute.write_only
        || attribute.deprecation.is_some()
}
