//! The published description of the two services, as this simulator reads it: which operations
//! exist, who may call them, and what may go in and out. Knows nothing of what they do.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::schema::{Schemas, Undeclared};

/// The operation that issues tokens; the only one outside the Administration API.
pub(crate) const ISSUE_TOKEN: &str = "IssueToken";

static CONTRACT: LazyLock<Contract> = LazyLock::new(Contract::load);

/// The contract this simulator was built with.
pub(crate) fn contract() -> &'static Contract {
    &CONTRACT
}

/// All operations of both documents.
pub(crate) struct Contract {
    operations: Vec<Operation>,
}

/// One operation and everything the contract says about it.
pub(crate) struct Operation {
    /// The `operationId`.
    pub(crate) id: String,
    pub(crate) method: String,
    /// Path as the contract writes it, such as `/clusters/{clusterUuid}`.
    pub(crate) template: String,
    /// Kind of object it works on, as the contract groups operations.
    pub(crate) tag: String,
    /// Permission group that a caller needs, and the verb inside it. Nothing for public operations.
    pub(crate) permission: Option<(String, String)>,
    document: &'static Value,
    body: Option<&'static Value>,
    responses: BTreeMap<String, &'static Value>,
}

/// What a method and a path lead to.
pub(crate) enum Route {
    Operation(&'static Operation, BTreeMap<String, String>),
    /// The path is declared, the method is not; these are.
    OtherMethods(Vec<String>),
    Unknown,
}

impl Contract {
    fn load() -> Self {
        let sources = [
            include_str!(concat!(env!("OUT_DIR"), "/administration-api.json")),
            include_str!(concat!(env!("OUT_DIR"), "/oauth.json")),
        ];
        let mut operations = Vec::new();
        for source in sources {
            let document: Value =
                serde_json::from_str(source).expect("the build script wrote this JSON");
            operations.extend(operations_of(Box::leak(Box::new(document))));
        }
        Self { operations }
    }

    /// The operation of that `operationId`.
    pub(crate) fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// All operation ids, in the order of the documents.
    pub(crate) fn operation_ids(&self) -> impl Iterator<Item = &str> {
        self.operations
            .iter()
            .map(|operation| operation.id.as_str())
    }

    /// The names of all permission groups.
    pub(crate) fn groups(&self) -> BTreeSet<&str> {
        self.operations
            .iter()
            .filter_map(|operation| Some(operation.permission.as_ref()?.0.as_str()))
            .collect()
    }

    /// Finds the operation behind a request. Literal path segments win over parameters.
    pub(crate) fn route(&'static self, method: &str, path: &str) -> Route {
        let mut matches: Vec<(usize, &Operation, BTreeMap<String, String>)> = self
            .operations
            .iter()
            .filter_map(|operation| {
                let parameters = operation.parameters(path)?;
                Some((parameters.len(), operation, parameters))
            })
            .collect();
        let Some(fewest) = matches.iter().map(|(count, ..)| *count).min() else {
            return Route::Unknown;
        };
        matches.retain(|(count, ..)| *count == fewest);
        let methods = matches
            .iter()
            .map(|(_, operation, _)| operation.method.clone())
            .collect();
        matches
            .into_iter()
            .find(|(_, operation, _)| operation.method == method)
            .map_or(
                Route::OtherMethods(methods),
                |(_, operation, parameters)| Route::Operation(operation, parameters),
            )
    }
}

impl Operation {
    fn parameters(&self, path: &str) -> Option<BTreeMap<String, String>> {
        let mut parameters = BTreeMap::new();
        let mut segments = path.split('/');
        for wanted in self.template.split('/') {
            let segment = segments.next()?;
            match wanted
                .strip_prefix('{')
                .and_then(|name| name.strip_suffix('}'))
            {
                Some(_) if segment.is_empty() => return None,
                Some(name) => {
                    let value = percent_decode_str(segment).decode_utf8().ok()?;
                    parameters.insert(name.to_owned(), value.into_owned());
                }
                None if wanted == segment => {}
                None => return None,
            }
        }
        segments.next().is_none().then_some(parameters)
    }

