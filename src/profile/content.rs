//! What a profile consists of, as it is read.

use super::attribute::Attribute;
use super::preset::{Defaults, ExportCaps, Plan};
use super::taxonomy::{Activity, Category};

/// The parts of a profile, each as its file lists it.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    pub(super) name: String,
    pub(super) title: String,
    pub(super) data_sources: Vec<String>,
    pub(super) languages: Vec<String>,
    pub(super) categories: Vec<Category>,
    pub(super) activities: Vec<Activity>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) defaults: Defaults,
    pub(super) export: ExportCaps,
    pub(super) plans: Vec<Plan>,
    pub(super) capture: Vec<(String, bool)>,
}
