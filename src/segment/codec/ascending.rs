//! Ascending integers as a count and differences.

use super::varint;

/// Appends integers, which ascend; equal ones may follow each other.
pub(crate) fn write(ids: &[u32], out: &mut Vec<u8>) {
    varint::write(ids.len() as u64, out);
    let mut previous = 0;
    for id in ids {
        varint::write(u64::from(id - previous), out);
        previous = *id;
    }
}

/// Reads integers below `end`, none twice.
pub(crate) fn read(bytes: &mut &[u8], end: u32) -> Option<Vec<u32>> {
    let count = varint::read_u32(bytes)?;
    if count as usize > bytes.len() {
        return None;
    }
    let mut ids: Vec<u32> = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let difference = varint::read_u32(bytes)?;
        let id = match ids.last() {
            Some(last) => last.checked_add(difference).filter(|_| difference > 0)?,
            None => difference,
        };
        ids.push(Some(id).filter(|id| *id < end)?);
    }
    Some(ids)
}

/// The integers that [`write`] put at the front of `bytes`, which this process keeps for itself.
pub(crate) fn kept(mut bytes: &[u8]) -> impl Iterator<Item = u32> {
    let count = varint::read_u32(&mut bytes).unwrap_or(0);
    let mut id = 0;
    (0..count).map(move |_| {
        id += varint::read_u32(&mut bytes).unwrap_or(0);
        id
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn integers_come_back(mut ids in proptest::collection::vec(0u32..5000, 0..99)) {
            ids.sort_unstable();
            let mut bytes = Vec::new();
            write(&ids, &mut bytes);
            prop_assert!(kept(&bytes).eq(ids.iter().copied()));
            ids.dedup();
            bytes.clear();
            write(&ids, &mut bytes);
            let end = ids.last().map_or(0, |last| last + 1);
            prop_assert_eq!(read(&mut &bytes[..], end), Some(ids.clone()));
            if let Some(last) = ids.last() {
                prop_assert_eq!(read(&mut &bytes[..], *last), None);
                let twice = [&ids[..], &[*last]].concat();
                bytes.clear();
                write(&twice, &mut bytes);
                prop_assert_eq!(read(&mut &bytes[..], end), None);
            }
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..20)) {
            let _ = read(&mut &bytes[..], 1000);
        }
    }
}
