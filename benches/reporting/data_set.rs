//! The data that a report runs on.

use super::real::Real;
use crate::Outcome;
use crate::support::corpus::{SEED, START, generator};
use annals::testing::generate::{Generator, Likeness};

/// Where events come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DataSet {
    /// `annals generate`.
    Generated,
    /// `annals generate --like life`.
    Lifelike,
    /// A history of commits, one event for each file.
    GitRails,
    /// Calls of an interface, wide and of many shapes.
    AwsCloudtrail,
}

impl DataSet {
    pub(crate) const ALL: [DataSet; 4] =
        [DataSet::Generated, DataSet::Lifelike, DataSet::GitRails, DataSet::AwsCloudtrail];

    /// Those that `ANNALS_DATA_SET` names, `all` or some with commas between; the generated one
    /// without it. A real one whose file is not there is left out, loudly.
    pub(crate) fn of_settings() -> Outcome<Vec<DataSet>> {
        let setting = std::env::var("ANNALS_DATA_SET").unwrap_or_else(|_| "generated".to_owned());
        let named = |name: &str| DataSet::ALL.into_iter().find(|set| set.name() == name);
        let sets: Option<Vec<DataSet>> = match setting.as_str() {
            "all" => Some(DataSet::ALL.to_vec()),
            names => names.split(',').map(named).collect(),
        };
        let sets = sets.ok_or_else(|| {
            let names = DataSet::ALL.map(DataSet::name).join(", ");
            format!("ANNALS_DATA_SET: `{setting}` is not `all` and not of {names}")
        })?;
        let is_there = |set: &DataSet| match set.real().map(|real| real.path()) {
            Some(path) if !path.exists() => {
                eprintln!("SKIPPED: {}: {} is not there", set.name(), path.display());
                false
            }
            _ => true,
        };
        Ok(sets.into_iter().filter(is_there).collect())
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            DataSet::Generated => "generated",
            DataSet::Lifelike => "lifelike",
            DataSet::GitRails => "git_rails",
            DataSet::AwsCloudtrail => "aws_cloudtrail",
        }
    }

    /// The field that says who has acted.
    pub(crate) fn actor_path(self) -> &'static str {
        match self {
            DataSet::Generated | DataSet::Lifelike => "actor.email",
            DataSet::GitRails | DataSet::AwsCloudtrail => "actor.id",
        }
    }

    fn real(self) -> Option<Real> {
        match self {
            DataSet::Generated | DataSet::Lifelike => None,
            DataSet::GitRails => Some(Real {
                file: "git_rails.ndjson.gz",
                map: include_str!("../../docs/examples/git_rails.toml"),
            }),
            DataSet::AwsCloudtrail => Some(Real {
                file: "aws_cloudtrail.ndjson.gz",
                map: include_str!("../../docs/examples/aws_cloudtrail.toml"),
            }),
        }
    }

    /// Hands out `count` events as native JSON, in the order of their arrival; returns what is to
    /// be said about them.
    pub(crate) fn for_each(
        self,
        count: u64,
        each: &mut dyn FnMut(&str) -> Outcome,
    ) -> Outcome<String> {
        if let Some(real) = self.real() {
            return real.for_each(count, each);
        }
        let mut source = match self {
            DataSet::Lifelike => Generator::of(Likeness::Life, SEED, START).spread(count),
            _ => generator(count),
        };
        for _ in 0..count {
            each(source.next_event())?;
        }
        Ok(format!("made up, seed {SEED}"))
    }
}
