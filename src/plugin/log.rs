//! Log events as hclog lines on stderr: one JSON object per line, which the host reprints.
//!
//! Only events of this crate come out, and none at all unless the user asked for logs. Values are
//! written as they are given: what must not be seen must not be put into an event.

use std::fmt::Write as _;
use std::io::{self, Write as _};

use serde_json::{Map, Value};
use std::sync::OnceLock;
use tracing::field::{Field, Visit};

use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::reload;

use super::visible;
use crate::clock::Clock;

/// The crate whose events are written. Libraries log what passes through them, and that includes
/// credentials.
const OWN_CRATE: &str = env!("CARGO_CRATE_NAME");

/// First part of `@module`.
const MODULE_ROOT: &str = "camunda";

/// Hosts cut lines longer than 64 KiB into pieces of text. A longer text is cut here instead, so
/// that the line stays one object.
const LONGEST_TEXT: usize = 8 << 10;
const LONGEST_LINE: usize = 60 << 10;

/// The level that a value of `TF_LOG` and its relatives stands for, read as the host reads it:
/// case does not matter, `JSON` and unknown words mean everything.
#[must_use]
pub fn level(value: Option<&str>) -> LevelFilter {
    match value.map(str::to_uppercase).as_deref() {
        None | Some("" | "OFF") => LevelFilter::OFF,
        Some("ERROR") => LevelFilter::ERROR,
        Some("WARN") => LevelFilter::WARN,
        Some("INFO") => LevelFilter::INFO,
        Some("DEBUG") => LevelFilter::DEBUG,
        Some(_) => LevelFilter::TRACE,
    }
}

/// Sends the log of this process to stderr, from `level` upwards. Does nothing when the level is
/// off, or when the process has a log already.
pub fn to_stderr(level: LevelFilter, clock: Clock) {
    if level == LevelFilter::OFF {
        return;
    }
    let lines = HclogLines::new(level, clock, |line: &[u8]| {
        // The host may be gone; that is no reason to fail.
        let _ = io::stderr().lock().write_all(line);
    });
    let (lines, handle) = reload::Layer::new(lines);
    let log = tracing_subscriber::registry().with(lines);
    if tracing::subscriber::set_global_default(log).is_ok() {
        let _ = RAISE.set(Box::new(move |level| {
            let _ = handle.modify(|lines| lines.level = lines.level.max(level));
        }));
    }
}

/// How the level of this process's log is raised, once there is one.
static RAISE: OnceLock<Box<dyn Fn(LevelFilter) + Send + Sync>> = OnceLock::new();

/// Makes the log of this process at least as talkative as `level`. The host still shows only what
/// its own level lets through.
pub fn raise(level: LevelFilter, clock: Clock) {
    match RAISE.get() {
        Some(raise) => raise(level),
        None => to_stderr(level, clock),
    }
}

/// Writes each event of this crate as one line, with the fields of the spans around it.
pub struct HclogLines<W> {
    level: LevelFilter,
    clock: Clock,
    write: W,
}

impl<W: Fn(&[u8]) + 'static> HclogLines<W> {
    /// Lines from `level` upwards, given to `write` one by one, each with its line feed.
    pub fn new(level: LevelFilter, clock: Clock, write: W) -> Self {
        Self {
            level,
            clock,
            write,
        }
    }

    fn line(&self, metadata: &Metadata<'_>, mut fields: Map<String, Value>) -> String {
        let timestamp = format!("{:.6}", self.clock.now());
        let level = metadata.level().as_str().to_lowercase();
        fields.insert("@timestamp".to_owned(), timestamp.into());
        fields.insert("@level".to_owned(), level.into());
        fields.insert("@module".to_owned(), module(metadata.target()).into());
        fields
            .entry(MESSAGE)
            .or_insert_with(|| metadata.name().into());

        let mut line = text_of(&fields);
        if line.len() > LONGEST_LINE {
            fields.retain(|key, _| key.starts_with('@'));
            fields.insert("bytes_left_out".to_owned(), line.len().into());
            line = text_of(&fields);
        }
        line.push('\n');
        line
    }
}

const MESSAGE: &str = "@message";

fn text_of(fields: &Map<String, Value>) -> String {
    serde_json::to_string(fields).expect("a map of JSON values can be written as JSON")
}

