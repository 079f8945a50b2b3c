//! Turns the YAML contract into JSON, so that the server reads no YAML of its own when it starts.

use std::{env, error::Error, fs, path::Path};

use serde_json::Value;

fn main() -> Result<(), Box<dyn Error>> {
    let out = env::var("OUT_DIR")?;
    for name in ["administration-api", "oauth"] {
        let source = format!("contract/{name}.yaml");
        println!("cargo:rerun-if-changed={source}");
        let document: Value = serde_saphyr::from_str(&fs::read_to_string(&source)?)
            .map_err(|problem| format!("{source}: {problem}"))?;
        fs::write(
            Path::new(&out).join(format!("{name}.json")),
            serde_json::to_string(&document)?,
        )?;
    }
    Ok(())
}
