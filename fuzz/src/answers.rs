//! Answers of the service, each operation of the client with any of them.

use std::collections::BTreeSet;
use std::fmt::Debug;

use secrecy::SecretString;
use terraform_provider_camunda::api::fuzzing::{self, Scripted};
use terraform_provider_camunda::api::{
    ActivateSecureConnectivity, AllowlistEntry, CallContext, Client, Config, CreateCluster,
    CreateZeebeClient, Credentials, Error, UpdateCluster,
};
use terraform_provider_camunda::clock::Clock;

use super::calls::on_paused_time;
use super::cursor::Cursor;

/// What the client is sent and must not say.
const SECRET: &str = "secret-4711-of-the-fuzzer";

/// The statuses that mean something to somebody; every other one can be reached, too.
const STATUSES: [u16; 24] = [
    200, 200, 200, 200, 201, 202, 204, 206, 301, 307, 400, 401, 403, 404, 408, 409, 412, 422, 425,
    429, 500, 502, 503, 504,
];

/// What is done with a client.
struct Caller<'a> {
    client: &'a Client,
    context: CallContext,
    id: &'a str,
    name: &'a str,
    known: Vec<String>,
}

fn look<T: Debug, E: Debug>(outcome: Result<T, E>) {
    match outcome {
        Ok(answer) => drop(format!("{answer:?}")),
        Err(error) => {
            let said = format!("{error:?}");
            assert!(!said.contains(SECRET), "{said}");
        }
    }
}

fn look_closely<T: Debug>(outcome: Result<T, Error>) {
    if let Err(error) = &outcome {
        let mut said = vec![error.to_string(), error.summary()];
        said.extend(error.server_message().map(str::to_owned));
        said.extend(error.request_id().map(str::to_owned));
        for text in said {
            assert!(!text.chars().any(char::is_control), "{text:?}");
            assert!(text.len() < 10_000, "{text}");
            assert!(!text.contains(SECRET), "{text}");
        }
    }
    look(outcome);
}

macro_rules! operations {
    ($caller:ident: $($name:ident => $look:ident($call:expr)),* $(,)?) => {
        /// The names of all operations, in the order of their numbers.
        pub const OPERATIONS: &[&str] = &[$(stringify!($name)),*];

        async fn operate($caller: &Caller<'_>, name: &str) {
            match name {
                $(stringify!($name) => $look($call.await),)*
                other => panic!("{other} is no operation"),
            }
        }
    };
}

