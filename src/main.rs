//! Arguments, runtime and exit code of the provider binary.

fn main() {}
