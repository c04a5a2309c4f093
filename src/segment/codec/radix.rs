//! Sorting by the first bits of what is compared: integers bucket by bucket, texts by words.

/// Buckets have no more than so many bits, so that their starts stay in the cache.
const BUCKET_BITS_MAX: u32 = 16;

/// Radix sort, most significant bits first: sorts items of which `key` never falls.
///
/// Cost: one pass over items whose keys are spread evenly, as those of hashes and random ids are;
/// that of a comparison sort otherwise.
pub(crate) fn sort<T: Copy + Ord>(mut items: Vec<T>, key: impl Fn(&T) -> u64) -> Vec<T> {
    let keys = || items.iter().map(&key);
    let (Some(low), Some(high)) = (keys().min(), keys().max()) else {
        return items;
    };
    // The bits above these are the same in all keys.
    let differing = u64::BITS - (low ^ high).leading_zeros();
    let bits = items.len().ilog2().min(BUCKET_BITS_MAX).min(differing);
    let mask = (1u64 << bits) - 1;
    let bucket = |item: &T| (key(item) >> (differing - bits) & mask) as usize;
    if bits == 0 {
        items.sort_unstable();
        return items;
    }
    let mut next = vec![0u32; (1 << bits) + 1];
    items.iter().for_each(|item| next[bucket(item) + 1] += 1);
    for index in 1..next.len() {
        next[index] += next[index - 1];
    }
    let mut sorted = items.clone();
    for item in &items {
        let slot = &mut next[bucket(item)];
        sorted[*slot as usize] = *item;
        *slot += 1;
    }
    // Each start has moved on to the end of its bucket.
    let mut start = 0;
    for end in next {
        let end = end as usize;
        sorted[start..end].sort_unstable();
        start = end;
    }
    sorted
}

/// The numbers of the first `count` texts in the order of their bytes.
///
/// Most pairs are told apart by the first eight bytes, which are compared as one word.
pub(crate) fn order_of_texts<'t>(count: u32, text: impl Fn(u32) -> &'t [u8]) -> Vec<u32> {
    let head = |text: &[u8]| {
        let mut head = [0; 8];
        let len = text.len().min(head.len());
        head[..len].copy_from_slice(&text[..len]);
        u64::from_be_bytes(head)
    };
    let mut order: Vec<(u64, u32)> =
        (0..count).map(|number| (head(text(number)), number)).collect();
    order.sort_unstable_by(|(head, number), (other_head, other)| {
        head.cmp(other_head).then_with(|| text(*number).cmp(text(*other)))
    });
    order.into_iter().map(|(_, number)| number).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use foldhash::fast::FixedState;
    use proptest::prelude::*;
    use std::hash::BuildHasher;

    proptest! {
        #[test]
        fn texts_are_in_the_order_of_their_bytes(
            texts in proptest::collection::btree_set("[ab\\x00]{0,12}", 0..200),
            seed: u64,
        ) {
            let sorted: Vec<Vec<u8>> = texts.into_iter().map(String::into_bytes).collect();
            let mut mixed = sorted.clone();
            mixed.sort_by_key(|text| FixedState::with_seed(seed).hash_one(text));
            let order = order_of_texts(mixed.len() as u32, |number| &mixed[number as usize]);
            let found: Vec<Vec<u8>> =
                order.into_iter().map(|number| mixed[number as usize].clone()).collect();
            prop_assert_eq!(found, sorted);
        }

        #[test]
        fn items_are_in_order(
            mut items in proptest::collection::vec((any::<u64>(), any::<u32>()), 0..300),
            shift in 0u32..=63,
            above: u64,
        ) {
            // Keys with few bits, many equal ones, and the same bits in front of all.
            for (key, _) in &mut items {
                *key = *key >> shift | if shift == 0 { 0 } else { above << (64 - shift) };
            }
            let mut expected = items.clone();
            expected.sort_unstable();
            prop_assert_eq!(sort(items.clone(), |(key, _)| *key), &expected[..]);
            prop_assert_eq!(sort(items, |(key, _)| key >> 7), &expected[..]);
        }
    }
}
