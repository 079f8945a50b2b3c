//! The operation that lists what clusters can be made of.

use serde_json::{Value, json};

use crate::{
    answer::{Answer, Refusal},
    seed::{Channel, Region, Seed},
    world::{Call, Handler},
};

pub(crate) const OPERATIONS: &[(&str, Handler)] = &[("GetParameters", get)];

fn get(call: &mut Call<'_>) -> Result<Answer, Refusal> {
    let seed = &call.world.seed;
    let plan_types: Vec<Value> = seed
        .plan_types
        .iter()
        .map(|plan| json!({ "uuid": plan.id, "name": plan.name }))
        .collect();
    Ok(Answer::json(&json!({
        "channels": seed.channels.iter().map(|channel| channel_option(seed, channel)).collect::<Vec<_>>(),
        "clusterPlanTypes": plan_types,
        "regions": seed.regions.iter().map(region_option).collect::<Vec<_>>(),
    })))
}

fn channel_option(seed: &Seed, channel: &Channel) -> Value {
    let generations: Vec<Value> = channel
        .generations
        .iter()
        .map(|offered| {
            json!({
                "uuid": offered.id,
                "name": seed.generation_name(&offered.id),
                "classification": offered.classification,
            })
        })
        .collect();
    json!({
        "uuid": channel.id,
        "name": channel.name,
        "defaultGeneration": {
            "uuid": channel.default_generation,
            "name": seed.generation_name(&channel.default_generation),
        },
        "allowedGenerations": generations,
    })
}

fn region_option(region: &Region) -> Value {
    let backups: Vec<Value> = region
        .backups
        .iter()
        .map(|option| {
            let regions: Vec<Value> = option
                .regions
                .iter()
                .map(|place| json!({ "id": place.code, "label": place.label }))
                .collect();
            json!({ "uuid": option.id, "regions": regions })
        })
        .collect();
    json!({
        "uuid": region.id,
        "name": region.name,
        "provider": region.provider,
        "backups": backups,
    })
}
