//! `terraform query`: what list resources find, and how an organisation that was made by hand in the
//! Console comes under Terraform without a line written by hand.

mod adopt;
mod find;
mod older;

use camunda_simulator::{NewBackup, NewCluster, NewZeebeClient};

use crate::support::{Cli, Run, World, look};

/// How much there is in an organisation.
#[derive(Clone, Copy)]
pub(crate) struct Size {
    clusters: usize,
    clients: usize,
    secrets: usize,
    members: usize,
    entries: usize,
    backups: usize,
}

pub(crate) const SMALL: Size = Size {
    clusters: 2,
    clients: 4,
    secrets: 4,
    members: 3,
    entries: 3,
    backups: 2,
};

/// An organisation that was made by hand, and a project that knows nothing of it.
pub(crate) fn organisation(cli: &Cli, size: Size) -> World {
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
    let simulator = &world.simulator;
    let cluster_of = |number: usize| &*clusters[number % clusters.len()];
    for number in 0..size.clients {
        let new = NewZeebeClient {
            name: format!("client-{number}"),
            ..NewZeebeClient::default()
        };
        simulator.add_zeebe_client(cluster_of(number), new);
    }
    for number in 0..size.secrets {
        let (name, value) = (format!("SECRET_{number}"), format!("hunter-{number}"));
        assert!(simulator.set_connector_secret(cluster_of(number), &name, &value));
    }
    for number in 0..size.members {
        let email = format!("Member-{number:02}@example.com");
        simulator.set_member(&email, &["developer", "member"]);
        if number % 2 == 0 {
            assert!(simulator.accept_invitation(&email, &format!("Member {number}")));
        }
    }
    for number in 0..size.entries {
        let ranges = format!("10.0.{number}.0/24, 192.0.2.{number}");
        let description = format!("team {number} ${{x}} \"ü\"");
        assert!(simulator.allow(cluster_of(number), &ranges, &description));
    }
    for number in 0..size.backups {
        let new = NewBackup {
            id: Some(format!("b0000000-0000-4000-8000-{number:012}")),
            ..NewBackup::default()
        };
        simulator.add_backup(cluster_of(number), new);
    }
    // Without the pace that spares the service, which has nothing to do with what is tested.
    world.write("provider \"camunda\" {\n  requests_per_second = 1000\n}\n");
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

/// The objects that a query shows, one per line: type, identity and name. The types are sorted, because
/// the CLI lists them at the same time; within a type, the order is the provider's.
fn found(world: &World, run: &Run) -> String {
    let mut lines: Vec<String> = run
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix("list."))
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    lines.sort_by_cached_key(|line| line.split('.').next().map(str::to_owned));
    let mut text = lines.join("\n");
    for cluster in world.simulator.clusters() {
        for client in world.simulator.zeebe_clients(&cluster.id) {
            text = text.replace(&client.client_id, &format!("[{}]", client.name));
        }
        for backup in world.simulator.backups(&cluster.id) {
            let day = backup.created.strftime("%Y-%m-%dT").to_string();
            let lines = text.lines().map(|line| match line.split_once(&day) {
                Some((before, time)) => format!("{before}[time]{}", &time["00:00:00.000Z".len()..]),
                None => line.to_owned(),
            });
            text = lines.collect::<Vec<_>>().join("\n");
        }
        text = text.replace(&cluster.id, &format!("[{}]", cluster.name));
    }
    look::named(world, &text)
}
