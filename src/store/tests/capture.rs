//! Capture against a plain model: random switches, appends, openings and power losses; and a power
//! loss at every operation.

use super::*;
use crate::query::CoverageInterval;
use crate::store::{CapturePolicy, Receipt};
use proptest::prelude::*;

const CATEGORIES: [&str; 3] = ["a", "b", "c"];
const TENANTS: [Option<&str>; 3] = [None, Some("x"), Some("y z")];

/// What is done to a store.
#[derive(Debug, Clone)]
enum CaptureStep {
    /// A switch of a category, of a tenant or in general.
    Set {
        category: usize,
        tenant: usize,
        is_on: bool,
    },
    /// A batch of events: category and tenant of each.
    Append(Vec<(usize, usize)>),
    Seal,
    Close,
    LosePower,
}

fn any_step() -> impl Strategy<Value = CaptureStep> {
    let set = (0..3_usize, 0..3_usize, any::<bool>());
    prop_oneof![
        4 => set.prop_map(|(category, tenant, is_on)| CaptureStep::Set { category, tenant, is_on }),
        4 => prop::collection::vec((0..3_usize, 0..3_usize), 1..6).prop_map(CaptureStep::Append),
        1 => Just(CaptureStep::Seal),
        1 => Just(CaptureStep::Close),
        1 => Just(CaptureStep::LosePower),
    ]
}

/// The first and the last sequence of a time in which a category was captured.
type Span = (Option<u64>, Option<u64>);

/// What should be: switches by tenant and category, stored events by `seq`, and for each category
/// and tenant the spans of `seq` in which it was on.
#[derive(Default)]
struct CaptureModel {
    switches: BTreeMap<(usize, usize), bool>,
    stored: BTreeMap<u64, (usize, usize)>,
    last_seq: u64,
    spans: BTreeMap<(usize, usize), Vec<Span>>,
}

impl CaptureModel {
    fn new() -> CaptureModel {
        let mut model = CaptureModel::default();
        for key in pairs() {
            model.spans.insert(key, vec![(None, None)]);
        }
        model
    }

    fn is_on(&self, (category, tenant): (usize, usize)) -> bool {
        let own = self.switches.get(&(category, tenant));
        own.or(self.switches.get(&(category, 0))).copied().unwrap_or(true)
    }

    fn set(&mut self, category: usize, tenant: usize, is_on: bool) {
        let before: Vec<bool> = pairs().map(|key| self.is_on(key)).collect();
        if self.switches.insert((category, tenant), is_on) == Some(is_on) {
            return;
        }
        // Each change is an event; it belongs to the span that it ends, and begins the next.
        self.last_seq += 1;
        for (key, before) in pairs().zip(before) {
            let after = self.is_on(key);
            let spans = self.spans.get_mut(&key).expect("each pair has spans");
            match (before, after) {
                (true, false) => spans.last_mut().expect("was on").1 = Some(self.last_seq),
                (false, true) => spans.push((Some(self.last_seq), None)),
                _ => {}
            }
        }
    }

    fn append(&mut self, events: &[(usize, usize)], receipts: &[Receipt]) {
        assert_eq!(events.len(), receipts.len());
        for (key, receipt) in events.iter().zip(receipts) {
            let is_on = self.is_on(*key);
            self.last_seq += u64::from(is_on);
            let seq = if is_on { self.last_seq } else { 0 };
            assert_eq!((receipt.skipped, receipt.seq), (!is_on, seq), "{key:?}");
            if is_on {
                self.stored.insert(seq, *key);
            }
        }
    }
}

fn pairs() -> impl Iterator<Item = (usize, usize)> {
    (0..3).flat_map(|category| (0..3).map(move |tenant| (category, tenant)))
}

fn event_of((category, tenant): (usize, usize), number: u64) -> Event {
    let builder = Event::builder(crate::event::Timestamp(TODAY), CATEGORIES[category], "done");
    let builder = builder.detail("n", number as i64);
    let builder = match TENANTS[tenant] {
        Some(tenant) => builder.tenant(tenant),
        None => builder,
    };
    builder.build().expect("a sound event")
}

