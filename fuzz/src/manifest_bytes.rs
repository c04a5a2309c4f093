//! The manifest is damaged, forged, cut or replaced.

use crate::fixture::{manifest, sealed, survive};
use crate::forge::{manifest_frames, recompute_manifest};
use crate::input::{Input, edit};
use annals::testing::SimDisk;

fn sound() -> Vec<u8> {
    sealed().disk.contents(&manifest()).expect("the manifest is there")
}

/// Whatever the manifest says, nothing panics.
pub fn run(data: &[u8]) {
    let disk: SimDisk = sealed().disk.fork();
    let mut changed = sound();
    let mut input = Input::new(data);
    match input.byte() % 4 {
        0 => changed = input.rest().to_vec(),
        1 => changed.truncate(input.below(changed.len())),
        2 => edit(&mut changed, input),
        _ => {
            let frames = manifest_frames(&changed);
            let used = frames.last().map_or(0, |(at, len)| at + len);
            edit(&mut changed[..used], input);
            recompute_manifest(&mut changed, &frames);
        }
    }
    disk.damage(&manifest(), |bytes| *bytes = changed).expect("the manifest is there");
    survive(&disk);
}

/// Each mode, and edits all over the frames.
pub fn seeds() -> Vec<Vec<u8>> {
    let sound = sound();
    let used = manifest_frames(&sound).last().map_or(0, |(at, len)| at + len);
    let mut whole = vec![0];
    whole.extend_from_slice(&sound[..used]);
    let mut seeds = vec![whole, vec![1, 100, 0, 0], vec![3]];
    for at in (0..used).step_by(5) {
        let place = at.to_le_bytes();
        seeds.push(vec![3, place[0], place[1], place[2], 1 << (at % 8)]);
        seeds.push(vec![2, place[0], place[1], place[2], 0x80]);
    }
    seeds
}
