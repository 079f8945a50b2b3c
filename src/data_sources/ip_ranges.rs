//! `camunda_ip_ranges`: the addresses that Camunda's services call from.

use std::collections::BTreeMap;

use crate::api::CallContext;
use crate::framework::data_source::DataSource;
use crate::framework::docs::Facts;
use crate::framework::object::Field;
use crate::framework::operation::{Context, Outcome};
use crate::framework::schema::{Attribute, Schema};
use crate::framework::types::Type;
use crate::provider::data::ProviderData;

/// The data source.
#[derive(Debug)]
pub struct IpRanges;

crate::model! {
    /// The ranges by service.
    pub struct IpRangesModel {
        pub ranges: Field<BTreeMap<String, Vec<String>>>,
    }
}

impl DataSource<ProviderData> for IpRanges {
    type Model = IpRangesModel;

    fn type_name(&self) -> &'static str {
        "camunda_ip_ranges"
    }

    fn schema(&self) -> Schema {
        Schema::new(
            "The IP ranges that services of Camunda 8 SaaS call from, for firewalls in front of what they \
             call. Public: needs no credentials, and no token is asked for. Camunda announces changes at \
             least 24 hours ahead, except in emergencies.",
            [Attribute::map("ranges", Type::list(Type::String))
                .computed()
                .description(
                    "CIDR blocks, sorted, by the name of the service that calls from them, such as \
                     `web-modeler`.",
                )],
        )
    }

    fn facts(&self) -> Facts {
        Facts {
            subcategory: "Networking",
            ..Facts::default()
        }
    }

    async fn read(
        &self,
        context: &Context<ProviderData>,
        _config: IpRangesModel,
    ) -> Outcome<IpRangesModel> {
        let client = match context.data.public_client() {
            Ok(client) => client,
            Err(unavailable) => return unavailable.into_outcome(context),
        };
        let call = CallContext::new(context.cancellation.clone());
        match client.get_egress_ranges(&call).await {
            Ok(mut ranges) => {
                ranges.values_mut().for_each(|blocks| blocks.sort());
                let ranges = Field::Known(ranges);
                Outcome::present(IpRangesModel { ranges }, Default::default())
            }
            Err(error) => {
                let summary = "Cannot read the IP ranges of Camunda's services";
                Outcome::failed(context.data.explain(summary, &error))
            }
        }
    }
}