fn check(store: &Store, model: &CaptureModel) {
    let snapshot = store.snapshot();
    let contents = contents(&snapshot);
    assert_eq!(contents.len() as u64, model.last_seq);
    for (seq, event) in &contents {
        let category = event.text("category").expect("is required");
        match model.stored.get(seq) {
            Some((expected, tenant)) => {
                assert_eq!(category, CATEGORIES[*expected]);
                assert_eq!(event.text("tenant").as_deref(), TENANTS[*tenant]);
            }
            None => assert_eq!(category, "annals", "event {seq}"),
        }
    }
    for (category, tenant) in pairs() {
        let found = snapshot.coverage(CATEGORIES[category], TENANTS[tenant]).expect("answers");
        let span = |it: &CoverageInterval| (it.from_seq, it.to_seq);
        let spans: Vec<_> = found.intervals.iter().map(span).collect();
        assert_eq!(spans, model.spans[&(category, tenant)], "{category} {tenant}");
        assert_eq!(found.captured, model.is_on((category, tenant)));
        let ongoing = found.intervals.iter().filter(|interval| interval.ongoing).count();
        assert_eq!(ongoing, usize::from(found.captured));
        assert!(found.gaps.is_empty(), "{:?}", found.gaps);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn switches_appends_openings_and_power_losses_do_what_a_plain_model_does(
        steps in prop::collection::vec(any_step(), 1..16),
    ) {
        let mut disk = SimDisk::new(1);
        let mut model = CaptureModel::new();
        let mut store = Bench::on(&disk).open();
        for (number, step) in (0_u64..).zip(steps) {
            match step {
                CaptureStep::Set { category, tenant, is_on } => {
                    let set = |policy: &mut CapturePolicy, profiles: &_| {
                        policy.set(profiles, TENANTS[tenant], CATEGORIES[category], is_on)
                    };
                    store.change_capture(set).expect("changes");
                    model.set(category, tenant, is_on);
                }
                CaptureStep::Append(keys) => {
                    let events = keys.iter().map(|key| event_of(*key, number));
                    model.append(&keys, &store.append_batch(events).expect("appends"));
                }
                CaptureStep::Seal => drop(store.seal().expect("seals")),
                CaptureStep::Close => {
                    store.close().expect("closes");
                    store = Bench::seeded(&disk, 100 + number).open();
                }
                CaptureStep::LosePower => {
                    drop(store);
                    disk = disk.crash();
                    store = Bench::seeded(&disk, 100 + number).open();
                }
            }
            check(&store, &model);
        }
    }
}

/// A life in which a category goes off between two appends.
fn live(bench: &Bench) -> crate::Result<()> {
    let store = Store::open_with(ROOT, bench.options())?;
    store.append(event_of((0, 0), 1))?;
    let off = |policy: &mut CapturePolicy, profiles: &_| policy.set(profiles, None, "a", false);
    store.change_capture(off)?;
    store.append_batch([event_of((0, 0), 2), event_of((1, 0), 3)])?;
    store.close()
}

#[test]
fn a_change_of_capture_survives_a_power_loss_at_every_operation() {
    let disk = SimDisk::new(1);
    live(&Bench::on(&disk)).expect("a life without a crash");
    let (mut offs, count) = (0, disk.operation_count());
    for number in 0..count {
        let disk = SimDisk::new(1);
        disk.stop_at(number);
        let _ = live(&Bench::on(&disk));
        let disk = disk.crash_seeded(number);
        let store = Bench::seeded(&disk, 8).open();
        let is_on = store.capture().is_everything();
        let receipts = store.append_batch([event_of((0, 0), 4), event_of((1, 0), 5)]);
        let skipped = receipts.expect("appends")[0].skipped;
        assert_eq!(skipped, !is_on, "crash at {number}");
        let contents = contents(&store.snapshot());
        let of = |category: &str| {
            let is_it = |event: &&Event| event.text("category").as_deref() == Some(category);
            contents.values().filter(is_it).count()
        };
        assert_eq!(of("annals") > 0, !is_on, "crash at {number}: the log has the change");
        let coverage = store.snapshot().coverage("a", None).expect("answers");
        assert_eq!((coverage.captured, coverage.intervals.len()), (is_on, 1));
        assert_eq!(coverage.intervals[0].ongoing, is_on, "crash at {number}");
        let end = coverage.intervals[0].to_seq.unwrap_or(u64::MAX);
        let late = |(seq, event): (&u64, &Event)| {
            *seq > end && event.text("category").as_deref() == Some("a")
        };
        assert!(!contents.iter().any(late), "crash at {number}");
        offs += u64::from(!is_on);
    }
    assert!(offs > 0 && offs < count, "the crashes lie on both sides of the change");
}

/// The file that says what was recorded is wrong: everything is recorded anew, nothing is guessed.
#[test]
fn what_was_recorded_last_may_be_unknown() {
    let disk = SimDisk::new(1);
    live(&Bench::on(&disk)).expect("lives");
    let captured = Path::new("/store/captured.toml");
    disk.damage(captured, |bytes| bytes.truncate(3)).expect("is there");
    disk.damage(captured, |bytes| bytes[0] = b'[').expect("is there");
    let store = Bench::seeded(&disk, 8).open();
    let report = store.verify().expect("verifies");
    assert_eq!(report.findings.len(), 1, "{report:?}");
    assert_eq!(report.findings[0].file, "captured.toml");
    store.append(event_of((1, 0), 6)).expect("appends");
    let recorded = contents(&store.snapshot());
    let last = recorded.values().rev().nth(1).expect("is there").to_value();
    let change = last.get("changes").and_then(|it| it.as_list()).expect("has changes")[0].clone();
    assert_eq!(change.get("before_state").and_then(|it| it.as_str()), Some("unknown"));
    assert_eq!(store.verify().expect("verifies").findings, []);
    assert_eq!(store.snapshot().coverage("a", None).expect("answers").intervals.len(), 1);
}

#[test]
fn unwritten_records_of_capture_stop_nothing() {
    let disk = SimDisk::new(1);
    let bench = Bench::on(&disk);
    let buffered = |options: &mut Options| options.durability = Durability::Buffered;
    let store = bench.open_with(buffered);
    let off = |policy: &mut CapturePolicy, profiles: &_| policy.set(profiles, None, "a", false);
    store.change_capture(off).expect("changes");
    let ticket = store.submit([event_of((0, 0), 1), event_of((1, 0), 2)]).expect("queues");
    assert_eq!(ticket.wait().expect("writes").iter().filter(|it| it.skipped).count(), 1);
    drop(store);
    let disk = disk.crash();
    let store = Bench::seeded(&disk, 8).open_with(buffered);
    let kept = contents(&store.snapshot());
    let first = kept.get(&1).expect("a change is durable, whatever the durability");
    assert_eq!(first.text("activity").as_deref(), Some("capture_changed"));
}