operations! { caller:
    access_token => look_closely(caller.client.access_token(&caller.context)),
    list_activity => look_closely(caller.client.list_activity(&caller.context)),
    list_clusters => look_closely(caller.client.list_clusters(&caller.context)),
    recent_clusters => look_closely(caller.client.recent_clusters(&caller.context)),
    get_cluster => look_closely(caller.client.get_cluster(&caller.context, caller.id)),
    recent_cluster => look_closely(caller.client.recent_cluster(&caller.context, caller.id)),
    create_cluster => look_closely(caller.client.create_cluster(&caller.context, &caller.cluster())),
    find_abandoned_cluster => look_closely(caller.client.find_abandoned_cluster(
        &caller.context,
        &caller.cluster(),
        Some(caller.id),
        &caller.known,
    )),
    update_cluster => look_closely(caller.client.update_cluster(
        &caller.context,
        caller.id,
        &UpdateCluster { name: Some(caller.name.to_owned()), ..UpdateCluster::default() },
    )),
    delete_cluster => look_closely(caller.client.delete_cluster(&caller.context, caller.id)),
    upgrade_cluster => look_closely(caller.client.upgrade_cluster(&caller.context, caller.id)),
    wake_cluster => look_closely(caller.client.wake_cluster(&caller.context, caller.id)),
    get_parameters => look_closely(caller.client.get_parameters(&caller.context)),
    list_clients => look_closely(caller.client.list_clients(&caller.context, caller.id)),
    get_client_connection => look_closely(
        caller.client.get_client_connection(&caller.context, caller.id, caller.name)
    ),
    create_client => look_closely(
        caller.client.create_client(&caller.context, caller.id, &caller.api_client(), |_| {})
    ),
    remove_abandoned_client => look_closely(caller.client.remove_abandoned_client(
        &caller.context,
        caller.id,
        caller.name,
        None,
        &caller.known,
    )),
    delete_client => look_closely(
        caller.client.delete_client(&caller.context, caller.id, caller.name)
    ),
    list_connector_secrets => look_closely(
        caller.client.list_connector_secrets(&caller.context, caller.id)
    ),
    create_connector_secret => look(caller.client.create_connector_secret(
        &caller.context,
        caller.id,
        caller.name,
        &SecretString::from(SECRET),
        |_| {},
    )),
    update_connector_secret => look_closely(caller.client.update_connector_secret(
        &caller.context,
        caller.id,
        caller.name,
        &SecretString::from(SECRET),
    )),
    delete_connector_secret => look_closely(
        caller.client.delete_connector_secret(&caller.context, caller.id, caller.name)
    ),
    get_ip_allowlist => look_closely(caller.client.get_ip_allowlist(&caller.context, caller.id)),
    replace_ip_allowlist => look_closely(
        caller.client.replace_ip_allowlist(&caller.context, caller.id, &[caller.entry()])
    ),
    add_ip_allowlist_entry => look(
        caller.client.add_ip_allowlist_entry(&caller.context, caller.id, &caller.entry())
    ),
    put_ip_allowlist_entry => look(
        caller.client.put_ip_allowlist_entry(&caller.context, caller.id, &caller.entry())
    ),
    remove_ip_allowlist_entry => look(
        caller.client.remove_ip_allowlist_entry(&caller.context, caller.id, caller.name)
    ),
    get_egress_ranges => look_closely(caller.client.get_egress_ranges(&caller.context)),
    list_backups => look_closely(caller.client.list_backups(&caller.context, caller.id)),
    create_backup => look_closely(
        caller.client.create_backup(&caller.context, caller.id, |_| {})
    ),
    find_abandoned_backup => look_closely(caller.client.find_abandoned_backup(
        &caller.context,
        caller.id,
        None,
        &caller.known,
    )),
    delete_backup => look_closely(
        caller.client.delete_backup(&caller.context, caller.id, caller.name)
    ),
    get_backup_schedule => look_closely(
        caller.client.get_backup_schedule(&caller.context, caller.id)
    ),
    create_backup_schedule => look(
        caller.client.create_backup_schedule(&caller.context, caller.id, "0 0 * * *", || {})
    ),
    put_backup_schedule => look_closely(
        caller.client.put_backup_schedule(&caller.context, caller.id, "0 0 * * *")
    ),
    delete_backup_schedule => look_closely(
        caller.client.delete_backup_schedule(&caller.context, caller.id)
    ),
    list_members => look_closely(caller.client.list_members(&caller.context)),
    set_member_roles => look_closely(
        caller.client.set_member_roles(&caller.context, caller.id, &BTreeSet::new())
    ),
    delete_member => look_closely(caller.client.delete_member(&caller.context, caller.id)),
    get_monitoring => look_closely(caller.client.get_monitoring(&caller.context, caller.id)),
    activate_monitoring => look(
        caller.client.activate_monitoring(&caller.context, caller.id, || {})
    ),
    deactivate_monitoring => look_closely(
        caller.client.deactivate_monitoring(&caller.context, caller.id)
    ),
    create_monitoring_client => look_closely(caller.client.create_monitoring_client(
        &caller.context,
        caller.id,
        caller.name,
        |_| {},
    )),
    adopt_abandoned_monitoring_client => look_closely(
        caller.client.adopt_abandoned_monitoring_client(
            &caller.context,
            caller.id,
            caller.name,
            None,
            &caller.known,
        )
    ),
    rotate_monitoring_client => look_closely(
        caller.client.rotate_monitoring_client(&caller.context, caller.id, caller.name)
    ),
    delete_monitoring_client => look_closely(
        caller.client.delete_monitoring_client(&caller.context, caller.id, caller.name)
    ),
    get_secure_connectivity => look_closely(
        caller.client.get_secure_connectivity(&caller.context, caller.id)
    ),
    activate_secure_connectivity => look(caller.client.activate_secure_connectivity(
        &caller.context,
        caller.id,
        &ActivateSecureConnectivity {
            allowed_principals: BTreeSet::from(["arn:aws:iam::123456789012:root".to_owned()]),
            allowed_regions: BTreeSet::from(["eu-west-1".to_owned()]),
        },
        || {},
    )),
    deactivate_secure_connectivity => look_closely(
        caller.client.deactivate_secure_connectivity(&caller.context, caller.id)
    ),
}

