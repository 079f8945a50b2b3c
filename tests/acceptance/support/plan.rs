//! A plan as the CLI shows it in JSON, reduced to what tests ask: which objects, what is done to
//! them, which attributes change.

use std::{
    collections::BTreeSet,
    fmt::{self, Display},
};

use serde_json::{Map, Value};

/// What is done to an object.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Action {
    Nothing,
    Create,
    Read,
    Update,
    Delete,
    Replace,
    Forget,
}

impl Action {
    fn of(actions: &Value) -> Self {
        let words: Vec<&str> = actions
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        match words.as_slice() {
            ["no-op"] => Self::Nothing,
            ["create"] => Self::Create,
            ["read"] => Self::Read,
            ["update"] => Self::Update,
            ["delete"] => Self::Delete,
            ["delete", "create"] | ["create", "delete"] => Self::Replace,
            ["forget"] => Self::Forget,
            other => panic!("unknown actions {other:?} in a plan"),
        }
    }
}

/// One object in a plan.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    pub(crate) address: String,
    /// The address before a `moved` block.
    pub(crate) previous_address: Option<String>,
    pub(crate) action: Action,
    /// Whether it comes in through an `import` block.
    pub(crate) importing: bool,
    /// Top-level attributes whose value changes or may change.
    pub(crate) attributes: BTreeSet<String>,
    pub(crate) before: Value,
    pub(crate) after: Value,
    /// `true` at each place of `after` that is not known yet.
    pub(crate) after_unknown: Value,
}

impl Change {
    fn of(entry: &Value) -> Self {
        let change = &entry["change"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Self {
            address: text(&entry["address"]).unwrap(),
            previous_address: text(&entry["previous_address"]),
            action: Action::of(&change["actions"]),
            importing: !change["importing"].is_null(),
            attributes: changed(change),
            before: change["before"].clone(),
            after: change["after"].clone(),
            after_unknown: change["after_unknown"].clone(),
        }
    }

    fn is_change(&self) -> bool {
        self.action != Action::Nothing || self.importing || self.previous_address.is_some()
    }
}

fn changed(change: &Value) -> BTreeSet<String> {
    let none = Map::new();
    let object = |name: &str| change[name].as_object().unwrap_or(&none);
    let (before, after, unknown) = (object("before"), object("after"), object("after_unknown"));
    let names = before.keys().chain(after.keys()).chain(unknown.keys());
    names
        .filter(|name| has_true(unknown.get(*name)) || before.get(*name) != after.get(*name))
        .cloned()
        .collect()
}

/// The JSON has `[false]` or `{}` where nothing below is unknown.
fn has_true(unknown: Option<&Value>) -> bool {
    match unknown {
        Some(Value::Bool(value)) => *value,
        Some(Value::Array(items)) => items.iter().any(|item| has_true(Some(item))),
        Some(Value::Object(members)) => members.values().any(|member| has_true(Some(member))),
        _ => false,
    }
}

/// A plan.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Everything that is managed, unchanged objects included.
    pub(crate) changes: Vec<Change>,
    /// What refreshing found changed behind our back.
    pub(crate) drift: Vec<Change>,
    /// Outputs that change.
    pub(crate) outputs: BTreeSet<String>,
}

impl Plan {
    /// Reads what `show -json FILE` prints.
    pub(crate) fn of(shown: &Value) -> Self {
        let list = |name: &str| {
            let entries = shown[name].as_array().into_iter().flatten();
            entries.map(Change::of).collect()
        };
        let none = Map::new();
        let outputs = shown["output_changes"].as_object().unwrap_or(&none);
        Self {
            changes: list("resource_changes"),
            drift: list("resource_drift"),
            outputs: outputs
                .iter()
                .filter(|(_, change)| Action::of(&change["actions"]) != Action::Nothing)
                .map(|(name, _)| name.clone())
                .collect(),
        }
    }

    /// The object at that address.
    #[track_caller]
    pub(crate) fn change(&self, address: &str) -> &Change {
        let mut changes = self.changes.iter();
        changes
            .find(|change| change.address == address)
            .unwrap_or_else(|| panic!("{address} is not in the plan:\n{self}"))
    }

    /// Whether applying it would do nothing at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.outputs.is_empty() && !self.changes.iter().any(Change::is_change)
    }
}

/// One line per change, for snapshots and messages: `update camunda_cluster.main (description)`.
impl Display for Plan {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return write!(formatter, "nothing to do");
        }
        let mut lines = Vec::new();
        for change in self.changes.iter().filter(|change| change.is_change()) {
            let mut line = format!("{:?} {}", change.action, change.address).to_lowercase();
            if change.action == Action::Update || change.action == Action::Replace {
                let names: Vec<&str> = change.attributes.iter().map(String::as_str).collect();
                line += &format!(" ({})", names.join(", "));
            }
            if let Some(address) = &change.previous_address {
                line += &format!(", moved from {address}");
            }
            if change.importing {
                line += ", imported";
            }
            lines.push(line);
        }
        lines.extend(self.outputs.iter().map(|name| format!("output {name}")));
        write!(formatter, "{}", lines.join("\n"))
    }
}
