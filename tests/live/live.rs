//! What a live test begins with: a project for the CLI under test, led to the organisation, and the
//! organisation itself as everybody sees it.

use std::time::Duration;

use serde_json::json;

use crate::catalogue::{Choice, choose};
use crate::organisation::Organisation;
use crate::run::Run;
use crate::settings::Settings;
use crate::support::{Capability, Cli, Workspace};

/// A cluster takes minutes; one whose creation is late is given up by the provider before this.
const COMMAND_DEADLINE: Duration = Duration::from_secs(60 * 60);
/// How long a cluster may take to become healthy.
const HEALTHY_WITHIN: Duration = Duration::from_secs(30 * 60);
/// How long a change may take to show.
pub(crate) const SHOWN_WITHIN: Duration = Duration::from_secs(300);

/// See the module.
pub(crate) struct Live {
    pub(crate) workspace: Workspace,
    pub(crate) organisation: Organisation,
    pub(crate) settings: Settings,
    cli: Cli,
    run: Run,
    test: &'static str,
}

impl Live {
    /// For the test of that name.
    pub(crate) fn begin(test: &'static str) -> Self {
        let settings = Settings::of_process();
        let run = Run::of(&settings);
        // Before the provider asks for one: see there.
        let organisation = run.enter(&settings);
        let cli = if settings.cli.contains('/') {
            Cli::at(settings.cli.as_ref())
        } else {
            Cli::named(&settings.cli)
        };
        let mut workspace = Workspace::with_deadline(&cli, COMMAND_DEADLINE);
        workspace.lead_to(&settings.service());
        Self {
            workspace,
            organisation,
            settings,
            cli,
            run,
            test,
        }
    }

    /// A name of this run, made of letters that are allowed in all of them.
    pub(crate) fn name(&self, what: &str) -> String {
        self.settings.name(what)
    }

    /// Notes that something is left out here, for a reason that is not the provider's.
    pub(crate) fn skip(&self, what: &str, why: &str) {
        self.run
            .note_skipped(&format!("{} ({what})", self.test), why);
    }

    /// Whether the CLI can do that. Otherwise it is noted that `what` is left out.
    pub(crate) fn can(&self, capability: Capability, what: &str) -> bool {
        let can = self.cli.supports(capability);
        if !can {
            let why = format!("{}: {}", self.cli.name, capability.gate());
            self.skip(what, &why);
        }
        can
    }

    /// What to make clusters of.
    pub(crate) fn choice(&self) -> Choice {
        let offered = self.organisation.get("/clusters/parameters");
        let offered = offered.unwrap_or_else(|refusal| panic!("{refusal}"));
        choose(&offered, &self.settings).unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// A healthy cluster that all tests of the run share: the user's, or one of the run's own.
    pub(crate) fn cluster(&self) -> String {
        if let Some(id) = &self.settings.cluster {
            return id.clone();
        }
        let id = self.run.shared_cluster(|| {
            let choice = self.choice();
            let body = json!({
                "name": self.name("shared"),
                "planTypeId": choice.plan_type,
                "channelId": choice.channel,
                "generationId": choice.generation,
                "regionId": choice.region,
                // Trial clusters with it fall asleep later.
                "stageLabel": "test",
            });
            let made = self.organisation.post("/clusters", &body);
            let made = made.unwrap_or_else(|refusal| {
                panic!(
                    "no cluster for this run: {refusal}\nName one with CAMUNDA_TEST_CLUSTER_ID, or see \
                     that there is a reservation for it."
                )
            });
            made["clusterId"].as_str().unwrap().to_owned()
        });
        // Twice in a row: a new one may be healthy for a moment and then not.
        let mut healthy = 0;
        let seen = self.organisation.eventually(HEALTHY_WITHIN, || {
            let cluster = self.organisation.find(&format!("/clusters/{id}"))?;
            healthy = if cluster["status"]["ready"] == "Healthy" {
                healthy + 1
            } else {
                0
            };
            (healthy == 2).then_some(())
        });
        seen.unwrap_or_else(|| panic!("cluster {id} of this run does not become healthy"));
        id
    }

    /// The same, but never the user's: for what is one of a kind in a cluster, or changes who can reach
    /// it. Notes that it is left out.
    pub(crate) fn own_cluster(&self) -> Option<String> {
        if self.settings.cluster.is_some() {
            self.skip(
                "all",
                "it would change the cluster of CAMUNDA_TEST_CLUSTER_ID for others; without that \
                 variable the run makes a cluster of its own",
            );
            return None;
        }
        Some(self.cluster())
    }

    /// Nothing is left to do. One command, because each may be a dozen requests.
    #[track_caller]
    pub(crate) fn assert_settled(&self) {
        let run = self.workspace.plan(&["-detailed-exitcode"]);
        assert_eq!(run.status.code(), Some(0), "the plan is not empty\n{run}");
    }
}
