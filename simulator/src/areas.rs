//! The list of areas of the Administration API. A new area is a file and a line here.

use crate::{
    activity, allowlists, backups, clients, clusters, connectivity, members, meta, monitoring,
    parameters, secrets, world::Handler,
};

const AREAS: &[&[(&str, Handler)]] = &[
    parameters::OPERATIONS,
    activity::OPERATIONS,
    allowlists::OPERATIONS,
    backups::OPERATIONS,
    clients::OPERATIONS,
    clusters::OPERATIONS,
    connectivity::OPERATIONS,
    members::OPERATIONS,
    meta::OPERATIONS,
    monitoring::OPERATIONS,
    secrets::OPERATIONS,
];

/// What an operation does; nothing where the simulator does not offer it.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    AREAS
        .iter()
        .copied()
        .flatten()
        .find(|(id, _)| *id == operation)
        .map(|(_, handler)| *handler)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::contract;

    #[test]
    fn every_area_names_operations_of_the_contract() {
        for (id, _) in AREAS.iter().copied().flatten() {
            assert!(contract().operation(id).is_some(), "{id}");
        }
    }

    #[test]
    fn every_operation_is_offered_but_that_of_the_token_service() {
        let mut missing: Vec<&str> = contract()
            .operation_ids()
            .filter(|id| handler(id).is_none())
            .collect();
        missing.sort_unstable();
        assert_eq!(missing, ["IssueToken"]);
    }
}
