//! A plain HTTP client for the tests: every call is one request, nothing is repeated or cached.

use camunda_simulator::{Options, Simulator, seed, seed::Login};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// An answer, read completely.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<String>,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("the answer is JSON")
    }
}

/// A simulator and a client of it.
pub(crate) struct World {
    pub(crate) simulator: Simulator,
    client: Client,
    runtime: Runtime,
    pub(crate) token: String,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Self {
        let simulator = Simulator::start(options).expect("a free port");
        let token = simulator.issue_token(seed::credentials::FULL.client_id);
        Self {
            simulator,
            client: Client::builder().no_proxy().build().expect("a client"),
            runtime: tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .expect("a runtime"),
            token,
        }
    }

    /// The same simulator, seen by other credentials.
    pub(crate) fn login(&mut self, login: Login) {
        self.token = self.simulator.issue_token(login.client_id);
    }

    /// One request; an error is a connection that broke.
    pub(crate) fn try_call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Reply, reqwest::Error> {
        let mut request = self
            .client
            .request(method, format!("{}{path}", self.simulator.url()))
            .bearer_auth(&self.token);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        self.runtime.block_on(read(request))
    }

    pub(crate) fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Reply {
        self.try_call(method, path, body).expect("an answer")
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, None)
    }

    /// Starts a request and returns at once.
    pub(crate) fn start(
        &self,
        method: Method,
        path: &str,
    ) -> tokio::task::JoinHandle<Option<Reply>> {
        let request = self
            .client
            .request(method, format!("{}{path}", self.simulator.url()))
            .bearer_auth(&self.token);
        self.runtime.spawn(async { read(request).await.ok() })
    }

    pub(crate) fn finish(&self, task: tokio::task::JoinHandle<Option<Reply>>) -> Option<Reply> {
        self.runtime.block_on(task).expect("no panic")
    }

    /// A token request with this body.
    pub(crate) fn token(&self, content_type: &str, body: String) -> Reply {
        let request = self
            .client
            .post(self.simulator.token_url())
            .header("content-type", content_type)
            .body(body);
        self.runtime.block_on(read(request)).expect("an answer")
    }

    pub(crate) fn log_in(&self, login: Login) -> Reply {
        let body = json!({
            "grant_type": "client_credentials",
            "client_id": login.client_id,
            "client_secret": login.client_secret,
            "audience": self.simulator.audience(),
        });
        self.token("application/json", body.to_string())
    }

    /// Creates a cluster through the API and returns its id.
    pub(crate) fn create(&self, body: &Value) -> String {
        let reply = self.call(Method::POST, "/clusters", Some(body));
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()["clusterId"]
            .as_str()
            .expect("an id")
            .to_owned()
    }

    /// `status.ready` of a cluster.
    pub(crate) fn ready(&self, id: &str) -> String {
        let cluster = self.get(&format!("/clusters/{id}")).json();
        cluster["status"]["ready"]
            .as_str()
            .expect("a word")
            .to_owned()
    }
}

/// A request for a cluster that nothing is wrong with.
pub(crate) fn order(name: &str) -> Value {
    json!({
        "name": name,
        "planTypeId": seed::PLAN_ADVANCED,
        "channelId": seed::CHANNEL_STABLE,
        "generationId": seed::GENERATION_8_8_GEN22,
        "regionId": seed::REGION_BELGIUM,
    })
}

async fn read(request: reqwest::RequestBuilder) -> Result<Reply, reqwest::Error> {
    let response = request.send().await?;
    let retry_after = response.headers().get("retry-after");
    Ok(Reply {
        status: response.status().as_u16(),
        retry_after: retry_after.map(|value| value.to_str().expect("text").to_owned()),
        text: response.text().await?,
    })
}
