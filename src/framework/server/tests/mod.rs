//! Tests of the operations, held against an independent account of what cores accept.

mod action;
mod apply;
mod configure;
mod data_source;
mod ephemeral;
mod fill;
mod found_by_oracle;
mod function;
mod generate_config;
mod harness;
mod import;
mod list;
mod oracle;
mod oracle_tests;
mod plan;
mod plan_hook;
mod plan_modifiers;
mod plan_nested;
mod proposed;
mod read;
mod schema_only;
mod self_check;
mod stored_state;
mod thing;
mod validate;
