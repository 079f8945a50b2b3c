//! What the service said, made fit to be shown: one line, of bounded length, without control
//! characters, markup or secrets we know.
//!
//! Must not know what the text is about.

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde_json::Value;

use super::secret::{SecretString, mask, mask_json};

/// Longest message kept, in characters.
const LONGEST: usize = 500;

/// Summarises the body of an answer: the sentences of a JSON object, the title of an HTML page,
/// or the text itself. `None` if there is nothing to show.
pub(crate) fn summarize(
    headers: &HeaderMap,
    body: &[u8],
    secrets: &[&SecretString],
) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    // Masked before it is cut, so that no half of a secret stays behind.
    let text = mask(&text, secrets);
    let summary = if is_html(headers, body) {
        let about = html_title(&text).unwrap_or_else(|| without_tags(&text));
        format!(
            "an HTML page instead of an answer of the API: {}",
            quoted(&one_line(&about))
        )
    } else {
        match serde_json::from_str(&text) {
            // In JSON, one text can be written in many ways.
            Ok(value) => from_json(&mask_json(value, secrets)).unwrap_or(text),
            Err(_) => text,
        }
    };
    let line = one_line(&summary);
    (!line.is_empty()).then_some(line)
}

/// Whether the body is an HTML page: nothing this API ever answers, so something in between did.
pub(crate) fn is_html(headers: &HeaderMap, body: &[u8]) -> bool {
    let declared = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            value
                .trim_start()
                .to_ascii_lowercase()
                .starts_with("text/html")
        });
    let start: Vec<u8> = body
        .iter()
        .copied()
        .skip_while(u8::is_ascii_whitespace)
        .take(14)
        .map(|byte| byte.to_ascii_lowercase())
        .collect();
    declared || start.starts_with(b"<!doctype html") || start.starts_with(b"<html")
}

/// The first of the usual identifiers of a request.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    [
        "x-request-id",
        "request-id",
        "x-correlation-id",
        "x-amzn-requestid",
        "cf-ray",
    ]
    .iter()
    .find_map(|name| headers.get(*name))
    .and_then(|value| value.to_str().ok())
    .map(|value| {
        value
            .chars()
            .filter(char::is_ascii_graphic)
            .take(100)
            .collect()
    })
    .filter(|value: &String| !value.is_empty())
}

/// One line without control or direction-changing characters, cut at [`LONGEST`].
pub(crate) fn one_line(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|character| {
            if is_harmful(character) {
                ' '
            } else {
                character
            }
        })
        .collect();
    let mut line = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(cut);
        line.push('…');
    }
    line
}