/// `terraform_provider_camunda::api::send` as `camunda.api.send`.
fn module(target: &str) -> String {
    let own = target.strip_prefix(OWN_CRATE).unwrap_or(target);
    format!("{MODULE_ROOT}{}", own.replace("::", "."))
}

fn is_own(target: &str) -> bool {
    target
        .strip_prefix(OWN_CRATE)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

impl<S, W> Layer<S> for HclogLines<W>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: Fn(&[u8]) + 'static,
{
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        // Spans of every level are kept: an error inside a debug span still says where it was.
        is_own(metadata.target()) && (metadata.is_span() || *metadata.level() <= self.level)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        None
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::of_span();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::of_event();
        let spans = context.event_scope(event).map(|scope| scope.from_root());
        for span in spans.into_iter().flatten() {
            if let Some(outer) = span.extensions().get::<Fields>() {
                fields.values.extend(outer.values.clone());
            }
        }
        event.record(&mut fields);
        (self.write)(self.line(event.metadata(), fields.values).as_bytes());
    }
}

/// Collects fields as JSON values under keys that are safe beside hclog's own.
struct Fields {
    values: Map<String, Value>,
    of_event: bool,
}

impl Fields {
    fn of_event() -> Self {
        Self {
            values: Map::new(),
            of_event: true,
        }
    }

    fn of_span() -> Self {
        Self {
            values: Map::new(),
            of_event: false,
        }
    }

    /// Only the message of an event becomes `@message`. Keys with an `@` belong to hclog, and a
    /// value of the wrong type under one of them crashes the host.
    fn key(&self, field: &Field) -> String {
        match field.name() {
            "message" if self.of_event => MESSAGE.to_owned(),
            name if name.starts_with('@') => format!("field_{}", name.trim_start_matches('@')),
            name => name.to_owned(),
        }
    }

    fn insert(&mut self, field: &Field, value: Value) {
        let key = self.key(field);
        let value = match value {
            // The host prints the text of a message as it is, and a value over several lines.
            Value::String(text) if key == MESSAGE => visible::line(shortened(text)).into(),
            Value::String(text) => visible::text(shortened(text)).into(),
            other if key == MESSAGE => other.to_string().into(),
            other => other,
        };
        self.values.insert(key, value);
    }
}

