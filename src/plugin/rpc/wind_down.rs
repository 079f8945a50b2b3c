//! The end of the process: closes what the core has opened and not closed.

use std::sync::Arc;

use tokio::task::JoinSet;

use super::ProviderService;
use crate::framework::provider::Provider;
use crate::plugin::process::WindDown;

impl<P: Provider> WindDown for ProviderService<P> {
    async fn wind_down(&self) {
        let mut closings = JoinSet::new();
        for (type_name, private) in self.shared.server.take_open() {
            let shared = Arc::clone(&self.shared);
            closings.spawn(async move {
                tracing::info!(tf_type = type_name, "closing what the host has left open");
                let call = shared.server.call();
                let diagnostics = shared
                    .server
                    .close_ephemeral_resource(&call, &type_name, &private)
                    .await;
                // Nobody is left to be told.
                for diagnostic in diagnostics.iter() {
                    tracing::warn!(
                        tf_type = type_name,
                        detail = diagnostic.full_detail(),
                        "{}",
                        diagnostic.summary
                    );
                }
            });
        }
        while closings.join_next().await.is_some() {}
    }
}
