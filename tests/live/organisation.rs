//! A client of the Administration API, as small as it can be, and of the token service. With it the
//! tests look at what the provider has done, and do what people do in the Console. Shares no code with
//! the provider: what both have wrong would be seen by nobody.

use std::fs;
use std::time::Duration;

use reqwest::{Certificate, Client, Method, header};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::settings::{Credentials, Settings};
use crate::support::wait;

const REQUEST_DEADLINE: Duration = Duration::from_secs(60);
/// Tries of a request that can be repeated, and the pause between them: a minute and a half in all.
const TRIES: u32 = 30;
const PAUSE: Duration = Duration::from_secs(3);

/// Waits, without a condition: for the pace that a service asks for.
pub(crate) fn pause(time: Duration) {
    wait::until(time, || None::<()>);
}

/// An answer that is none of 2xx, or none at all.
#[derive(Debug)]
pub(crate) struct Refusal {
    /// 0 if there was no answer.
    pub(crate) status: u16,
    pub(crate) text: String,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} ({})", self.text, self.status)
    }
}

/// See the module.
pub(crate) struct Organisation {
    runtime: Runtime,
    http: Client,
    base: String,
    token: String,
    poll_interval: Duration,
}

fn client(settings: &Settings, url: &str) -> Client {
    let mut builder = Client::builder()
        .timeout(REQUEST_DEADLINE)
        .user_agent("terraform-provider-camunda-tests")
        // A redirect would take the credentials with it.
        .redirect(reqwest::redirect::Policy::none());
    if let Some(path) = &settings.authorities {
        let pem = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let bundle = Certificate::from_pem_bundle(&pem).unwrap();
        builder = bundle
            .into_iter()
            .fold(builder, reqwest::ClientBuilder::add_root_certificate);
    }
    if url.contains("//127.0.0.1") || url.contains("//localhost") {
        builder = builder.no_proxy();
    }
    builder.build().unwrap()
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// One request for a token: the token, and for how many seconds it is good.
pub(crate) fn request_token(settings: &Settings) -> Result<(String, i64), String> {
    let Credentials::Client { id, secret } = &settings.credentials else {
        return Err("there is a token already".to_owned());
    };
    let body = json!({
        "grant_type": "client_credentials",
        "audience": settings.audience,
        "client_id": id,
        "client_secret": secret,
    });
    let url = &settings.token_url;
    let request = client(settings, url)
        .post(url)
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.to_string());
    let answer = runtime().block_on(async {
        let answer = request.send().await?;
        let status = answer.status().as_u16();
        Ok::<_, reqwest::Error>((status, answer.text().await?))
    });
    match answer {
        Ok((200, text)) => {
            let answer: Value = serde_json::from_str(&text).unwrap_or_default();
            let token = answer["access_token"].as_str();
            let token = token.ok_or("the token service answers without a token")?;
            Ok((
                token.to_owned(),
                answer["expires_in"].as_i64().unwrap_or(300),
            ))
        }
        Ok((429, _)) => Err(format!(
            "{url} answers 429: somebody behind this IP address asks for too many tokens. Wait some \
             minutes, and look for who it is."
        )),
        Ok((status, text)) => Err(format!("no token from {url}: {status} {text}")),
        Err(error) => Err(format!("no token from {url}: {error:?}")),
    }
}

impl Organisation {
    pub(crate) fn new(settings: &Settings, token: &str) -> Self {
        Self {
            runtime: runtime(),
            http: client(settings, &settings.api_url),
            base: settings.api_url.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
            poll_interval: settings.poll_interval,
        }
    }

    /// One request and its answer.
    fn once(&self, method: &Method, path: &str, body: Option<&Value>) -> Result<Value, Refusal> {
        let url = format!("{}{path}", self.base);
        let mut request = self
            .http
            .request(method.clone(), url)
            .bearer_auth(&self.token);
        if let Some(body) = body {
            request = request
                .header(header::CONTENT_TYPE, "application/json")
                .body(body.to_string());
        }
        let answer = self.runtime.block_on(async {
            let answer = request.send().await?;
            let status = answer.status().as_u16();
            Ok::<_, reqwest::Error>((status, answer.text().await?))
        });
        match answer {
            Ok((200..=299, text)) => Ok(serde_json::from_str(&text).unwrap_or_default()),
            Ok((status, text)) => Err(Refusal {
                status,
                text: format!("{method} {path}: {text}"),
            }),
            Err(error) => Err(Refusal {
                status: 0,
                text: format!("{method} {path}: {error:?}"),
            }),
        }
    }

    /// The same until it is neither too early nor too much, for what can be repeated.
    fn call(&self, method: &Method, path: &str, body: Option<&Value>) -> Result<Value, Refusal> {
        for _ in 1..TRIES {
            match self.once(method, path, body) {
                // 409 to a deletion: something else of the cluster is being changed.
                Err(refusal)
                    if matches!(refusal.status, 0 | 429 | 500..=599)
                        || (refusal.status == 409 && method == Method::DELETE) =>
                {
                    pause(PAUSE.min(self.poll_interval));
                }
                answer => return answer,
            }
        }
        self.once(method, path, body)
    }

    pub(crate) fn get(&self, path: &str) -> Result<Value, Refusal> {
        self.call(&Method::GET, path, None)
    }

    /// The same, of what may not be there.
    pub(crate) fn find(&self, path: &str) -> Option<Value> {
        match self.get(path) {
            Ok(found) => Some(found),
            Err(refusal) if refusal.status == 404 => None,
            Err(refusal) => panic!("{refusal}"),
        }
    }

    /// A list.
    #[track_caller]
    pub(crate) fn list(&self, path: &str) -> Vec<Value> {
        match self.get(path) {
            Ok(list) => list.as_array().cloned().unwrap_or_default(),
            Err(refusal) => panic!("{refusal}"),
        }
    }

    /// Not repeated: it makes something.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, Refusal> {
        self.once(&Method::POST, path, Some(body))
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Result<Value, Refusal> {
        self.call(&Method::PUT, path, Some(body))
    }

    /// Deletes. What is gone already is deleted.
    pub(crate) fn delete(&self, path: &str) -> Result<(), Refusal> {
        match self.call(&Method::DELETE, path, None) {
            Err(refusal) if refusal.status != 404 => Err(refusal),
            _ => Ok(()),
        }
    }

    /// Asks until there is an answer: the service shows some changes late.
    pub(crate) fn eventually<T>(
        &self,
        deadline: Duration,
        mut ask: impl FnMut() -> Option<T>,
    ) -> Option<T> {
        let looks = deadline.as_millis() / self.poll_interval.as_millis().max(1);
        for _ in 0..looks.max(1) {
            if let Some(answer) = ask() {
                return Some(answer);
            }
            pause(self.poll_interval);
        }
        ask()
    }
}

/// A part of a path, with everything in it that could end the part written otherwise.
pub(crate) fn part(text: &str) -> String {
    let mut part = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            part.push(char::from(byte));
        } else {
            part += &format!("%{byte:02X}");
        }
    }
    part
}

#[cfg(test)]
mod tests {
    use super::part;

    #[test]
    fn parts_of_paths_stay_parts() {
        assert_eq!(part("tf-acc~1_a.b@example.com"), "tf-acc~1_a.b@example.com");
        assert_eq!(part("a+b/c%d e?"), "a%2Bb%2Fc%25d%20e%3F");
    }
}