fn shortened(mut text: String) -> String {
    if text.len() > LONGEST_TEXT {
        let length = text.len();
        let mut end = LONGEST_TEXT;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        let _ = write!(text, "… ({length} bytes)");
    }
    text
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.insert(field, format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        // JSON has no infinities.
        let number = serde_json::Number::from_f64(value).map(Value::Number);
        self.insert(field, number.unwrap_or_else(|| value.to_string().into()));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value.into());
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        let mut text = value.to_string();
        let mut source = value.source();
        while let Some(error) = source {
            let _ = write!(text, ": {error}");
            source = error.source();
        }
        self.insert(field, text.into());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    /// The lines logged by `events`.
    fn logged(level: LevelFilter, events: impl FnOnce()) -> String {
        let clock = Clock::starting_at("2026-01-02T03:04:05.000006789Z".parse().unwrap());
        let written = Arc::new(Mutex::new(Vec::new()));
        let sink = written.clone();
        let lines = HclogLines::new(level, clock, move |line: &[u8]| {
            sink.lock().unwrap().extend_from_slice(line);
        });
        let subscriber = tracing_subscriber::registry().with(lines);
        tracing::subscriber::with_default(subscriber, events);
        String::from_utf8(written.lock().unwrap().clone()).unwrap()
    }

    #[test]
    fn words_for_levels_are_read_as_the_host_reads_them() {
        for (word, meaning) in [
            (None, LevelFilter::OFF),
            (Some(""), LevelFilter::OFF),
            (Some("off"), LevelFilter::OFF),
            (Some("ERROR"), LevelFilter::ERROR),
            (Some("Warn"), LevelFilter::WARN),
            (Some("info"), LevelFilter::INFO),
            (Some("DEBUG"), LevelFilter::DEBUG),
            (Some("TRACE"), LevelFilter::TRACE),
            (Some("JSON"), LevelFilter::TRACE),
            (Some("loud"), LevelFilter::TRACE),
        ] {
            assert_eq!(level(word), meaning, "{word:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_line_is_one_object_with_the_fields_as_keys() {
        let lines = logged(LevelFilter::TRACE, || {
            let count = 3_u64;
            tracing::info!(
                count,
                ratio = 0.5,
                is_new = true,
                name = "a\"b\n",
                limit = f64::INFINITY,
                "made {count}"
            );
        });
        insta::assert_snapshot!(lines, @r#"{"@level":"info","@message":"made 3","@module":"camunda.plugin.log.tests","@timestamp":"2026-01-02T03:04:05.000006Z","count":3,"is_new":true,"limit":"inf","name":"a\"b\n","ratio":0.5}"#);
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_in_a_line_drives_the_terminal_or_passes_for_another_line() {
        let lines = logged(LevelFilter::TRACE, || {
            let name = "orders\u{1b}[2J";
            let error = io::Error::other(name);
            tracing::info!(name, debug = ?name, %error, "read {name}\n[INFO] forged");
        });
        insta::assert_snapshot!(lines, @r#"{"@level":"info","@message":"read orders\\u{1b}[2J\\u{a}[INFO] forged","@module":"camunda.plugin.log.tests","@timestamp":"2026-01-02T03:04:05.000006Z","debug":"\"orders\\u{1b}[2J\"","error":"orders\\u{1b}[2J","name":"orders\\u{1b}[2J"}"#);
    }

    #[tokio::test(start_paused = true)]
    async fn fields_of_spans_are_repeated_and_the_innermost_wins() {
        let lines = logged(LevelFilter::INFO, || {
            let outer = tracing::debug_span!(
                "rpc",
                tf_rpc = "ReadResource",
                tf_req_id = tracing::field::Empty,
                step = 1
            );
            outer.record("tf_req_id", "r1");
            let _outer = outer.enter();
            let _inner = tracing::debug_span!("step", step = 2).entered();
            tracing::info!(target: "terraform_provider_camunda::api::send", "sent");
        });
        insta::assert_snapshot!(lines, @r#"{"@level":"info","@message":"sent","@module":"camunda.api.send","@timestamp":"2026-01-02T03:04:05.000006Z","step":2,"tf_req_id":"r1","tf_rpc":"ReadResource"}"#);
    }

    #[tokio::test(start_paused = true)]
    async fn no_field_can_take_the_place_of_hclogs_own() {
        let lines = logged(LevelFilter::TRACE, || {
            tracing::info!("@level" = 5, "@timestamp" = false, "@message" = 7, "text");
            tracing::info!(message = 5);
            tracing::info!(count = 1);
        });
        for line in lines.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            for key in ["@level", "@message", "@module", "@timestamp"] {
                assert!(line[key].is_string(), "{line}");
            }
        }
        let first: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
        assert_eq!(first["@message"], "text");
        assert_eq!(first["field_level"], 5);
        assert_eq!(first["field_message"], 7);
    }

    #[tokio::test(start_paused = true)]
    async fn errors_come_with_their_sources() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot start")]
        struct Outer(#[source] io::Error);

        let lines = logged(LevelFilter::TRACE, || {
            let error = Outer(io::Error::other("no room"));
            tracing::warn!(error = &error as &dyn std::error::Error, "failed");
        });
        assert!(
            lines.contains(r#""error":"cannot start: no room""#),
            "{lines}"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn only_this_crate_and_this_level_are_heard() {
        let lines = logged(LevelFilter::INFO, || {
            tracing::error!(target: "h2::codec", "frame");
            tracing::error!(target: "terraform_provider_camunda_other", "foreign");
            tracing::debug!("too fine");
        });
        assert_eq!(lines, "");
    }

    #[tokio::test(start_paused = true)]
    async fn long_texts_are_cut_and_long_lines_lose_their_fields() {
        let text = "ä".repeat(LONGEST_TEXT);
        let lines = logged(LevelFilter::INFO, || {
            tracing::info!(text, "one");
            tracing::info!(
                a = text,
                b = text,
                c = text,
                d = text,
                e = text,
                f = text,
                g = text,
                h = text,
                "many"
            );
        });
        let lines: Vec<&str> = lines.lines().collect();
        assert!(lines[0].contains("ä… (16384 bytes)"), "{}", lines[0]);
        assert!(lines[0].len() < LONGEST_TEXT + 500);
        assert!(
            lines[1].contains(r#""@message":"many""#) && lines[1].contains("bytes_left_out"),
            "{}",
            lines[1]
        );
    }
}
