//! What both sides say they can do, and deferrals, as the protocol writes them.

use super::proto::tfplugin6::{self, Deferred, ServerCapabilities, deferred};
use crate::framework::operation::{ClientCapabilities, DeferredReason};

/// What this server can do.
#[must_use]
pub fn server() -> ServerCapabilities {
    ServerCapabilities {
        plan_destroy: true,
        get_provider_schema_optional: true,
        move_resource_state: true,
        generate_resource_config: true,
    }
}

/// What the core can do. Old ones send no message.
#[must_use]
pub fn client(message: Option<&tfplugin6::ClientCapabilities>) -> ClientCapabilities {
    message
        .map(|message| ClientCapabilities {
            deferral_allowed: message.deferral_allowed,
            write_only_attributes_allowed: message.write_only_attributes_allowed,
        })
        .unwrap_or_default()
}

/// The message for a deferral.
#[must_use]
pub fn deferred(reason: DeferredReason) -> Deferred {
    let reason = match reason {
        DeferredReason::ResourceConfigUnknown => deferred::Reason::ResourceConfigUnknown,
        DeferredReason::ProviderConfigUnknown => deferred::Reason::ProviderConfigUnknown,
        DeferredReason::AbsentPrerequisite => deferred::Reason::AbsentPrereq,
    };
    Deferred {
        reason: reason.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_core_that_says_nothing_can_do_nothing() {
        assert_eq!(client(None), ClientCapabilities::default());
        let message = tfplugin6::ClientCapabilities {
            deferral_allowed: false,
            write_only_attributes_allowed: true,
            ..tfplugin6::ClientCapabilities::default()
        };
        assert!(client(Some(&message)).write_only_attributes_allowed);
        assert!(!client(Some(&message)).deferral_allowed);
    }
}
