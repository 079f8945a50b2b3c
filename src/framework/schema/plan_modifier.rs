//! Plan modifiers: how an attribute's planned value follows from configuration and state, and when
//! a change of it replaces the object.

use std::fmt;
use std::sync::Arc;

use crate::framework::diag::Diagnostics;
use crate::framework::path::Path;
use crate::framework::value::Value;

/// One step in planning an attribute.
#[derive(Clone)]
pub enum PlanModifier {
    /// Plans the prior value, even null, where the plan would be unknown and configuration does not
    /// say otherwise. For what stays the same over the object's life; a nested object that is new has
    /// no prior value.
    UseState,
    /// As [`PlanModifier::UseState`], but only if the prior value is not null. For values that appear
    /// later.
    UseNonNullState,
    /// A change replaces the object.
    RequiresReplace,
    /// A change replaces the object, but only when configuration sets the attribute.
    RequiresReplaceIfConfigured,
    /// A change replaces the object if the function says so.
    RequiresReplaceIf(fn(&AttributePlan<'_>) -> bool),
    /// Anything else.
    Custom(Arc<dyn Fn(&mut AttributePlan<'_>) + Send + Sync>),
}

impl fmt::Debug for PlanModifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UseState => "UseState",
            Self::UseNonNullState => "UseNonNullState",
            Self::RequiresReplace => "RequiresReplace",
            Self::RequiresReplaceIfConfigured => "RequiresReplaceIfConfigured",
            Self::RequiresReplaceIf(_) => "RequiresReplaceIf",
            Self::Custom(_) => "Custom",
        })
    }
}

/// What a plan modifier sees of one attribute, and what it may change.
#[derive(Debug)]
pub struct AttributePlan<'a> {
    /// Where the attribute is.
    pub path: &'a Path,
    /// The configured value.
    pub config: &'a Value,
    /// The value in the prior state; null if there is none.
    pub prior: &'a Value,
    /// Whether the object that has the attribute is yet to be made: the whole one, or one nested in
    /// it. Its prior value is then null and says nothing.
    pub is_new: bool,
    /// The value planned so far.
    pub planned: &'a mut Value,
    /// The whole prior state; null when the object is to be created.
    pub prior_state: &'a Value,
    /// The whole configuration.
    pub whole_config: &'a Value,
    /// The whole plan as it was before attribute plan modifiers ran.
    pub whole_plan: &'a Value,
    /// Set to replace the object because of this attribute.
    pub requires_replace: bool,
    /// Messages for the user.
    pub diagnostics: Diagnostics,
}

impl PlanModifier {
    /// Whether the modifier can replace the object. Nobody knows what a custom one does.
    #[must_use]
    pub fn replaces(&self) -> bool {
        match self {
            Self::RequiresReplace
            | Self::RequiresReplaceIfConfigured
            | Self::RequiresReplaceIf(_) => true,
            Self::UseState | Self::UseNonNullState | Self::Custom(_) => false,
        }
    }

    /// Applies the modifier.
    pub fn apply(&self, plan: &mut AttributePlan<'_>) {
        // A change matters for replacement only where an object exists and stays.
        let changed = !plan.prior_state.is_null()
            && !plan.whole_plan.is_null()
            && *plan.planned != *plan.prior;
        match self {
            Self::UseState => plan.take_prior(false),
            Self::UseNonNullState => plan.take_prior(true),
            Self::RequiresReplace => plan.requires_replace |= changed,
            Self::RequiresReplaceIfConfigured => {
                plan.requires_replace |= changed && !plan.config.is_null();
            }
            Self::RequiresReplaceIf(condition) => {
                plan.requires_replace |= changed && condition(plan);
            }
            Self::Custom(function) => function(plan),
        }
    }
}

impl AttributePlan<'_> {
    fn take_prior(&mut self, only_non_null: bool) {
        let applies = !self.is_new
            && self.planned.is_unknown()
            && !self.config.is_unknown()
            && (!only_non_null || !self.prior.is_null());
        if applies {
            *self.planned = self.prior.clone();
        }
    }
}
