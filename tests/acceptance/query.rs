//! `terraform query`: what list resources find, and how an organisation that was made by hand in the
//! Console comes under Terraform without a line written by hand.

mod adopt;
mod find;

use camunda_simulator::{NewCluster, NewZeebeClient};

use crate::support::{Cli, Run, World, look};

/// How much there is in an organisation.
#[derive(Clone, Copy)]
struct Size {
    clusters: usize,
    clients: usize,
}

const SMALL: Size = Size {
    clusters: 2,
    clients: 4,
};

/// An organisation that was made by hand, and a project that knows nothing of it.
fn organisation(cli: &Cli, size: Size) -> World {
    let world = World::new(cli);
    let clusters: Vec<String> = (0..size.clusters)
        .map(|number| {
            world.simulator.add_cluster(NewCluster {
                id: Some(format!("00000000-0000-4000-8000-{number:012}")),
                name: format!("cluster-{number:02}"),
                description: (number % 2 == 0).then(|| format!("Number {number}, \"by hand\"")),
                stage_label: Some("prod".to_owned()),
                auto_update: number % 3 == 0,
                ..NewCluster::default()
            })
        })
        .collect();
    for number in 0..size.clients {
        let new = NewZeebeClient {
            name: format!("client-{number}"),
            ..NewZeebeClient::default()
        };
        world
            .simulator
            .add_zeebe_client(&clusters[number % clusters.len()], new);
    }
    world.write("");
    world
}

/// Writes the query: one list of each of these types, with its `config` block if there is one.
fn write_query(world: &World, lists: &[(&str, &str)]) {
    let text: String = lists
        .iter()
        .map(|(type_name, more)| {
            format!("list {type_name:?} \"it\" {{\n  provider = camunda\n{more}\n}}\n")
        })
        .collect();
    world.workspace.write("all.tfquery.hcl", &text);
}

/// The objects that a query shows, one per line: type, identity and name.
fn found(world: &World, run: &Run) -> String {
    let lines: Vec<String> = run
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix("list."))
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let mut text = lines.join("\n");
    for cluster in world.simulator.clusters() {
        for client in world.simulator.zeebe_clients(&cluster.id) {
            text = text.replace(&client.client_id, &format!("[{}]", client.name));
        }
        text = text.replace(&cluster.id, &format!("[{}]", cluster.name));
    }
    look::named(world, &text)
}