impl Caller<'_> {
    fn cluster(&self) -> CreateCluster {
        CreateCluster {
            name: self.name.to_owned(),
            plan_type_id: "plan".to_owned(),
            channel_id: "channel".to_owned(),
            generation_id: "generation".to_owned(),
            region_id: "region".to_owned(),
            backup_region_id: None,
            auto_update: None,
            stage_label: None,
            encryption: None,
            hardware_packages: None,
            description: None,
        }
    }

    fn api_client(&self) -> CreateZeebeClient {
        CreateZeebeClient {
            name: self.name.to_owned(),
            permissions: None,
        }
    }

    fn entry(&self) -> AllowlistEntry {
        AllowlistEntry {
            ip: "10.0.0.0/8".to_owned(),
            description: self.name.to_owned(),
        }
    }
}

/// First byte: the operation. Second byte: whether a token is asked for first, with the first answers.
/// Then answers: status, flags, `Retry-After` if flagged, body.
///
/// # Panics
/// A secret is shown, or a text that is not fit for a line.
pub fn api_answers(data: &[u8]) {
    let mut cursor = Cursor::new(data);
    let operation = *cursor.choice(OPERATIONS).expect("there are operations");
    let credentials = if cursor.byte() & 1 == 0 {
        Credentials::AccessToken(SecretString::from(SECRET))
    } else {
        Credentials::ClientSecret {
            client_id: "fuzzer".to_owned(),
            client_secret: SecretString::from(SECRET),
        }
    };
    let mut answers = Vec::new();
    while !cursor.is_at_end() {
        answers.push(answer(&mut cursor));
    }
    on_paused_time(async {
        let clock = Clock::starting_at(super::texts::now());
        let client = fuzzing::client(Config::new(credentials), answers, clock);
        let caller = Caller {
            client: &client.expect("the configuration is in order"),
            context: CallContext::default(),
            id: "6f0f7c52-3a1e-4d0b-9b63-0c3f6c2a9e11",
            name: "name",
            known: vec!["known".to_owned()],
        };
        operate(&caller, operation).await;
    });
}

fn answer(cursor: &mut Cursor<'_>) -> Scripted {
    let status = match cursor.byte() {
        255 => cursor.number(),
        place => STATUSES[usize::from(place) % STATUSES.len()],
    };
    let flags = cursor.byte();
    let mut headers = Vec::new();
    if flags & 1 != 0 {
        headers.push(("retry-after", cursor.part().to_vec()));
    }
    if flags & 2 != 0 {
        headers.push(("content-type", b"text/html".to_vec()));
    }
    if flags & 4 != 0 {
        headers.push(("x-request-id", cursor.part().to_vec()));
    }
    if flags & 8 != 0 {
        headers.push(("location", cursor.part().to_vec()));
    }
    Scripted {
        status,
        headers,
        body: cursor.part().to_vec(),
        is_cut: flags & 128 != 0,
    }
}
