//! What faults make of answers: pure functions from a proper answer to a broken one.

use serde_json::Value;

use crate::{
    answer::Answer,
    clock::{http_date, later, real_now},
    contract::{ISSUE_TOKEN, Operation},
    faults::{Fault, FaultAnswer, FaultBody, RetryAfter},
    token_endpoint::{oauth_error, too_many_requests},
};

const PROXY_PAGE: &str = "<html>\r\n<head><title>Bad Gateway</title></head>\r\n<body>\r\n\
    <center><h1>The upstream service did not answer</h1></center>\r\n</body>\r\n</html>\r\n";

/// What becomes of an answer.
pub(crate) enum Deviation {
    Answer(Answer),
    Reset,
    /// Bytes in the place of the HTTP answer; the answer is for the log.
    Raw(Answer, Vec<u8>),
}

/// Spoils the answer to a request that was carried out.
pub(crate) fn deviate(fault: &Fault, answer: Answer, operation: &Operation) -> Deviation {
    match fault {
        Fault::Answer(instead) => Deviation::Answer(self::answer(instead, operation)),
        Fault::Reset { .. } => Deviation::Reset,
        Fault::TruncatedJson => {
            let mut answer = answer;
            answer.body.truncate(answer.body.len() / 2);
            Deviation::Answer(answer)
        }
        Fault::CutOffBody => {
            let kept = answer.body.len() / 2;
            let bytes = raw(&answer, &answer.body[..kept], answer.body.len().max(1));
            Deviation::Raw(answer, bytes)
        }
        Fault::BodyOnNoContent => {
            let body = b"{\"unexpected\":true}";
            let mut answer = answer;
            answer.status = 204;
            answer.content_type = Some("application/json");
            let bytes = raw(&answer, body, body.len());
            answer.body = body.to_vec();
            Deviation::Raw(answer, bytes)
        }
        Fault::EmptyBody => {
            let mut answer = answer;
            answer.body.clear();
            Deviation::Answer(answer)
        }
        Fault::Overlay(overlay) => Deviation::Answer(edit(answer, |item| lay_over(item, overlay))),
        Fault::Omit(names) => Deviation::Answer(edit(answer, |item| {
            if let Some(members) = item.as_object_mut() {
                members.retain(|name, _| !names.contains(name));
            }
        })),
        // These have done their work before or around the answer.
        Fault::Slow { .. } | Fault::Hold { .. } | Fault::RevokeToken => Deviation::Answer(answer),
    }
}

/// The answer that a fault puts in the place of the proper one.
pub(crate) fn answer(fault: &FaultAnswer, operation: &Operation) -> Answer {
    let status = fault.status;
    let mut answer = match &fault.body {
        FaultBody::Usual => usual(status, operation),
        FaultBody::Text(text) => Answer::text(status, text.as_str()),
        FaultBody::Html => Answer::html(status, PROXY_PAGE),
        FaultBody::Json(body) => Answer::json_with(status, body),
        FaultBody::Empty => Answer::new(status, None, Vec::new()),
    };
    if let Some(retry_after) = &fault.retry_after {
        let value = match retry_after {
            RetryAfter::Seconds(seconds) => seconds.to_string(),
            RetryAfter::DateIn(seconds) => {
                let distance = std::time::Duration::from_secs(seconds.unsigned_abs());
                let now = real_now();
                http_date(if *seconds < 0 {
                    now.checked_sub(distance).unwrap_or(now)
                } else {
                    later(now, distance)
                })
            }
            RetryAfter::Text(text) => text.clone(),
        };
        answer = answer.with_header("retry-after", value);
    }
    answer
}

fn usual(status: u16, operation: &Operation) -> Answer {
    if operation.id == ISSUE_TOKEN {
        return match status {
            429 => too_many_requests(),
            401 => oauth_error(401, "access_denied", "Unauthorized"),
            _ => oauth_error(status, "server_error", "The login service is not available"),
        };
    }
    let sentence = match status {
        401 => "The token was not accepted.",
        403 => "The client lacks a permission.",
        404 => "There is no such object.",
        409 => "Another change is running.",
        412 => "The cluster is not ready.",
        429 => "Too many requests.",
        500..=599 => "The service is not available.",
        _ => "The request was refused.",
    };
    Answer::text(status, sentence)
}

fn edit(mut answer: Answer, change: impl Fn(&mut Value)) -> Answer {
    if let Some(mut body) = answer.json_body() {
        match &mut body {
            Value::Array(items) => items.iter_mut().for_each(&change),
            item => change(item),
        }
        answer.body = serde_json::to_vec(&body).expect("JSON came in, JSON goes out");
    }
    answer
}

fn lay_over(target: &mut Value, overlay: &Value) {
    match (target, overlay) {
        (Value::Object(members), Value::Object(overlay)) => {
            for (name, value) in overlay {
                lay_over(members.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (target, overlay) => *target = overlay.clone(),
    }
}

/// An HTTP answer as bytes, with whatever length announced.
fn raw(answer: &Answer, body: &[u8], announced: usize) -> Vec<u8> {
    let content_type = answer.content_type.unwrap_or("application/json");
    let mut bytes = format!(
        "HTTP/1.1 {} Fault\r\ncontent-type: {content_type}\r\ncontent-length: {announced}\r\nconnection: close\r\n\r\n",
        answer.status
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}
