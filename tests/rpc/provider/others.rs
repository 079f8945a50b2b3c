//! The objects of every other kind.

use std::sync::Arc;

use secrecy::SecretString;
use terraform_provider_camunda::framework::action::{Action, Progress};
use terraform_provider_camunda::framework::data_source::DataSource;
use terraform_provider_camunda::framework::diag::{Diagnostic, Diagnostics};
use terraform_provider_camunda::framework::ephemeral::{EphemeralResource, Opened, Renewed};
use terraform_provider_camunda::framework::function::{
    Function, FunctionError, Parameter, Signature,
};
use terraform_provider_camunda::framework::list::{ListItem, ListItems, ListRequest, ListResource};
use terraform_provider_camunda::framework::number::Number;
use terraform_provider_camunda::framework::object::{ConversionError, Field, ValueType};
use terraform_provider_camunda::framework::operation::{Context, Outcome};
use terraform_provider_camunda::framework::path::Path;
use terraform_provider_camunda::framework::private::Private;
use terraform_provider_camunda::framework::schema::{Attribute, Schema};
use terraform_provider_camunda::framework::types::Type;
use terraform_provider_camunda::framework::value::Value;
use terraform_provider_camunda::model;

use super::{Remote, SECRET, Thing};

pub(crate) struct Echo;

impl DataSource<Arc<Remote>> for Echo {
    type Model = EchoModel;

    fn type_name(&self) -> &'static str {
        "test_echo"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "An echo.",
            [
                Attribute::of("any", Type::Dynamic)
                    .optional()
                    .description("Anything."),
                Attribute::string("text").required().description("A text."),
                Attribute::string("echo")
                    .computed()
                    .description("The text."),
            ],
        )
    }

    async fn read(&self, _context: &Context<Arc<Remote>>, config: EchoModel) -> Outcome<EchoModel> {
        assert_ne!(config.text.as_str(), Some("panic"), "{SECRET}");
        Outcome::present(
            EchoModel {
                echo: config.text.clone(),
                ..config
            },
            Private::default(),
        )
    }
}

model! {
    pub(crate) struct EchoModel {
        any: Field<Anything>,
        text: Field<String>,
        echo: Field<String>,
    }
}

/// A value of any type, as it came.
#[derive(Debug, Clone)]
pub(crate) struct Anything(Value);

impl ValueType for Anything {
    fn value_type() -> Type {
        Type::Dynamic
    }

    fn from_value(value: &Value, _path: &Path) -> Result<Self, ConversionError> {
        Ok(Self(value.clone()))
    }

    fn to_value(&self) -> Value {
        self.0.clone()
    }
}

pub(crate) struct Token;

model! {
    pub(crate) struct TokenModel {
        scope: Field<String>,
        value: Field<SecretString>,
    }
}

impl EphemeralResource<Arc<Remote>> for Token {
    type Model = TokenModel;

    fn type_name(&self) -> &'static str {
        "test_token"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "A token.",
            [
                Attribute::string("scope")
                    .optional()
                    .description("Its scope."),
                Attribute::string("value")
                    .computed()
                    .sensitive()
                    .description("The token."),
            ],
        )
    }

    async fn open(&self, context: &Context<Arc<Remote>>, config: TokenModel) -> Opened<TokenModel> {
        assert_ne!(config.scope.as_str(), Some("panic"), "{SECRET}");
        let mut private = Private::default();
        if config.scope.as_str() != Some("nothing to close") {
            private.set("handle", "h");
        }
        Opened {
            outcome: Outcome::present(
                TokenModel {
                    value: Field::Known(SECRET.into()),
                    ..config
                },
                private,
            ),
            renew_at: Some(context.clock.now() + jiff::SignedDuration::from_secs(60)),
        }
    }

    async fn renew(&self, context: &Context<Arc<Remote>>, private: Private) -> Renewed {
        context
            .data
            .note(format!("renewed {:?}", private.get::<String>("handle")));
        Renewed {
            private,
            renew_at: None,
            diagnostics: Diagnostics::new(),
        }
    }

    async fn close(&self, context: &Context<Arc<Remote>>, private: Private) -> Diagnostics {
        context
            .data
            .note(format!("closed {:?}", private.get::<String>("handle")));
        Diagnostics::new()
    }
}

pub(crate) struct Join;

