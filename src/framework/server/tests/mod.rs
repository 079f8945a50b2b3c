//! Tests of the operations, held against an independent account of what cores accept.

mod apply;
mod arbitrary_schema;
mod fill;
mod harness;
mod oracle;
mod oracle_tests;
mod plan;
mod plan_hook;
mod plan_modifiers;
mod plan_nested;
mod properties;
mod proposed;
mod schema_only;
mod thing;
