//! The file of a segment is damaged, forged, cut or replaced.

use crate::fixture::{ROOT, check_answers, sealed, survive};
use crate::forge::SegmentPlaces;
use crate::input::{Input, edit};
use std::path::Path;

/// Damaged without new checksums: found, or without effect. Forged with them: no panic.
pub fn run(data: &[u8]) {
    let fixture = sealed();
    let disk = fixture.disk.fork();
    let sound = disk.contents(&fixture.path).expect("the segment is there");
    let mut input = Input::new(data);
    let mode = input.byte() % 4;
    let mut changed = sound.clone();
    match mode {
        0 => changed = input.rest().to_vec(),
        1 => changed.truncate(input.below(sound.len())),
        2 => edit(&mut changed, input),
        _ => {
            let places = SegmentPlaces::of(&sound);
            edit(&mut changed[places.inside()], input);
            places.reseal(&mut changed);
            let manifest = Path::new(ROOT).join("manifest");
            let relist = |bytes: &mut Vec<u8>| places.relist(&changed, bytes);
            disk.damage(&manifest, relist).expect("the manifest is there");
        }
    }
    disk.damage(&fixture.path, |bytes| *bytes = changed).expect("the segment is there");
    match mode {
        3 => survive(&disk),
        _ => check_answers(&disk, &fixture.answers),
    }
}

/// Each mode, and edits in the table of contents and the footer, which stand at the end.
pub fn seeds() -> Vec<Vec<u8>> {
    let fixture = sealed();
    let sound = fixture.disk.contents(&fixture.path).expect("the segment is there");
    let mut whole = vec![0];
    whole.extend_from_slice(&sound);
    let mut seeds = vec![whole, vec![1, 0, 1, 0], vec![2, 40, 0, 0, 1], vec![3]];
    let inside = sound.len() - 52;
    for back in (1..inside).step_by(397) {
        let place = (inside - back).to_le_bytes();
        seeds.push(vec![3, place[0], place[1], place[2], 1 << (back % 8)]);
        seeds.push(vec![2, place[0], place[1], place[2], 0xff]);
    }
    seeds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{answers, open};

    #[test]
    fn a_forged_file_without_changes_is_sound() {
        let fixture = sealed();
        let disk = fixture.disk.fork();
        let sound = disk.contents(&fixture.path).expect("the segment is there");
        let places = SegmentPlaces::of(&sound);
        let mut forged = sound.clone();
        places.reseal(&mut forged);
        assert!(forged == sound);
        let manifest = Path::new(ROOT).join("manifest");
        disk.damage(&manifest, |bytes| places.relist(&forged, bytes)).expect("it is there");
        let store = open(&disk).expect("the store opens");
        assert!(answers(&store).expect("it answers") == fixture.answers);
    }

    #[test]
    fn a_forged_change_gets_past_the_checksums() {
        let fixture = sealed();
        let disk = fixture.disk.fork();
        let sound = disk.contents(&fixture.path).expect("the segment is there");
        let places = SegmentPlaces::of(&sound);
        let mut forged = sound.clone();
        let word = b"appointments";
        let at = forged.windows(word.len()).position(|w| w == word).expect("a category");
        forged[at + 1] = b'b';
        places.reseal(&mut forged);
        let manifest = Path::new(ROOT).join("manifest");
        disk.damage(&manifest, |bytes| places.relist(&forged, bytes)).expect("it is there");
        disk.damage(&fixture.path, |bytes| *bytes = forged).expect("it is there");
        let store = open(&disk).expect("the store opens");
        let answers = answers(&store).expect("it answers");
        assert!(answers.contains("abpointments") && answers != fixture.answers);
    }
}
