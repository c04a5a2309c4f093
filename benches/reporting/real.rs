//! Real logs as native events, repeated where more are asked for than there are.

use super::shift::shifted;
use crate::Outcome;
use annals::event::Event;
use annals::import::{JsonMap, Source};
use annals::json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Between the last event of a round and the first of the next one.
const GAP_MICROS: i64 = 1_000_000;

/// A packed file below `ANNALS_DATA` and the map that makes events of its records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Real {
    pub(crate) file: &'static str,
    pub(crate) map: &'static str,
}

impl Real {
    pub(crate) fn path(self) -> PathBuf {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
        let default = || {
            let found = beside.map(|folder| folder.join("../shared/data")).find(|it| it.exists());
            found.unwrap_or_else(|| "../shared/data".into())
        };
        std::env::var_os("ANNALS_DATA").map_or_else(default, PathBuf::from).join(self.file)
    }

    /// Hands out `count` events in canonical form, round for round, the last one as the file has
    /// it and those before with earlier times and other hashes; returns how many the file holds,
    /// and how many rounds that made. Nothing happens after it is recorded, as in life.
    pub(crate) fn for_each(
        self,
        count: u64,
        each: &mut dyn FnMut(&str) -> Outcome,
    ) -> Outcome<String> {
        let events = self.events(count)?;
        let times = || events.iter().map(|event| event.occurred_at().0);
        let (first, last) = times().min().zip(times().max()).ok_or("the file is empty")?;
        let held = events.len();
        let rounds = count.div_ceil(held as u64);
        let mut left = count;
        for round in (0..rounds).rev() {
            let earlier = i64::try_from(round)? * (last - first + GAP_MICROS);
            for event in events.iter().take(usize::try_from(left)?) {
                each(&shifted(event, round, -earlier)?)?;
                left -= 1;
            }
        }
        Ok(match rounds {
            1 => format!("the first {count} of {}", self.file),
            _ => format!(
                "{held} of {} in {rounds} rounds, with earlier times and other hashes",
                self.file
            ),
        })
    }

    /// The events of the file, up to `count`.
    fn events(self, count: u64) -> Outcome<Vec<Event>> {
        let map = JsonMap::parse(self.map)?;
        let mut command = Command::new("gzip");
        command.arg("-dc").arg(self.path()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut unpacking = command.spawn()?;
        let output = unpacking.stdout.take().ok_or("gzip has no output")?;
        let mut events = Vec::new();
        for line in BufReader::new(output).lines().take(usize::try_from(count)?) {
            events.extend(map.events(Value::parse(line?.as_bytes())?)?);
        }
        // It ends by itself: its output is closed.
        unpacking.wait()?;
        Ok(events)
    }
}
