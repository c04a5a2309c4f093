//! A world as it is lived without a fault: the disk before every operation, and what must be found.

use super::*;
use crate::Result;
use crate::store::retention::policy::{Class, Keep, Retention};

/// Days that events are kept where there are rules.
pub(super) const KEPT_DAYS: i64 = 90;

/// What a store must hold between two steps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Belief {
    pub(super) events: BTreeMap<u64, Event>,
    /// The highest sequence ever given.
    pub(super) last_seq: u64,
    /// Numbers of events so far: each has another one.
    pub(super) numbers: u64,
}

/// A moment at which the power may go.
#[derive(Debug)]
pub(super) struct Point {
    /// The disk, with everything that is not durable yet.
    pub(super) disk: SimDisk,
    /// What was acknowledged.
    pub(super) before: Arc<Belief>,
    /// What may be found as well: the step that was being done, as a whole.
    pub(super) after: Arc<Belief>,
}

/// A store that lives.
pub(super) struct Life {
    pub(super) disk: SimDisk,
    pub(super) bench: Bench,
    store: Option<Store>,
    pub(super) belief: Belief,
}

impl Belief {
    /// The events that `step` would add.
    pub(super) fn additions(&self, step: Step) -> Vec<Event> {
        let number = self.numbers;
        match step {
            Step::Append => vec![event(number)],
            Step::Batch => vec![event(number), long_event(number + 1), old_event(number + 2)],
            _ => Vec::new(),
        }
    }

    /// Whether this holds what `after` holds and nothing that `before` does not: some of the events
    /// that a step drops may be gone before the others.
    pub(super) fn is_between(
        found: &BTreeMap<u64, Event>,
        before: &Belief,
        after: &Belief,
    ) -> bool {
        let has_all = |more: &BTreeMap<u64, Event>, less: &BTreeMap<u64, Event>| {
            less.iter().all(|(seq, event)| more.get(seq) == Some(event))
        };
        has_all(found, &after.events) && has_all(&before.events, found)
    }

    /// The belief with these events behind the others.
    pub(super) fn with(&self, events: Vec<Event>) -> Belief {
        let mut belief = self.clone();
        belief.numbers += events.len() as u64;
        for event in events {
            belief.last_seq += 1;
            belief.events.insert(belief.last_seq, event);
        }
        belief
    }
}

/// An event over several sectors of the log.
fn long_event(number: u64) -> Event {
    let at = crate::event::Timestamp(TODAY - HOUR + number as i64);
    let text = "lorem ipsum ".repeat(120);
    let json = format!(
        r#"{{"occurred_at":"{at}","category":"test","activity":"done","raw":"{number} {text}"}}"#
    );
    Event::from_json(json.as_bytes()).expect("a sound event")
}

/// An event that is past its time where there are rules.
fn old_event(number: u64) -> Event {
    event_at(number, TODAY - (KEPT_DAYS + 10) * DAY + number as i64)
}

impl Life {
    pub(super) fn new() -> Life {
        Life::on(SimDisk::new(1))
    }

    /// On a disk without a store.
    pub(super) fn on(disk: SimDisk) -> Life {
        let disk = planted::primed(disk);
        Life { bench: Bench::on(&disk), disk, store: None, belief: Belief::default() }
    }

    pub(super) fn open(&mut self) -> Result<()> {
        self.store = Some(Store::open_with(ROOT, self.bench.options())?);
        Ok(())
    }

    pub(super) fn store(&self) -> &Store {
        self.store.as_ref().expect("open between two steps")
    }

    pub(super) fn take_store(&mut self) -> Option<Store> {
        self.store.take()
    }

    /// What the store must hold after a step, as long as nothing fails.
    pub(super) fn expected(&self, step: Step) -> Belief {
        if step != Step::Retain {
            return self.belief.with(self.belief.additions(step));
        }
        let mut belief = self.belief.clone();
        for seq in self.expired() {
            belief.events.remove(&seq);
        }
        belief
    }

    /// The events that a sweep would drop, sealed or not: those past their time. The old ones are
    /// past it by more than a run spans, so none of them may stay beside younger ones.
    pub(super) fn expired(&self) -> Vec<u64> {
        let kept_for = self.store().retention().classes[0].kept_for;
        let Some(cutoff) = kept_for.cutoff(crate::event::Timestamp(TODAY)) else {
            return Vec::new();
        };
        let events = self.belief.events.iter();
        let is_old = |(_, event): &(&u64, &Event)| event.occurred_at() < cutoff;
        events.filter(is_old).map(|(seq, _)| *seq).collect()
    }

    /// Does steps that go well.
    pub(super) fn take_all(&mut self, steps: &[Step]) {
        for step in steps {
            let after = self.expected(*step);
            self.take(*step).expect("goes well");
            self.belief = after;
        }
    }

    /// Does one step; what the store must hold after it the caller says.
    pub(super) fn take(&mut self, step: Step) -> Result<()> {
        match step {
            Step::Append | Step::Batch => {
                self.store().append_batch(self.belief.additions(step)).map(drop)
            }
            Step::Seal => self.store().seal().map(drop),
            Step::Compact => self.store().compact().map(drop),
            Step::Retain => self.store().retain(None).map(drop),
            Step::Rules => self.store().set_retention(rules()),
            Step::Reopen => {
                self.take_store().expect("open between two steps").close()?;
                self.open()
            }
        }
    }
}

fn rules() -> Retention {
    let class = Class { kept_for: Keep::Micros(KEPT_DAYS * DAY), ..Class::forever("default") };
    Retention { classes: vec![class], rules: Vec::new() }
}

/// Lives a world; gives the moments of its last step (of everything if it has no steps), since
/// those of the steps before are moments of a shorter world.
pub(super) fn points(world: &World) -> Vec<Point> {
    let mut life = Life::new();
    let mut points = Vec::new();
    let steps = world.all_steps();
    let is_told = |number: usize| world.steps.is_empty() || number == steps.len();
    for number in 0..=steps.len() {
        let before = Arc::new(life.belief.clone());
        let after = match number.checked_sub(1) {
            None => Arc::clone(&before),
            Some(index) => Arc::new(life.expected(steps[index])),
        };
        if is_told(number) {
            life.disk.keep_past();
        }
        match number.checked_sub(1) {
            None => life.open().expect("opens"),
            Some(index) => life.take(steps[index]).expect("goes well"),
        }
        life.belief = Belief::clone(&after);
        let found = contents(&life.store().snapshot());
        assert_eq!(found, after.events, "{steps:?}: what readers see after step {number}");
        if is_told(number) {
            let pair = |before: &Arc<Belief>| (Arc::clone(before), Arc::clone(&after));
            for (_, disk) in life.disk.take_past() {
                let (before, after) = pair(&before);
                points.push(Point { disk, before, after });
            }
            // What was answered must be there from now on.
            let (before, after) = pair(&after);
            points.push(Point { disk: life.disk.fork(), before, after });
        }
    }
    points
}
