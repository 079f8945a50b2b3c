//! Shows that the whole contract is understood, and that the examples in it fit it.

use serde_json::json;

use super::*;

const KEYWORDS: [&str; 20] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "deprecated",
    "description",
    "enum",
    "example",
    "format",
    "items",
    "maxLength",
    "maxProperties",
    "minItems",
    "minLength",
    "nullable",
    "properties",
    "required",
    "title",
    "type",
];

fn walk(document: &Value, schema: &Value, place: &str) {
    let Some(object) = schema.as_object() else {
        assert!(schema.is_boolean(), "{place} is no schema");
        return;
    };
    for (keyword, value) in object {
        let place = format!("{place}.{keyword}");
        if keyword.starts_with("x-") {
            continue;
        }
        assert!(
            KEYWORDS.contains(&keyword.as_str()),
            "{place}: the validator does not know this keyword"
        );
        match keyword.as_str() {
            "$ref" => {
                let target = value.as_str().expect("text").trim_start_matches('#');
                assert!(document.pointer(target).is_some(), "{place} leads nowhere");
            }
            "allOf" | "anyOf" => {
                for branch in value.as_array().expect("a list of schemas") {
                    walk(document, branch, &place);
                }
            }
            "properties" => {
                for (name, member) in value.as_object().expect("a map of schemas") {
                    walk(document, member, &format!("{place}.{name}"));
                }
            }
            "items" | "additionalProperties" => walk(document, value, &place),
            "format" => assert!(
                value == "date-time" || value == "double",
                "{place}: the validator does not know this format"
            ),
            _ => {}
        }
    }
}

/// Every map with a `schema` member, wherever it stands.
fn walk_all(document: &Value, value: &Value, place: &str) {
    match value {
        Value::Object(object) => {
            for (name, member) in object {
                let place = format!("{place}.{name}");
                if name == "schema" {
                    walk(document, member, &place);
                } else if name == "$ref" {
                    let target = member.as_str().expect("text").trim_start_matches('#');
                    assert!(document.pointer(target).is_some(), "{place} leads nowhere");
                } else if name != "example" {
                    walk_all(document, member, &place);
                }
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| walk_all(document, item, place)),
        _ => {}
    }
}

#[test]
fn every_keyword_of_the_contract_is_understood() {
    for operation in &contract().operations {
        let document = operation.document;
        walk_all(document, &document["paths"], "paths");
        for (name, schema) in document["components"]["schemas"]
            .as_object()
            .expect("schemas")
        {
            walk(document, schema, name);
        }
    }
}

#[test]
fn both_documents_are_there() {
    assert_eq!(contract().operations.len(), 44);
    assert!(contract().operation(ISSUE_TOKEN).is_some());
    for operation in &contract().operations {
        let public = operation.id == ISSUE_TOKEN || operation.id == "GetMeta";
        assert_eq!(operation.permission.is_none(), public, "{}", operation.id);
        assert!(operation.declares(502), "{}", operation.id);
    }
}

#[test]
fn the_examples_of_the_contract_fit_it() {
    let mut seen = 0;
    for operation in &contract().operations {
        for (status, response) in &operation.responses {
            let Some(example) = response.pointer("/content/application~1json/example") else {
                continue;
            };
            let body = serde_json::to_vec(example).expect("JSON");
            let status = status.parse().expect("examples stand under plain statuses");
            assert_eq!(
                operation.answer_problems(status, Some("application/json"), &body),
                Vec::<String>::new(),
                "{} {status}",
                operation.id
            );
            seen += 1;
        }
    }
    assert!(seen > 15, "only {seen} examples seen");
}

#[test]
fn literal_segments_win_over_parameters() {
    let id = |method, path| match contract().route(method, path) {
        Route::Operation(operation, _) => operation.id.clone(),
        Route::OtherMethods(methods) => methods.join(" "),
        Route::Unknown => "unknown".to_owned(),
    };
    assert_eq!(id("GET", "/clusters/parameters"), "GetParameters");
    assert_eq!(id("GET", "/clusters/6f0f7c52"), "GetCluster");
    assert_eq!(id("DELETE", "/clusters/parameters"), "GET");
    assert_eq!(id("GET", "/clusters/"), "unknown");
    assert_eq!(id("GET", "/clusters/a/b/c/d"), "unknown");
    assert_eq!(id("POST", "/oauth/token"), ISSUE_TOKEN);
}

#[test]
fn secrets_are_blanked_where_the_contract_says_so() {
    let secrets = contract().operation("GetSecrets").expect("declared");
    assert_eq!(
        secrets.redact_answer(200, &json!({ "API_KEY": "hunter2" })),
        json!({ "API_KEY": "[redacted]" })
    );
    let client = contract().operation("CreateClient").expect("declared");
    let answer = json!({ "name": "n", "clientSecret": "hunter2", "other": "hunter2" });
    let shown = client.redact_answer(200, &answer);
    assert_eq!(
        shown,
        json!({ "name": "n", "clientSecret": "[redacted]", "other": "[undeclared]" })
    );
    let token = contract().operation(ISSUE_TOKEN).expect("declared");
    assert_eq!(
        token.redact_request(
            "application/json",
            &json!({ "client_id": "a", "client_secret": "hunter2" })
        ),
        json!({ "client_id": "a", "client_secret": "[redacted]" })
    );
}