    /// Whether the contract names this status for this operation, itself or in a range like `5XX`.
    pub(crate) fn declares(&self, status: u16) -> bool {
        self.response(status).is_some()
    }

    fn response(&self, status: u16) -> Option<&'static Value> {
        self.responses
            .get(&status.to_string())
            .or_else(|| self.responses.get(&format!("{}XX", status / 100)))
            .copied()
    }

    fn body_schema(&self, content_type: &str) -> Option<&'static Value> {
        self.body?.get("content")?.get(content_type)?.get("schema")
    }

    /// Whether requests of this operation carry a body.
    pub(crate) fn takes_body(&self) -> bool {
        self.body.is_some()
    }

    /// Problems of a request body. `content_type` is the media type without parameters.
    pub(crate) fn request_problems(&self, content_type: &str, body: &Value) -> Vec<String> {
        match self.body_schema(content_type) {
            Some(schema) => Schemas::of(self.document).problems(schema, body, Undeclared::Allowed),
            None => vec![format!("content type `{content_type}` is not declared")],
        }
    }

    /// Problems of an answer of ours.
    pub(crate) fn answer_problems(
        &self,
        status: u16,
        content_type: Option<&str>,
        body: &[u8],
    ) -> Vec<String> {
        let Some(response) = self.response(status) else {
            return vec![format!("status {status} is not declared")];
        };
        let Some(content) = response.get("content") else {
            return match body {
                [] => Vec::new(),
                _ => vec![format!("status {status} is declared without a body")],
            };
        };
        let Some(content_type) = content_type else {
            return vec![format!("status {status} is declared with a body")];
        };
        let Some(schema) = content
            .get(content_type)
            .and_then(|media| media.get("schema"))
        else {
            return vec![format!("content type `{content_type}` is not declared")];
        };
        let value = if content_type == "application/json" {
            match serde_json::from_slice(body) {
                Ok(value) => value,
                Err(error) => return vec![format!("$: is not JSON: {error}")],
            }
        } else {
            Value::from(String::from_utf8_lossy(body))
        };
        Schemas::of(self.document).problems(schema, &value, Undeclared::Refused)
    }

    /// A request body fit for the log.
    pub(crate) fn redact_request(&self, content_type: &str, body: &Value) -> Value {
        match self.body_schema(content_type) {
            Some(schema) => Schemas::of(self.document).redact(schema, body),
            None => Value::from("[undeclared]"),
        }
    }

    /// An answer body fit for the log.
    pub(crate) fn redact_answer(&self, status: u16, body: &Value) -> Value {
        let schema = self
            .response(status)
            .and_then(|response| response.get("content"))
            .and_then(|content| content.get("application/json"))
            .and_then(|media| media.get("schema"));
        match schema {
            Some(schema) => Schemas::of(self.document).redact(schema, body),
            None => Value::from("[undeclared]"),
        }
    }
}

fn operations_of(document: &'static Value) -> Vec<Operation> {
    let schemas = Schemas::of(document);
    let secured = document.get("security").is_some();
    let mut operations = Vec::new();
    for (template, item) in members(&document["paths"]) {
        for (method, operation) in members(item) {
            if method == "parameters" {
                continue;
            }
            let text = |name: &str| operation.get(name).and_then(Value::as_str);
            let public = !secured || operation.get("security").is_some();
            let permission = match (text("x-scope-group"), text("x-scope-verb")) {
                (Some(group), Some(verb)) if !public => Some((group.to_owned(), verb.to_owned())),
                _ => None,
            };
            operations.push(Operation {
                id: text("operationId")
                    .expect("every operation of the contract has its id")
                    .to_owned(),
                method: method.to_uppercase(),
                template: template.clone(),
                tag: operation["tags"][0].as_str().unwrap_or_default().to_owned(),
                permission,
                document,
                body: operation
                    .get("requestBody")
                    .map(|body| schemas.resolve(body)),
                responses: members(&operation["responses"])
                    .map(|(status, response)| (status.clone(), schemas.resolve(response)))
                    .collect(),
            });
        }
    }
    operations
}

fn members(value: &'static Value) -> impl Iterator<Item = (&'static String, &'static Value)> {
    value.as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests;