impl Function for Join {
    fn name(&self) -> &'static str {
        "join"
    }

    fn signature(&self) -> Signature {
        Signature {
            summary: "Joins texts.".to_owned(),
            description: "Joins texts with a separator.".to_owned(),
            parameters: vec![
                Parameter::new("separator", Type::String, "Between the texts.").allow_null(),
            ],
            variadic: Some(Parameter::new("texts", Type::String, "The texts.")),
            returns: Type::String,
            deprecation: None,
        }
    }

    fn call(&self, arguments: &[Value]) -> Result<Value, FunctionError> {
        let (separator, texts) = arguments
            .split_first()
            .expect("the server counts arguments");
        let texts: Vec<&str> = texts.iter().filter_map(Value::as_str).collect();
        match texts.first() {
            Some(&"panic") => panic!("{SECRET}"),
            Some(&"refuse") => Err(FunctionError::argument(1, "That text is refused.")),
            Some(text) if text.starts_with("quote") => {
                Err(FunctionError::argument(1, format!("{text} is refused.")))
            }
            Some(&"mistake") => Ok(Value::Bool(true)),
            _ => Ok(texts.join(separator.as_str().unwrap_or("")).into()),
        }
    }
}

pub(crate) struct ListThings;

model! {
    pub(crate) struct ListConfig {
        prefix: Field<String>,
    }
}

impl ListResource<Arc<Remote>> for ListThings {
    type Config = ListConfig;
    type Model = Thing;

    fn type_name(&self) -> &'static str {
        "test_thing"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Lists things.",
            [Attribute::string("prefix")
                .optional()
                .description("How names begin.")],
        )
    }

    async fn list(
        &self,
        context: &Context<Arc<Remote>>,
        request: ListRequest<ListConfig>,
        items: &mut ListItems<Thing>,
    ) -> Diagnostics {
        let prefix = request.config.prefix.as_str().unwrap_or("").to_owned();
        if prefix == "endless" {
            let mut count: u64 = 0;
            while items.push(item(&format!("endless-{count}"))).await {
                count += 1;
            }
            context.data.note("listing ended early");
            context.data.ended.notify_one();
            return Diagnostics::new();
        }
        let things: Vec<Thing> = context
            .data
            .things
            .lock()
            .unwrap()
            .values()
            .cloned()
            .collect();
        for thing in things {
            if thing
                .name
                .as_str()
                .is_some_and(|name| name.starts_with(&prefix))
            {
                let display_name = thing.name.as_str().unwrap().to_owned();
                let more = items
                    .push(ListItem {
                        state: thing,
                        display_name,
                        diagnostics: Diagnostics::new(),
                    })
                    .await;
                if !more {
                    break;
                }
            }
        }
        assert_ne!(prefix, "panic", "{SECRET}");
        Diagnostic::warning("Listed", "That was all.").into()
    }
}

fn item(name: &str) -> ListItem<Thing> {
    ListItem {
        state: Thing {
            id: name.into(),
            name: name.into(),
            ..Thing::default()
        },
        display_name: name.to_owned(),
        diagnostics: Diagnostics::new(),
    }
}

pub(crate) struct Ring;

model! {
    pub(crate) struct RingConfig {
        times: Field<Number>,
        wait: Field<bool>,
    }
}

impl Action<Arc<Remote>> for Ring {
    type Config = RingConfig;

    fn type_name(&self) -> &'static str {
        "test_ring"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "Rings a bell.",
            [
                Attribute::number("times")
                    .optional()
                    .description("How often; a negative number breaks the bell."),
                Attribute::bool("wait")
                    .optional()
                    .description("Whether to wait until it is stopped, and then ring once more."),
            ],
        )
    }

    async fn plan(&self, _context: &Context<Arc<Remote>>, config: &RingConfig) -> Diagnostics {
        if config.times.known().and_then(Number::to_i64) == Some(0) {
            return Diagnostic::warning("Silent bell", "It would not ring at all.").into();
        }
        Diagnostics::new()
    }

    async fn invoke(
        &self,
        context: &Context<Arc<Remote>>,
        config: RingConfig,
        progress: Progress,
    ) -> Diagnostics {
        let times = config.times.known().and_then(Number::to_i64).unwrap_or(1);
        for time in 1..=times.abs() {
            progress.report(format!("ring {time}")).await;
        }
        assert!(times >= 0, "{SECRET}");
        if config.wait.into_known() == Some(true) {
            context.data.begun.notify_one();
            context.cancellation.cancelled().await;
            // More than fits where nobody takes it.
            for _ in 0..100 {
                progress.report("ring again").await;
            }
        }
        let stopped = context.cancellation.is_cancelled();
        context
            .data
            .note(format!("rang {times} times, stopped: {stopped}"));
        context.data.ended.notify_one();
        Diagnostics::new()
    }
}

/// A ring's configuration that rings so often and does not wait.
pub(crate) fn ring(times: Value) -> Value {
    Value::object([("times", times), ("wait", Value::Null)])
}
