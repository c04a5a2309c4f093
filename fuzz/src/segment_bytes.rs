//! The file of a segment is damaged, forged, cut or replaced.

use crate::fixture::{check_answers, sealed, survive};
use crate::forge::Parts;
use crate::input::{Input, edit};

/// Where the header of a segment ends.
const HEADER_LEN: usize = 32;

/// Damaged without new checksums: found, or without effect. Its columns and indexes forged with
/// them: no panic.
pub fn run(data: &[u8]) {
    let fixture = sealed();
    let mut changed = fixture.sound();
    let mut input = Input::new(data);
    match input.byte() % 4 {
        0 => changed = input.rest().to_vec(),
        1 => changed.truncate(input.below(changed.len())),
        2 => edit(&mut changed, input),
        _ => {
            let mut parts = Parts::of(&changed);
            edit(&mut parts.body[HEADER_LEN..], input);
            return survive(&fixture.with_segment(parts.assemble()));
        }
    }
    check_answers(&fixture.with(changed), &fixture.answers);
}

/// Each mode, and edits all over the file.
pub fn seeds() -> Vec<Vec<u8>> {
    let sound = sealed().sound();
    let mut seeds =
        vec![[&[0], &sound[..]].concat(), vec![1, 0, 1, 0], vec![2, 40, 0, 0, 1], vec![3]];
    for at in (0..sound.len()).step_by(397) {
        let place = at.to_le_bytes();
        seeds.push(vec![3, place[0], place[1], place[2], 1 << (at % 8)]);
        seeds.push(vec![2, place[0], place[1], place[2], 0xff]);
    }
    seeds
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{answers, open};

    #[test]
    fn a_forged_change_gets_past_the_checksums() {
        let fixture = sealed();
        let mut parts = Parts::of(&fixture.sound());
        let word = b"appointments";
        let found = parts.body.windows(word.len()).position(|window| window == word);
        parts.body[found.expect("a category") + 1] = b'b';
        let store = open(&fixture.with_segment(parts.assemble())).expect("the store opens");
        let answers = answers(&store).expect("it answers");
        assert!(answers.contains("abpointments") && answers != fixture.answers);
    }
}
