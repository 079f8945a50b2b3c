//! Tests of the operations, held against an independent account of what cores accept.

mod fill;
mod harness;
mod oracle;
mod plan;
mod plan_hook;
mod plan_modifiers;
mod plan_nested;
mod proposed;
mod schema_only;
mod thing;
