//! The categories and activities of a calendar and booking service.

use ActivityKind::{Auth, Create, Delete, Other, Update};

/// The operation of an activity, as the schema spells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ActivityKind {
    Create,
    Update,
    Delete,
    Auth,
    Other,
}

impl ActivityKind {
    /// The code of the schema.
    pub(super) fn code(self) -> &'static str {
        match self {
            Create => "create",
            Update => "update",
            Delete => "delete",
            Auth => "auth",
            Other => "other",
        }
    }
}

/// A category with its activities.
#[derive(Debug)]
pub(super) struct Category {
    pub(super) code: &'static str,
    /// Of all events, about this many in 110.
    pub(super) weight: u64,
    /// The type of what the events are done to.
    pub(super) target: &'static str,
    pub(super) activities: &'static [(&'static str, ActivityKind)],
}

const fn category(
    code: &'static str,
    weight: u64,
    target: &'static str,
    activities: &'static [(&'static str, ActivityKind)],
) -> Category {
    Category { code, weight, target, activities }
}

/// All categories. Within one, the first activities are the most frequent ones.
pub(super) const CATEGORIES: [Category; 18] = [
    category("api", 1, "token", &[("token_created", Create), ("token_revoked", Delete)]),
    category("availability", 5, "schedule", &[("modified", Update), ("schedule_created", Create)]),
    category(
        "calendar",
        6,
        "calendar",
        &[("connected", Create), ("disconnected", Delete), ("error", Other)],
    ),
    category(
        "compliance",
        1,
        "request",
        &[("data_deletion_completed", Delete), ("data_deletion_requested", Create)],
    ),
    category(
        "event_type",
        16,
        "event_type",
        &[
            ("one_on_one_modified", Update),
            ("one_on_one_created", Create),
            ("round_robin_modified", Update),
            ("collective_created", Create),
            ("collective_modified", Update),
            ("collective_deleted", Delete),
            ("group_created", Create),
            ("group_modified", Update),
            ("group_deleted", Delete),
            ("one_on_one_link_customized", Create),
            ("one_off_created", Create),
            ("one_off_deleted", Delete),
            ("one_off_bookings_cleared", Delete),
            ("one_on_one_deleted", Delete),
            ("poll_created", Create),
            ("poll_deleted", Delete),
            ("poll_bookings_cleared", Delete),
            ("poll_scheduled", Update),
            ("poll_modified", Update),
            ("round_robin_created", Create),
            ("round_robin_deleted", Delete),
        ],
    ),
    category(
        "groups",
        4,
        "group",
        &[
            ("admin_assigned", Update),
            ("admin_unassigned", Update),
            ("created", Create),
            ("deleted", Delete),
            ("logo_created", Create),
            ("logo_updated", Update),
            ("logo_removed", Delete),
            ("member_added", Update),
            ("member_removed", Update),
            ("modified", Update),
        ],
    ),
    category(
        "integrations",
        5,
        "integration",
        &[
            ("gotomeeting_connected", Create),
            ("gotomeeting_disconnected", Delete),
            ("gotomeeting_revoked", Delete),
            ("microsoft_teams_disconnected", Delete),
            ("microsoft_teams_revoked", Delete),
            ("salesforce_connected", Create),
            ("salesforce_disconnected", Delete),
            ("salesforce_error", Other),
            ("webex_connected", Create),
            ("zoom_connected", Create),
            ("zoom_disconnected", Delete),
            ("zoom_revoked", Delete),
        ],
    ),
    category("login", 24, "session", &[("succeeded", Auth), ("failed", Auth)]),
    category(
        "managed_events",
        2,
        "event_type",
        &[
            ("assigned", Update),
            ("created", Create),
            ("deleted", Delete),
            ("modified", Update),
            ("unassigned", Update),
        ],
    ),
    category(
        "permissions",
        1,
        "permission",
        &[
            ("event_types_modified", Update),
            ("sms_communication_modified", Update),
            ("workflows_modified", Update),
        ],
    ),
    category(
        "routing_forms",
        2,
        "routing_form",
        &[("created", Create), ("deleted", Delete), ("modified", Update), ("published", Update)],
    ),
    category(
        "settings",
        2,
        "setting",
        &[
            ("branding_enabled", Update),
            ("branding_disabled", Update),
            ("domain_added", Create),
            ("domain_removed", Delete),
            ("domain_verified", Update),
            ("domain_control_enabled", Update),
            ("domain_control_disabled", Update),
            ("domain_control_modified", Update),
            ("email_auditing_enabled", Update),
            ("saml_configured", Create),
            ("saml_disabled", Update),
            ("saml_enforced", Update),
            ("scim_deleted", Delete),
            ("scim_disabled", Update),
            ("scim_enforced", Update),
            ("saml_updated", Update),
            ("scim_token_created", Create),
            ("scim_token_revoked", Delete),
        ],
    ),
    category(
        "teams",
        4,
        "team",
        &[
            ("created", Create),
            ("deleted", Delete),
            ("member_added", Update),
            ("member_removed", Update),
            ("modified", Update),
        ],
    ),
    category(
        "user_management",
        10,
        "user",
        &[
            ("role_changed", Update),
            ("invitation_sent", Create),
            ("modified", Update),
            ("added", Create),
            ("deactivated", Update),
            ("deleted", Delete),
            ("error", Other),
            ("invitation_canceled", Update),
            ("invitation_declined", Update),
            ("invitation_resent", Update),
            ("reactivated", Update),
            ("removed", Delete),
            ("user_pending", Other),
        ],
    ),
    category(
        "user_profile",
        2,
        "user",
        &[("url_slug_modified", Update), ("welcome_message_modified", Update)],
    ),
    category(
        "workflows",
        3,
        "workflow",
        &[("assigned", Update), ("created", Create), ("deleted", Delete), ("modified", Update)],
    ),
    category("appointments", 14, "appointment", &[("updated", Update), ("created", Create)]),
    category("time_entries", 8, "time_entry", &[("updated", Update)]),
];
