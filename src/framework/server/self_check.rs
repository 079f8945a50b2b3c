//! Where a provider contradicts itself or what cores demand, found before a core does.

use std::collections::BTreeSet;

use super::{Kind, Server};
use crate::framework::object::ValueType as _;
use crate::framework::provider::Provider;
use crate::framework::schema::Schema;
use crate::framework::types::Type;

impl<P: Provider> Server<P> {
    /// Where schemas and models disagree, or a core would refuse a schema; for the registry's test.
    #[must_use]
    pub fn self_check(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let schema = self.provider_schema();
        check_schema(
            "provider",
            schema,
            &P::Config::value_type(),
            false,
            &mut faults,
        );
        for (kind, name, model) in self.models() {
            if let Ok(schema) = self.schema(kind, name) {
                let prefix = format!("{} {name}", kind.noun());
                let may_write_only = matches!(kind, Kind::Resource | Kind::Action);
                check_schema(&prefix, schema, &model, may_write_only, &mut faults);
            }
        }
        self.check_identities(&mut faults);
        self.check_list_resources(&mut faults);
        self.check_names(&mut faults);
        faults
    }

    /// Every object with a schema and the type of its model.
    fn models(&self) -> Vec<(Kind, &'static str, Type)> {
        let resources = self.resources.iter().map(|(name, resource)| {
            let model = resource.entry.object.model_type();
            (Kind::Resource, *name, model)
        });
        let data_sources = self
            .data_sources
            .iter()
            .map(|(name, entry)| (Kind::DataSource, *name, entry.object.model_type()));
        let ephemeral_resources = self
            .ephemeral_resources
            .iter()
            .map(|(name, entry)| (Kind::EphemeralResource, *name, entry.object.model_type()));
        let list_resources = self
            .list_resources
            .iter()
            .map(|(name, entry)| (Kind::ListResource, *name, entry.object.config_type()));
        let actions = self
            .actions
            .iter()
            .map(|(name, entry)| (Kind::Action, *name, entry.object.config_type()));
        resources
            .chain(data_sources)
            .chain(ephemeral_resources)
            .chain(list_resources)
            .chain(actions)
            .collect()
    }

    fn check_identities(&self, faults: &mut Vec<String>) {
        for name in self.resources.keys() {
            if let (Ok(identity), Ok(schema)) = (
                self.identity_schema(name),
                self.schema(Kind::Resource, name),
            ) {
                let found = identity.self_check(schema);
                faults.extend(
                    found
                        .into_iter()
                        .map(|fault| format!("resource {name}: {fault}")),
                );
            }
        }
    }

    fn check_list_resources(&self, faults: &mut Vec<String>) {
        for (name, entry) in &self.list_resources {
            match self.resources.get(name) {
                None => faults.push(format!("list resource {name}: no such managed resource")),
                Some(resource)
                    if resource.entry.object.model_type() != entry.object.model_type() =>
                {
                    faults.push(format!(
                        "list resource {name}: another model than the resource"
                    ));
                }
                Some(_) => {}
            }
        }
    }

    /// Two objects of one kind under one name: only one of them would be served.
    fn check_names(&self, faults: &mut Vec<String>) {
        let registry = self.provider.registry();
        let mut check = |noun: &str, names: Vec<&'static str>| {
            let mut seen = BTreeSet::new();
            for name in names {
                if !seen.insert(name) {
                    faults.push(format!("{noun} {name}: name used twice"));
                }
            }
        };
        check(
            Kind::Resource.noun(),
            registry.resources.iter().map(|o| o.type_name()).collect(),
        );
        check(
            Kind::DataSource.noun(),
            registry
                .data_sources
                .iter()
                .map(|o| o.type_name())
                .collect(),
        );
        check(
            Kind::EphemeralResource.noun(),
            registry
                .ephemeral_resources
                .iter()
                .map(|o| o.type_name())
                .collect(),
        );
        check(
            Kind::ListResource.noun(),
            registry
                .list_resources
                .iter()
                .map(|o| o.type_name())
                .collect(),
        );
        check(
            Kind::Action.noun(),
            registry.actions.iter().map(|o| o.type_name()).collect(),
        );
        check(
            "function",
            registry.functions.iter().map(|o| o.name()).collect(),
        );
    }
}

fn check_schema(
    prefix: &str,
    schema: &Schema,
    model: &Type,
    may_write_only: bool,
    faults: &mut Vec<String>,
) {
    let mut found = schema.self_check();
    if !may_write_only && schema.block.has_write_only() {
        found.push("write-only attributes belong to resources and actions".to_owned());
    }
    if schema.object_type() != *model {
        found.push("schema and model differ".to_owned());
    }
    faults.extend(found.into_iter().map(|fault| format!("{prefix}: {fault}")));
}
