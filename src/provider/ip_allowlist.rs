//! What the objects about IP allowlists share: ranges in configuration, what is said of a list that
//! is not shown, and who plans what for which cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use crate::api::AllowlistEntry;
use crate::api::ip_ranges::{self, IpRange};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::object::Field;
use crate::framework::path::Path;
use crate::framework::schema::Validator;
use crate::framework::value::Value;

/// The ranges of an entry, each by itself.
pub type Cidrs = BTreeSet<String>;

/// A set of ranges: at least one, each an IPv4 address or a CIDR block.
#[must_use]
pub fn cidrs() -> Validator {
    Validator::new(
        "must hold at least one IPv4 address or CIDR block",
        |path, value| {
            let Value::Set(elements) = value else {
                return Diagnostics::new();
            };
            if elements.as_slice().is_empty() {
                return Diagnostic::error(
                    "Entry without addresses",
                    "The set is empty; an entry of an IP allowlist has at least one address or \
                     CIDR block.",
                )
                .at(path.clone())
                .into();
            }
            elements
                .iter()
                .filter_map(|element| {
                    let fault = wrong(element.as_str()?)?;
                    Some(fault.at(path.element(element.clone())))
                })
                .collect()
        },
    )
}

/// Ranges in one text, separated by commas.
#[must_use]
pub fn cidr_list() -> Validator {
    Validator::text(
        "must be an IPv4 address or a CIDR block, or several separated by commas",
        |text| {
            let mut parts = ip_ranges::parts(text).peekable();
            match parts.peek() {
                None => wrong(text),
                Some(_) => parts.find_map(wrong),
            }
        },
    )
}

fn wrong(text: &str) -> Option<Diagnostic> {
    let reason = IpRange::parse(text).err()?;
    Some(
        Diagnostic::error("Invalid IP range", format!("{text:?} {reason}."))
            .hint("Write an address as 203.0.113.7 and a block as 203.0.113.0/24."),
    )
}

/// Whether two sets of ranges mean the same.
#[must_use]
pub fn same_cidrs(one: &Value, other: &Value) -> bool {
    ranges(one) == ranges(other)
}

/// Whether two texts of ranges mean the same.
#[must_use]
pub fn same_cidr_lists(one: &Value, other: &Value) -> bool {
    let list = |value: &Value| value.as_str().map(IpRange::list);
    list(one) == list(other)
}

/// Whether two sets of entries, with `cidrs` and `description`, mean the same.
#[must_use]
pub fn same_entries(one: &Value, other: &Value) -> bool {
    entries(one) == entries(other)
}

fn entries(value: &Value) -> BTreeSet<(String, BTreeSet<IpRange>)> {
    let Value::Set(elements) = value else {
        return BTreeSet::new();
    };
    let entry = |element: &Value| {
        let description = element.member("description").as_str().unwrap_or_default();
        (description.to_owned(), ranges(element.member("cidrs")))
    };
    elements.iter().map(entry).collect()
}

fn ranges(value: &Value) -> BTreeSet<IpRange> {
    match value {
        Value::Set(elements) => elements
            .iter()
            .filter_map(Value::as_str)
            .map(IpRange::read)
            .collect(),
        _ => BTreeSet::new(),
    }
}

/// An entry as the service takes it.
#[must_use]
pub fn entry(cidrs: &Field<Cidrs>, description: &Field<String>) -> AllowlistEntry {
    let cidrs: Vec<&str> = cidrs
        .known()
        .into_iter()
        .flatten()
        .map(String::as_str)
        .collect();
    AllowlistEntry {
        ip: cidrs.join(","),
        description: description.as_str().unwrap_or_default().to_owned(),
    }
}

/// The ranges of an entry of the service.
#[must_use]
pub fn cidrs_of(entry: &AllowlistEntry) -> Cidrs {
    ip_ranges::parts(&entry.ip).map(str::to_owned).collect()
}

/// Why a list may not be shown, as the detail of a message.
const HIDDEN: &str = "The service leaves the IP allowlist out of what it shows of the cluster. Either \
                      the organisation's plan lacks the feature, or the credentials lack the permission \
                      group \"IP allowlist\". That says nothing about what the list holds.";

const HIDDEN_HINT: &str = "Use credentials with the permission groups \"Cluster\" and \"IP allowlist\", \
                           made in the Console under Organization > Administration API.";

/// The error of something that cannot be done without seeing the list.
#[must_use]
pub fn hidden(summary: impl Into<String>) -> Diagnostic {
    Diagnostic::error(summary, HIDDEN).hint(HIDDEN_HINT)
}

