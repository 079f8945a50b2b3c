//! `GenerateResourceConfig`: a configuration for an object that exists.

use super::values::walk_block;
use super::{Kind, Server};
use crate::framework::diag::Diagnostic;
use crate::framework::provider::Provider;
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
        let schema = self.schema(Kind::Resource, type_name)?;
        let mut config = if state.is_null() {
            Value::empty_of(&schema.object_type())
        } else {
            state.clone()
        };
        walk_block(
            &schema.block,
            &mut config,
            &Value::Null,
            &mut |attribute, value, _| {
                let only_result = attribute.computed && !attribute.optional;
                let own_id = attribute.name == "id" && attribute.computed;
                let empty = attribute.optional && value.as_str() == Some("");
                let defaulted = attribute.default.as_ref() == Some(value);
                if only_result
                    || own_id
                    || empty
                    || defaulted
                    || attribute.write_only
                    || attribute.deprecation.is_some()
                {
                    *value = Value::Null;
                }
            },
        );
        super::values::fill_absent_blocks(&schema.block, &mut config);
        Ok(self.resource(type_name)?.generate_config(config))
    }
}
