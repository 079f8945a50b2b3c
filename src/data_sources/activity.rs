//! `camunda_activity`: the audit log of the organisation.

use jiff::Timestamp;

use crate::api::{ActivityEvent, CallContext};
use crate::framework::data_source::DataSource;
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::docs::Facts;
use crate::framework::number::Number;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::path::Path;
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::provider::data::ProviderData;
use crate::provider::validators;

/// The data source.
#[derive(Debug)]
pub struct Activity;

crate::model! {
    /// Which events, and the events.
    pub struct ActivityModel {
        pub since: Field<String>,
        pub until: Field<String>,
        pub entity: Field<String>,
        pub entity_id: Field<String>,
        pub audit_type: Field<String>,
        pub user_id: Field<String>,
        pub limit: Field<Number>,
        pub events: Field<Vec<EventModel>>,
    }
}

crate::model! {
    /// One event.
    pub struct EventModel {
        pub happened_at: Field<String>,
        pub description: Field<String>,
        pub audit_type: Field<String>,
        pub entity: Field<String>,
        pub entity_id: Field<String>,
        pub user_id: Field<String>,
        pub service: Field<String>,
    }
}

impl DataSource<ProviderData> for Activity {
    type Model = ActivityModel;

    fn type_name(&self) -> &'static str {
        "camunda_activity"
    }

    fn schema(&self) -> Schema {
        let filter = |name: &str, text: &str| Attribute::string(name).optional().description(text);
        let time = |name: &str, text: &str| {
            Attribute::string(name)
                .optional()
                .validate(validators::timestamp())
                .description(text)
        };
        let computed =
            |name: &str, text: &str| Attribute::string(name).computed().description(text);
        Schema::new(
            "Events of the organisation's activity log: who did what, and when. The log grows with every \
             change, those of this provider included, so what depends on it changes with every plan; set \
             `until` for a result that stays. The service returns the whole log each time; filters are \
             applied by the provider.",
            [
                time("since", "Only events at this time or later (RFC 3339)."),
                time("until", "Only events before this time (RFC 3339)."),
                filter("entity", "Only events about this kind of object, compared without case."),
                filter("entity_id", "Only events about the object with this ID."),
                Attribute::string("audit_type")
                    .optional()
                    .validate(validators::one_of(&["c", "r", "u", "d"]))
                    .description(
                        "Only events of this type: `c` (created), `r` (read), `u` (updated) or `d` \
                         (deleted).",
                    ),
                filter("user_id", "Only what this user or client did."),
                Attribute::number("limit")
                    .optional()
                    .validate(validators::whole_number(1, 10_000))
                    .description(
                        "At most so many events, the newest, from 1 to 10000. No default: all of them.",
                    ),
                Attribute::nested(
                    "events",
                    Nesting::List,
                    [
                        computed(
                            "happened_at",
                            "Time of the event (RFC 3339, UTC); null if the service does not say.",
                        ),
                        computed("description", "What happened, in the service's words."),
                        computed("audit_type", "Type: `c`, `r`, `u` or `d`."),
                        computed("entity", "Kind of object."),
                        computed("entity_id", "ID of the object."),
                        computed("user_id", "ID of the user or client that did it."),
                        computed("service", "The service that wrote the event."),
                    ],
                )
                .computed()
                .description("The events, newest first."),
            ],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Organization",
            permission_groups: &["Activity"],
            limits: "The log may hold personal data, which the state then holds as well.",
            ..Facts::default()
        }
    }

    fn validate(&self, config: &ActivityModel) -> Diagnostics {
        match (time(&config.since), time(&config.until)) {
            (Some(since), Some(until)) if since >= until => Diagnostic::error(
                "Time window without time",
                format!("No event is at {since} or later and before {until}."),
            )
            .hint("Let until be after since.")
            .at(Path::of("until"))
            .into(),
            _ => Diagnostics::new(),
        }
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        config: ActivityModel,
    ) -> Outcome<ActivityModel> {
        let data = &context.data;
        let client = match data.client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let call = CallContext::new(context.cancellation.clone());
        match client.list_activity(&call).await {
            Ok(events) => {
                let events = Field::Known(select(&config, events));
                Outcome::present(ActivityModel { events, ..config }, Default::default())
            }
            Err(error) => Outcome::failed(data.explain("Cannot read the activity log", &error)),
        }
    }
}

