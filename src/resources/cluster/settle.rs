//! What goes into the state where the service reports something else than was planned.

use super::{ClusterModel, at};
use crate::framework::diag::{Diagnostic, Diagnostics};
use crate::framework::object::Field;

/// Keeps what was planned where the service reports something else right after it took the plan:
/// Terraform insists on it, and the next refresh shows the difference as drift.
pub(super) fn settle(plan: &ClusterModel, state: &mut ClusterModel) -> Diagnostics {
    fn keep<T: PartialEq + Clone + std::fmt::Debug>(
        name: &str,
        planned: &Field<T>,
        found: &mut Field<T>,
        diagnostics: &mut Diagnostics,
    ) {
        if planned.is_unknown() || planned == found {
            return;
        }
        let said = |field: &Field<T>| match field {
            Field::Known(value) => format!("{value:?}"),
            _ => "nothing".to_owned(),
        };
        diagnostics.push(
            Diagnostic::warning(
                format!("Camunda reports another {name} than asked for"),
                format!("Asked for: {}; reported: {}.", said(planned), said(found)),
            )
            .hint("The next plan shows the difference.")
            .at(at(name)),
        );
        found.clone_from(planned);
    }
    let mut diagnostics = Diagnostics::new();
    keep("name", &plan.name, &mut state.name, &mut diagnostics);
    keep(
        "description",
        &plan.description,
        &mut state.description,
        &mut diagnostics,
    );
    keep(
        "channel",
        &plan.channel,
        &mut state.channel,
        &mut diagnostics,
    );
    keep("region", &plan.region, &mut state.region, &mut diagnostics);
    keep(
        "plan_type",
        &plan.plan_type,
        &mut state.plan_type,
        &mut diagnostics,
    );
    keep(
        "generation",
        &plan.generation,
        &mut state.generation,
        &mut diagnostics,
    );
    keep(
        "auto_update",
        &plan.auto_update,
        &mut state.auto_update,
        &mut diagnostics,
    );
    keep(
        "encryption",
        &plan.encryption,
        &mut state.encryption,
        &mut diagnostics,
    );
    keep(
        "backup_region",
        &plan.backup_region,
        &mut state.backup_region,
        &mut diagnostics,
    );
    diagnostics
}
