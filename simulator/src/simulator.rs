//! The handle that tests hold: starts a simulator inside the process, looks into it, and does by
//! hand what people do in the console.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::Result;
use jiff::Timestamp;

use crate::{
    behaviour::Behaviour,
    clock::ClockMode,
    clusters::Cluster,
    console::{ClusterChange, NewCluster},
    fault_handle::{Faults, known},
    faults::FaultRule,
    journal::{RequestRecord, Statistics, TokenRequest, Violation},
    seed::{Generation, Organization, Seed},
    server::{Server, bind},
    shared::{Shared, Start},
    state_file::StateFile,
    world::World,
};

/// How a simulator starts.
#[derive(Clone, Debug)]
pub struct Options {
    /// Address to listen on; port 0 picks one.
    pub listen: SocketAddr,
    /// How virtual time passes.
    pub clock: ClockMode,
    /// Organization, credentials, and what clusters can be made of.
    pub seed: Seed,
    /// Switches.
    pub behaviour: Behaviour,
    /// Faults that are in force from the start, and again after a reset.
    pub faults: Vec<FaultRule>,
    /// File that keeps the organization. What is in it wins over the seed; where it does not exist,
    /// it is made.
    pub state: Option<PathBuf>,
}

impl Default for Options {
    /// A free port on the loopback interface, the built-in seed, and 30 s of virtual time with
    /// every API request: what is created is Healthy on the third poll, and nobody waits.
    fn default() -> Self {
        Self {
            listen: (Ipv4Addr::LOCALHOST, 0).into(),
            clock: ClockMode::PerRequest(Duration::from_secs(30)),
            seed: Seed::default(),
            behaviour: Behaviour::default(),
            faults: Vec::new(),
            state: None,
        }
    }
}

/// A running simulator. Dropping it stops it and closes all its connections.
pub struct Simulator {
    pub(crate) shared: Arc<Shared>,
    server: Server,
}

impl Simulator {
    /// Starts a simulator on a thread of its own. It accepts connections when this returns.
    ///
    /// # Errors
    /// When the address cannot be bound, the seed does not hold together, a fault is for nothing
    /// that there is, no clock can run so, or the state file is broken or cannot be written.
    pub fn start(options: Options) -> Result<Self> {
        options.seed.check()?;
        options.clock.check().map_err(anyhow::Error::msg)?;
        for rule in &options.faults {
            rule.check().map_err(anyhow::Error::msg)?;
        }
        let state = options.state.as_deref().map(StateFile::open).transpose()?;
        let listener = bind(options.listen)?;
        let address = listener.local_addr()?;
        let start = Start {
            seed: options.seed,
            behaviour: options.behaviour,
            clock: options.clock,
            faults: options.faults,
            hosts: vec![
                address.ip().to_string(),
                address.to_string(),
                "localhost".to_owned(),
                format!("localhost:{}", address.port()),
            ],
        };
        let shared = Arc::new(Shared::new(start, state));
        // At once, so that a file that cannot be written is known before anything depends on it.
        shared.save(true)?;
        let server = Server::start(listener, shared.clone())?;
        Ok(Self { shared, server })
    }