/// Control characters could drive the terminal; the others turn the reading direction or hide text.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The members services put sentences in. `None` if there is none of them.
fn from_json(value: &Value) -> Option<String> {
    if let Value::String(text) = value {
        return Some(text.clone());
    }
    let text = |name: &str| {
        value
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    let message = ["error_description", "message", "detail", "title", "error"]
        .into_iter()
        .find_map(text)?;
    let code = text("error").filter(|code| *code != message);
    let details = value
        .get("details")
        .filter(|details| {
            !details.is_null() && details.as_object().is_none_or(|map| !map.is_empty())
        })
        .map(Value::to_string);
    let mut summary = message.to_owned();
    for extra in code.map(str::to_owned).into_iter().chain(details) {
        summary.push_str(&format!(" ({extra})"));
    }
    Some(summary)
}

fn html_title(text: &str) -> Option<String> {
    // ASCII lowering keeps every byte in its place, so positions in one hold in the other.
    let lower = text.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let open = start + lower[start..].find('>')? + 1;
    let end = open + lower[open..].find("</title")?;
    let title = text[open..end].trim();
    (!title.is_empty()).then(|| title.to_owned())
}

fn without_tags(text: &str) -> String {
    let mut plain = String::new();
    let mut inside = false;
    for character in text.chars() {
        match character {
            '<' => inside = true,
            '>' => {
                inside = false;
                plain.push(' ');
            }
            _ if !inside => plain.push(character),
            _ => {}
        }
    }
    plain
}

/// The first words of a text in quotes.
fn quoted(text: &str) -> String {
    const WORDS: usize = 100;
    match text.char_indices().nth(WORDS) {
        Some((cut, _)) => format!("\"{}…\"", &text[..cut]),
        None => format!("\"{text}\""),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use proptest::prelude::*;

    use super::*;

    fn plain(body: &str) -> String {
        summarize(&HeaderMap::new(), body.as_bytes(), &[]).unwrap_or_default()
    }

    #[test]
    fn sentences_are_found_in_what_services_send() {
        let texts = [
            "No reservation left.",
            r#""a JSON string""#,
            r#"{"message":"Validation failed","details":{"name":"too long"}}"#,
            r#"{"message":"Validation failed","details":{}}"#,
            r#"{"error":"access_denied","error_description":"Unauthorized"}"#,
            r#"{"error":"Bad Request"}"#,
            r#"{"title":"Conflict","status":409,"detail":"An update is running"}"#,
            r#"{"code":17}"#,
            "[1, 2]",
            "",
        ]
        .map(plain);
        insta::assert_snapshot!(texts.join("\n"), @r#"
        No reservation left.
        a JSON string
        Validation failed ({"name":"too long"})
        Validation failed
        Unauthorized (access_denied)
        Bad Request
        An update is running
        {"code":17}
        [1, 2]
        "#);
    }

    #[test]
    fn a_page_is_named_not_shown() {
        let page = "<!DOCTYPE html>\n<HTML><head><TITLE>\n502 Bad   Gateway</TITLE><style>p {}</style></head>";
        insta::assert_snapshot!(plain(page), @r#"an HTML page instead of an answer of the API: "502 Bad Gateway""#);
        let long = format!("<html><body><h1>Oops</h1>{}", "<p>word</p>".repeat(1000));
        insta::assert_snapshot!(plain(&long), @r#"an HTML page instead of an answer of the API: "Oops word word word word word word word word word word word word word word word word word word word …""#);
        let mut headers = HeaderMap::new();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("Text/HTML; charset=utf-8"),
        );
        insta::assert_snapshot!(summarize(&headers, b"no tags", &[]).unwrap(), @r#"an HTML page instead of an answer of the API: "no tags""#);
    }

    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        assert_eq!(
            plain("a\u{1b}[2Jb\u{7}\r\nc\u{202e}d\u{9b}e"),
            "a [2Jb c d e"
        );
        assert_eq!(plain(&"x".repeat(2000)).chars().count(), LONGEST + 1);
        assert_eq!(
            summarize(&HeaderMap::new(), &[0xff, b'a', 0xfe], &[]).unwrap(),
            "\u{fffd}a\u{fffd}"
        );
    }

    #[test]
    fn a_secret_at_the_cut_is_masked_whole() {
        let secret = SecretString::from("abcdefgh");
        let body = format!("{}abcdefgh", "x".repeat(LONGEST - 4));
        let summary = summarize(&HeaderMap::new(), body.as_bytes(), &[&secret]).unwrap();
        assert!(!summary.contains("abcd"), "{summary}");
    }

    #[test]
    fn an_echoed_secret_is_masked_however_it_is_written() {
        let secret = SecretString::from("pa\"ss/w\u{f6}rd\n2");
        for body in [
            // A message, and details, with escapes that need not be.
            r#"{"message":"no \u0070a\"ss\/w\u00f6rd\n2 here"}"#,
            r#"{"message":"no","details":{"pa\"ss\/w\u00f6rd\u000a2":["pa\u0022ss/w\u00f6rd\n2"]}}"#,
            r#""pa\"ss/wörd\n2""#,
            "not JSON: pa\"ss/wörd\n2",
            r#"not JSON: pa\"ss/wörd\n2"#,
            "client_secret=pa%22ss%2Fw%C3%B6rd%0A2",
        ] {
            let summary = summarize(&HeaderMap::new(), body.as_bytes(), &[&secret]).unwrap();
            assert!(summary.contains("[secret]"), "{summary}");
            for part in ["rd\n2", "rd 2", "wörd", "w\\u00f6", "w%C3"] {
                assert!(!summary.contains(part), "{part} in {summary}");
            }
        }
    }

    #[test]
    fn request_ids_are_cut_and_cleaned() {
        let mut headers = HeaderMap::new();
        assert_eq!(request_id(&headers), None);
        headers.insert("cf-ray", HeaderValue::from_static("ray"));
        headers.insert("x-request-id", HeaderValue::from_static("id one\ttwo"));
        assert_eq!(request_id(&headers).unwrap(), "idonetwo");
    }

    proptest! {
        #[test]
        fn any_body_makes_one_clean_line(body in proptest::collection::vec(any::<u8>(), 0..2000)) {
            if let Some(line) = summarize(&HeaderMap::new(), &body, &[]) {
                prop_assert!(line.chars().count() <= LONGEST + 1 && !line.chars().any(char::is_control));
            }
        }

        #[test]
        fn any_markup_is_survived(body in "(<(title|html|/title)?>?|[a-zA-Z<>é ]){0,40}") {
            let page = format!("<html>{body}");
            prop_assert!(summarize(&HeaderMap::new(), page.as_bytes(), &[]).is_some());
        }
    }
}
