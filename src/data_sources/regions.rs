//! `camunda_regions`: all regions, or those of one cloud provider.

use crate::api::{Parameters, Region};
use crate::framework::data_source::DataSource;
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::provider::data::ProviderData;
use crate::provider::lookup::parameters;

/// The data source.
#[derive(Debug)]
pub struct Regions;

crate::model! {
    /// The regions, and which of them.
    pub struct RegionsModel {
        pub cloud_provider: Field<String>,
        pub regions: Field<Vec<ListedRegionModel>>,
    }
}

crate::model! {
    /// One of the regions.
    pub struct ListedRegionModel {
        pub id: Field<String>,
        pub name: Field<String>,
        pub cloud_provider: Field<String>,
    }
}

impl DataSource<ProviderData> for Regions {
    type Model = RegionsModel;

    fn type_name(&self) -> &'static str {
        "camunda_regions"
    }

    fn schema(&self) -> Schema {
        let computed =
            |name: &str, text: &str| Attribute::string(name).computed().description(text);
        Schema::new(
            "The regions that the organisation can use. Where backups can be kept is in the data source \
             `camunda_region`.",
            [
                Attribute::string("cloud_provider")
                    .optional()
                    .description("Only regions of this cloud provider, such as `gcp` or `aws`."),
                Attribute::nested(
                    "regions",
                    Nesting::List,
                    [
                        computed("id", "ID of the region."),
                        computed("name", "Name of the region."),
                        computed("cloud_provider", "Cloud provider of the region."),
                    ],
                )
                .computed()
                .description("The regions, sorted by name and then by ID."),
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
        config: RegionsModel,
    ) -> Outcome<RegionsModel> {
        match parameters(context).await {
            Ok(parameters) => {
                let regions = Field::Known(selected(&config, &parameters));
                Outcome::present(RegionsModel { regions, ..config }, Default::default())
            }
            Err(outcome) => *outcome,
        }
    }
}

/// The regions asked for, in the order promised.
fn selected(config: &RegionsModel, parameters: &Parameters) -> Vec<ListedRegionModel> {
    let wanted = config.cloud_provider.as_str();
    let mut regions: Vec<&Region> = parameters
        .regions
        .iter()
        .filter(|region| wanted.is_none() || region.provider.as_deref() == wanted)
        .collect();
    regions.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    regions
        .into_iter()
        .map(|region| ListedRegionModel {
            id: Field::Known(region.id.clone()),
            name: Field::Known(region.name.clone()),
            cloud_provider: region.provider.clone().into(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_sorted_by_name_and_filtered_by_cloud_provider() {
        let parameters = serde_json::from_value(serde_json::json!({"regions": [
            {"uuid": "1", "name": "Sydney", "provider": "gcp"},
            {"uuid": "2", "name": "Belgium", "provider": "gcp"},
            {"uuid": "3", "name": "Frankfurt", "provider": "aws"},
            {"uuid": "4", "name": "Moon"},
        ]}))
        .expect("a catalogue");
        let ids = |wanted: Option<&str>| -> Vec<String> {
            let config = RegionsModel {
                cloud_provider: wanted.map(str::to_owned).into(),
                regions: Field::Null,
            };
            let found = selected(&config, &parameters).into_iter();
            found.filter_map(|region| region.id.into_known()).collect()
        };
        assert_eq!(ids(None), ["2", "3", "4", "1"]);
        assert_eq!(ids(Some("gcp")), ["2", "1"]);
        assert!(ids(Some("azure")).is_empty());
    }
}
