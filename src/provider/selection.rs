//! Which of the objects in a list are meant, and in which order they come: what plural data sources and
//! list resources have in common. Clusters have a file of their own, `cluster_filter`.
//!
//! Must not know what becomes of the objects.

use crate::api::{Backup, BackupStatus, Member, ZeebeClient};

/// The API clients whose name begins with `name_prefix` and that have `scope`, sorted by name and then
/// by client ID.
#[must_use]
pub fn clients<'a>(
    clients: &'a [ZeebeClient],
    name_prefix: Option<&str>,
    scope: Option<&str>,
) -> Vec<&'a ZeebeClient> {
    let mut selected: Vec<&ZeebeClient> = clients
        .iter()
        .filter(|client| name_prefix.is_none_or(|prefix| client.name.starts_with(prefix)))
        .filter(|client| {
            scope.is_none_or(|scope| client.permissions.iter().any(|has| has == scope))
        })
        .collect();
    selected.sort_by(|a, b| (&a.name, &a.client_id).cmp(&(&b.name, &b.client_id)));
    selected
}

/// The backups of this status, the newest first.
#[must_use]
pub fn backups<'a>(backups: &'a [Backup], status: Option<&str>) -> Vec<&'a Backup> {
    let is_meant = |backup: &&Backup| {
        let shown = backup.status.as_ref().map(BackupStatus::as_str);
        status.is_none_or(|wanted| shown == Some(wanted))
    };
    let mut selected: Vec<&Backup> = backups.iter().filter(is_meant).collect();
    selected.sort_by(|a, b| {
        let (newer, older) = (b.created_at(), a.created_at());
        newer.cmp(&older).then_with(|| a.id.cmp(&b.id))
    });
    selected
}

/// The members that have `role`, and those alone that have, or have not, accepted their invitation;
/// sorted by e-mail address without regard to case.
#[must_use]
pub fn members<'a>(
    members: &'a [Member],
    role: Option<&str>,
    invite_pending: Option<bool>,
) -> Vec<&'a Member> {
    let mut selected: Vec<&Member> = members
        .iter()
        .filter(|member| invite_pending.is_none_or(|pending| member.invite_pending == pending))
        .filter(|member| role.is_none_or(|role| member.roles.contains(role)))
        .collect();
    selected.sort_by_cached_key(|member| (member.email.to_lowercase(), member.email.clone()));
    selected
}