/// A configured time. The validator has seen it.
fn time(field: &Field<String>) -> Option<Timestamp> {
    field.as_str()?.parse().ok()
}

/// The events that the filters let through, newest first; those without a time come last.
fn select(config: &ActivityModel, events: Vec<ActivityEvent>) -> Vec<EventModel> {
    let (since, until) = (time(&config.since), time(&config.until));
    let is =
        |filter: &Field<String>, value: &str| filter.as_str().is_none_or(|wanted| wanted == value);
    let mut chosen: Vec<ActivityEvent> = events
        .into_iter()
        .filter(|event| {
            let at = event.happened_at();
            let same_entity = config
                .entity
                .as_str()
                .is_none_or(|wanted| wanted.to_lowercase() == event.entity.to_lowercase());
            // An event without a time is in no window.
            since.is_none_or(|since| at.is_some_and(|at| at >= since))
                && until.is_none_or(|until| at.is_some_and(|at| at < until))
                && same_entity
                && is(&config.entity_id, &event.entity_id)
                && is(&config.audit_type, &event.audit_type)
                && is(&config.user_id, &event.user_id)
        })
        .collect();
    // Stable: what happened in the same moment stays in the service's order.
    chosen.sort_by_key(|event| std::cmp::Reverse(event.happened_at()));
    let limit = config.limit.known().and_then(Number::to_i64);
    if let Some(limit) = limit.and_then(|limit| usize::try_from(limit).ok()) {
        chosen.truncate(limit);
    }
    chosen
        .into_iter()
        .map(|event| EventModel {
            happened_at: event.happened_at().map(|at| at.to_string()).into(),
            description: Field::Known(event.description),
            audit_type: Field::Known(event.audit_type),
            entity: Field::Known(event.entity),
            entity_id: Field::Known(event.entity_id),
            user_id: Field::Known(event.user_id),
            service: Field::Known(event.service),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Vec<ActivityEvent> {
        let event =
            |timestamp: serde_json::Value, kind: &str, entity: &str, id: &str, user: &str| {
                serde_json::from_value(serde_json::json!({
                    "timestamp": timestamp,
                    "audit": format!("{kind} {id}"),
                    "auditType": kind,
                    "entity": entity,
                    "entityId": id,
                    "userId": user,
                }))
                .unwrap()
            };
        vec![
            event(1_000.into(), "c", "cluster", "1", "ada"),
            event(3_000.into(), "u", "Cluster", "1", "bob"),
            event(serde_json::Value::Null, "d", "secret", "2", "ada"),
            event(2_000.into(), "c", "secret", "2", "ada"),
        ]
    }

    fn chosen(change: impl FnOnce(&mut ActivityModel)) -> Vec<String> {
        let mut config = ActivityModel::default();
        change(&mut config);
        select(&config, log())
            .into_iter()
            .filter_map(|event| event.description.into_known())
            .collect()
    }

    #[test]
    fn events_are_chosen_and_sorted() {
        assert_eq!(chosen(|_| ()), ["u 1", "c 2", "c 1", "d 2"]);
        assert_eq!(
            chosen(|it| it.since = "1970-01-01T00:00:02Z".into()),
            ["u 1", "c 2"]
        );
        assert_eq!(
            chosen(|it| it.until = "1970-01-01T00:00:02Z".into()),
            ["c 1"]
        );
        assert_eq!(chosen(|it| it.entity = "CLUSTER".into()), ["u 1", "c 1"]);
        assert_eq!(chosen(|it| it.entity_id = "2".into()), ["c 2", "d 2"]);
        assert_eq!(chosen(|it| it.audit_type = "c".into()), ["c 2", "c 1"]);
        assert_eq!(chosen(|it| it.user_id = "bob".into()), ["u 1"]);
        assert_eq!(
            chosen(|it| it.limit = Field::Known(2.into())),
            ["u 1", "c 2"]
        );
    }

    #[test]
    fn a_window_has_to_be_open() {
        let validate = |since: &str, until: &str| {
            Activity.validate(&ActivityModel {
                since: since.into(),
                until: until.into(),
                ..ActivityModel::default()
            })
        };
        assert!(validate("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z").is_empty());
        let wrong = validate("2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00Z");
        let wrong = wrong.iter().next().unwrap();
        insta::assert_snapshot!(wrong.full_detail(), @"
        No event is at 2026-01-01T00:00:00Z or later and before 2026-01-01T00:00:00Z.

        Let until be after since.
        ");
    }
}
