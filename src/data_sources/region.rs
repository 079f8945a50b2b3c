//! `camunda_region`: a region, by name, with its backup locations.

use crate::framework::data_source::DataSource;
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::framework::types::Type;
use crate::provider::data::ProviderData;
use crate::provider::lookup::{parameters, pick};

/// The data source.
#[derive(Debug)]
pub struct Region;

crate::model! {
    /// A region.
    pub struct RegionModel {
        pub name: Field<String>,
        pub id: Field<String>,
        pub cloud_provider: Field<String>,
        pub backup_regions: Field<Vec<BackupRegionModel>>,
    }
}

crate::model! {
    /// A place, or a pair of places, for backups.
    pub struct BackupRegionModel {
        pub id: Field<String>,
        pub region_codes: Field<Vec<String>>,
        pub region_names: Field<Vec<String>>,
    }
}

impl DataSource<ProviderData> for Region {
    type Model = RegionModel;

    fn type_name(&self) -> &'static str {
        "camunda_region"
    }

    fn schema(&self) -> Schema {
        let computed =
            |name: &str, text: &str| Attribute::string(name).computed().description(text);
        Schema::new(
            "A region, found by its name.",
            [
                Attribute::string("name").required().description(
                    "Name of the region, exactly as Camunda shows it, for example `Belgium, Europe \
                     (europe-west1)`.",
                ),
                computed("id", "ID of the region."),
                computed(
                    "cloud_provider",
                    "Cloud provider of the region, such as `gcp` or `aws`.",
                ),
                Attribute::nested(
                    "backup_regions",
                    Nesting::List,
                    [
                        computed("id", "ID for `backup_region` of a `camunda_cluster`."),
                        Attribute::list("region_codes", Type::String)
                            .computed()
                            .description(
                                "The cloud provider's codes: one for a single region, two for \
                                 replicated backups.",
                            ),
                        Attribute::list("region_names", Type::String)
                            .computed()
                            .description("The names that belong to the codes."),
                    ],
                )
                .computed()
                .description("Where backups of clusters in this region can be kept."),
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
        config: RegionModel,
    ) -> Outcome<RegionModel> {
        let parameters = match parameters(context).await {
            Ok(parameters) => parameters,
            Err(outcome) => return *outcome,
        };
        let region = match pick("region", &config.name, &parameters.regions, |region| {
            &region.name
        }) {
            Ok(region) => region,
            Err(diagnostic) => return Outcome::failed(diagnostic),
        };
        let mut locations: Vec<BackupRegionModel> = region
            .backup_locations
            .iter()
            .map(|location| BackupRegionModel {
                id: Field::Known(location.id.clone()),
                region_codes: Field::Known(location.regions.iter().map(|r| r.id.clone()).collect()),
                region_names: Field::Known(
                    location.regions.iter().map(|r| r.label.clone()).collect(),
                ),
            })
            .collect();
        locations.sort_by(|a, b| {
            let key = |model: &BackupRegionModel| {
                let codes = model.region_codes.known().cloned().unwrap_or_default();
                (codes.len(), codes, model.id.as_str().map(str::to_owned))
            };
            key(a).cmp(&key(b))
        });
        Outcome::present(
            RegionModel {
                name: config.name,
                id: Field::Known(region.id.clone()),
                cloud_provider: region.provider.clone().into(),
                backup_regions: Field::Known(locations),
            },
            Default::default(),
        )
    }
}
