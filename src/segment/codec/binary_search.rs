//! Binary search over what has to be read, where each look may meet damage.

use std::ops::{Add, Div, Range, Sub};

/// The first number of `range` that `is_before` does not hold for, or the end of the range: as
/// [`slice::partition_point`], with the first error of `is_before`.
///
/// `is_before` must hold for all numbers up to some point and for none after it; otherwise (in
/// damaged bytes) the answer is some number of the range or its end. The start of a range that is
/// empty or reversed.
#[inline]
pub(crate) fn partition_point<T, E>(
    range: Range<T>,
    mut is_before: impl FnMut(T) -> Result<bool, E>,
) -> Result<T, E>
where
    T: Copy + PartialOrd + From<u8> + Add<Output = T> + Sub<Output = T> + Div<Output = T>,
{
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = low + (high - low) / T::from(2);
        if is_before(middle)? { low = middle + T::from(1) } else { high = middle }
    }
    Ok(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    #[test]
    fn the_first_number_behind_the_border_is_found() {
        for end in 0..20_u32 {
            for border in 0..=end {
                let found = partition_point(0..end, |number| Ok::<_, Infallible>(number < border));
                assert_eq!(found, Ok(border), "0..{end}");
            }
        }
        assert_eq!(partition_point(7..7, |_| Err(())), Ok(7_u64));
        let (start, end) = (7_u64, 3);
        assert_eq!(partition_point(start..end, |_| Err(())), Ok(7_u64));
    }

    #[test]
    fn the_first_error_ends_the_search() {
        let mut looks = 0;
        let found = partition_point(0..u64::MAX, |number| {
            looks += 1;
            if looks == 3 { Err(number) } else { Ok(true) }
        });
        assert_eq!((found, looks), (Err(u64::MAX / 8 * 7 + 6), 3));
    }
}
