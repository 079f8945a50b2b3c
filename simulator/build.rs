//! Turns the YAML contract into JSON, so that the server needs no YAML parser when it starts.

use std::{env, error::Error, fs, path::Path};

use serde_json::{Map, Value};
use yaml_rust2::{Yaml, YamlLoader};

fn main() -> Result<(), Box<dyn Error>> {
    let out = env::var("OUT_DIR")?;
    for name in ["administration-api", "oauth"] {
        let source = format!("contract/{name}.yaml");
        println!("cargo:rerun-if-changed={source}");
        let documents = YamlLoader::load_from_str(&fs::read_to_string(&source)?)?;
        let document = documents.first().ok_or("the contract is empty")?;
        let json = to_json(document).map_err(|problem| format!("{source}: {problem}"))?;
        fs::write(
            Path::new(&out).join(format!("{name}.json")),
            serde_json::to_string(&json)?,
        )?;
    }
    Ok(())
}

fn to_json(yaml: &Yaml) -> Result<Value, String> {
    Ok(match yaml {
        Yaml::Null => Value::Null,
        Yaml::Boolean(flag) => Value::Bool(*flag),
        Yaml::Integer(number) => Value::from(*number),
        Yaml::Real(text) => Value::from(text.parse::<f64>().map_err(|error| error.to_string())?),
        Yaml::String(text) => Value::from(text.as_str()),
        Yaml::Array(items) => Value::Array(items.iter().map(to_json).collect::<Result<_, _>>()?),
        Yaml::Hash(members) => {
            let mut object = Map::new();
            for (key, value) in members {
                let Yaml::String(key) = key else {
                    return Err(format!("key {key:?} is not text"));
                };
                object.insert(key.clone(), to_json(value)?);
            }
            Value::Object(object)
        }
        Yaml::Alias(_) | Yaml::BadValue => return Err("aliases are not supported".into()),
    })
}
