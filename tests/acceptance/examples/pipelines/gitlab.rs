//! What GitLab makes of `gitlab-ci.yml`.

use serde_json::json;

use super::*;

/// Whether one of the rules holds, of those that the file has.
fn holds(rules: &Value, event: Event) -> bool {
    let Some(rules) = rules.as_array() else {
        return true;
    };
    rules.iter().any(|rule| match rule["if"].as_str() {
        Some("$CI_PIPELINE_SOURCE == \"merge_request_event\"") => event == Event::Request,
        Some("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH") => event == Event::Main,
        other => panic!("when does this hold? {other:?}"),
    })
}

/// The variables of an environment, which the project has and its file has not.
fn of_environment(name: Option<&str>) -> BTreeMap<String, String> {
    let id = "CAMUNDA_CONSOLE_CLIENT_ID";
    let secret = "CAMUNDA_CONSOLE_CLIENT_SECRET";
    let connectors = "TF_VAR_connector_secrets";
    let all = handed_over(["read id", "read secret", "connectors", "id", "secret"]);
    let chosen: &[(&str, &str)] = match name {
        None => &[],
        Some("camunda-plan") => &[
            (id, "read id"),
            (secret, "read secret"),
            (connectors, "connectors"),
        ],
        Some("camunda") => &[(id, "id"), (secret, "secret")],
        Some(other) => panic!("which variables has {other}?"),
    };
    let chosen = chosen.iter();
    chosen
        .map(|(variable, name)| ((*variable).to_owned(), all[*name].clone()))
        .collect()
}

/// The jobs that an event runs, stage by stage.
pub(super) fn jobs(event: Event) -> Vec<Job> {
    let file = read("gitlab-ci.yml");
    assert!(holds(&file["workflow"]["rules"], event));
    assert_eq!(file["stages"], json!(["offline", "plan", "apply"]));
    let known = ["stages", "workflow", "variables", "default"];
    let jobs = file
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| !known.contains(&&***name));
    assert_eq!(jobs.count(), 3, "all of them are known here");
    let mut found = Vec::new();
    for name in ["offline", "plan", "apply"] {
        let job = &file[name];
        assert_eq!(job["stage"], name);
        if !holds(&job["rules"], event) {
            continue;
        }
        let mut variables = of_environment(job["environment"]["name"].as_str());
        variables.extend(texts(&file["variables"]));
        variables.extend(texts(&job["variables"]));
        let mut steps = Vec::new();
        for needed in job["needs"].as_array().into_iter().flatten() {
            assert!(
                found
                    .iter()
                    .any(|job: &Job| job.name == needed.as_str().unwrap()),
                "{needed}"
            );
            steps.push(Step::Fetch);
        }
        // `before_script` installs what is built already here. The lines of a script share a shell.
        assert!(name == "offline" || job.get("before_script").is_none());
        let lines = job["script"].as_array().unwrap().iter();
        let lines: Vec<&str> = lines.map(|line| line.as_str().unwrap()).collect();
        steps.push(Step::Run(lines.join("\n")));
        for path in job["artifacts"]["paths"].as_array().into_iter().flatten() {
            assert_eq!(
                job["artifacts"]["access"], "none",
                "a plan is not for everybody"
            );
            steps.push(Step::Keep(path.as_str().unwrap().to_owned()));
        }
        found.push(Job {
            name: name.to_owned(),
            variables,
            steps,
        });
    }
    found
}
