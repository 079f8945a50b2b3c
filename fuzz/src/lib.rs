//! Fuzz targets: everything that takes bytes from outside, as functions from bytes to nothing.
//!
//! A target fails by panicking, by never returning and by allocating without measure. The first bytes
//! of an input choose among variants; the rest is what comes from outside. `fuzz_targets/` hands these
//! functions to libFuzzer; `tests/fuzz` of the provider includes this file, and runs the committed
//! inputs and mutations of them with any toolchain. Must not know who calls.

pub mod answers;
pub mod calls;
pub mod cursor;
pub mod files;
pub mod seeds;
pub mod texts;
pub mod values;

/// A target.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Name of the target, of its folder in `corpus/` and of its file in `fuzz_targets/`.
    pub name: &'static str,
    /// What it does with an input.
    pub run: fn(&[u8]),
    /// Inputs that make sense, to begin with.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

/// All targets.
pub const TARGETS: [Target; 10] = [
    Target {
        name: "msgpack",
        run: values::msgpack,
        seeds: seeds::msgpack,
    },
    Target {
        name: "json",
        run: values::json,
        seeds: seeds::json,
    },
    Target {
        name: "rpc",
        run: calls::rpc,
        seeds: seeds::rpc,
    },
    Target {
        name: "api_answers",
        run: answers::api_answers,
        seeds: seeds::api_answers,
    },
    Target {
        name: "token_file",
        run: files::token_file,
        seeds: seeds::token_file,
    },
    Target {
        name: "journal",
        run: files::journal,
        seeds: seeds::journal,
    },
    Target {
        name: "retry_after",
        run: texts::retry_after,
        seeds: seeds::retry_after,
    },
    Target {
        name: "import_id",
        run: texts::import_id,
        seeds: seeds::import_id,
    },
    Target {
        name: "cluster_url",
        run: texts::cluster_url,
        seeds: seeds::cluster_url,
    },
    Target {
        name: "cidr_set",
        run: texts::cidr_set,
        seeds: seeds::cidr_set,
    },
];

/// Runs the target of that name.
///
/// # Panics
/// There is none, or it has found something.
pub fn run(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    let target = target.expect("every file in fuzz_targets names a target");
    (target.run)(data);
}
