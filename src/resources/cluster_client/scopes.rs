//! The scopes of an API client: which differences are none, and which replace the client.
//!
//! From Camunda 8.8 on, Operate and Tasklist are parts of Zeebe. Which of them the API then shows of
//! a client that was given them is not published, so neither answer may look like a change: the one
//! who pays for a needless replacement is a job worker whose secret is gone.

use super::ClusterClientModel;
use crate::framework::diag::Diagnostic;
use crate::framework::object::Field;
use crate::framework::path::Path;
use crate::framework::private::Private;
use crate::framework::resource::PlanChange;
use crate::framework::schema::PlanModifier;
use crate::framework::value::Value;
use crate::provider::client_scopes::{PARTS_OF_ZEEBE, Scopes, listed, mean_the_same};

/// Private state: the scopes as the service showed them last.
const SHOWN: &str = "shown_scopes";

fn at_scopes() -> Path {
    Path::of("scopes")
}

/// Whether the service has shown to keep the parts of Zeebe apart on this cluster: it showed them
/// exactly as they were asked for.
fn are_kept_apart(state: &Scopes, shown: Option<&Scopes>) -> bool {
    shown == Some(state) && PARTS_OF_ZEEBE.iter().any(|scope| state.contains(*scope))
}

/// Takes over what the service shows, in the spelling of the state where both mean the same.
pub(super) fn merge(state: &mut Field<Scopes>, shown: &[String], private: &mut Private) {
    let shown: Scopes = shown.iter().cloned().collect();
    private.set(SHOWN, &shown);
    let same = state
        .known()
        .is_some_and(|known| mean_the_same(known, &shown));
    if !same {
        *state = Field::Known(shown);
    }
}

/// Notes what the service has made of the scopes of a client that was just created. Terraform insists
/// on what was planned: if the service granted something else, a warning says so, and the next refresh
/// shows it.
pub(super) fn granted(
    state: &mut ClusterClientModel,
    shown: &[String],
    private: &mut Private,
) -> Option<Diagnostic> {
    let planned = state.scopes.clone();
    merge(&mut state.scopes, shown, private);
    if planned.known().is_none() || planned == state.scopes {
        return None;
    }
    let granted = std::mem::replace(&mut state.scopes, planned).into_known()?;
    Some(
        Diagnostic::warning(
            format!(
                "API client {} was granted other scopes than asked for",
                super::spoken(state)
            ),
            format!(
                "Asked for: {}; granted: {}.",
                listed(state.scopes.known()?),
                listed(&granted)
            ),
        )
        .hint(format!(
            "The next plan shows the difference and would replace the client. To keep it, set scopes = \
             [{}].",
            quoted(&granted)
        ))
        .at(at_scopes()),
    )
}

/// Scopes that were never known cannot change.
pub(super) fn replacement() -> PlanModifier {
    PlanModifier::RequiresReplaceIf(|plan| !plan.prior.is_null())
}

/// Keeps a client whose configured scopes mean the same as those it has.
pub(super) fn plan(change: &mut PlanChange<ClusterClientModel>) {
    let (Some(prior), Some(config)) = (&change.prior, &change.config) else {
        return;
    };
    let (Some(has), Some(wanted)) = (prior.scopes.known(), config.scopes.known()) else {
        return;
    };
    let shown: Option<Scopes> = change.private.get(SHOWN);
    if has == wanted || !mean_the_same(has, wanted) || are_kept_apart(has, shown.as_ref()) {
        return;
    }
    let warning = Diagnostic::warning(
        format!(
            "API client {} keeps its scopes",
            super::spoken(prior)
        ),
        format!(
            "The configuration says {}, the client has {}. From Camunda 8.8 on, Zeebe includes Operate \
             and Tasklist, so that both mean the same.",
            listed(wanted),
            listed(has)
        ),
    )
    .hint(format!(
        "Set scopes = [{}] to say what the client has. If the cluster runs an older version and the \
         difference matters, replace the client with -replace.",
        quoted(has)
    ))
    .at(at_scopes());
    let kept = Value::set(has.iter().map(|scope| Value::from(scope.as_str())));
    change.diagnostics.push(warning);
    change.set(&at_scopes(), kept);
    change.keep(&at_scopes());
}

fn quoted(scopes: &Scopes) -> String {
    let scopes: Vec<String> = scopes.iter().map(|scope| format!("{scope:?}")).collect();
    scopes.join(", ")
}
