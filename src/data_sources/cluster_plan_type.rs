//! `camunda_cluster_plan_type`: a plan type, by name.

use crate::framework::data_source::DataSource;
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::schema::{Attribute, Schema};
use crate::provider::data::ProviderData;
use crate::provider::lookup::{parameters, pick};

/// The data source.
#[derive(Debug)]
pub struct ClusterPlanType;

crate::model! {
    /// A plan type.
    pub struct ClusterPlanTypeModel {
        pub name: Field<String>,
        pub id: Field<String>,
    }
}

impl DataSource<ProviderData> for ClusterPlanType {
    type Model = ClusterPlanTypeModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_plan_type"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "A plan type of clusters, found by its name.",
            [
                Attribute::string("name").required().description(
                    "Name of the plan type, exactly as Camunda shows it, for example `Advanced`.",
                ),
                Attribute::string("id")
                    .computed()
                    .description("ID of the plan type."),
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
        config: ClusterPlanTypeModel,
    ) -> Outcome<ClusterPlanTypeModel> {
        let parameters = match parameters(context).await {
            Ok(parameters) => parameters,
            Err(outcome) => return *outcome,
        };
        match pick("plan type", &config.name, &parameters.plan_types, |plan| {
            &plan.name
        }) {
            Ok(plan) => {
                let id = Field::Known(plan.id.clone());
                let name = config.name;
                Outcome::present(ClusterPlanTypeModel { name, id }, Default::default())
            }
            Err(diagnostic) => Outcome::failed(diagnostic),
        }
    }
}
