//! The life of one object: plan, apply, refresh, an empty plan, destroy.

use terraform_provider_camunda::framework::value::Value;

use crate::creations::Creation;
use crate::support::client::config::{completed, proposed};
use crate::support::client::{Client, Instance, has_error, render};

/// The objects that nobody has to wait for.
pub(crate) const QUICK: [&str; 5] = [
    "camunda_cluster_client",
    "camunda_cluster_connector_secret",
    "camunda_cluster_ip_allowlist",
    "camunda_cluster_backup_schedule",
    "camunda_cluster_monitoring",
];

/// One of the quick objects, another one in each cycle.
pub(crate) fn of(cycle: usize) -> &'static Creation {
    named(QUICK[cycle % QUICK.len()])
}

pub(crate) fn named(type_name: &str) -> &'static Creation {
    let mut all = crate::creations::ALL.iter();
    all.find(|creation| creation.type_name == type_name)
        .unwrap()
}

/// Makes the object in the cluster, sees that there is nothing left to do, and destroys it.
pub(crate) async fn live(client: &Client, creation: &Creation, cluster: &str) {
    let name = creation.type_name;
    let config = completed(client.resource_type(name), (creation.config)(cluster));
    let said = client.validate_resource(name, &config).await;
    assert!(said.is_empty(), "{}", render(&said));

    let none = Instance::none();
    let plan = client.plan(name, &none, &config, &config).await;
    assert!(
        !has_error(&plan.diagnostics),
        "{}",
        render(&plan.diagnostics)
    );
    let made = client
        .apply(name, &Value::Null, &config, &plan.planned)
        .await;
    assert!(
        !has_error(&made.diagnostics),
        "{}",
        render(&made.diagnostics)
    );

    let read = client.read(name, &made.instance).await;
    assert!(
        !has_error(&read.diagnostics),
        "{}",
        render(&read.diagnostics)
    );
    let again = proposed(&config, &read.instance.state);
    let plan = client.plan(name, &read.instance, &config, &again).await;
    assert_eq!(
        plan.planned.state, read.instance.state,
        "{name} is as planned"
    );

    let nothing = &Value::Null;
    let plan = client.plan(name, &read.instance, nothing, nothing).await;
    let gone = client
        .apply(name, &read.instance.state, nothing, &plan.planned)
        .await;
    assert!(
        !has_error(&gone.diagnostics),
        "{}",
        render(&gone.diagnostics)
    );
}