    /// Writes the state file, if there is one. Changes over HTTP are in it before they are answered;
    /// those through this handle, and the passing of time, are from now on.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self) -> Result<()> {
        self.shared.save(true)
    }

    /// Base URL of the Administration API, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address)
    }

    /// URL of the token endpoint.
    pub fn token_url(&self) -> String {
        format!("{}/oauth/token", self.url())
    }

    /// Audience to ask tokens for.
    pub fn audience(&self) -> String {
        self.world(|world| world.audiences().first().cloned().unwrap_or_default())
    }

    /// Address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// Works on the state of the service, for the handles that areas add in files of their own.
    pub(crate) fn world<T>(&self, work: impl FnOnce(&mut World) -> T) -> T {
        self.shared.world(|world, _| work(world))
    }

    // === Looking ===

    /// All clusters that are still listed somewhere, in order of creation, as they are now.
    pub fn clusters(&self) -> Vec<Cluster> {
        self.world(|world| world.clusters.clone())
    }

    /// The cluster of that id, unless single reads answer 404.
    pub fn cluster(&self, id: &str) -> Option<Cluster> {
        self.shared.world(|world, now| {
            let mut clusters = world.clusters.iter();
            clusters
                .find(|cluster| cluster.id == id && cluster.exists(now))
                .cloned()
        })
    }

    /// Every request to the API and to the token endpoint, in order of arrival.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.shared.journal.requests()
    }

    /// Every request of one operation, in order of arrival. `IssueToken` is the token endpoint.
    pub fn requests_of(&self, operation: &str) -> Vec<RequestRecord> {
        known(operation);
        let mut requests = self.requests();
        requests.retain(|request| request.operation.as_deref() == Some(operation));
        requests
    }

    /// Every token request, with its outcome.
    pub fn token_requests(&self) -> Vec<TokenRequest> {
        self.shared.journal.token_requests()
    }

    /// Counts.
    pub fn statistics(&self) -> Statistics {
        self.shared.statistics()
    }

    /// Waits until the fate of `count` requests of the operation is decided: answered, reset, or
    /// made to wait by a fault. False when the time is up first. Blocks the thread.
    pub fn wait_for_request(&self, operation: &str, count: u64, timeout: Duration) -> bool {
        known(operation);
        self.shared.journal.wait_for(operation, count, timeout)
    }

    /// What went against the contract so far, on either side.
    pub fn violations(&self) -> Vec<Violation> {
        self.shared.journal.violations()
    }

    /// The same, and forgets it: for tests that violate the contract on purpose.
    pub fn take_violations(&self) -> Vec<Violation> {
        self.shared.journal.take_violations()
    }

    /// Panics if anything went against the contract.
    ///
    /// # Panics
    /// With the list of violations.
    pub fn assert_clean(&self) {
        let violations = self.violations();
        assert!(
            violations.is_empty(),
            "the contract was violated: {violations:#?}"
        );
    }

    // === Time ===

    /// Virtual time.
    pub fn now(&self) -> Timestamp {
        self.shared.clock.now()
    }

    /// Moves virtual time on.
    pub fn advance(&self, duration: Duration) {
        self.shared.clock.advance(duration);
    }

    /// Changes how virtual time passes.
    pub fn set_clock(&self, mode: ClockMode) {
        self.shared.clock.set_mode(mode);
    }

    /// Moves the clock of the token service, by which tokens expire on the server and blocked
    /// source addresses are freed. What clients read in their tokens does not change.
    pub fn advance_token_time(&self, duration: Duration) {
        self.world(|world| world.tokens.advance(duration));
    }

    // === Faults and switches ===

    /// The faults in force.
    pub fn faults(&self) -> Faults<'_> {
        Faults::of(&self.shared)
    }

    /// The switches as they are.
    pub fn behaviour(&self) -> Behaviour {
        self.world(|world| world.behaviour.clone())
    }

    /// Changes switches.
    pub fn change_behaviour(&self, change: impl FnOnce(&mut Behaviour)) {
        self.world(|world| change(&mut world.behaviour));
    }

    /// Changes the (first) organization: reservations, creation switch, features.
    pub fn change_organization(&self, change: impl FnOnce(&mut Organization)) {
        self.world(|world| {
            if let Some(organization) = world.seed.organizations.first_mut() {
                change(organization);
            }
        });
    }

    /// Back to the start: no clusters, no faults, no log, no tokens.
    pub fn reset(&self) {
        self.shared.reset(None);
    }

    // === Tokens ===

    /// A token as the token endpoint would issue it, without a request.
    ///
    /// # Panics
    /// When the seed has no such client.
    pub fn issue_token(&self, client_id: &str) -> String {
        self.issue_token_for(client_id, &self.audience())
    }

    /// A token for any audience, those of other services included.
    ///
    /// # Panics
    /// When the seed has no such client.
    pub fn issue_token_for(&self, client_id: &str, audience: &str) -> String {
        self.world(|world| {
            let mut credentials = world.seed.credentials.iter();
            let credential = credentials
                .find(|credential| credential.client_id == client_id)
                .cloned()
                .expect("the seed has this client");
            let lifetime = world.behaviour.tokens.lifetime;
            world.tokens.issue(&credential, audience, lifetime).0
        })
    }

    /// Refuses every token issued so far. Returns how many.
    pub fn revoke_tokens(&self) -> usize {
        self.world(|world| world.tokens.revoke_all(None))
    }

    /// Ends the validity of every token issued so far, on the server. Returns how many.
    pub fn expire_tokens(&self) -> usize {
        self.world(|world| world.tokens.expire_all())
    }

    /// Revokes client credentials: no new token, and old ones are refused. False if unknown.
    pub fn revoke_client(&self, client_id: &str) -> bool {
        self.world(|world| world.revoke_client(client_id))
    }

    /// Lets every source address ask for tokens again.
    pub fn unblock_token_requests(&self) {
        self.world(|world| world.tokens.unblock());
    }

    // === By hand in the console ===

    /// Adds a cluster and returns its id.
    pub fn add_cluster(&self, new: NewCluster) -> String {
        self.shared.world(|world, now| world.add_cluster(new, now))
    }

    /// Changes a cluster. False if there is none.
    pub fn change_cluster(&self, id: &str, change: ClusterChange) -> bool {
        self.shared
            .world(|world, now| world.change_cluster(id, change, now))
    }

    /// Renames a cluster. False if there is none.
    pub fn rename_cluster(&self, id: &str, name: &str) -> bool {
        self.change_cluster(
            id,
            ClusterChange {
                name: Some(name.to_owned()),
                ..ClusterChange::default()
            },
        )
    }

    /// Deletes a cluster with immediate effect. False if there is none.
    pub fn delete_cluster(&self, id: &str) -> bool {
        self.shared
            .world(|world, now| world.delete_cluster(id, now))
    }

    /// Puts a cluster into a state in which it stays; unknown words are allowed. False if there is
    /// no such cluster.
    pub fn set_status(&self, id: &str, status: &str) -> bool {
        self.change_cluster(
            id,
            ClusterChange {
                status: Some(status.to_owned()),
                ..ClusterChange::default()
            },
        )
    }

    /// Lets a cluster sleep. False if there is none.
    pub fn suspend(&self, id: &str) -> bool {
        self.set_status(id, "Suspended")
    }

    /// Changes the generation that a cluster runs, at once. False if there is no such cluster.
    pub fn set_generation(&self, id: &str, generation: &str) -> bool {
        self.change_cluster(
            id,
            ClusterChange {
                generation: Some(generation.to_owned()),
                ..ClusterChange::default()
            },
        )
    }

    /// Offers a new generation as the newest and default one of a channel. False if there is no
    /// such channel.
    pub fn release_generation(&self, channel: &str, generation: Generation) -> bool {
        self.world(|world| world.release_generation(channel, generation))
    }

    /// Offers a generation no more; clusters that run it go on.
    pub fn withdraw_generation(&self, generation: &str) {
        self.world(|world| world.withdraw_generation(generation));
    }

    /// Runs the automatic updates. Returns how many clusters started one.
    pub fn run_auto_updates(&self) -> usize {
        self.shared.world(|world, now| world.run_auto_updates(now))
    }
}
