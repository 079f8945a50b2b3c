//! `camunda_channel`: a release channel, by name.

use crate::framework::data_source::DataSource;
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::provider::data::ProviderData;
use crate::provider::lookup::{parameters, pick};

/// The data source.
#[derive(Debug)]
pub struct Channel;

crate::model! {
    /// A channel.
    pub struct ChannelModel {
        pub name: Field<String>,
        pub id: Field<String>,
        pub default_generation_id: Field<String>,
        pub default_generation_name: Field<String>,
        pub allowed_generations: Field<Vec<GenerationModel>>,
    }
}

crate::model! {
    /// A generation.
    pub struct GenerationModel {
        pub id: Field<String>,
        pub name: Field<String>,
    }
}

impl DataSource<ProviderData> for Channel {
    type Model = ChannelModel;

    fn type_name(&self) -> &'static str {
        "camunda_channel"
    }

    fn schema(&self) -> Schema {
        let computed =
            |name: &str, text: &str| Attribute::string(name).computed().description(text);
        Schema::new(
            "A release channel, found by its name.",
            [
                Attribute::string("name").required().description(
                    "Name of the channel, exactly as Camunda shows it, for example `Stable`.",
                ),
                computed("id", "ID of the channel."),
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
        config: ChannelModel,
    ) -> Outcome<ChannelModel> {
        let parameters = match parameters(context).await {
            Ok(parameters) => parameters,
            Err(outcome) => return *outcome,
        };
        let channel = match pick("channel", &config.name, &parameters.channels, |channel| {
            &channel.name
        }) {
            Ok(channel) => channel,
            Err(diagnostic) => return Outcome::failed(diagnostic),
        };
        let mut generations: Vec<_> = channel.allowed_generations.iter().collect();
        generations.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
        let default = channel.default_generation.as_ref();
        Outcome::present(
            ChannelModel {
                name: config.name,
                id: Field::Known(channel.id.clone()),
                default_generation_id: default.map(|default| default.id.clone()).into(),
                default_generation_name: default.map(|default| default.name.clone()).into(),
                allowed_generations: Field::Known(
                    generations
                        .into_iter()
                        .map(|generation| GenerationModel {
                            id: Field::Known(generation.id.clone()),
                            name: Field::Known(generation.name.clone()),
                        })
                        .collect(),
                ),
            },
            Default::default(),
        )
    }
}
