//! Random histories: after each publication the table has the rows that it is to have, and no
//! version ever has one twice.

use super::objects::{FAULTS, MemoryObjects};
use super::table::{self, NamedKey, check_versions, optimize};
use super::{Bench, with_hidden};
use crate::io::SeededRandom;
use crate::lake::publish::{PublishOptions, key_of};
use crate::lake::verify::verify;
use crate::store::{LakeFate, LakeState};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Settings that a history goes through; `a` may be kept for less than the rest, or longer in the
/// lake.
const SETTINGS: [&str; 5] = [
    "",
    "[class.default]\nkept_for = \"30d\"\n",
    "[class.default]\nkept_for = \"40d\"\nvisible_for = \"10d\"\n",
    "[class.short]\nkept_for = \"7d\"\n[class.default]\nkept_for = \"60d\"\n\
     [[rule]]\nclass = \"short\"\ncategory = \"a\"\n",
    "[class.default]\nkept_for = \"20d\"\nlake_kept_for = \"40d\"\n",
];

/// The rows of the stores, as the rules would have them in a table that had others before.
fn check(bench: &Bench, before: &BTreeSet<NamedKey>, include_hidden: bool) {
    let memory = memory(bench);
    let Some(id) = memory.store_id.clone() else { return };
    let snapshot = bench.snapshot();
    let rules = snapshot.lake_rules();
    let rows: BTreeSet<NamedKey> =
        table::rows(&bench.objects).into_iter().filter(|(store, _)| *store == id).collect();
    let mut stored = BTreeSet::new();
    for segment in snapshot.sealed().expect("sound") {
        segment
            .for_each(|event| {
                let row = (id.clone(), key_of(&snapshot, event.seq));
                let belongs = match rules.fate(&event) {
                    LakeFate::Shown => true,
                    LakeFate::Hidden => include_hidden || before.contains(&row),
                    _ => false,
                };
                assert_eq!(rows.contains(&row), belongs, "{row:?} {:?}", rules.fate(&event));
                stored.insert(row);
                Ok(())
            })
            .expect("sound");
    }
    if !rules.outlives_store() {
        assert!(rows.is_subset(&stored), "rows of nobody: {:?}", rows.difference(&stored));
    }
    let report = verify(&bench.patient(), &memory, &snapshot).expect("readable");
    assert!(report.is_sound(), "{report:?}");
    assert_eq!(report.rows, rows.len() as u64);
    assert_eq!(report.equal + report.older, report.rows, "{report:?}");
    assert_eq!(report.waiting, 0, "{report:?}");
}

fn memory(bench: &Bench) -> LakeState {
    bench.builder().lake_state(super::ROOT).expect("readable")
}

fn step(bench: &mut Bench, random: &SeededRandom, number: u64) {
    match random.below(12) {
        0..=3 => {
            let category = ["a", "b"][random.below(2) as usize];
            bench.append(random.below(35) as i64, category, 1 + random.below(4));
        }
        4 | 5 => bench.seal(),
        6 => drop(bench.store().compact().expect("merged")),
        7 => bench.clock.advance(random.below(4) as i64 * super::DAY),
        8 => drop(bench.store().retain(None).expect("swept")),
        9 => bench.settings(SETTINGS[random.below(SETTINGS.len() as u64) as usize]),
        10 => {
            if table::state(&bench.objects).version.is_some() && random.below(3) == 0 {
                optimize(&bench.objects, &format!("{number}"));
            }
        }
        _ => publish(bench, random),
    }
}

fn publish(bench: &Bench, random: &SeededRandom) {
    let include_hidden = random.below(4) == 0;
    let options = || match include_hidden {
        true => with_hidden(),
        false => PublishOptions::default(),
    };
    let mut before = match table::state(&bench.objects).version {
        Some(_) => table::rows(&bench.objects),
        None => BTreeSet::new(),
    };
    if random.below(2) == 0 {
        let fault = FAULTS[random.below(FAULTS.len() as u64) as usize];
        bench.objects.fail(1 + random.below(12), fault);
        let first = bench.publish_with(options());
        bench.objects.revive();
        if first.is_err() && table::state(&bench.objects).version.is_some() {
            // What was done before the end counts as before.
            before.extend(table::rows(&bench.objects));
        }
    }
    bench.publish_with(options()).expect("published");
    check(bench, &before, include_hidden);
}

fn history(seed: u64) {
    let objects: Arc<MemoryObjects> = Arc::default();
    let random = SeededRandom::new(seed);
    let mut benches =
        [Bench::beside(2 * seed + 1, &objects), Bench::beside(2 * seed + 2, &objects)];
    for number in 0..40 {
        let bench = &mut benches[random.below(2) as usize];
        step(bench, &random, number);
    }
    benches.iter().for_each(|bench| publish(bench, &random));
    check_versions(&objects, 0);
}

#[test]
fn the_table_has_what_the_rules_say_after_any_history() {
    let seconds = std::env::var("ANNALS_SECONDS").ok().and_then(|it| it.parse().ok()).unwrap_or(8);
    let begin = std::time::Instant::now();
    let only = std::env::var("ANNALS_SEED").ok().and_then(|seed| seed.parse().ok());
    for seed in only.map_or(1..=u64::MAX, |seed: u64| seed..=seed) {
        let told = std::panic::catch_unwind(|| history(seed));
        if let Err(panic) = told {
            eprintln!("ANNALS_SEED={seed} cargo test --features lake --lib lake::tests::histories");
            std::panic::resume_unwind(panic);
        }
        if begin.elapsed().as_secs() >= seconds {
            break;
        }
    }
}
