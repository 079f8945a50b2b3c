//! The calls about data sources, ephemeral resources, functions, list resources and actions.

use terraform_provider_camunda::framework::types::Type;
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::invoke_action::event::Type as ActionEvent;
use terraform_provider_camunda::plugin::wire::proto::tfplugin6::*;
use terraform_provider_camunda::plugin::wire::type_constraint;

use super::{Client, message, value};

/// One event of a listing.
#[derive(Debug, Clone)]
pub struct Listed {
    /// The identity; null in an event with messages alone.
    pub identity: Value,
    /// The name for people.
    pub display_name: String,
    /// The whole object, if it was sent.
    pub object: Option<Value>,
    /// Messages.
    pub diagnostics: Vec<Diagnostic>,
}

impl Client {
    /// `ValidateDataResourceConfig`.
    pub async fn validate_data_source(&self, type_name: &str, config: &Value) -> Vec<Diagnostic> {
        let request = validate_data_resource_config::Request {
            type_name: type_name.to_owned(),
            config: Some(message(config, &self.schemas.data_sources[type_name])),
        };
        let reply = self.raw().validate_data_resource_config(request).await;
        reply.expect("a reply").into_inner().diagnostics
    }

    /// `ReadDataSource`.
    pub async fn read_data_source(
        &self,
        type_name: &str,
        config: &Value,
    ) -> (Value, Vec<Diagnostic>) {
        let ty = &self.schemas.data_sources[type_name];
        let request = read_data_source::Request {
            type_name: type_name.to_owned(),
            config: Some(message(config, ty)),
            provider_meta: None,
            client_capabilities: Some(self.capabilities),
        };
        let reply = self.raw().read_data_source(request).await;
        let reply = reply.expect("a reply").into_inner();
        (value(reply.state.as_ref(), ty), reply.diagnostics)
    }

    /// `OpenEphemeralResource`: the result, and the rest of the reply.
    pub async fn open_ephemeral(
        &self,
        type_name: &str,
        config: &Value,
    ) -> (Value, open_ephemeral_resource::Response) {
        let ty = &self.schemas.ephemeral_resources[type_name];
        let request = open_ephemeral_resource::Request {
            type_name: type_name.to_owned(),
            config: Some(message(config, ty)),
            client_capabilities: None,
        };
        let reply = self.raw().open_ephemeral_resource(request).await;
        let reply = reply.expect("a reply").into_inner();
        (value(reply.result.as_ref(), ty), reply)
    }

    /// `CallFunction`. A null argument travels as an empty message, as OpenTofu sends it.
    pub async fn call(&self, name: &str, arguments: &[Value]) -> Result<Value, FunctionError> {
        let function = &self.schemas.functions[name];
        let decode = |json: &[u8]| type_constraint::decode(json).expect("a valid type");
        let arguments = arguments.iter().enumerate().map(|(index, argument)| {
            let parameter = function.parameters.get(index);
            let parameter = parameter.or(function.variadic_parameter.as_ref());
            match parameter {
                Some(parameter) if !argument.is_null() => {
                    message(argument, &decode(&parameter.r#type))
                }
                _ => DynamicValue::default(),
            }
        });
        let request = call_function::Request {
            name: name.to_owned(),
            arguments: arguments.collect(),
        };
        let reply = self.raw().call_function(request).await;
        let reply = reply.expect("a reply").into_inner();
        let returns = function.r#return.as_ref().expect("a return type");
        match reply.error {
            Some(error) => Err(error),
            None => Ok(value(reply.result.as_ref(), &decode(&returns.r#type))),
        }
    }

    /// The members of a list resource's `config` block.
    pub fn list_config_members(&self, type_name: &str) -> Vec<String> {
        match &self.schemas.list_resources[type_name] {
            Type::Object(members) => members.keys().map(ToString::to_string).collect(),
            other => panic!("a config block is an object, not {other:?}"),
        }
    }

    /// `ListResource`: all events until the end of the stream.
    pub async fn list(
        &self,
        type_name: &str,
        config: &Value,
        include_resource_object: bool,
        limit: i64,
    ) -> Vec<Listed> {
        let request = list_resource::Request {
            type_name: type_name.to_owned(),
            config: Some(message(config, &self.schemas.list_resources[type_name])),
            include_resource_object,
            limit,
        };
        let reply = self.raw().list_resource(request).await;
        let mut events = reply.expect("a stream").into_inner();
        let mut listed = Vec::new();
        while let Some(event) = events.message().await.expect("the stream ends normally") {
            listed.push(Listed {
                identity: self.identity(type_name, event.identity.as_ref()),
                display_name: event.display_name,
                object: event
                    .resource_object
                    .map(|object| value(Some(&object), self.resource_type(type_name))),
                diagnostics: event.diagnostic,
            });
        }
        listed
    }

    /// `PlanAction`. `None`: the action has no `config` block.
    pub async fn plan_action(&self, type_name: &str, config: Option<&Value>) -> Vec<Diagnostic> {
        let ty = &self.schemas.actions[type_name];
        let request = plan_action::Request {
            action_type: type_name.to_owned(),
            config: config.map(|config| message(config, ty)),
            client_capabilities: Some(self.capabilities),
        };
        let reply = self.raw().plan_action(request).await;
        reply.expect("a reply").into_inner().diagnostics
    }

    /// `InvokeAction`: the lines of progress, and the messages of the one completion at the end.
    pub async fn invoke(&self, type_name: &str, config: &Value) -> (Vec<String>, Vec<Diagnostic>) {
        let request = invoke_action::Request {
            action_type: type_name.to_owned(),
            config: Some(message(config, &self.schemas.actions[type_name])),
            client_capabilities: Some(self.capabilities),
        };
        let reply = self.raw().invoke_action(request).await;
        let mut events = reply.expect("a stream").into_inner();
        let mut progress = Vec::new();
        let mut completed = None;
        while let Some(event) = events.message().await.expect("the stream ends normally") {
            assert_eq!(completed, None, "nothing comes after the completion");
            match event
                .r#type
                .expect("a core crashes on an event without content")
            {
                ActionEvent::Progress(event) => progress.push(event.message),
                ActionEvent::Completed(event) => completed = Some(event.diagnostics),
            }
        }
        (progress, completed.expect("an action completes"))
    }
}
