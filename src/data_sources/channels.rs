//! `camunda_channels`: all release channels with their generations.

use crate::api::{NamedRef, Parameters};
use crate::framework::data_source::DataSource;
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::provider::data::ProviderData;
use crate::provider::lookup::parameters;

/// The data source.
#[derive(Debug)]
pub struct Channels;

crate::model! {
    /// The channels.
    pub struct ChannelsModel {
        pub channels: Field<Vec<ListedChannelModel>>,
    }
}

crate::model! {
    /// One of the channels.
    pub struct ListedChannelModel {
        pub id: Field<String>,
        pub name: Field<String>,
        pub default_generation_id: Field<String>,
        pub default_generation_name: Field<String>,
        pub allowed_generations: Field<Vec<ListedGenerationModel>>,
    }
}

crate::model! {
    /// A generation of a channel.
    pub struct ListedGenerationModel {
        pub id: Field<String>,
        pub name: Field<String>,
    }
}

impl DataSource<ProviderData> for Channels {
    type Model = ChannelsModel;

    fn type_name(&self) -> &'static str {
        "camunda_channels"
    }

    fn schema(&self) -> Schema {
        let computed =
            |name: &str, text: &str| Attribute::string(name).computed().description(text);
        Schema::new(
            "The release channels that the organisation can use.",
            [Attribute::nested(
                "channels",
                Nesting::List,
                [
                    computed("id", "ID of the channel."),
                    computed("name", "Name of the channel."),
                    computed(
                        "default_generation_id",
                        "ID of the generation that new clusters of the channel get.",
                    ),
                    computed(
                        "default_generation_name",
                        "Name of the generation that new clusters of the channel get.",
                    ),
                    Attribute::nested(
                        "allowed_generations",
                        Nesting::List,
                        [
                            computed("id", "ID of the generation."),
                            computed("name", "Name of the generation."),
                        ],
                    )
                    .computed()
                    .description("The generations that clusters of the channel can have, by name."),
                ],
            )
            .computed()
            .description("The channels, sorted by name and then by ID.")],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Clusters",
            permission_groups: &["Cluster"],
            ..Facts::default()
        }
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        _config: ChannelsModel,
    ) -> Outcome<ChannelsModel> {
        match parameters(context).await {
            Ok(parameters) => {
                let channels = Field::Known(listed(&parameters));
                Outcome::present(ChannelsModel { channels }, Default::default())
            }
            Err(outcome) => *outcome,
        }
    }
}

/// The channels, in the order promised.
fn listed(parameters: &Parameters) -> Vec<ListedChannelModel> {
    let mut channels: Vec<_> = parameters.channels.iter().collect();
    channels.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    channels
        .into_iter()
        .map(|channel| {
            let default: Option<&NamedRef> = channel.default_generation.as_ref();
            let mut generations: Vec<_> = channel.allowed_generations.iter().collect();
            generations.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
            let generations = generations.into_iter();
            ListedChannelModel {
                id: Field::Known(channel.id.clone()),
                name: Field::Known(channel.name.clone()),
                default_generation_id: default.map(|default| default.id.clone()).into(),
                default_generation_name: default.map(|default| default.name.clone()).into(),
                allowed_generations: Field::Known(
                    generations
                        .map(|generation| ListedGenerationModel {
                            id: Field::Known(generation.id.clone()),
                            name: Field::Known(generation.name.clone()),
                        })
                        .collect(),
                ),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_and_generations_are_sorted_by_name() {
        let parameters = serde_json::from_value(serde_json::json!({"channels": [
            {"uuid": "2", "name": "Stable", "defaultGeneration": {"uuid": "h", "name": "8.9"},
             "allowedGenerations": [{"uuid": "h", "name": "8.9"}, {"uuid": "g", "name": "8.8"}]},
            {"uuid": "1", "name": "Alpha"},
        ]}))
        .expect("a catalogue");
        let listed = listed(&parameters);
        assert_eq!(listed[0].name.as_str(), Some("Alpha"));
        assert!(listed[0].default_generation_id.is_null());
        assert_eq!(listed[1].default_generation_id.as_str(), Some("h"));
        let generations = listed[1].allowed_generations.known().expect("known");
        assert_eq!(generations[0].name.as_str(), Some("8.8"));
        assert_eq!(generations[1].name.as_str(), Some("8.9"));
    }
}
