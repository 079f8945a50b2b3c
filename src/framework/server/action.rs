//! Planning and invoking actions.

use tokio::sync::mpsc;

use super::{Call, Kind, Server};
use crate::framework::action::Progress;
use crate::framework::diag::Diagnostics;
use crate::framework::operation::ClientCapabilities;
use crate::framework::provider::Provider;
use crate::framework::schema::Schema;
use crate::framework::value::Value;

impl<P: Provider> Server<P> {
    /// Plans an action. `config` is null where the action has no `config` block.
    pub async fn plan_action(
        &self,
        call: &Call,
        type_name: &str,
        config: Value,
        client: ClientCapabilities,
    ) -> Diagnostics {
        let prepared = self
            .schema(Kind::Action, type_name)
            .and_then(|schema| Ok((schema, self.context(call, client)?)));
        match (prepared, self.actions.get(type_name)) {
            (Ok((schema, context)), Some(entry)) => {
                let config = present(config, schema);
                entry.object.plan(&context, &config).await
            }
            (Err(diagnostic), _) => diagnostic.into(),
            (Ok(_), None) => Diagnostics::new(),
        }
    }

    /// Invokes an action. What it reports on the way goes to `progress`; the messages at the end
    /// are returned.
    pub async fn invoke_action(
        &self,
        call: &Call,
        type_name: &str,
        config: Value,
        client: ClientCapabilities,
        progress: mpsc::Sender<String>,
    ) -> Diagnostics {
        let prepared = self
            .schema(Kind::Action, type_name)
            .and_then(|schema| Ok((schema, self.context(call, client)?)));
        match (prepared, self.actions.get(type_name)) {
            (Ok((schema, context)), Some(entry)) => {
                let config = present(config, schema);
                entry
                    .object
                    .invoke(&context, &config, Progress::to(progress))
                    .await
            }
            (Err(diagnostic), _) => diagnostic.into(),
            (Ok(_), None) => Diagnostics::new(),
        }
    }
}

/// A missing `config` block is one without content.
pub(super) fn present(config: Value, schema: &Schema) -> Value {
    if config.is_null() {
        schema.block.empty()
    } else {
        config
    }
}
