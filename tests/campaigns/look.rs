//! Reads everything in one snapshot and compares it with itself and with other reads.

use crate::numbered::{Read, is_kept, origin};
use annals::query::Query;
use annals::store::Snapshot;
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::ControlFlow;

/// What a snapshot of a store of numbered events showed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Look {
    /// Number to `seq`, of all that was shown.
    pub(crate) seqs: HashMap<u64, u64>,
    /// Of every event and its position.
    pub(crate) digest: u64,
    pub(crate) last_seq: u64,
}

impl Look {
    /// Queries a snapshot in several ways; every answer must agree with the others.
    ///
    /// # Errors
    /// What does not agree, as one sentence.
    pub(crate) fn at(snapshot: &Snapshot) -> Result<Look, String> {
        let failed = |error: annals::Error| format!("a question failed: {error}");
        let mut look = Look { last_seq: snapshot.last_seq().unwrap_or(0), ..Look::default() };
        let mut reading = Reading::default();
        let all = Query::all();
        let walk = snapshot.query(&all).by_seq().for_each(|stored| {
            reading.add(stored, &mut look.seqs);
            Ok(ControlFlow::Continue(()))
        });
        walk.map_err(failed)?;
        look.digest = reading.digest.finish();
        reading.check(&look)?;
        for text in ["", "category=kept", "category=passing"] {
            let query = Query::parse(text).map_err(failed)?;
            let counted = snapshot.query(&query).count().map_err(failed)?;
            let walked = match text {
                "" => look.seqs.len(),
                "category=kept" => look.seqs.keys().filter(|number| is_kept(**number)).count(),
                _ => look.seqs.keys().filter(|number| !is_kept(**number)).count(),
            };
            if counted != walked as u64 {
                return Err(format!("{counted} are counted, {walked} are there: {text:?}"));
            }
        }
        let page = snapshot.query(&all).newest().limit(10).page().map_err(failed)?;
        let newest: Vec<u64> = page.events.iter().map(|stored| stored.seq).collect();
        let expected = reading.newest(10);
        if newest != expected {
            return Err(format!("the newest page shows {newest:?}, not {expected:?}"));
        }
        Ok(look)
    }

    /// Checks that every kept event of an earlier look is still there, under its `seq`.
    ///
    /// # Errors
    /// The event that is not there.
    pub(crate) fn check_goes_on_from(&self, earlier: &Look) -> Result<(), String> {
        if self.last_seq < earlier.last_seq {
            return Err(format!("the sequence went back: {} {}", earlier.last_seq, self.last_seq));
        }
        self.check_has(&earlier.seqs)
    }

    /// Checks the `seq` of every kept event of a list, and of the passing ones that are still
    /// there.
    ///
    /// # Errors
    /// The event that is not there.
    pub(crate) fn check_has(&self, seqs: &HashMap<u64, u64>) -> Result<(), String> {
        for (number, seq) in seqs {
            match self.seqs.get(number) {
                Some(found) if found == seq => {}
                None if !is_kept(*number) => {}
                found => return Err(format!("event {number} has seq {found:?}, not {seq}")),
            }
        }
        Ok(())
    }
}

/// What a walk over all events finds.
#[derive(Default)]
struct Reading {
    digest: DefaultHasher,
    last: u64,
    places: Vec<(i64, u64)>,
    /// First number of each batch to its size and how many kept events of it are there.
    batches: BTreeMap<u64, (u64, u64)>,
    problem: Option<String>,
}

impl Reading {
    fn add(&mut self, stored: &annals::event::StoredEvent, seqs: &mut HashMap<u64, u64>) {
        let read = Read::of(stored);
        (stored.seq, stored.recorded_at, stored.event.canonical()).hash(&mut self.digest);
        if stored.seq <= self.last {
            self.problem = Some(format!("seq {} after {}", stored.seq, self.last));
        }
        if let Some(before) = seqs.insert(read.number, stored.seq) {
            self.problem = Some(format!("event {} is there twice, at {before}", read.number));
        }
        self.last = stored.seq;
        self.places.push((stored.event.occurred_at().0, stored.seq));
        let (first, size) = read.batch;
        self.batches.entry(first).or_insert((size, 0)).1 += u64::from(is_kept(read.number));
    }

    /// Checks that batches are whole, and that those of each thread are there up to some point.
    fn check(&self, look: &Look) -> Result<(), String> {
        if let Some(problem) = &self.problem {
            return Err(problem.clone());
        }
        if self.last > look.last_seq {
            return Err(format!("event {} is behind the end at {}", self.last, look.last_seq));
        }
        let mut next: HashMap<u64, u64> = HashMap::new();
        for (first, (size, found)) in &self.batches {
            let kept = |range: std::ops::Range<u64>| range.filter(|it| is_kept(*it)).count() as u64;
            if kept(*first..first + size) != *found {
                return Err(format!("of batch {first} only {found} kept events are there"));
            }
            let next = next.entry(origin(*first)).or_insert(origin(*first));
            // A batch of passing events alone may be gone as a whole.
            if kept(*next..*first) > 0 {
                return Err(format!("batch {first} is there, not what its thread had before"));
            }
            *next = first + size;
        }
        Ok(())
    }

    /// The `seq` of the newest events, newest first.
    fn newest(&self, count: usize) -> Vec<u64> {
        let mut places = self.places.clone();
        places.sort_unstable();
        places.iter().rev().take(count).map(|(_, seq)| *seq).collect()
    }
}
