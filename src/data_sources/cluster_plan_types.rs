//! `camunda_cluster_plan_types`: all plan types of clusters.

use crate::api::Parameters;
use crate::framework::data_source::DataSource;
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::schema::{Attribute, Nesting, Schema};
use crate::provider::data::ProviderData;
use crate::provider::lookup::parameters;

/// The data source.
#[derive(Debug)]
pub struct ClusterPlanTypes;

crate::model! {
    /// The plan types.
    pub struct ClusterPlanTypesModel {
        pub plan_types: Field<Vec<ListedPlanTypeModel>>,
    }
}

crate::model! {
    /// One of the plan types.
    pub struct ListedPlanTypeModel {
        pub id: Field<String>,
        pub name: Field<String>,
    }
}

impl DataSource<ProviderData> for ClusterPlanTypes {
    type Model = ClusterPlanTypesModel;

    fn type_name(&self) -> &'static str {
        "camunda_cluster_plan_types"
    }

    fn schema(&self) -> Schema {
        let computed =
            |name: &str, text: &str| Attribute::string(name).computed().description(text);
        Schema::new(
            "The plan types of clusters that the organisation can use.",
            [Attribute::nested(
                "plan_types",
                Nesting::List,
                [
                    computed("id", "ID of the plan type."),
                    computed("name", "Name of the plan type."),
                ],
            )
            .computed()
            .description("The plan types, sorted by name and then by ID.")],
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
        _config: ClusterPlanTypesModel,
    ) -> Outcome<ClusterPlanTypesModel> {
        match parameters(context).await {
            Ok(parameters) => {
                let plan_types = Field::Known(listed(&parameters));
                Outcome::present(ClusterPlanTypesModel { plan_types }, Default::default())
            }
            Err(outcome) => *outcome,
        }
    }
}

/// The plan types, in the order promised.
fn listed(parameters: &Parameters) -> Vec<ListedPlanTypeModel> {
    let mut plan_types: Vec<_> = parameters.plan_types.iter().collect();
    plan_types.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    plan_types
        .into_iter()
        .map(|plan_type| ListedPlanTypeModel {
            id: Field::Known(plan_type.id.clone()),
            name: Field::Known(plan_type.name.clone()),
        })
        .collect()
}
