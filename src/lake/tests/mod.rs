//! Tests of the lake on a simulated disk and a table in memory.

mod clocks;
mod columns;
mod copies;
mod faults;
mod histories;
mod objects;
mod restoring;
mod table;
mod verifying;

use super::objects::Patient;
use super::publish::{PublishOptions, PublishReport, Publisher};
use crate::event::{Event, Timestamp};
use crate::io::{ManualClock, SeededRandom};
use crate::store::{Snapshot, Store, StoreBuilder};
use crate::testing::SimDisk;
use crate::{Error, Result};
use objects::MemoryObjects;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const ROOT: &str = "/store";
/// 2026-03-20T00:00:00Z
const TODAY: i64 = 1_773_964_800_000_000;
const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// A store with its disk and its clock, and the table that it is published to.
struct Bench {
    disk: SimDisk,
    clock: Arc<ManualClock>,
    random: Arc<SeededRandom>,
    objects: Arc<MemoryObjects>,
    store: Option<Store>,
    /// Events that were appended.
    appended: u64,
}

impl Bench {
    fn new(seed: u64) -> Bench {
        Bench::beside(seed, &Arc::new(MemoryObjects::default()))
    }

    /// A store beside others on one table.
    fn beside(seed: u64, objects: &Arc<MemoryObjects>) -> Bench {
        let mut bench = Bench {
            disk: SimDisk::new(seed),
            clock: Arc::new(ManualClock::new(TODAY)),
            random: Arc::new(SeededRandom::new(seed)),
            objects: Arc::clone(objects),
            store: None,
            appended: 0,
        };
        bench.store = Some(bench.builder().open(ROOT).expect("a new store"));
        bench
    }

    fn builder(&self) -> StoreBuilder {
        Store::builder()
            .background(false)
            .disk(self.disk.shared())
            .clock(self.clock.clone())
            .random(self.random.clone())
    }

    fn store(&self) -> &Store {
        self.store.as_ref().expect("open")
    }

    fn snapshot(&self) -> Snapshot {
        self.store().snapshot()
    }

    fn patient(&self) -> Patient {
        Patient::new(self.objects.clone(), "memory:///table").first_wait(Duration::ZERO)
    }

    /// Appends events that happened so many days ago, in a category.
    fn append(&mut self, days_ago: i64, category: &str, count: u64) {
        for _ in 0..count {
            self.appended += 1;
            let number = self.appended;
            let at = Timestamp(self.now() - days_ago * DAY + number as i64);
            let event = Event::builder(at, category, "done").id(format!("e-{number}")).build();
            self.store().append(event.expect("an event")).expect("appended");
        }
    }

    fn now(&self) -> i64 {
        use crate::io::Clock;
        self.clock.now_micros()
    }

    fn seal(&self) {
        self.store().seal().expect("sealed");
    }

    /// Replaces `store.toml`.
    fn settings(&self, text: &str) {
        let path = Path::new(ROOT).join("store.toml");
        self.disk.damage(&path, |bytes| *bytes = text.as_bytes().to_vec()).expect("there");
    }

    fn publisher(&self, options: PublishOptions) -> Result<Publisher> {
        let folder = self.builder().lake_folder(ROOT)?;
        Ok(Publisher::new(self.patient(), folder, options))
    }

    fn publish_with(&self, options: PublishOptions) -> Result<PublishReport> {
        self.publisher(options)?.publish(&self.snapshot())
    }

    fn publish(&self) -> PublishReport {
        self.publish_with(PublishOptions::default()).expect("published")
    }
}

/// Options that also publish what is hidden.
fn with_hidden() -> PublishOptions {
    PublishOptions { include_hidden: true, ..PublishOptions::default() }
}

/// Options that take over.
fn adopting() -> PublishOptions {
    PublishOptions { adopt: true, ..PublishOptions::default() }
}

fn is_locked<T>(result: &Result<T>) -> bool {
    matches!(result, Err(Error::Locked { .. }))
}
