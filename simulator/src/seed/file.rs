//! Seeds in files, as JSON or YAML. The one place of the program that knows YAML.

use std::{fs, path::Path};

use anyhow::{Context, Result, anyhow};
use serde::de::DeserializeOwned;

/// Reads a file of this shape: YAML if its name ends with `.yaml` or `.yml`, otherwise JSON.
///
/// # Errors
/// When it cannot be read, or is of another shape: with the line.
pub fn read_file<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let shown = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
    let extension = path.extension().and_then(|it| it.to_str());
    let read = match extension.map(str::to_ascii_lowercase).as_deref() {
        Some("yaml" | "yml") => {
            serde_saphyr::from_str(&text).map_err(|error| anyhow!("{}", error.without_snippet()))
        }
        _ => serde_json::from_str(&text).map_err(anyhow::Error::from),
    };
    read.with_context(|| format!("{shown} is not as expected"))
}
