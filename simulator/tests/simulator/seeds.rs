//! Seeds from files: what they can hold, and what is said of those that do not hold together.

use std::{fs, path::PathBuf};

use camunda_simulator::{Options, Seed, Simulator, seed, seed::read_file};
use tempfile::TempDir;

use crate::support::World;

/// The example of the README.
fn example() -> String {
    let readme = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md"));
    let readme = readme.expect("the README");
    let (_, rest) = readme.split_once("```yaml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    example.to_owned()
}

fn file(name: &str, content: &str) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, content).expect("written");
    (folder, path)
}

fn read(name: &str, content: &str) -> anyhow::Result<Seed> {
    let (_folder, path) = file(name, content);
    let seed = read_file::<Seed>(&path);
    seed.map_err(|error| {
        let shown = format!("{error:#}").replace(path.to_str().expect("text"), name);
        anyhow::anyhow!(shown)
    })
}

#[test]
fn the_example_in_the_readme_is_an_organization() {
    let seed = read("organization.yaml", &example()).expect("a seed");
    let world = World::with(Options {
        seed,
        ..Options::default()
    });
    let simulator = &world.simulator;
    let clusters = simulator.clusters();
    let names: Vec<&str> = clusters.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["production", "staging"]);
    let (production, staging) = (&clusters[0], &clusters[1]);
    assert_eq!(production.id, "6f1f2c0a-3a57-4c1e-9d20-1b7f5a3c9e44");
    assert_eq!(production.region, seed::REGION_FRANKFURT);
    assert_eq!(
        production.backup_region.as_deref(),
        Some(seed::BACKUP_FRANKFURT_IRELAND)
    );
    assert_eq!(production.generation, seed::GENERATION_8_8_GEN23);
    assert_eq!(production.hardware_packages, 2);
    assert_eq!(
        staging.generation,
        seed::GENERATION_8_9_GEN3,
        "that of its channel"
    );
    assert_eq!(staging.plan_type, seed::PLAN_ADVANCED, "the first one");
    let id = &production.id;
    let clients = simulator.zeebe_clients(id);
    assert_eq!(clients[0].client_id, "worker~1.a_b");
    assert_eq!(clients[0].secret, "s3cr3t.worker.EXAMPLE");
    assert_eq!(clients[0].permissions, ["Zeebe", "Secrets"]);
    assert_eq!(
        simulator.connector_secrets(id)["SMTP_PASSWORD"],
        "s3cr3t.smtp.EXAMPLE"
    );
    assert_eq!(simulator.allowlist(id)[0].ip, "203.0.113.0/24");
    assert_eq!(simulator.backups(id)[0].name, "before the release");
    assert_eq!(simulator.backup_schedule(id).as_deref(), Some("0 2 * * *"));
    let connectivity = simulator.secure_connectivity(id).expect("active");
    assert_eq!(connectivity.allowed_regions, ["eu-west-1"]);
    let users = simulator.monitoring_clients(id).expect("active");
    assert!(simulator.monitoring_password_works(id, &users[0].username, "s3cr3t.grafana.EXAMPLE"));
    let members: Vec<_> = simulator.members().into_iter().map(|it| it.email).collect();
    assert_eq!(members, ["olivia@example.com", "ada@example.com"]);
    assert_eq!(
        world
            .log_in(seed::Login {
                client_id: "Plan0nlyEXAMPLE",
                client_secret: "s3cr3t.plan.EXAMPLE"
            })
            .status,
        200
    );

    // Through the API all of it is as the contract has it.
    for path in [
        "",
        "/clients",
        "/secrets",
        "/backups",
        "/backups/schedule",
        "/monitoring/clients",
        "/secure-connectivity",
    ] {
        assert_eq!(
            world.get(&format!("/clusters/{id}{path}")).status,
            200,
            "{path}"
        );
    }
    assert_eq!(world.get("/members").status, 200);
    // The quota of the example has room for one more.
    world.create(&crate::support::order("one"));
    let order = crate::support::order("one too many");
    let reply = world.call(reqwest::Method::POST, "/clusters", Some(&order));
    assert!(
        reply.text.contains("No reservation left: 4 of 4"),
        "{}",
        reply.text
    );
    simulator.assert_clean();
    simulator.delete_cluster(id);
    simulator.reset();
    assert_eq!(simulator.clusters().len(), 2);
}

#[test]
fn what_a_seed_leaves_out_is_built_in() {
    assert_eq!(read("seed.json", "{}").expect("a seed"), Seed::default());
    assert_eq!(
        read("seed.yml", "clusters: []").expect("a seed"),
        Seed::default()
    );
    let printed = serde_json::to_string(&Seed::default()).expect("JSON");
    assert_eq!(
        read("seed.JSON", &printed).expect("a seed"),
        Seed::default()
    );
    assert_eq!(
        read("seed.YAML", &printed).expect("JSON is YAML"),
        Seed::default()
    );
}

