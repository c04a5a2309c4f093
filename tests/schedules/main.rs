//! Group commit, the signals of the background thread and the news of publications, under a
//! scheduler (shuttle) that chooses which thread runs next at every lock and wait: at random, and
//! by priorities that change a few times. A thread that waits for ever is found as a deadlock.
//!
//! The files under test are those of the crate, compiled once more with the scheduler's locks. What
//! is not covered: orders of memory weaker than those of locks, time-outs, and the code around.
//!
//! `ANNALS_SCHEDULES=100000 cargo test --test schedules` tries more than an ordinary run.

mod group_commit;
mod io;
mod signals;
mod store;

use annals::{Error, Result};
use std::time::Instant;

/// Schedules of each scenario and each way to choose, in an ordinary run.
const SCHEDULES_DEFAULT: usize = 2_000;
/// Changes of priority in a schedule of that kind.
const DEPTH: usize = 3;

fn main() {
    let schedules = std::env::var("ANNALS_SCHEDULES");
    let schedules = schedules.map_or(SCHEDULES_DEFAULT, |text| text.parse().expect("a number"));
    let scenarios: [(&str, fn()); 7] = [
        ("acknowledged is durable and visible", group_commit::acknowledged),
        ("a failed sync acknowledges nothing", group_commit::failing_sync),
        ("what nobody waits for is written", group_commit::submitted),
        ("a seal that is waited for comes", signals::seal_and_wait),
        ("nobody waits for a thread that is gone", signals::farewell),
        ("segments are heard of, whoever sealed them", signals::segments_are_heard_of),
        ("news are heard by all", signals::notifier),
    ];
    for (name, scenario) in scenarios {
        let begin = Instant::now();
        shuttle::check_random(scenario, schedules);
        shuttle::check_pct(scenario, schedules, DEPTH);
        println!("{name}: {} schedules, {:.1?}", 2 * schedules, begin.elapsed());
    }
}