/// The warning of a refresh that cannot see the list.
#[must_use]
pub fn kept(cluster_id: &str) -> Diagnostic {
    Diagnostic::warning(
        format!("The IP allowlist of cluster {cluster_id} is not shown"),
        format!("{HIDDEN} The state keeps what it had."),
    )
    .hint(HIDDEN_HINT)
}

/// Which resources this process has planned for the list of which cluster.
#[derive(Debug, Default)]
pub struct Plans(Mutex<BTreeMap<String, Planned>>);

#[derive(Debug, Default, Clone, Copy)]
struct Planned {
    whole: bool,
    entry: bool,
}

impl Plans {
    /// Somebody plans the whole list of the cluster.
    #[must_use]
    pub fn whole(&self, cluster_id: &str) -> Option<Diagnostic> {
        self.conflict(cluster_id, |planned| planned.whole = true)
    }

    /// Somebody plans an entry in the list of the cluster.
    #[must_use]
    pub fn entry(&self, cluster_id: &str) -> Option<Diagnostic> {
        self.conflict(cluster_id, |planned| planned.entry = true)
    }

    /// The warning if both are planned for the cluster. Whoever comes second says it.
    fn conflict(&self, cluster_id: &str, add: impl FnOnce(&mut Planned)) -> Option<Diagnostic> {
        let mut plans = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let planned = plans.entry(cluster_id.to_owned()).or_default();
        add(planned);
        (planned.whole && planned.entry).then(|| {
            Diagnostic::warning(
                format!("Two kinds of resources manage the IP allowlist of cluster {cluster_id}"),
                "One resource says what the whole list is, and others add single entries to it. The \
                 first removes what the others add, in every apply.",
            )
            .hint(
                "Keep either one camunda_cluster_ip_allowlist with all entries, or only \
                 camunda_cluster_ip_allowlist_entry.",
            )
            .at(Path::of("cluster_id"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_have_the_place_of_their_element() {
        let set = |texts: &[&str]| Value::set(texts.iter().map(|&text| Value::from(text)));
        let faults = |texts: &[&str]| {
            let found = cidrs().check(&Path::of("cidrs"), &set(texts));
            let lines: Vec<String> = found
                .iter()
                .map(|fault| {
                    let path = fault.path.clone().unwrap_or_default();
                    format!("{:?} {}", path.steps().len(), fault.detail)
                })
                .collect();
            lines.join("\n")
        };
        assert_eq!(faults(&["10.0.0.1", "10.0.0.0/8"]), "");
        insta::assert_snapshot!(faults(&["10.0.0.1", "10.0.0.0/33", "office"]), @r#"
        2 "10.0.0.0/33" has a prefix length that is not a number from 0 to 32.
        2 "office" is neither an IPv4 address nor a CIDR block.
        "#);
        insta::assert_snapshot!(faults(&[]), @"1 The set is empty; an entry of an IP allowlist has at least one address or CIDR block.");
        let list = |text: &str| !cidr_list().check(&Path::of("ip"), &text.into()).has_error();
        assert!(list("10.0.0.1") && list("10.0.0.1, 10.0.0.0/8"));
        assert!(!list("") && !list("10.0.0.1,office"));
    }

    #[test]
    fn spelling_makes_no_difference() {
        let entry = |cidrs: &[&str], description: &str| {
            Value::object([
                ("cidrs", Value::set(cidrs.iter().map(|&it| Value::from(it)))),
                ("description", description.into()),
            ])
        };
        let one = Value::set([
            entry(&["10.0.0.1", "10.1.0.5/24"], "a"),
            entry(&["10.0.0.2"], ""),
        ]);
        let other = Value::set([
            entry(&["10.0.0.2/32"], ""),
            entry(&["10.1.0.0/24", "10.0.0.1"], "a"),
        ]);
        assert!(same_entries(&one, &other));
        let third = Value::set([
            entry(&["10.0.0.2/32"], "b"),
            entry(&["10.1.0.0/24", "10.0.0.1"], "a"),
        ]);
        assert!(!same_entries(&one, &third));
        assert!(same_cidr_lists(
            &"10.0.0.1, 10.0.0.2".into(),
            &"10.0.0.2/32,10.0.0.1".into()
        ));
    }

    #[test]
    fn whoever_comes_second_warns() {
        let plans = Plans::default();
        assert!(plans.whole("a").is_none() && plans.entry("b").is_none());
        assert!(plans.whole("a").is_none() && plans.entry("b").is_none());
        assert!(plans.entry("a").is_some() && plans.whole("b").is_some());
    }
}