#[test]
fn what_does_not_hold_together_is_said() {
    let problems: Vec<String> = [
        ("a.yaml", "clusters:\n  - name: a\n    regoin: b\n"),
        ("b.yaml", "clusters:\n  - name: [a\n"),
        ("c.json", "{\n  \"clusters\": [{}]\n}"),
        ("d.yaml", "clusters: [{name: a, region: Atlantis}]"),
        ("e.yaml", "clusters: [{name: a, generation: Camunda 7}]"),
        ("f.yaml", "clusters: [{name: a, backup_region: Mars}]"),
        ("g.yaml", "clusters: [{name: a, id: production}]"),
        ("h.yaml", "clusters: [{name: a, organization: nobody}]"),
        ("i.yaml", "clusters: [{name: a, backup_schedule: daily}]"),
        (
            "never.yaml",
            "clusters: [{name: a, backup_schedule: 0 0 31 2 *}]",
        ),
        ("j.yaml", "clusters: [{name: a, clients: [{name: b}, {name: b}]}]"),
        ("k.yaml", "clusters: [{name: ''}]"),
        ("l.yaml", "members: [{email: a@example.com, roles: [admin], organization: nobody}]"),
        ("m.yaml", "organizations: [{id: mine, name: Mine}]"),
        (
            "n.yaml",
            "clusters:\n  - {name: a, id: &id 6f1f2c0a-3a57-4c1e-9d20-1b7f5a3c9e44}\n  - {name: b, id: *id}\n",
        ),
    ]
    .into_iter()
    .map(|(name, content)| {
        let started = read(name, content).and_then(|seed| {
            Simulator::start(Options {
                seed,
                ..Options::default()
            })
        });
        format!("{name}: {:#}", started.err().expect(name))
    })
    .collect();
    insta::assert_snapshot!(problems.join("\n"), @"
    a.yaml: a.yaml is not as expected: unknown field `regoin`, expected one of name, id, description, organization, plan_type, region, backup_region, channel, generation, auto_update, stage_label, hardware_packages, encryption, status, age_seconds, allowlist, clients, connector_secrets, backups, backup_schedule, secure_connectivity, monitoring at line 3, column 5
    b.yaml: b.yaml is not as expected: expected string scalar at line 2, column 11
    c.json: c.json is not as expected: missing field `name` at line 2 column 17
    d.yaml: the cluster `a` of the seed: there is no region `Atlantis`; there is `Belgium, Europe (europe-west1)`, `Sydney, Australia (australia-southeast1)`, `Frankfurt, Europe (eu-central-1)`
    e.yaml: the cluster `a` of the seed: there is no generation `Camunda 7`; there is `Camunda 8.9+gen3`, `Camunda 8.8+gen23`, `Camunda 8.8+gen22`, `Camunda 8.10.0-alpha5`, `Camunda 8.10.0-alpha4`
    f.yaml: the cluster `a` of the seed: there is no backup region `Mars`; there is `Belgium, Europe (europe-west1)`, `Belgium, Europe (europe-west1), Germany, Europe (europe-west3)`
    g.yaml: the cluster `a` of the seed: its id `production` is no uuid
    h.yaml: the cluster `a` of the seed: there is no organization `nobody` in the seed; it has `b1d9c4a7-52f0-4f5e-8c39-7a2be0f6d3c8`, `d7e80b15-6c2a-4f93-a1d4-93b5c0e8f627`
    i.yaml: the cluster `a` of the seed: its schedule: `daily` does not have five fields.
    never.yaml: the cluster `a` of the seed: its schedule: `0 0 31 2 *` never runs.
    j.yaml: the cluster `a` of the seed: two of its clients have the name `b`
    k.yaml: the cluster `` of the seed: it has no name
    l.yaml: the member `a@example.com` of the seed: there is no organization `nobody` in the seed; it has `b1d9c4a7-52f0-4f5e-8c39-7a2be0f6d3c8`, `d7e80b15-6c2a-4f93-a1d4-93b5c0e8f627`
    m.yaml: credential `Zk3v8Qm1EXAMPLE` belongs to the organization `b1d9c4a7-52f0-4f5e-8c39-7a2be0f6d3c8`, which the seed does not have; a seed with organizations of its own has credentials of its own as well
    n.yaml: two clusters of the seed have the id `6f1f2c0a-3a57-4c1e-9d20-1b7f5a3c9e44`
    ");
}
