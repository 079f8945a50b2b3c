//! What the provider says about itself.

use terraform_provider_camunda::plugin::wire::proto::tfplugin6::*;

use crate::configured;
use crate::support::client::Client;

async fn schema(client: &Client) -> get_provider_schema::Response {
    let request = get_provider_schema::Request {};
    let reply = client.raw().get_provider_schema(request).await;
    reply.unwrap().into_inner()
}

#[tokio::test]
async fn every_kind_of_object_has_its_schema() {
    let (client, _) = configured().await;
    let schema = schema(&client).await;
    assert!(schema.provider.unwrap().block.is_some());
    assert_eq!(schema.resource_schemas["test_thing"].version, 1);
    assert!(schema.data_source_schemas["test_echo"].block.is_some());
    assert!(
        schema.ephemeral_resource_schemas["test_token"]
            .block
            .is_some()
    );
    assert!(schema.list_resource_schemas["test_thing"].block.is_some());
    let action = schema.action_schemas["test_ring"].schema.as_ref();
    assert!(action.unwrap().block.is_some());
    assert!(schema.functions["join"].r#return.is_some());
    assert!(schema.state_store_schemas.is_empty());
    assert_eq!(schema.provider_meta, None);
    assert_eq!(
        schema.server_capabilities,
        Some(ServerCapabilities {
            plan_destroy: true,
            get_provider_schema_optional: true,
            move_resource_state: true,
            generate_resource_config: true,
        })
    );
}

#[tokio::test]
async fn the_answer_is_the_same_every_time() {
    let (client, _) = configured().await;
    assert_eq!(schema(&client).await, schema(&client).await);
}

#[tokio::test]
async fn metadata_names_what_the_schemas_describe() {
    let (client, _) = configured().await;
    let schema = schema(&client).await;
    let metadata = client.raw().get_metadata(get_metadata::Request {}).await;
    let metadata = metadata.unwrap().into_inner();
    assert_eq!(metadata.server_capabilities, schema.server_capabilities);
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    let keys = |names: &mut dyn Iterator<Item = &String>| sorted(names.cloned().collect());
    assert_eq!(
        sorted(
            metadata
                .resources
                .into_iter()
                .map(|m| m.type_name)
                .collect()
        ),
        keys(&mut schema.resource_schemas.keys())
    );
    assert_eq!(
        sorted(
            metadata
                .data_sources
                .into_iter()
                .map(|m| m.type_name)
                .collect()
        ),
        keys(&mut schema.data_source_schemas.keys())
    );
    assert_eq!(
        sorted(
            metadata
                .ephemeral_resources
                .into_iter()
                .map(|m| m.type_name)
                .collect()
        ),
        keys(&mut schema.ephemeral_resource_schemas.keys())
    );
    assert_eq!(
        sorted(
            metadata
                .list_resources
                .into_iter()
                .map(|m| m.type_name)
                .collect()
        ),
        keys(&mut schema.list_resource_schemas.keys())
    );
    assert_eq!(
        sorted(metadata.actions.into_iter().map(|m| m.type_name).collect()),
        keys(&mut schema.action_schemas.keys())
    );
    assert_eq!(
        sorted(metadata.functions.into_iter().map(|m| m.name).collect()),
        keys(&mut schema.functions.keys())
    );
    assert!(metadata.state_stores.is_empty());
}

#[tokio::test]
async fn functions_are_described_alike_in_both_places() {
    let (client, _) = configured().await;
    let functions = client.raw().get_functions(get_functions::Request {}).await;
    let functions = functions.unwrap().into_inner();
    assert_eq!(functions.functions, schema(&client).await.functions);
    assert!(functions.diagnostics.is_empty());
}

#[tokio::test]
async fn every_resource_has_an_identity() {
    let (client, _) = configured().await;
    let request = get_resource_identity_schemas::Request {};
    let reply = client.raw().get_resource_identity_schemas(request).await;
    let identities = reply.unwrap().into_inner().identity_schemas;
    let attribute = &identities["test_thing"].identity_attributes[0];
    assert_eq!(attribute.name, "id");
    assert_eq!(attribute.r#type, r#""string""#);
    assert!(attribute.required_for_import && !attribute.optional_for_import);
}
