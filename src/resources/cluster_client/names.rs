//! What the successors of a client are called: names are unique within a cluster, and the client
//! before still has the one that is configured.
//!
//! Must not know how clients are made.

/// The longest name that the service takes, in characters.
const LONGEST: usize = 50;

/// What successors are numbered up to, so that their names keep room for the configured one.
pub(super) const LARGEST_VERSION: i64 = 999_999_999_999;

/// The name of the successor number `version` of the client `name`. `nth` counts the names that were
/// tried for it, from 1.
fn successor(name: &str, version: i64, nth: u32) -> String {
    let ending = match nth {
        0 | 1 => format!("-r{version}"),
        nth => format!("-r{version}-{nth}"),
    };
    let room = LONGEST - ending.len();
    if name.chars().count() <= room {
        return format!("{name}{ending}");
    }
    // Names that begin alike must not become the same.
    let mark = format!("-{:08x}", checksum(name));
    let beginning: String = name.chars().take(room - mark.len()).collect();
    format!("{beginning}{mark}{ending}")
}

/// FNV-1a. Nothing depends on its strength.
fn checksum(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |sum, byte| {
        (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// The name for a successor: the first that is not in use. With the one that would have been first,
/// if that is in use.
pub(super) fn free(
    name: &str,
    version: i64,
    is_used: impl Fn(&str) -> bool,
) -> (String, Option<String>) {
    let first = successor(name, version, 1);
    if !is_used(&first) {
        return (first, None);
    }
    let mut others = (2..).map(|nth| successor(name, version, nth));
    let free = others.find(|other| !is_used(other));
    (free.unwrap_or_else(|| first.clone()), Some(first))
}

/// A successor's name taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    /// What comes before: the configured name, unless that was too long.
    pub(super) base: &'a str,
    /// The number of the rotation.
    pub(super) version: i64,
    nth: u32,
}

/// Takes a name apart that looks like that of a successor.
pub(super) fn parts(remote: &str) -> Option<Parts<'_>> {
    let (base, numbers) = remote.rsplit_once("-r")?;
    let (version, nth) = match numbers.split_once('-') {
        Some((version, nth)) => (version, nth.parse().ok().filter(|nth| *nth > 1)?),
        None => (numbers, 1),
    };
    let version = version.parse().ok()?;
    let parts = Parts { base, version, nth };
    // Written as we write it, with no zeros or signs in front.
    let is_ours = (0..=LARGEST_VERSION).contains(&version)
        && !base.is_empty()
        && successor(base, version, nth) == remote;
    is_ours.then_some(parts)
}

/// Whether `remote` is the name itself, or that of one of its successors.
pub(super) fn belongs(remote: &str, name: &str) -> bool {
    remote == name
        || parts(remote).is_some_and(|parts| successor(name, parts.version, parts.nth) == remote)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: &str = "a-client-whose-name-is-as-long-as-names-can-become";

    #[test]
    fn a_successor_is_called_after_its_client_and_number() {
        assert_eq!(successor("workers", 2, 1), "workers-r2");
        assert_eq!(successor("workers", 2, 3), "workers-r2-3");
        insta::assert_snapshot!(successor(LONG, 2, 1), @"a-client-whose-name-is-as-long-as-name-f1d227cf-r2");
        // The last of what was cut off still tells them apart, and so do letters beyond ASCII.
        assert_ne!(
            successor(LONG, 2, 1),
            successor(&LONG.replace("become", "be-now"), 2, 1)
        );
        for name in [LONG, &"ö".repeat(50), "w"] {
            let longest = successor(name, LARGEST_VERSION, u32::MAX);
            assert!(longest.chars().count() <= LONGEST, "{longest}");
            assert!(belongs(&longest, name));
        }
    }

    #[test]
    fn a_name_in_use_is_passed_over() {
        let used = ["workers-r2", "workers-r2-2"];
        assert_eq!(
            free("workers", 2, |name| used.contains(&name)),
            ("workers-r2-3".to_owned(), Some("workers-r2".to_owned()))
        );
        assert_eq!(
            free("workers", 3, |name| used.contains(&name)),
            ("workers-r3".to_owned(), None)
        );
    }

    #[test]
    fn names_of_successors_are_recognised() {
        let apart = |name| parts(name).map(|parts| (parts.base, parts.version));
        assert_eq!(apart("workers-r2"), Some(("workers", 2)));
        assert_eq!(apart("workers-r2-3"), Some(("workers", 2)));
        assert_eq!(apart("work-r1-r2"), Some(("work-r1", 2)));
        for other in [
            "workers",
            "-r2",
            "workers-r",
            "workers-r02",
            "workers-r+2",
            "workers-r-2",
            "workers-r2-1",
            "workers-rest",
            "workers-r2-x",
            "workers-r1000000000000",
        ] {
            assert_eq!(apart(other), None, "{other}");
        }
        assert!(belongs("workers-r2", "workers") && belongs("workers", "workers"));
        assert!(!belongs("workers-r2", "worker") && !belongs("workers", "workers-r2"));
    }
}
