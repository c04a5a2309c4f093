//! The log is damaged, forged, cut or replaced.

use crate::fixture::{all_events, logged, open, survive};
use crate::forge::{log_pieces, recompute_log};
use crate::input::{Input, edit};
use annals::Error;
use annals::testing::SimDisk;

/// Everything in the log was acknowledged. Damaged without new checksums: corruption, or every
/// event is there. Forged with them: no panic.
pub fn run(data: &[u8]) {
    let fixture = logged();
    let mut changed = fixture.sound();
    let mut input = Input::new(data);
    match input.byte() % 4 {
        0 => changed = input.rest().to_vec(),
        1 => changed.truncate(input.below(changed.len())),
        2 => edit(&mut changed, input),
        _ => {
            let pieces = log_pieces(&changed);
            edit(&mut changed, input);
            recompute_log(&mut changed, &pieces);
            return survive(&fixture.with(changed));
        }
    }
    check_nothing_lost(&fixture.with(changed));
}

fn check_nothing_lost(disk: &SimDisk) {
    match open(disk).and_then(|store| all_events(&store)) {
        Ok(events) => assert!(events == logged().events, "acknowledged events are lost or changed"),
        Err(Error::Corrupt { .. } | Error::Unsupported { .. }) => {}
        Err(other) => panic!("damage is told as corruption, not as: {other}"),
    }
}

/// Each mode, and edits of heads, payloads and commits.
pub fn seeds() -> Vec<Vec<u8>> {
    let sound = logged().sound();
    let mut whole = vec![0];
    whole.extend_from_slice(&sound);
    let mut seeds = vec![whole, vec![1, 0, 1, 0], vec![3]];
    for at in (0..sound.len()).step_by(1021) {
        let place = at.to_le_bytes();
        seeds.push(vec![2, place[0], place[1], place[2], 1]);
        seeds.push(vec![3, place[0], place[1], place[2], 1 << (at % 8)]);
    }
    seeds
}
