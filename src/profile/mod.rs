//! Profiles: what the codes of a product's log mean, as data.
//!
//! The engine stores codes and knows no product. A [`Profile`] is the taxonomy (controlled
//! vocabulary) of one `data_source`: its categories and activities with operation, outcome, labels
//! and other spellings; its attributes with their paths; and the presets of the product, such as
//! the default range of a question. Four are built in ([`Profile::built_in`]); others are read from
//! the text of a TOML file, which `docs/profiles.md` describes. A [`Registry`] holds several.
//!
//! ```
//! use annals::profile::Registry;
//!
//! let registry = Registry::built_in();
//! let found = registry.resolve("activity_log", Some("User_Management"), "Invite_Sent").unwrap();
//! assert_eq!(found.category, Some("user_management"));
//! assert_eq!(found.activity.code, "invitation_sent");
//! assert_eq!(found.activity.operation.as_deref(), Some("create"));
//! assert_eq!(found.activity.labels.get("de"), Some("Einladung gesendet"));
//!
//! let category = Some("Gestion des utilisateurs");
//! let both = registry.activities_labelled("activity_log", category, "Supprimé");
//! let codes: Vec<&str> = both.iter().map(|activity| activity.code.as_str()).collect();
//! assert_eq!(codes, ["deleted", "removed"]);
//! ```

mod attribute;
mod builtin;
mod content;
mod index;
mod kind;
mod labelled;
mod labels;
mod path;
mod preset;
mod product;
mod read;
mod registry;
mod spelling;
mod taxonomy;
#[cfg(test)]
mod tests;

pub use attribute::{Attribute, ListedValue};
pub use kind::{Kind, Operator};
pub use labelled::{LABEL_FIELDS, Labelled};
pub use labels::Labels;
pub use path::{AttributePath, ElementCondition};
pub use preset::{Age, Defaults, ExportCaps, Plan, length_text};
pub use product::{Profile, Resolved};
pub use read::ProfileProblem;
pub use registry::{Meaning, Registry};
pub use taxonomy::{ANY_CATEGORY, Activity, Alias, CaptureRule, Category};
