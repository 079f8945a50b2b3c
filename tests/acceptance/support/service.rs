//! Where an organisation is and how to get in, as the provider is told it: by environment variables.
//! Whether a simulator or the real service listens there makes no difference from here on.

use std::collections::BTreeMap;

use camunda_simulator::Simulator;
use camunda_simulator::seed::Login;

/// The variables that lead the provider to a service.
#[derive(Clone, Debug)]
pub(crate) struct Service(BTreeMap<String, String>);

impl Service {
    /// A service that is described by variables.
    pub(crate) fn new(environment: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(environment.into_iter().collect())
    }

    /// A simulator within this process. Its time passes with requests: there is no need to wait.
    pub(crate) fn simulated(simulator: &Simulator, login: &Login) -> Self {
        let variables = [
            ("CAMUNDA_CONSOLE_BASE_URL", simulator.url()),
            ("CAMUNDA_OAUTH_URL", simulator.token_url()),
            ("CAMUNDA_CONSOLE_OAUTH_AUDIENCE", simulator.audience()),
            ("CAMUNDA_POLL_INTERVAL", "20ms".to_owned()),
            ("CAMUNDA_CONSOLE_CLIENT_ID", login.client_id.to_owned()),
            (
                "CAMUNDA_CONSOLE_CLIENT_SECRET",
                login.client_secret.to_owned(),
            ),
        ];
        Self::new(variables.map(|(name, value)| (name.to_owned(), value)))
    }

    /// What to set.
    pub(crate) fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}
