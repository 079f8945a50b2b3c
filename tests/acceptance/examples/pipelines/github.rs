//! What GitHub makes of `github-actions.yml`.

use super::*;

/// Whether a condition holds, of those that the file has.
fn holds(condition: &Value, event: Event) -> bool {
    match condition.as_str() {
        None => true,
        Some("github.ref == 'refs/heads/main'") => event == Event::Main,
        Some(
            "github.event_name == 'push' || github.event.pull_request.head.repo.full_name == github.repository",
        ) => true,
        Some(other) => panic!("when does this hold? {other}"),
    }
}

/// Puts secrets in their places.
fn filled_in(mut text: String) -> String {
    let secrets = handed_over([
        "CAMUNDA_READ_CLIENT_ID",
        "CAMUNDA_READ_CLIENT_SECRET",
        "CONNECTOR_SECRETS",
        "CAMUNDA_CLIENT_ID",
        "CAMUNDA_CLIENT_SECRET",
    ]);
    for (name, value) in secrets {
        text = text.replace(&format!("${{{{ secrets.{name} }}}}"), &value);
    }
    assert!(!text.contains("${{"), "{text}");
    text
}

/// The jobs that an event runs, in their order.
pub(super) fn jobs(event: Event) -> Vec<Job> {
    let file = read("github-actions.yml");
    assert_eq!(file["on"]["push"]["branches"], serde_json::json!(["main"]));
    assert!(file["on"].get("pull_request").is_some());
    let jobs = file["jobs"].as_object().unwrap();
    let mut order: Vec<Job> = Vec::new();
    // Each needs the one before it, and what is left out takes with it whoever needs it.
    for name in ["offline", "plan", "apply"] {
        let job = &jobs[name];
        let needs = job["needs"].as_str();
        assert_eq!(needs, order.last().map(|job| &*job.name), "{name}");
        if !holds(&job["if"], event) {
            break;
        }
        let mut variables = texts(&file["env"]);
        variables.extend(texts(&job["env"]));
        let mut variables: BTreeMap<_, _> = variables
            .into_iter()
            .map(|(name, text)| (name, filled_in(text)))
            .collect();
        variables.insert("GITHUB_STEP_SUMMARY".to_owned(), "/dev/stderr".to_owned());
        let steps = job["steps"].as_array().unwrap().iter();
        order.push(Job {
            name: name.to_owned(),
            variables,
            steps: steps.filter_map(|it| step(it, event)).collect(),
        });
    }
    assert_eq!(jobs.len(), 3, "all of them are known here");
    order
}

fn step(step: &Value, event: Event) -> Option<Step> {
    if step["name"] == "install the simulator" {
        // Built already. The network is what is left out here.
        return None;
    }
    if let Some(script) = step["run"].as_str() {
        assert!(
            step.get("if").is_none() && step.get("env").is_none(),
            "{step:#}"
        );
        return Some(Step::Run(script.to_owned()));
    }
    let action = step["uses"].as_str().unwrap().split('@').next().unwrap();
    match action {
        "actions/checkout" | "actions/cache" | "hashicorp/setup-terraform" => None,
        "actions/upload-artifact" if !holds(&step["if"], event) => None,
        "actions/upload-artifact" => Some(Step::Keep(
            step["with"]["path"].as_str().unwrap().to_owned(),
        )),
        "actions/download-artifact" => Some(Step::Fetch),
        other => panic!("what does {other} do?"),
    }
}
