//! What people call the fields of an event, who know other logs.

/// Names of other logs, in lower case and without what stands between words, and the fields that
/// mean the same, as queries write them.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("account", &["tenant", "actor.id"]),
    ("actionname", &["action", "activity"]),
    ("actiontype", &["action", "operation"]),
    ("address", &["ip"]),
    ("agent", &["context.user_agent"]),
    ("app", &["source", "actor.app"]),
    ("application", &["source", "actor.app"]),
    ("applicationname", &["source", "actor.app.name"]),
    ("area", &["category"]),
    ("at", &["time"]),
    ("author", &["who"]),
    ("browser", &["context.user_agent"]),
    ("by", &["who"]),
    ("bywhom", &["who"]),
    ("clientip", &["ip"]),
    ("company", &["tenant"]),
    ("created", &["time"]),
    ("createdat", &["time"]),
    ("customer", &["tenant"]),
    ("customerid", &["tenant"]),
    ("date", &["time"]),
    ("dateandtime", &["time"]),
    ("datetime", &["time"]),
    ("day", &["time"]),
    ("description", &["details"]),
    ("email", &["actor.email", "targets.email"]),
    ("employee", &["who"]),
    ("error", &["error_code", "outcome"]),
    ("event", &["activity", "action"]),
    ("eventname", &["activity"]),
    ("eventsource", &["source"]),
    ("eventtime", &["time"]),
    ("eventtype", &["activity", "category"]),
    ("group", &["actor.groups"]),
    ("host", &["ip"]),
    ("ipaddr", &["ip"]),
    ("ipaddress", &["ip"]),
    ("item", &["target"]),
    ("level", &["outcome"]),
    ("member", &["who"]),
    ("message", &["details"]),
    ("modified", &["change"]),
    ("name", &["actor.display_name", "targets.name"]),
    ("namespace", &["category"]),
    ("new", &["changes.after"]),
    ("newvalue", &["changes.after"]),
    ("object", &["target"]),
    ("objectid", &["targets.id"]),
    ("objecttype", &["targets.type"]),
    ("old", &["changes.before"]),
    ("oldvalue", &["changes.before"]),
    ("org", &["tenant"]),
    ("organisation", &["tenant"]),
    ("organization", &["tenant"]),
    ("orgunit", &["actor.org_unit"]),
    ("ou", &["actor.org_unit"]),
    ("owner", &["who", "actor.on_behalf_of"]),
    ("person", &["who"]),
    ("previous", &["changes.before"]),
    ("previousvalue", &["changes.before"]),
    ("principal", &["who"]),
    ("product", &["source"]),
    ("project", &["target"]),
    ("reason", &["context.justification"]),
    ("remoteaddr", &["ip"]),
    ("remoteip", &["ip"]),
    ("request", &["context.request_id"]),
    ("resource", &["target"]),
    ("result", &["outcome"]),
    ("role", &["actor.role"]),
    ("service", &["source"]),
    ("session", &["context.session_id"]),
    ("sourceip", &["ip"]),
    ("sourceipaddress", &["ip"]),
    ("srcip", &["ip"]),
    ("status", &["outcome"]),
    ("subject", &["subjects", "target"]),
    ("success", &["outcome"]),
    ("team", &["actor.groups", "target"]),
    ("text", &["details"]),
    ("timestamp", &["time"]),
    ("timezone", &["context.time_zone"]),
    ("ts", &["time"]),
    ("url", &["context.url", "targets.url"]),
    ("user", &["who"]),
    ("useragent", &["context.user_agent"]),
    ("useremail", &["actor.email"]),
    ("userid", &["actor.id"]),
    ("userip", &["ip"]),
    ("username", &["actor.display_name", "who"]),
    ("verb", &["action", "operation"]),
    ("what", &["action"]),
    ("when", &["time"]),
    ("where", &["ip"]),
    ("worker", &["who"]),
    ("workspace", &["tenant"]),
    ("workspaceid", &["tenant"]),
];

/// The fields that a name of another log means, the most likely first; none if it is not known.
pub(super) fn meant_by(name: &str) -> &'static [&'static str] {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let plain = plain.to_ascii_lowercase();
    let found = SYNONYMS.binary_search_by(|(known, _)| (*known).cmp(&plain));
    found.map_or(&[], |index| SYNONYMS[index].1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::schema::{Known, lookup};

    #[test]
    fn names_are_sorted_and_mean_fields_that_there_are() {
        assert!(SYNONYMS.is_sorted_by(|one, other| one.0 < other.0));
        for (name, fields) in SYNONYMS {
            assert!(!fields.is_empty() && fields.len() <= 3, "{name}");
            for field in *fields {
                let is_short = ["who", "time", "ip", "target", "change", "source", "action"];
                let path: Vec<&str> = field.split('.').collect();
                let is_field = matches!(lookup(&path), Known::Field(_));
                assert!(is_field || is_short.contains(field), "{name}: {field}");
            }
        }
    }

    #[test]
    fn a_name_is_known_in_every_spelling() {
        for name in ["ip_address", "ipAddress", "IP-Address", "ipaddress"] {
            assert_eq!(meant_by(name), ["ip"]);
        }
        assert_eq!(meant_by("user"), ["who"]);
        assert!(meant_by("colour").is_empty());
    }
}
