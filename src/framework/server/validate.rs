//! Validation of configurations: the schema's validators, write-only support, and the object's own
//! rules. Works offline and without a configured provider.

use super::action::present;
use super::same_elements::refuse_same_elements;
use super::{Kind, Server};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::object::Model as _;
use crate::framework::operation::ClientCapabilities;
use crate::framework::path::Path;
use crate::framework::provider::Provider;
use crate::framework::schema::{Attribute, AttributeKind, Block, Nesting};
use crate::framework::value::Value;

impl<P: Provider> Server<P> {
    /// Validates the provider block.
    #[must_use]
    pub fn validate_provider_config(&self, config: &Value) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        if config.is_null() || config.is_unknown() {
            return diagnostics;
        }
        validate_block(&self.provider_schema().block, config, &mut diagnostics);
        match P::Config::read(config) {
            Ok(config) => diagnostics.extend(self.provider.validate(&config)),
            Err(error) => diagnostics.push(error.into()),
        }
        diagnostics
    }

    /// Validates the configuration of an object of the given kind.
    #[must_use]
    pub fn validate_config(
        &self,
        kind: Kind,
        type_name: &str,
        config: &Value,
        client: ClientCapabilities,
    ) -> Diagnostics {
        let schema = match self.schema(kind, type_name) {
            Ok(schema) => schema,
            Err(diagnostic) => return diagnostic.into(),
        };
        let mut diagnostics = Diagnostics::new();
        // Only an action can come without a configuration and still be one.
        let config = match kind {
            Kind::Action => &present(config.clone(), schema),
            _ => config,
        };
        if config.is_null() || config.is_unknown() {
            return diagnostics;
        }
        if let Some(message) = &schema.block.deprecation {
            // Cores know of it from the schema, and do not show it.
            let summary = format!("{type_name} is deprecated");
            diagnostics.push(Diagnostic::warning(summary, message));
        }
        validate_block(&schema.block, config, &mut diagnostics);
        refuse_same_elements(&schema.block, config, &mut diagnostics);
        if kind == Kind::Resource && !client.write_only_attributes_allowed {
            refuse_write_only(&schema.block, config, &mut diagnostics);
        }
        let own = match kind {
            Kind::Resource => self
                .resources
                .get(type_name)
                .map(|resource| resource.entry.object.validate(config)),
            Kind::DataSource => self
                .data_sources
                .get(type_name)
                .map(|entry| entry.object.validate(config)),
            Kind::EphemeralResource => self
                .ephemeral_resources
                .get(type_name)
                .map(|entry| entry.object.validate(config)),
            Kind::ListResource => self
                .list_resources
                .get(type_name)
                .map(|entry| entry.object.validate(config)),
            Kind::Action => self
                .actions
                .get(type_name)
                .map(|entry| entry.object.validate(config)),
        };
        diagnostics.extend(own.into_iter().flatten());
        diagnostics
    }
}

/// Every attribute of every object in `value`, with its path.
fn visit_block(
    block: &Block,
    path: &Path,
    value: &Value,
    visit: &mut dyn FnMut(&Attribute, &Path, &Value),
) {
    visit_attributes(&block.attributes, path, value, visit);
    for nested in &block.blocks {
        let path = path.attribute(&nested.name);
        visit_elements(&path, value.member(&nested.name), &mut |path, element| {
            visit_block(&nested.block, path, element, visit);
        });
    }
}

fn visit_attributes(
    attributes: &[Attribute],
    path: &Path,
    object: &Value,
    visit: &mut dyn FnMut(&Attribute, &Path, &Value),
) {
    if object.as_object().is_none() {
        return;
    }
    for attribute in attributes {
        let path = path.attribute(&attribute.name);
        let value = object.member(&attribute.name);
        visit(attribute, &path, value);
        if let AttributeKind::Nested {
            nesting,
            attributes,
        } = &attribute.kind
        {
            match nesting {
                Nesting::Single => visit_attributes(attributes, &path, value, visit),
                Nesting::List | Nesting::Set | Nesting::Map => {
                    visit_elements(&path, value, &mut |path, element| {
                        visit_attributes(attributes, path, element, visit);
                    });
                }
            }
        }
    }
}

fn visit_elements(path: &Path, value: &Value, visit: &mut dyn FnMut(&Path, &Value)) {
    match value {
        Value::Object(_) => visit(path, value),
        Value::List(elements) => {
            for (index, element) in elements.iter().enumerate() {
                visit(&path.index(index), element);
            }
        }
        Value::Set(elements) => {
            for element in elements {
                visit(&path.element(element.clone()), element);
            }
        }
        Value::Map(members) => {
            for (key, member) in members {
                visit(&path.key(key), member);
            }
        }
        _ => {}
    }
}

fn validate_block(block: &Block, config: &Value, diagnostics: &mut Diagnostics) {
    visit_block(
        block,
        &Path::root(),
        config,
        &mut |attribute, path, value| {
            if value.is_null() {
                return;
            }
            if let Some(message) = &attribute.deprecation {
                diagnostics.push(
                    Diagnostic::warning(format!("{path} is deprecated"), message).at(path.clone()),
                );
            }
            if value.is_unknown() {
                return;
            }
            for validator in &attribute.validators {
                for mut diagnostic in validator.check(path, value) {
                    if path.steps().len() > 1 {
                        // The cores show the line of a top-level argument, and no more than the
                        // block for what is inside of one.
                        diagnostic.detail = format!("{path}: {}", diagnostic.detail);
                    }
                    diagnostics.push(diagnostic);
                }
            }
        },
    );
}

/// A core without write-only support would store what must not be stored.
fn refuse_write_only(block: &Block, config: &Value, diagnostics: &mut Diagnostics) {
    visit_block(
        block,
        &Path::root(),
        config,
        &mut |attribute, path, value| {
            if attribute.write_only && !value.is_null() {
                diagnostics.push(
                Diagnostic::error(
                    format!("Write-only argument {} is not supported here", attribute.name),
                    format!(
                        "{path} is write-only: its value must not be stored. The command line in \
                         use does not know write-only arguments and would write it into the state."
                    ),
                )
                .hint("Use Terraform 1.11 or later, or OpenTofu 1.11 or later.")
                .at(path.clone()),
            );
            }
        },
    );
}
