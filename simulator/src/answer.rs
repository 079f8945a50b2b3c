//! An HTTP answer as plain data, before it goes out.

use serde::Serialize;
use serde_json::{Value, json};

use crate::behaviour::ErrorFormat;

/// Media type of JSON bodies.
pub(crate) const JSON: &str = "application/json";

/// Status, headers and body.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether it may deviate from the contract: somebody asked for that, or the request did first.
    pub(crate) deliberate: bool,
}

impl Answer {
    /// Success with a JSON body.
    pub(crate) fn json(body: &impl Serialize) -> Self {
        Self::json_with(200, body)
    }

    pub(crate) fn json_with(status: u16, body: &impl Serialize) -> Self {
        let body = serde_json::to_vec(body).expect("answers hold text keys only");
        Self::new(status, Some(JSON), body)
    }

    /// Success without a body.
    pub(crate) fn no_content() -> Self {
        Self::new(204, None, Vec::new())
    }

    /// A sentence.
    pub(crate) fn text(status: u16, sentence: impl Into<String>) -> Self {
        Self::new(status, Some("text/plain"), sentence.into().into_bytes())
    }

    pub(crate) fn html(status: u16, page: impl Into<String>) -> Self {
        Self::new(status, Some("text/html"), page.into().into_bytes())
    }

    pub(crate) fn new(status: u16, content_type: Option<&'static str>, body: Vec<u8>) -> Self {
        Self {
            status,
            content_type,
            headers: Vec::new(),
            body,
            deliberate: false,
        }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// The body, if it is JSON.
    pub(crate) fn json_body(&self) -> Option<Value> {
        (self.content_type == Some(JSON))
            .then(|| serde_json::from_slice(&self.body).ok())
            .flatten()
    }
}

/// Why the Administration API refuses: a status and a sentence for people.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) message: String,
    /// Whether the contract does not declare this status, and a switch asked for it.
    pub(crate) deliberate: bool,
}

impl Refusal {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            deliberate: false,
        }
    }

    pub(crate) fn into_answer(self, format: ErrorFormat) -> Answer {
        let mut answer = match format {
            ErrorFormat::Text => Answer::text(self.status, self.message),
            ErrorFormat::Json => {
                Answer::json_with(self.status, &json!({ "message": self.message }))
            }
        };
        answer.deliberate = self.deliberate;
        answer
    }
}
