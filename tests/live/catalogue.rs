//! What clusters of a live run are made of: as small and cheap as the organisation offers, unless the
//! user says otherwise.

use serde_json::Value;

use crate::settings::Settings;

/// Words in the names of plan types, cheapest first. The API tells no prices; these are the names that
/// plan types are known to have had.
const CHEAP: [&str; 4] = ["trial", "development", "basic", "standard"];

/// Identifiers for one cluster.
#[derive(Debug, PartialEq)]
pub(crate) struct Choice {
    pub(crate) plan_type: String,
    pub(crate) channel: String,
    pub(crate) generation: String,
    pub(crate) region: String,
    /// The region of the cloud provider, where that is AWS: `eu-central-1`.
    pub(crate) aws_region: Option<String>,
    /// Another region, if there is one.
    pub(crate) other_region: Option<String>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// What is called so, or has that id; without a wish the first.
fn wished<'a>(
    offered: &'a [Value],
    wish: Option<&str>,
    what: &str,
) -> Result<Option<&'a Value>, String> {
    let Some(wish) = wish else { return Ok(None) };
    let found = offered
        .iter()
        .find(|it| it["name"] == wish || it["uuid"] == wish);
    let names: Vec<String> = offered.iter().map(|it| text(&it["name"])).collect();
    match found {
        Some(found) => Ok(Some(found)),
        None => Err(format!(
            "the organisation offers no {what} {wish:?}; it offers: {}",
            names.join("; ")
        )),
    }
}

/// Chooses from what `GET /clusters/parameters` offers.
pub(crate) fn choose(offered: &Value, settings: &Settings) -> Result<Choice, String> {
    let list = |name: &str| offered[name].as_array().cloned().unwrap_or_default();
    let (plans, regions, channels) = (list("clusterPlanTypes"), list("regions"), list("channels"));
    let nothing =
        |what: &str| format!("the organisation offers no {what}: it cannot make clusters");
    let cheapest = || {
        let named = |word: &&str| {
            let has = |plan: &&Value| text(&plan["name"]).to_lowercase().contains(*word);
            plans.iter().find(has)
        };
        CHEAP.iter().find_map(named).or(plans.first())
    };
    let plan = wished(&plans, settings.plan_type.as_deref(), "plan type")?
        .or_else(cheapest)
        .ok_or_else(|| nothing("plan type"))?;
    let region = wished(&regions, settings.region.as_deref(), "region")?
        .or(regions.first())
        .ok_or_else(|| nothing("region"))?;
    let stable = || channels.iter().find(|it| it["name"] == "Stable");
    let channel = wished(&channels, settings.channel.as_deref(), "channel")?
        .or_else(stable)
        .or(channels.first())
        .ok_or_else(|| nothing("channel"))?;
    let other = regions.iter().find(|it| it["uuid"] != region["uuid"]);
    let on_aws = text(&region["provider"]).eq_ignore_ascii_case("aws");
    let name = text(&region["name"]);
    // The display name ends with it, in parentheses.
    let code = name
        .rsplit_once('(')
        .map(|(_, code)| code.trim_end_matches(')'));
    Ok(Choice {
        plan_type: text(&plan["uuid"]),
        channel: text(&channel["uuid"]),
        generation: text(&channel["defaultGeneration"]["uuid"]),
        region: text(&region["uuid"]),
        aws_region: code.filter(|_| on_aws).map(str::to_owned),
        other_region: other.map(|it| text(&it["uuid"])),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn settings(wishes: &[(&str, &str)]) -> Settings {
        let set = [
            ("TF_ACC", "1"),
            ("CAMUNDA_OAUTH_TOKEN", "token"),
            ("CAMUNDA_TEST_PREFIX", "tf-acc-1"),
            ("CAMUNDA_TEST_FOLDER", "/tmp/x"),
            ("CAMUNDA_TEST_CLI", "terraform-1.11.4"),
        ];
        let look = |name: &str| {
            let mut all = set.iter().chain(wishes);
            all.find(|(known, _)| *known == name)
                .map(|(_, value)| (*value).to_owned())
        };
        Settings::read(look).unwrap_or_else(|fault| panic!("{fault}"))
    }

    fn offered() -> Value {
        json!({
            "clusterPlanTypes": [
                { "name": "Advanced", "uuid": "p1" },
                { "name": "Standard", "uuid": "p2" },
                { "name": "Trial Cluster", "uuid": "p3" },
            ],
            "regions": [
                { "name": "Belgium, Europe (europe-west1)", "uuid": "r1", "provider": "gcp" },
                { "name": "Frankfurt, Europe (eu-central-1)", "uuid": "r2", "provider": "aws" },
            ],
            "channels": [
                { "name": "Alpha", "uuid": "c1", "defaultGeneration": { "uuid": "g1" } },
                { "name": "Stable", "uuid": "c2", "defaultGeneration": { "uuid": "g2" } },
            ],
        })
    }

    #[test]
    fn the_cheapest_is_taken() {
        let choice = choose(&offered(), &settings(&[])).unwrap();
        assert_eq!(
            choice,
            Choice {
                plan_type: "p3".to_owned(),
                channel: "c2".to_owned(),
                generation: "g2".to_owned(),
                region: "r1".to_owned(),
                aws_region: None,
                other_region: Some("r2".to_owned()),
            }
        );
    }

    #[test]
    fn wishes_are_granted_by_name_and_id() {
        let wishes = settings(&[
            ("CAMUNDA_TEST_PLAN_TYPE", "Advanced"),
            ("CAMUNDA_TEST_REGION", "r2"),
            ("CAMUNDA_TEST_CHANNEL", "Alpha"),
        ]);
        let choice = choose(&offered(), &wishes).unwrap();
        assert_eq!((&*choice.plan_type, &*choice.channel), ("p1", "c1"));
        assert_eq!(choice.aws_region.as_deref(), Some("eu-central-1"));
        let wishes = settings(&[("CAMUNDA_TEST_REGION", "Paris")]);
        insta::assert_snapshot!(choose(&offered(), &wishes).unwrap_err(), @r#"the organisation offers no region "Paris"; it offers: Belgium, Europe (europe-west1); Frankfurt, Europe (eu-central-1)"#);
        insta::assert_snapshot!(choose(&json!({}), &settings(&[])).unwrap_err(), @"the organisation offers no plan type: it cannot make clusters");
    }
}
